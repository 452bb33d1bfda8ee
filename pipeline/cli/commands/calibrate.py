"""``plextract calibrate``: scores that are probabilities, measured on gold."""

from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.ending import WRONG_USE, fail
from pipeline.cli.options import CORPUS, Model, console, load

FITTED = [CORPUS / "holdout" / "gold.jsonl", CORPUS / "unseen" / "gold.jsonl"]
OTHERS = [CORPUS / "gold.jsonl", CORPUS / "fresh" / "gold.jsonl"]


def calibrate(
    *,
    gold: Annotated[
        list[Path] | None,
        typer.Option(
            help="Gold file to fit on, its documents in docs/ beside it; else the sets that no rule was written on."
        ),
    ] = None,
    also: Annotated[
        list[Path] | None, typer.Option(help="Gold file to score besides, without fitting on it.")
    ] = None,
    model: Model = "auto",
    write: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the estimates to this file.")
    ] = None,
) -> None:
    """Estimate from gold how probable it is that a row of each rule is right.

    Prints how well such scores hold on documents that they were not fitted on (cross-validated by document).

    [b]Examples[/]

      plextract calibrate

      plextract calibrate --write rules/scores/calibration.yaml
    """
    import yaml

    from pipeline.cli import screen
    from pipeline.evaluate import calibration, evaluate
    from pipeline.evaluate.scoring import read_gold
    from pipeline.scores import AS_WRITTEN, as_data

    fitted = gold or FITTED
    others = also if also is not None else [] if gold else OTHERS
    annotator = load(model)
    outcomes = []
    marks = []
    for path in (*fitted, *others):
        try:
            documents = read_gold(path)
        except (OSError, ValueError) as error:
            fail(str(error), WRONG_USE)
        measured = evaluate(documents, path.parent / "docs", annotator.nlp, estimates=AS_WRITTEN)
        outcomes += measured.outcomes
        marks += [path in fitted] * len(documents)
    own = [document for document, mark in zip(outcomes, marks, strict=True) if mark]
    if not own:
        fail("there are no documents to fit on", WRONG_USE)
    strength = calibration.best_strength(own)
    terminal = console()
    terminal.print(
        f"{len(own)} documents fitted on, {len(outcomes)} scored in cross-validation, strength {strength:g}",
        highlight=False,
    )
    screen.reliability(terminal, calibration.cross_validated(outcomes, strength, fitted_on=marks))
    if write:
        estimates = calibration.fit(calibration.together(own), strength)
        data = as_data(estimates, gold=[path.as_posix() for path in fitted], model=measured.model)
        write.parent.mkdir(parents=True, exist_ok=True)
        write.write_text(
            "# Made by `plextract calibrate --write`; do not edit. Of each rule: rows that were right, rows.\n"
            + yaml.safe_dump(data, allow_unicode=True, sort_keys=False, default_flow_style=None, width=110),
            encoding="utf-8",
        )
