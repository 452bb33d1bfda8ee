"""The command line: one command a job, no logic. Commands import what they need, so that --help answers at once."""

import json
import re
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

FAILURE, WRONG_USE, SOME_FAILED = 1, 2, 3
INTERRUPTED = 128 + signal.SIGINT
TERMINATED = 128 + signal.SIGTERM

CORPUS = Path("corpus")

app = typer.Typer(
    name="plextract",
    help="Dates, amounts of money, partner counts and organisations from raw Polish documents, as Parquet tables.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
rules_app = typer.Typer(
    help="Look at the extraction rules and check them against their own examples.", no_args_is_help=True
)
app.add_typer(rules_app, name="rules")

Model = Annotated[
    str,
    typer.Option(
        "--model",
        metavar="auto|none|NAME|PATH",
        help="spaCy model that proposes organisations: [b]auto[/] takes pl_core_news_sm where it is installed, else the "
        "bundled one; [b]none[/] works by rules alone.",
    ),
]
ReferenceDate = Annotated[
    datetime | None,
    typer.Option(
        formats=["%Y-%m-%d"],
        metavar="YYYY-MM-DD",
        help="The day that [b]wczoraj[/] or [b]w ubiegłym roku[/] count from; else what each document states of itself.",
    ),
]


class Terminated(BaseException):
    """SIGTERM was received."""


def main() -> None:
    """Run the command line; SIGTERM ends it as cleanly as Ctrl-C."""
    signal.signal(signal.SIGTERM, _terminate)
    try:
        app()
    except Terminated:
        typer.secho("plextract: terminated", err=True, fg=typer.colors.RED)
        sys.exit(TERMINATED)


def _terminate(number: int, frame: object) -> NoReturn:
    raise Terminated


def _fail(message: str, code: int = FAILURE) -> NoReturn:
    typer.secho(f"plextract: {message}", err=True, fg=typer.colors.RED)
    raise typer.Exit(code)


def _version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        typer.echo(f"plextract {version('plextract')}")
        raise typer.Exit


@app.callback()
def common(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    pass


# --- run -----------------------------------------------------------------------------------------------------


@app.command()
def run(
    inputs: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="INPUT",
            help="Files, folders, globs, tables of texts (.jsonl, .csv, .parquet), or - for stdin.",
        ),
    ] = None,
    *,
    out: Annotated[
        Path, typer.Option("--out", "-o", help="Folder for the datasets; a run that is there is replaced.")
    ],
    model: Model = "auto",
    reference_date: ReferenceDate = None,
    teryt: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="The register TERC as CSV, as GUS publishes it: local governments get their codes from it.",
        ),
    ] = None,
    files_from: Annotated[
        Path | None,
        typer.Option(metavar="LIST", help="Read more inputs from this file, one a line; - is stdin."),
    ] = None,
    text_column: Annotated[str | None, typer.Option(help="Column of a table that holds the texts.")] = None,
    id_column: Annotated[str | None, typer.Option(help="Column that names each text.")] = None,
    date_column: Annotated[str | None, typer.Option(help="Column with each text's reference date.")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with a run that was cut short.")] = False,
    workers: Annotated[int, typer.Option(min=1, help="Processes to work with; the result is the same.")] = 1,
    max_bytes: Annotated[
        str | None, typer.Option(metavar="SIZE", help="Largest input to read, such as 20MB.")
    ] = None,
    log_json: Annotated[
        bool, typer.Option("--log-json", help="Log to stderr, one JSON object a line.")
    ] = False,
) -> None:
    """Extract documents into Parquet datasets.

    What cannot be read becomes a row of [b]errors[/] and the run goes on.

    Exit status: 0 all well, 3 some inputs are in errors, 2 wrong use, 1 failure.

    [b]Examples[/]

      plextract run documents --out tables

      plextract run 'reports/**/*.pdf' letter.docx --out tables --workers 4

      plextract run news.jsonl --text-column body --date-column published --out tables

      find . -name '*.html' | plextract run --files-from - --out tables --resume
    """
    if not inputs and files_from is None:
        _fail("name at least one INPUT, or give --files-from", WRONG_USE)
    from pipeline import batch, read
    from pipeline.cli.screen import JsonLog, progress_bar, summary
    from pipeline.flow import Settings

    limit = read.DEFAULT_MAX_BYTES if max_bytes is None else _size(max_bytes)
    log = JsonLog() if log_json else None
    with _clean_end(out):
        sources = read.discover(
            inputs or [],
            files_from=files_from,
            text_column=text_column,
            id_column=id_column,
            date_column=date_column,
        )
        _check_register(teryt)
        annotator = _load(model, log)
        settings = Settings(reference_date=reference_date.date() if reference_date else None, teryt=teryt)
        try:
            with progress_bar(_console(stderr=True), quiet=log_json) as report:
                done = batch.run(
                    sources,
                    out,
                    annotator.nlp,
                    settings,
                    model=annotator.choice.reference,
                    max_bytes=limit,
                    options={"text_column": text_column, "id_column": id_column, "date_column": date_column},
                    n_workers=workers,
                    resume=resume,
                    report=log.progress if log else report,
                )
        except batch.OutputError as error:
            _fail(str(error), WRONG_USE)
        except OSError as error:
            _fail(f"cannot write to {out}: {error}")
    if log:
        log.done(done)
    else:
        summary(_console(), done)
    if done.errors:
        raise typer.Exit(SOME_FAILED)


# --- evaluate ------------------------------------------------------------------------------------------------


@app.command()
def evaluate(
    *,
    gold: Annotated[Path, typer.Option(help="Gold file, JSON Lines.", exists=True, dir_okay=False)] = CORPUS
    / "gold.jsonl",
    docs: Annotated[
        Path, typer.Option(help="Folder of the documents that gold names.", exists=True, file_okay=False)
    ] = CORPUS / "docs",
    model: Model = "auto",
    errors: Annotated[
        bool, typer.Option("--errors", help="List what was missed, misread or wrongly found.")
    ] = False,
    table: Annotated[list[str] | None, typer.Option(help="List only the errors of this table.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    gate: Annotated[
        Path | None,
        typer.Option(metavar="BASELINE", help="Fail where a floor of this baseline is not reached."),
    ] = None,
    update_baseline: Annotated[
        bool, typer.Option("--update-baseline", help="Raise the floors of the baseline to what was measured.")
    ] = False,
) -> None:
    """Measure precision, recall and F1 on documents that have gold.

    [b]Examples[/]

      plextract evaluate

      plextract evaluate --errors --table dates --model none

      plextract evaluate --gate corpus/baseline.json
    """
    from pipeline.cli import screen
    from pipeline.evaluate import Baseline
    from pipeline.evaluate import evaluate as measure
    from pipeline.evaluate.scoring import read_gold

    try:
        documents = read_gold(gold)
    except (OSError, ValueError) as error:
        _fail(str(error), WRONG_USE)
    measured = measure(documents, docs, _load(model).nlp)
    console = _console()
    if as_json:
        listed = {"errors": [fault.as_dict() for fault in measured.mistakes(table or ())]} if errors else {}
        typer.echo(json.dumps({**measured.as_dict(), **listed}, indent=2, ensure_ascii=False, default=str))
    else:
        if errors:
            for fault in measured.mistakes(table or ()):
                screen.mistake(console, fault)
            console.print()
        screen.evaluation(console, measured)
    baseline = Baseline.read(gate or CORPUS / "baseline.json")
    if update_baseline:
        baseline = baseline.raised(measured.model, measured.figures)
        baseline.write(gate or CORPUS / "baseline.json")
    if gate:
        shortfalls = baseline.shortfalls(measured.model, measured.figures)
        if shortfalls is None:
            _fail(f"{gate} has no floors for the model {measured.model}")
        screen.shortfalls(_console(stderr=True), shortfalls)
        if shortfalls:
            raise typer.Exit(FAILURE)


# --- explain -------------------------------------------------------------------------------------------------


@app.command()
def explain(
    text: Annotated[
        str, typer.Argument(metavar="TEXT", help="The text, or - to read a document from stdin.")
    ],
    model: Model = "auto",
    reference_date: ReferenceDate = None,
) -> None:
    """Show what is read in a text, by which rule, and how sure that is.

    [b]Examples[/]

      plextract explain 'Umowę podpisano 5 maja 2014 r.; 20 gmin otrzyma 2,5 mln zł.'

      plextract explain --reference-date 2016-04-21 - < letter.pdf
    """
    from pipeline import flow, read
    from pipeline.cli.explain import Explanation
    from pipeline.document import StageError

    source = read.Source("-", data=sys.stdin.buffer.read()) if text == "-" else read.Source("-", text=text)
    settings = flow.Settings(reference_date=reference_date.date() if reference_date else None)
    try:
        extraction = flow.process(read.read(source), _load(model).nlp, settings)
    except StageError as error:
        _fail(error.message)
    _console().print(Explanation(extraction))


# --- rules ---------------------------------------------------------------------------------------------------


@rules_app.command("check")
def check_rules() -> None:
    """Check that every rule matches its examples, and nothing else does.

    [b]Example[/]

      plextract rules check
    """
    from pipeline import examples
    from pipeline.rules import RuleError

    failures = []
    try:
        for table in examples.TABLES:
            failures += (found := examples.check_table(table))
            outcome = f"failures: {len(found)}" if found else "all hold"
            rules = table.rules()
            n_examples, n_negatives = (
                sum(len(rule.examples) for rule in rules),
                sum(len(rule.negatives) for rule in rules),
            )
            typer.echo(
                f"{table.name}: {len(rules)} rules, {n_examples} examples, {n_negatives} negatives, {outcome}"
            )
    except RuleError as error:
        _fail(str(error))
    for failure in failures:
        typer.secho(f"{failure.rule}: {failure.example}", fg=typer.colors.RED)
        typer.echo(f"  {failure.reason}")
    if failures:
        raise typer.Exit(FAILURE)


@rules_app.command("list")
def list_rules(
    table: Annotated[
        str | None, typer.Argument(metavar="TABLE", help="Only the rules of this table.")
    ] = None,
) -> None:
    """List the rules and what each is for.

    [b]Example[/]

      plextract rules list dates
    """
    from pipeline.cli import screen

    listed = [rule for name, rule in _rules() if table in (None, name)]
    if not listed:
        _fail(f"there are no rules of a table {table}", WRONG_USE)
    screen.rules(_console(), listed)


@rules_app.command("show")
def show_rule(
    rule_id: Annotated[str, typer.Argument(metavar="ID", help="A rule's id, as in the column rule.")],
) -> None:
    """Show one rule: its purpose, pattern and examples.

    [b]Example[/]

      plextract rules show date.day
    """
    from pipeline.cli import screen

    for _, rule in _rules():
        if rule.id == rule_id:
            screen.rule(_console(), rule)
            return
    _fail(f"there is no rule {rule_id}; plextract rules list names them all", WRONG_USE)


def _rules() -> list[tuple[str, Any]]:
    from pipeline import examples
    from pipeline.rules import RuleError

    try:
        return [(table.name, rule) for table in examples.TABLES for rule in table.rules()]
    except RuleError as error:
        _fail(str(error))


# --- schema and models ---------------------------------------------------------------------------------------


@app.command()
def schema(
    *,
    table: Annotated[str | None, typer.Argument(metavar="TABLE", help="Only this table.")] = None,
    markdown: Annotated[
        bool, typer.Option("--markdown", help="Print the reference as README.md has it.")
    ] = False,
    into: Annotated[
        Path | None,
        typer.Option(metavar="PAGE", help="Renew the reference between the markers of this page."),
    ] = None,
) -> None:
    """Describe the tables and their columns.

    [b]Examples[/]

      plextract schema dates

      plextract schema --markdown

      plextract schema --into README.md
    """
    from pipeline.cli import reference, screen

    if into:
        try:
            into.write_text(reference.updated(into.read_text(encoding="utf-8")), encoding="utf-8")
        except (OSError, ValueError) as error:
            _fail(str(error))
        return
    if markdown:
        typer.echo(reference.markdown(), nl=False)
        return
    if table is not None and table not in reference.names():
        _fail(f"there is no table {table}; there are {', '.join(reference.names())}", WRONG_USE)
    screen.table_reference(_console(), [table] if table else reference.names())


@app.command()
def models(
    get: Annotated[
        bool, typer.Option("--get", help="First try, for 20 seconds at most, to install pl_core_news_sm.")
    ] = False,
) -> None:
    """List the models that --model can name, and say which one auto takes.

    [b]Examples[/]

      plextract models

      plextract models --get
    """
    from pipeline.cli import screen
    from pipeline.models import candidates, installed_models, select_model

    if get:
        from pipeline.cli.fetch import fetch_stock_model

        typer.echo(fetch_stock_model())
        return
    _, warnings = candidates()
    screen.models(_console(), installed_models(), select_model(), warnings)


# --- what commands share -------------------------------------------------------------------------------------


SIZES = {"": 1, "k": 1000, "M": 1000**2, "G": 1000**3, "Ki": 2**10, "Mi": 2**20, "Gi": 2**30}


def _size(stated: str) -> int:
    """Return a number of bytes stated as ``20MB``, ``20MiB`` or ``20000000``; wrong use where it is none."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?) ?([kMG]?i?)B?", stated)
    if not found or found[2] not in SIZES:
        _fail(f"--max-bytes: {stated} is no size; write 20000000, 20MB or 20MiB", WRONG_USE)
    return int(float(found[1]) * SIZES[found[2]])


def _check_register(teryt: Path | None) -> None:
    """End with wrong use where the register cannot be read."""
    from pipeline.resolve import read_register

    if teryt:
        try:
            read_register(teryt)
        except (OSError, ValueError) as error:
            _fail(f"--teryt: {error}", WRONG_USE)


def _load(model: str, log: Any = None) -> Any:
    """Load the model and say on stderr which one it is; wrong use where it cannot be had."""
    from pipeline.annotate import ModelError, load_annotator

    try:
        annotator = load_annotator(model)
    except ModelError as error:
        _fail(str(error), WRONG_USE)
    if log:
        log.write("model", message=annotator.choice.message, warnings=annotator.warnings)
    else:
        for warning in annotator.warnings:
            typer.secho(f"warning: {warning}", err=True, fg=typer.colors.YELLOW)
        typer.echo(annotator.choice.message, err=True)
    return annotator


@contextmanager
def _clean_end(out: Path) -> Iterator[None]:
    """End on Ctrl-C and SIGTERM with a line and the signal's exit status."""
    try:
        yield
    except KeyboardInterrupt:
        _fail(f"interrupted; --resume goes on with what is in {out}", INTERRUPTED)
    except Terminated:
        _fail(f"terminated; --resume goes on with what is in {out}", TERMINATED)


def _console(*, stderr: bool = False) -> Any:
    from rich.console import Console

    return Console(stderr=stderr)
