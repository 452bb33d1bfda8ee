"""The review page: a server for one person's browser over one run. It loads nothing from elsewhere and sends nothing out."""

import getpass
import socket
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import asdict, dataclass, fields, replace
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlencode

import uvicorn
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from pipeline.examples import TABLES, parse
from pipeline.review.decisions import FILE, Decision, Decisions, Values, Verdict
from pipeline.review.forms import Field, fields_of, read_values
from pipeline.review.guard import Guard, new_token, same
from pipeline.review.queue import ORDERS, RECORDS, STATES, Queue, Row, UnreadableRun, View
from pipeline.review.spans import Mark, locate, neighbours, pieces, window
from pipeline.review.wording import LANGUAGES, NARROW, in_words, texts
from pipeline.rules import Rule

__all__ = ["Opened", "UnreadableRun", "listen", "serve"]

HOST = "127.0.0.1"
MOST_NOTE = 2000
SHORT = 40
"""Characters of a sentence, such as a table's cell, that says little without its neighbours."""
SIMPLE: tuple[Verdict, ...] = ("right", "wrong", "unsure")
"""Verdicts that need no further values."""


class Page:
    """The answers to requests, over one run and its decisions."""

    def __init__(self, queue: Queue, decisions: Decisions, *, reviewer: str, port: int) -> None:
        self.queue = queue
        self.decisions = decisions
        self.reviewer = reviewer
        self.token = new_token()
        self.n_stale = 0
        """Decisions of earlier runs that did not fit when the page was started."""
        self._templates = Environment(
            loader=PackageLoader("pipeline.review"),
            autoescape=select_autoescape(default=True, default_for_string=True),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        routes = [
            Route("/", self.rows),
            Route("/document/{doc_id}", self.document),
            Route("/carried", self.carried),
            Route("/words", self.words),
            Route("/decide", self._change(self.decide), methods=["POST"]),
            Route("/missed", self._change(self.missed), methods=["POST"]),
            Route("/undo", self._change(self.undo), methods=["POST"]),
            Route("/settings", self._change(self.settings), methods=["POST"]),
            Mount("/static", StaticFiles(packages=[("pipeline.review", "static")])),
        ]
        self.app = Guard(Starlette(routes=routes), port=port)

    @cached_property
    def rules(self) -> dict[str, Rule]:
        """Every rule by its id."""
        return {rule.id: rule for table in TABLES for rule in table.rules()}

    def warm_up(self) -> None:
        """Do now what the first answer would take long for."""
        self.queue.ids(View())
        for once in (self.rules, self.queue.choices, texts(LANGUAGES[0])):
            assert once is not None
        for name in self._templates.list_templates():
            self._templates.get_template(name)

    # --- pages -----------------------------------------------------------------------------------------------

    def rows(self, request: Request) -> Response:
        """Answer the whole page, or the part that changes from row to row where the script asks for it."""
        view = view_of(request.query_params)
        reviewer = self._reviewer(request)
        at = request.query_params.get("at", "")
        if _is_number(at):
            current: int | None = int(at)
        else:
            current = self.queue.next_open(view, reviewer) if view.state in ("any", "open") else None
        return self._render_rows(request, view, current)

    def _render_rows(self, request: Request, view: View, current: int | None, said: str = "") -> Response:
        reviewer = self._reviewer(request)
        language = self._language(request)
        ids = self.queue.in_state(view, reviewer)
        position = self.queue.position(ids, current) if current is not None else -1
        if position < 0 and len(ids) and (current is None or view.state == "any"):
            position = 0
        if position >= 0:
            current = int(ids[position])
        first, page = self.queue.page(ids, position)
        row = next((found for found in page if found.id == current), None)
        if row is None and current is not None:
            row = self.queue.row(current)
        counts = self.queue.counts(view, reviewer)
        template = "rows.html" if request.headers.get("x-part") else "page.html"
        rules, labels = self.queue.choices if template == "page.html" else ([], [])
        return self._html(
            request,
            template,
            said=said,
            view=view,
            query=query_of(view),
            active=_active(view, texts(language)),
            orders=ORDERS,
            states=STATES,
            tables=list(RECORDS),
            rules=rules,
            labels=labels,
            counts=counts,
            page=[
                (found, state, in_words(found.record, found.values, language))
                for found, state in zip(
                    page, self.queue.states([found.id for found in page], reviewer), strict=True
                )
            ],
            first=first,
            n_rows=len(ids),
            page_before=int(ids[first - 1]) if first > 0 else None,
            page_after=int(ids[first + len(page)]) if first + len(page) < len(ids) else None,
            before=int(ids[position - 1]) if position > 0 else None,
            after=int(ids[position + 1]) if 0 <= position < len(ids) - 1 else None,
            row=row,
            card=self._card(row, reviewer, language, view.state == "disputed") if row else None,
            n_stale=self.n_stale,
        )

    def _card(self, row: Row, reviewer: str, language: str, disputed: bool) -> dict[str, Any]:
        columns = row.columns
        sentence = columns["sentence"]
        inside = locate(sentence, columns["text"])
        offset = columns["start"] - (inside[0] if inside else 0)
        around = ("", "")
        if len(inside) != 1 or len(sentence) < SHORT:
            document = self.queue.document(columns["doc_id"])
            text = document["text"] if document else ""
            offset = next(
                (start for place in inside if text.startswith(sentence, start := columns["start"] - place)),
                offset,
            )
            if len(sentence) < SHORT:
                around = neighbours(text, offset, offset + len(sentence))
        start = columns["start"] - offset
        words = self.queue.words_on(row)
        decision = words.pop(reviewer, None)
        rule = self.rules.get(columns["rule"])
        return {
            "offset": offset,
            "around": around,
            "sentence": (
                sentence[:start],
                sentence[start : start + len(columns["text"])],
                sentence[start + len(columns["text"]) :],
            ),
            "words": in_words(row.record, row.values, language),
            "decision": decision,
            "others": [(one, self._said(one, language) if one.after else "") for one in words.values()]
            if disputed
            else [],
            "decided_words": in_words(row.record, decision.after, language)
            if decision and decision.after
            else "",
            "decided_text": decision.after["text"]
            if decision and decision.after and decision.after["text"] != columns["text"]
            else "",
            "values": (decision.after if decision and decision.after else None) or row.values,
            "fields": fields_of(row.record),
            "rule": rule,
            "examples": [_marked(example) for example in rule.examples[:4]] if rule else [],
            "negatives": [_marked(example) for example in rule.negatives[:2]] if rule else [],
        }

    def document(self, request: Request) -> Response:
        """Answer a document's text, or the part around a place of a long one, with all that was found in it."""
        doc_id = request.path_params["doc_id"]
        found = self.queue.document(doc_id)
        if found is None:
            raise HTTPException(404)
        language = self._language(request)
        at = request.query_params.get("at", "")
        here = int(at) if _is_number(at) else -1
        table = request.query_params.get("table", "")
        rows = self.queue.rows_of(doc_id)
        current = next((row for row in rows if row.id == here), None)
        shown = window(found["text"], current.columns["start"] if current else 0)
        marks = [
            Mark(
                row.columns["start"],
                row.columns["end"],
                row.record.table,
                in_words(row.record, row.values, language),
                row.id,
            )
            for row in rows
        ]
        marks += [
            Mark(
                decision.start,
                decision.end,
                f"{decision.table} missed",
                self._said(decision, language),
                -decision.id,
            )
            for decision in self.decisions.standing(doc_id=doc_id)
            if decision.verdict == "missed"
        ]
        return self._html(
            request,
            "document.html",
            document=found,
            pieces=pieces(found["text"], marks, shown),
            shown=shown,
            here=here,
            table=table if table in RECORDS else next(iter(RECORDS)),
            defaults={"amounts": {"currency": "PLN"}},
            tables=list(RECORDS),
            forms={name: fields_of(record) for name, record in RECORDS.items()},
        )

    def carried(self, request: Request) -> Response:
        """Answer the list of decisions that do not fit this run."""
        language = self._language(request)
        stale = [
            (decision, reason, self._said(decision, language))
            for decision, reason in self.queue.carried_over().stale
        ]
        return self._html(request, "carried.html", stale=stale, query="")

    def words(self, request: Request) -> Response:
        """Answer in words what the inputs of a table say; nothing where they are not valid yet."""
        typed = dict(request.query_params)
        record = RECORDS.get(typed.get("table", ""))
        values, faults = read_values(record, typed) if record else ({}, {"table": "choice"})
        return JSONResponse(
            {"words": in_words(record, values, self._language(request)) if record and not faults else ""}
        )

    def _said(self, decision: Decision, language: str) -> str:
        values = decision.after or decision.before
        return in_words(RECORDS[decision.table], values, language) if values else ""

    # --- changes ---------------------------------------------------------------------------------------------

    def decide(self, request: Request, form: FormData) -> Response:
        """Keep a verdict on a row; answer the next row, or the inputs that are wrong."""
        row = self._row(form)
        verdict = _text(form, "verdict")
        if verdict in SIMPLE:
            after = None
        elif verdict == "corrected":
            after, faults = self._read_mention(row.record.table, row.columns["doc_id"], request, form, row)
            if faults:
                return JSONResponse({"faults": faults}, 422)
        else:
            raise HTTPException(400, "no such verdict")
        reviewer = self._reviewer(request)
        view = _view(form)
        following = self.queue.following(view, reviewer, row.id)
        columns = row.columns
        self.decisions.add(
            reviewer=reviewer,
            table=row.record.table,
            doc_id=columns["doc_id"],
            start=columns["start"],
            end=columns["end"],
            text=columns["text"],
            rule=columns["rule"],
            score=columns["score"],
            verdict=verdict,  # type: ignore[arg-type]  # one of SIMPLE, or corrected
            before=row.values,
            after=after,
            note=_text(form, "note")[:MOST_NOTE],
        )
        said = texts(self._language(request))
        message = said["saved"].format(verdict=said["verdicts"][verdict])
        return self._render_rows(request, view, row.id if following is None else following, message)

    def missed(self, request: Request, form: FormData) -> Response:
        """Keep a mention that no row has; answer the inputs that are wrong, if any."""
        table, doc_id = _text(form, "table"), _text(form, "doc_id")
        if table not in RECORDS:
            raise HTTPException(400, "no such table")
        after, faults = self._read_mention(table, doc_id, request, form, None)
        if faults:
            return JSONResponse({"faults": faults}, 422)
        assert after is not None
        self.decisions.add(
            reviewer=self._reviewer(request),
            table=table,
            doc_id=doc_id,
            start=after["start"],
            end=after["end"],
            text=after["text"],
            verdict="missed",
            after=after,
            note=_text(form, "note")[:MOST_NOTE],
        )
        message = texts(self._language(request))["missed_saved"].format(text=after["text"])
        return JSONResponse({"message": message})

    def undo(self, request: Request, form: FormData) -> Response:
        """Take back the reviewer's last decision and answer the row that it was on."""
        reviewer = self._reviewer(request)
        language = self._language(request)
        undone = self.decisions.undo(reviewer)
        said = texts(language)
        at = None if undone is None else self.queue.at(undone)
        if at is None and _is_number(shown := _text(form, "row")):
            at = int(shown)
        message = (
            said["nothing_to_undo"]
            if undone is None
            else said["undone"].format(verdict=said["verdicts"][undone.verdict], text=undone.text)
        )
        return self._render_rows(request, _view(form), at, message)

    def settings(self, request: Request, form: FormData) -> Response:
        """Keep the reviewer's name and language in cookies."""
        answer = RedirectResponse("/?" + query_of(_view(form)), 303)
        if name := _text(form, "reviewer").strip()[:80]:
            answer.set_cookie("reviewer", quote(name), max_age=31_536_000, samesite="strict", httponly=True)
        if (language := _text(form, "language")) in LANGUAGES:
            answer.set_cookie("language", language, max_age=31_536_000, samesite="strict", httponly=True)
        return answer

    def _read_mention(
        self, table: str, doc_id: str, request: Request, form: FormData, row: Row | None
    ) -> tuple[Values | None, dict[str, str]]:
        """Return the values and place that were given for a mention, and what is wrong with which input.

        ``row`` is the one that is corrected; None where a mention is added, which then must not overlap a row.
        """
        document = self.queue.document(doc_id)
        if document is None:
            raise HTTPException(404)
        typed = {name: value for name, value in form.items() if isinstance(value, str)}
        values, faults = read_values(RECORDS[table], typed)
        start, end = (int(text) if _is_number(text := _text(form, name)) else -1 for name in ("start", "end"))
        if not 0 <= start < end <= len(document["text"]) or not document["text"][start:end].strip():
            faults["span"] = "span"
        elif row is None and any(
            found.record.table == table and found.columns["start"] < end and start < found.columns["end"]
            for found in self.queue.rows_of(doc_id)
        ):
            faults["span"] = "overlap"
        if faults:
            said = texts(self._language(request))["faults"]
            return None, {name: said[fault] for name, fault in faults.items()}
        before = row.values if row else {}
        return {**before, **values, "start": start, "end": end, "text": document["text"][start:end]}, {}

    def _row(self, form: FormData) -> Row:
        number = _text(form, "row")
        row = self.queue.row(int(number)) if _is_number(number) else None
        if row is None:
            raise HTTPException(404)
        return row

    # --- what requests have in common ------------------------------------------------------------------------

    def _reviewer(self, request: Request) -> str:
        return unquote(request.cookies.get("reviewer", "")) or self.reviewer

    def _language(self, request: Request) -> str:
        chosen = request.cookies.get("language", "")
        if chosen in LANGUAGES:
            return chosen
        asked = request.headers.get("accept-language", "")[:2].lower()
        return asked if asked in LANGUAGES else LANGUAGES[0]

    def _html(self, request: Request, template: str, **values: Any) -> HTMLResponse:
        language = self._language(request)
        return HTMLResponse(
            self._templates.get_template(template).render(
                t=texts(language),
                languages=LANGUAGES,
                reviewer=self._reviewer(request),
                token=self.token,
                grouped=lambda number: f"{number:,}".replace(",", NARROW if language == "pl" else ","),
                score=lambda value: f"{value:.2f}".replace(".", "," if language == "pl" else "."),
                typed=_typed,
                **values,
            )
        )

    def _change(self, handler: Callable[[Request, FormData], Response]) -> Any:
        """Return the endpoint of a change: one without the token of this server is refused."""

        async def endpoint(request: Request) -> Response:
            form = await request.form(max_files=0, max_fields=60)
            if not same(self.token, _text(form, "token")):
                return Response("the page is not of this server; load it again", 403)
            return await run_in_threadpool(handler, request, form)

        return endpoint


def _text(form: FormData, name: str) -> str:
    value = form.get(name, "")
    return value if isinstance(value, str) else ""


def _view(form: FormData) -> View:
    """Return the view that the page showed when it sent a form."""
    return view_of(dict(parse_qsl(_text(form, "view"))))


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 18


def _typed(field: Field, value: object) -> str:
    """Return a value as one would type it."""
    if value is None:
        return ""
    return str(value)[:5] if field.kind == "time" else str(value)


def _marked(example: str) -> list[tuple[str, str]]:
    """Return the text of a rule's example in stretches, each with the value that is found there or none."""
    marked = parse(example)
    stretches: list[tuple[str, str]] = []
    done = 0
    for start, end, value in marked.marks:
        stretches += [(marked.text[done:start], ""), (marked.text[start:end], value)]
        done = end
    return [*stretches, (marked.text[done:], "")]


def view_of(given: Mapping[str, Any]) -> View:
    """Return the view that the values of a query or form describe; what makes no sense is left out."""
    view = View()
    for field in fields(View):
        text = given.get(field.name, "")
        if not isinstance(text, str) or not text:
            continue
        value: Any = text[:500]
        try:
            if field.type in (float, "float"):
                value = min(max(float(text.replace(",", ".")), 0.0), 1.0)
            elif field.type in (int, "int"):
                value = int(text) % 1_000_000
        except ValueError:
            continue
        allowed = {"order": ORDERS, "state": STATES, "table": tuple(RECORDS)}.get(field.name)
        if allowed is None or value in allowed:
            view = replace(view, **{field.name: value})
    return view


def _active(view: View, said: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Return what narrows or orders a view: its name, its value in words, and the query without it."""
    names = {"min_score": "score_from", "max_score": "score_to"}
    words = {"order": said["orders"], "state": said["states"]}
    return [
        (
            said[names.get(name, name)],
            words.get(name, {}).get(value, str(value)),
            query_of(replace(view, **{name: usual})),
        )
        for name, usual in asdict(View()).items()
        if (value := getattr(view, name)) != usual and name != "table"
    ]


def query_of(view: View) -> str:
    """Return a view as a query, without what is as always."""
    usual = asdict(View())
    return urlencode({name: value for name, value in asdict(view).items() if value != usual[name]})


def listen(port: int | None) -> socket.socket:
    """Return a socket on loopback, at a free port where none is named; raises ``OSError`` where it is taken."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port or 0))
        listener.listen(128)  # so that nobody else gets the port meanwhile
    except OSError:
        listener.close()
        raise
    return listener


@dataclass(frozen=True, slots=True)
class Opened:
    """A run that is ready to be reviewed."""

    address: str
    n_rows: int
    n_decisions: int
    stale: list[tuple[Decision, str]]
    """Decisions that do not fit the run's rows, each with the reason."""


def serve(
    out: Path, listener: socket.socket, *, reviewer: str | None = None, ready: Callable[[Opened], None]
) -> None:
    """Serve the review of the run under ``out`` until Ctrl-C; ``ready`` is called once the run is read.

    Raises ``sqlite3.Error`` where decisions cannot be kept, and ``UnreadableRun``.
    """
    port = listener.getsockname()[1]
    with (
        closing(listener),
        Decisions.open(out / FILE) as decisions,
        closing(Queue(out, decisions)) as queue,
    ):
        page = Page(queue, decisions, reviewer=reviewer or _user(), port=port)
        page.warm_up()
        config = uvicorn.Config(page.app, log_level="warning", access_log=False, server_header=False)
        carried = queue.carried_over()
        page.n_stale = len(carried.stale)
        n_decisions = len(carried.applying) + len(carried.stale)
        ready(Opened(f"http://{HOST}:{port}/", queue.n_rows, n_decisions, carried.stale))
        uvicorn.Server(config).run(sockets=[listener])


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "reviewer"
