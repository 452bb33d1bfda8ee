"""``plextract evaluate``: figures on documents that have gold."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.ending import FAILURE, WRONG_USE, fail
from pipeline.cli.options import CORPUS, Model, Rules, console, load

if TYPE_CHECKING:
    from pipeline.evaluate import Evaluation


def evaluate(
    *,
    gold: Annotated[Path, typer.Option(help="Gold file, JSON Lines.", exists=True, dir_okay=False)] = CORPUS
    / "gold.jsonl",
    docs: Annotated[
        Path, typer.Option(help="Folder of the documents that gold names.", exists=True, file_okay=False)
    ] = CORPUS / "docs",
    model: Model = "auto",
    rules: Rules = None,
    errors: Annotated[
        bool, typer.Option("--errors", help="List what was missed, misread or wrongly found.")
    ] = False,
    table: Annotated[list[str] | None, typer.Option(help="List only the errors of this table.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    plot: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Draw how well scores hold, as .svg, .png or .pdf (needs matplotlib)."
        ),
    ] = None,
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

      plextract evaluate --gold corpus/unseen/gold.jsonl --docs corpus/unseen/docs --plot scores.svg
    """
    from pipeline.cli import screen
    from pipeline.evaluate import Baseline
    from pipeline.evaluate import evaluate as measure
    from pipeline.evaluate.scoring import read_gold

    try:
        documents = read_gold(gold)
    except (OSError, ValueError) as error:
        fail(str(error), WRONG_USE)
    measured = measure(documents, docs, load(model).nlp)
    terminal = console()
    if as_json:
        listed = {"errors": [fault.as_dict() for fault in measured.mistakes(table or ())]} if errors else {}
        typer.echo(json.dumps({**measured.as_dict(), **listed}, indent=2, ensure_ascii=False, default=str))
    else:
        if errors:
            for fault in measured.mistakes(table or ()):
                screen.mistake(terminal, fault)
            terminal.print()
        screen.evaluation(terminal, measured)
    if plot:
        _draw(measured, plot)
    baseline = Baseline.read(gate or CORPUS / "baseline.json")
    if update_baseline:
        baseline = baseline.raised(measured.model, measured.figures)
        baseline.write(gate or CORPUS / "baseline.json")
    if gate:
        shortfalls = baseline.shortfalls(measured.model, measured.figures)
        if shortfalls is None:
            fail(f"{gate} has no floors for the model {measured.model}")
        screen.shortfalls(console(stderr=True), shortfalls)
        if shortfalls:
            raise typer.Exit(FAILURE)


def _draw(measured: "Evaluation", path: Path) -> None:
    from pipeline.evaluate.calibration import together

    try:
        from pipeline.evaluate import plots
    except ImportError:
        fail("plots need matplotlib: pip install 'plextract[notebooks]'", WRONG_USE)
    try:
        plots.calibration(together(measured.outcomes), path)
    except (OSError, ValueError) as error:
        fail(f"{path}: {error}", WRONG_USE)
