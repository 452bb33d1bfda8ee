"""Take the pictures of the review page for the documentation, over a run of the sample corpus.

    python bench/review_screens.py docs/images

Needs the development extra and Chromium.
"""

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

from pipeline import batch, read
from pipeline.annotate import load_annotator
from pipeline.flow import Settings

ROOT = Path(__file__).resolve().parent.parent
WIDE = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 780}


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)
        page.wait_for_function("() => !busy")


def wait_for_quiet(page: Page) -> None:
    page.wait_for_timeout(300)
    page.evaluate("said.className = ''")


def take(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as temporary, sync_playwright() as playwright:
        out = Path(temporary) / "out"
        batch.run(read.discover([str(ROOT / "corpus" / "docs")]), out, load_annotator("auto").nlp, Settings())
        server = subprocess.Popen(
            [sys.executable, "-m", "pipeline.cli", "review", str(out), "--no-browser", "--reviewer", "anna"],
            stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        try:
            assert server.stderr is not None
            lines = iter(server.stderr.readline, "")
            address = next(found[0] for line in lines if (found := re.match(r"http://[\d.:]+/", line)))
            browser = playwright.chromium.launch(
                executable_path=shutil.which("chromium"),
                args=["--no-sandbox", "--disable-gpu", "--disable-quic"],
            )

            def opened(query: str, language: str = "pl", **options: Any) -> Page:
                context = browser.new_context(**{"viewport": WIDE, **options})
                context.add_cookies([{"name": "language", "value": language, "url": address}])
                page = context.new_page()
                page.goto(f"{address}?{query}")
                return page

            page = opened("order=rules")
            press(page, "1", "1", "2", "1", "4", "1", "1")
            page.locator("#examples summary").click()
            wait_for_quiet(page)
            page.screenshot(path=folder / "review-list.png")

            page = opened(
                "table=dates&document=sprawozdanie&order=place", viewport={"width": 1280, "height": 1120}
            )
            press(page, "1", "1", "j", "d", "3")
            page.locator("#c-edtf").press("End")
            page.locator("#c-edtf").press_sequentially("~")
            page.locator(".preview:visible").wait_for()
            wait_for_quiet(page)
            page.screenshot(path=folder / "review-document.png")

            page = opened("table=organisations&order=disagreement", "en", color_scheme="dark")
            page.locator("summary").first.click()
            wait_for_quiet(page)
            page.screenshot(path=folder / "review-dark.png")

            page = opened(
                "table=amounts&order=score",
                viewport=PHONE,
                device_scale_factor=2,
                has_touch=True,
                is_mobile=True,
            )
            wait_for_quiet(page)
            page.screenshot(path=folder / "review-phone.png")
            browser.close()
        finally:
            server.kill()
            server.wait()


if __name__ == "__main__":
    take(Path(sys.argv[1]))
