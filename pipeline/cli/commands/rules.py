"""``plextract rules``: the extraction rules and their own examples."""

from typing import Annotated, Any

import typer

from pipeline.cli.ending import FAILURE, WRONG_USE, fail
from pipeline.cli.options import Rules, console, rule_ids, tables

rules_app = typer.Typer(
    help="Look at the extraction rules and check them against their own examples.", no_args_is_help=True
)


@rules_app.command("check")
def check_rules(
    tables_: Annotated[
        list[str] | None,
        typer.Argument(metavar="TABLE", autocompletion=tables, help="Only the rules of these tables."),
    ] = None,
    rules: Rules = None,
) -> None:
    """Check that every rule matches its examples, and nothing else does.

    [b]Examples[/]

      plextract rules check

      plextract rules check dates

      plextract rules check --rules my-rules
    """
    from pipeline import examples
    from pipeline.rules import RuleError

    wanted = [table for table in examples.TABLES if not tables_ or table.name in tables_]
    if unknown := sorted(set(tables_ or ()) - {table.name for table in wanted}):
        fail(f"there are no rules of a table {unknown[0]}", WRONG_USE)
    failures = []
    try:
        for table in wanted:
            failures += (found := examples.check_table(table))
            outcome = f"failures: {len(found)}" if found else "all hold"
            held = table.rules()
            n_examples, n_negatives = (
                sum(len(rule.examples) for rule in held),
                sum(len(rule.negatives) for rule in held),
            )
            typer.echo(
                f"{table.name}: {len(held)} rules, {n_examples} examples, {n_negatives} negatives, {outcome}"
            )
    except RuleError as error:
        fail(str(error))
    for failure in failures:
        typer.secho(f"{failure.rule}: {failure.example}", fg=typer.colors.RED)
        typer.echo(f"  {failure.reason}")
    if failures:
        raise typer.Exit(FAILURE)


@rules_app.command("list")
def list_rules(
    table: Annotated[
        str | None,
        typer.Argument(metavar="TABLE", autocompletion=tables, help="Only the rules of this table."),
    ] = None,
    rules: Rules = None,
) -> None:
    """List the rules and what each is for.

    [b]Example[/]

      plextract rules list dates
    """
    from pipeline.cli import screen

    listed = [rule for name, rule in _rules() if table in (None, name)]
    if not listed:
        fail(f"there are no rules of a table {table}", WRONG_USE)
    screen.rules(console(), listed)


@rules_app.command("show")
def show_rule(
    rule_id: Annotated[
        str, typer.Argument(metavar="ID", autocompletion=rule_ids, help="A rule's id, as in the column rule.")
    ],
    rules: Rules = None,
) -> None:
    """Show one rule: its purpose, pattern and examples.

    [b]Example[/]

      plextract rules show date.day
    """
    from pipeline.cli import screen

    for _, rule in _rules():
        if rule.id == rule_id:
            screen.rule(console(), rule)
            return
    fail(f"there is no rule {rule_id}; plextract rules list names them all", WRONG_USE)


def _rules() -> list[tuple[str, Any]]:
    from pipeline import examples
    from pipeline.rules import RuleError

    try:
        return [(table.name, rule) for table in examples.TABLES for rule in table.rules()]
    except RuleError as error:
        fail(str(error))
