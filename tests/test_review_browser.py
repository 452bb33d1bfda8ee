"""The page as a reviewer uses it, in Debian's Chromium: keys, mouse, two reviewers, a killed server, hostile text."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from reviewing import CONTRACT, REPORT, Reviewer, Server, make_run, serving

from pipeline.review.decisions import FILE, Decision, Decisions

CHROMIUM = next(
    (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), ""
)
if not CHROMIUM:
    pytest.skip(
        "the review page is not tried: no Chromium here (apt-get install chromium)", allow_module_level=True
    )

from playwright.sync_api import Browser, Page, expect, sync_playwright  # noqa: E402

SCRIPT = "<script>window.broken = true</script>"
HOSTILE = (
    f'{SCRIPT}<img src=x onerror="window.broken = true">: Umowa z 9 maja 2011 r. </mark></main>{SCRIPT}\n'
)
TEXTS = {"umowa.txt": CONTRACT, "raport.txt": REPORT, "<img src=x>.txt": HOSTILE}
Open = Callable[..., Page]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"],
        )
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_run(tmp_path_factory.mktemp("browser"), TEXTS)


@pytest.fixture(scope="module")
def server(run: Path) -> Iterator[Server]:
    with serving(run) as server:
        yield server


@pytest.fixture(autouse=True)
def nothing_decided(run: Path) -> Iterator[None]:
    yield
    with Decisions.open(run / FILE) as decisions:
        for name in decisions.reviewers():
            while decisions.undo(name):
                pass


@pytest.fixture
def open_page(browser: Browser, server: Server) -> Iterator[Open]:
    """Return a function that opens the page as a reviewer of a language; any error of its script fails the test."""
    contexts = []
    errors: list[str] = []

    def open_it(query: str = "", name: str = "anna", language: str = "en", **options: Any) -> Page:
        context = browser.new_context(**options)
        contexts.append(context)
        context.add_cookies(
            [
                {"name": key, "value": value, "url": server.address}
                for key, value in (("reviewer", name), ("language", language))
            ]
        )
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda said: errors.append(said.text) if "Content Security" in said.text else None)
        page.goto(f"{server.address}?{query}")
        return page

    yield open_it
    for context in contexts:
        context.close()
    assert errors == []


def standing(run: Path) -> list[Decision]:
    with Decisions.open(run / FILE) as decisions:
        return decisions.standing()


def press(page: Page, *keys: str) -> None:
    """Press keys one after another, each once what the last one asked for is there."""
    for key in keys:
        page.keyboard.press(key)
        page.wait_for_function("() => !busy")


def value_of(page: Page) -> str:
    return page.locator("#said-value").inner_text()


def test_rows_are_filtered_and_decided_by_keyboard_and_the_next_one_comes(open_page: Open, run: Path) -> None:
    page = open_page("table=dates&order=place&document=umowa")
    expect(page.locator("#said-value")).to_have_text("5 May 2014")
    expect(page.locator("#sentence mark")).to_have_text("5 maja 2014 r.")
    press(page, "1")
    expect(page.locator("#said-value")).to_have_text("1 July 2012 – 30 April 2016")
    press(page, "k", "j", "j", "2")
    expect(page.locator(".progress")).to_contain_text("2 of")
    expect(page.locator("#said")).to_have_text("Saved: wrong")
    assert [(one.verdict, one.text) for one in standing(run)] == [
        ("right", "5 maja 2014 r."), ("wrong", "1 lipca 2012 r. do 30 kwietnia 2016 r."),
    ]  # fmt: skip
    page.locator("summary", has_text="Filters").click()
    page.get_by_role("search").get_by_label("Decision").select_option("done")
    expect(page.locator(".list li")).to_have_count(2)
    expect(page.locator(".active")).to_contain_text("decided")
    page.reload()
    expect(page.locator(".list .state.wrong")).to_have_count(1)


def test_undo_takes_the_reviewer_back_to_the_row(open_page: Open, run: Path) -> None:
    page = open_page("table=amounts&order=place")
    first = value_of(page)
    press(page, "4")
    assert value_of(page) != first
    press(page, "u")
    expect(page.locator("#said-value")).to_have_text(first)
    expect(page.locator("#said")).to_contain_text("Undone: unsure")
    assert standing(run) == []
    press(page, "u")
    expect(page.locator("#said")).to_have_text("There is nothing to undo.")


def test_a_date_is_corrected_by_keyboard_its_value_checked_and_its_borders_moved(
    open_page: Open, run: Path
) -> None:
    page = open_page("table=dates&order=place&document=umowa")
    press(page, "3", "]", "}")
    expect(page.locator("#correct .chosen")).to_have_text("maja 2014 r. w")
    expect(page.locator("#sentence mark")).to_have_text("maja 2014 r. w")
    press(page, "[", "{")
    expect(page.locator("#correct .chosen")).to_have_text("5 maja 2014 r.")
    press(page, "Alt+{")
    expect(page.locator("#correct .chosen")).to_have_text("5 maja 2014 r")
    value = page.get_by_label("Date (EDTF)")
    value.fill("2014-02-30")
    value.press("Enter")
    expect(page.locator("[data-fault=edtf]:visible")).to_contain_text("no EDTF date")
    expect(value).to_be_focused()
    assert standing(run) == []
    value.fill("2014-05-06")
    expect(page.locator("#correct .preview")).to_have_text("6 May 2014")
    value.press("Enter")
    expect(page.locator("#said-value")).to_have_text("1 July 2012 – 30 April 2016")
    (kept,) = standing(run)
    assert kept.before is not None and kept.after is not None
    assert (kept.verdict, kept.before["edtf"], kept.after["edtf"]) == (
        "corrected",
        "2014-05-05",
        "2014-05-06",
    )
    assert (kept.after["first_day"], kept.after["text"]) == ("2014-05-06", "5 maja 2014 r")
    press(page, "k")
    expect(page.locator(".decision")).to_contain_text("6 May 2014")


def test_a_span_is_corrected_with_the_mouse(open_page: Open, run: Path) -> None:
    page = open_page("table=partner_counts&document=umowa&value=20")
    page.get_by_role("button", name="Correct").click()
    page.locator("#sentence").evaluate(
        "(place) => { const text = place.lastChild; const range = document.createRange();"
        "range.setStart(place.firstChild, place.firstChild.data.indexOf('nim')); range.setEnd(text, 0);"
        "getSelection().removeAllRanges(); getSelection().addRange(range); }"
    )
    expect(page.locator("#correct .chosen")).to_have_text("nim 20 gmin")
    page.locator("#c-value").fill("21")
    page.get_by_role("button", name="Save").click()
    page.wait_for_function("() => !busy")
    (kept,) = standing(run)
    assert kept.after is not None and (kept.after["text"], kept.after["value"]) == ("nim 20 gmin", 21)


def test_a_missed_mention_is_added_shown_and_taken_back(open_page: Open, run: Path) -> None:
    page = open_page("table=dates&order=place&document=umowa")
    press(page, "m")
    expect(page.locator("#body .here")).to_have_text("5 maja 2014 r.")
    found = page.locator("#body").evaluate(
        "(body) => { const walker = document.createTreeWalker(body, NodeFilter.SHOW_TEXT);"
        "while (walker.nextNode()) { const at = walker.currentNode.data.indexOf('czerwcu'); if (at < 0) continue;"
        "const range = document.createRange(); range.setStart(walker.currentNode, at);"
        "range.setEnd(walker.currentNode, at + 8); getSelection().removeAllRanges(); getSelection().addRange(range);"
        "return true; } return false; }"
    )
    if not found:  # a run may read the month
        pytest.fail("the text changed")
    expect(page.locator("#missed .chosen")).to_have_text("czerwcu,")
    press(page, "{")
    expect(page.locator("#missed .chosen")).to_have_text("czerwcu")
    page.locator("#m-dates-edtf").fill("2016-06")
    page.locator("#m-dates-edtf").press("Enter")
    expect(page.locator("#body .missed")).to_have_text("czerwcu")
    (kept,) = standing(run)
    assert (kept.verdict, kept.table, kept.text, kept.before) == ("missed", "dates", "czerwcu", None)
    assert CONTRACT[kept.start : kept.end] == "czerwcu"
    press(page, "u")
    expect(page.locator("#body .missed")).to_have_count(0)
    assert standing(run) == []


def test_a_missed_mention_is_pointed_at_by_keys_and_refused_where_a_row_stands(
    open_page: Open, run: Path
) -> None:
    page = open_page("table=dates&order=place&document=umowa")
    press(page, "m", "}", "}")
    expect(page.locator("#missed .chosen")).to_have_text("w Poznaniu")
    press(page, "[", "[")
    page.locator("#m-dates-edtf").fill("2014")
    page.locator("#m-dates-edtf").press("Enter")
    expect(page.locator("#missed [data-fault=span]")).to_contain_text("a row of this table stands here")
    assert standing(run) == []


def test_notes_go_with_the_decision_and_the_help_opens(open_page: Open, run: Path) -> None:
    page = open_page("table=amounts")
    press(page, "n")
    page.keyboard.type("1 brak słownie")
    press(page, "Enter", "1")
    assert [(one.verdict, one.note) for one in standing(run)] == [("right", "1 brak słownie")]
    press(page, "?")
    expect(page.locator("#help")).to_be_visible()
    press(page, "1", "Escape")
    expect(page.locator("#help")).to_be_hidden()
    assert len(standing(run)) == 1


def test_two_reviewers_at_once_each_see_their_own(open_page: Open, run: Path) -> None:
    anna, jan = open_page("order=place"), open_page("order=place", name="Jan%20%C5%BB", language="pl")
    for key in ("1", "1", "2"):
        press(anna, key)
        press(jan, "2")
    assert {(one.reviewer, one.verdict) for one in standing(run)} == {
        ("anna", "right"),
        ("anna", "wrong"),
        ("Jan Ż", "wrong"),
    }
    expect(anna.locator(".list .state.right")).to_have_count(2)
    expect(jan.locator(".list .state.wrong")).to_have_count(3)
    anna.goto(anna.url.partition("?")[0] + "?state=disputed&order=place")
    expect(anna.locator(".list li")).to_have_count(2)
    expect(anna.locator(".decision.wrong")).to_contain_text("Jan Ż: wrong")


def test_the_language_is_changed_and_stays(open_page: Open) -> None:
    page = open_page("table=dates&document=umowa&order=place")
    page.get_by_role("button", name="Polski").click()
    expect(page.locator("#said-value")).to_have_text("5 maja 2014")
    expect(page.locator("html")).to_have_attribute("lang", "pl")
    assert "document=umowa" in page.url


def test_a_document_full_of_markup_is_shown_as_text(open_page: Open) -> None:
    page = open_page("table=dates&document=img&order=place")
    press(page, "d")
    assert "<script>window.broken" in page.locator("#body").inner_text()
    expect(page.locator(".source")).to_have_text("<img src=x>.txt")
    expect(page.locator("main img, main script")).to_have_count(0)
    assert page.evaluate("window.broken") is None


def test_nothing_decided_is_lost_when_the_server_is_killed(browser: Browser, run: Path) -> None:
    with serving(run) as first:
        port = int(first.address.rstrip("/").rpartition(":")[2])
        context = browser.new_context()
        context.add_cookies([{"name": "language", "value": "en", "url": first.address}])
        page = context.new_page()
        page.goto(f"{first.address}?order=place")
        press(page, "1", "2", "1")
        here = value_of(page)
        first.kill()
        press(page, "1")
        expect(page.locator("#said")).to_contain_text("The server does not answer")
        assert value_of(page) == here
    assert [one.verdict for one in standing(run)] == ["right", "wrong", "right"]
    with serving(run, port) as second:
        assert second.said[0].endswith("3 decisions")
        press(page, "4")  # the page is still open: it goes on with the new server
        expect(page.locator(".list .sign")).to_have_count(4)
        context.close()
    assert [one.verdict for one in standing(run)] == ["right", "wrong", "right", "unsure"]


def test_decisions_are_carried_over_to_a_later_run_and_the_rest_is_listed(
    browser: Browser, tmp_path: Path
) -> None:
    out = make_run(tmp_path, TEXTS)
    with serving(out) as server, closing(Reviewer(server.address)) as reviewer:
        for row in reviewer.rows("order=place&table=dates"):
            reviewer.decide(row, "right")
    decided = len(standing(out))
    make_run(tmp_path, TEXTS | {"raport.txt": "Nowa treść, w 2019 r.\n"})
    with serving(out) as server:
        gone = [line for line in server.said if "document gone" in line]
        assert 0 < len(gone) < decided
        context = browser.new_context(locale="en-GB")
        page = context.new_page()
        page.goto(f"{server.address}?table=dates&state=done")
        expect(page.locator(".list li")).to_have_count(decided - len(gone))
        page.locator(".notice a").click()
        expect(page.locator("tbody tr")).to_have_count(len(gone))
        context.close()


@pytest.mark.parametrize(
    "options",
    [{"color_scheme": "light"}, {"color_scheme": "dark"}, {"viewport": {"width": 390, "height": 844}, "has_touch": True}],
    ids=["light", "dark", "phone"],
)  # fmt: skip
def test_axe_finds_nothing_serious(open_page: Open, options: dict[str, Any]) -> None:
    from axe_playwright_python.sync_playwright import Axe  # noqa: PLC0415

    page = open_page("order=rules&document=umowa", language="pl", **options)
    press(page, "1", "2", "4", "d", "m")
    page.locator("summary").first.click()
    found = Axe().run(page).response["violations"]
    press(page, "Escape", "3")
    page.locator("summary").last.click()
    found += Axe().run(page).response["violations"]
    press(page, "Escape")
    page.evaluate("help.showModal()")
    found += Axe().run(page).response["violations"]
    assert [
        (one["id"], one["nodes"][0]["html"][:200])
        for one in found
        if one["impact"] in ("serious", "critical")
    ] == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (
        "the page is wider than the window"
    )
