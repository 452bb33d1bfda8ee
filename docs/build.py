"""Build the documentation site: ``make docs``, or ``python docs/build.py [FOLDER]`` (``build`` without one).

The pages of this folder are copied to FOLDER/docs together with those that are made here (the commands, from their
help texts; the page on contributing), and Zensical turns them into FOLDER/site. A warning of it is an error. Links to
files of the project outside of this folder name the file, since a site has no such file.
"""

import html
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

from pipeline.cli import reference

DOCS = Path(__file__).resolve().parent
ROOT = DOCS.parent
LINK = re.compile(r"\[(?P<text>[^\]]+)\]\((?P<target>[^)#:\s]+)(?P<anchor>#[^)\s]*)?\)")


def main(folder: Path) -> None:
    """Build the site into ``folder``; ends with the status of Zensical where that fails."""
    pages = folder / "docs"
    shutil.rmtree(folder / "docs", ignore_errors=True)
    shutil.rmtree(folder / "site", ignore_errors=True)
    for path in DOCS.rglob("*"):
        if path.is_file() and path.suffix in (".md", ".png", ".svg", ".css"):
            target = pages / path.relative_to(DOCS)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, target)
    (pages / "contributing.md").write_text(
        (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8"), encoding="utf-8"
    )
    (pages / "reference" / "commands.md").write_text(commands(), encoding="utf-8")
    if not (pages / "data-dictionary.md").is_file():
        tables = "# Tables\n\n" + reference.markdown().replace("\n#### ", "\n## ").replace("#### ", "## ", 1)
        (pages / "reference" / "tables.md").write_text(tables, encoding="utf-8")
    for path in pages.rglob("*.md"):
        path.write_text(with_links_that_lead_somewhere(path, pages), encoding="utf-8")
    (folder / "zensical.toml").write_text(configuration(pages, folder), encoding="utf-8")
    command = [
        sys.executable,
        "-m",
        "zensical",
        "build",
        "--clean",
        "--strict",
        "--config-file",
        "zensical.toml",
    ]
    done = subprocess.run(command, cwd=folder, check=False)
    if done.returncode:
        sys.exit(done.returncode)


def commands() -> str:
    """Return the reference of all commands, as Typer writes it, with the examples as code."""
    typer = [sys.executable, "-m", "typer", "pipeline.cli", "utils", "docs", "--name", "plextract"]
    made = subprocess.run(typer, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    made = re.sub(r"<span[^>]*>(.*?)</span>", r"**\1**", made)
    made = made.replace("# `plextract`", "# Commands", 1)
    made = re.sub(r"\*\*Commands\*\*:\n\n(?:\* .*\n)+", "", made)  # the heads of sections, cut short
    examples = re.compile(r"^ {2}(\S.*)$", re.MULTILINE)
    return examples.sub(lambda line: "    " + html.unescape(line[1]), made)


def with_links_that_lead_somewhere(path: Path, pages: Path) -> str:
    """Return a page in which links out of the documentation are the names of the files that they lead to."""
    stated = (DOCS / "zensical.toml").read_text(encoding="utf-8")
    origin = ROOT if path.name == "contributing.md" else DOCS / path.parent.relative_to(pages)

    def checked(link: re.Match[str]) -> str:
        wanted = (origin / link["target"]).resolve()
        if wanted == ROOT / "CONTRIBUTING.md":
            return f"[{link['text']}]({'../' * len(path.parent.relative_to(pages).parts)}contributing.md)"
        if wanted.is_relative_to(DOCS) and not wanted.exists() and wanted.name in stated:
            return link["text"]  # the navigation has it, but this project has not got it
        if wanted.is_relative_to(DOCS):
            inside = wanted.relative_to(DOCS).as_posix()
            up = "../" * len(path.parent.relative_to(pages).parts)
            return f"[{link['text']}]({up}{inside}{link['anchor'] or ''})"
        return f"{link['text']} (`{wanted.relative_to(ROOT).as_posix()}`)"

    return LINK.sub(checked, path.read_text(encoding="utf-8"))


def configuration(pages: Path, folder: Path) -> str:
    """Return the configuration with the pages that there are: those that nothing lists come last."""
    stated = (DOCS / "zensical.toml").read_text(encoding="utf-8")
    listed = re.findall(r'"([\w/-]+\.md)"', stated)
    missing = [name for name in listed if not (pages / name).is_file()]
    kept = [line for line in stated.splitlines() if not any(f'"{name}" }}' in line for name in missing)]
    unlisted = sorted({path.relative_to(pages).as_posix() for path in pages.rglob("*.md")} - set(listed))
    if unlisted:
        end = kept.index("]")
        kept.insert(end, f'  {{ "More" = {unlisted} }},'.replace("'", '"'))
    text = "\n".join(kept).replace('paths = ["../.."]', f'paths = ["{ROOT.as_posix()}"]')
    navigation: list[dict[str, Any]] = tomllib.loads(text)["project"]["nav"]
    assert navigation
    return text + "\n"


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "build").resolve())
