"""Imports point one way, and heavy libraries are imported in one place each."""

import ast
import graphlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parent.parent / "pipeline"

LAYERS = (
    ("environment", "forkserver", "parquet", "records", "storage"),
    ("document",),
    (
        "morphology",
        "lexicon",
        "syntax",
        "automaton",
        "patterns",
        "rules",
        "scores",
        "numbers",
        "models",
        "nominals",
        "nominative",
    ),
    ("ner", "read", "normalise", "segment", "annotate", "extractors", "resolve"),
    ("flow",),
    ("examples", "write"),
    ("metadata", "warm"),
    ("batch", "evaluate", "library"),
    ("charts", "cluster", "database"),
    ("export", "report"),
    ("review",),
    ("gold",),
    ("component",),
    ("cli",),
)
RANKS = {name: rank for rank, layer in enumerate(LAYERS) for name in layer}

ONLY_THERE = {
    "spacy": {"annotate", "component", "ner"},
    "thinc": {"ner"},
    "matplotlib": {"evaluate"},
    "typer": {"cli"},
    "rich": {"cli"},
    "morfeusz2": {"morphology", "ner"},
    "pypdfium2": {"read"},
    "duckdb": {"database", "export", "review"},
    "fsspec": {"storage"},
    "jinja2": {"report", "review"},
    "ray": {"cluster"},
    "starlette": {"review"},
    "uvicorn": {"review"},
    "xlsxwriter": {"export"},
}


@cache
def modules() -> dict[str, Path]:
    """Return every module of the package by its dotted name without ``pipeline.``."""
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        if name:
            found[name] = path
    return found


def imports(path: Path) -> Iterator[tuple[str, bool]]:
    """Yield what a module imports, and whether that happens when it is imported itself (not for types alone)."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for_types = {
        node
        for block in ast.walk(tree)
        if isinstance(block, ast.If) and ast.unparse(block.test) == "TYPE_CHECKING"
        for node in ast.walk(block)
    }
    for node in ast.walk(tree):
        now = node in tree.body
        if node in for_types:
            continue
        if isinstance(node, ast.Import):
            yield from ((alias.name, now) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0 and node.module, f"{path.name}: relative import"
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                is_module = inner.removeprefix("pipeline.") in modules()
                yield (inner if node.module.startswith("pipeline") and is_module else node.module), now


def rank(module: str) -> int:
    return RANKS[module.split(".", maxsplit=1)[0]]


def test_every_module_has_its_layer() -> None:
    tops = {name.split(".")[0] for name in modules()}
    assert tops - set(RANKS) == set(), "place the new module in LAYERS"


@pytest.mark.parametrize("module", list(modules()))
def test_imports_point_to_the_same_layer_or_one_below(module: str) -> None:
    for imported, _ in imports(modules()[module]):
        if imported.startswith("pipeline."):
            assert rank(imported.removeprefix("pipeline.")) <= rank(module), f"{module} imports {imported}"


def test_no_imports_go_round_in_circles() -> None:
    graph = {
        name: {found.removeprefix("pipeline.") for found, _ in imports(path) if found.startswith("pipeline.")}
        for name, path in modules().items()
    }
    list(graphlib.TopologicalSorter(graph).static_order())  # raises CycleError, which names the circle


@pytest.mark.parametrize("library", list(ONLY_THERE))
def test_a_library_is_imported_only_in_its_place(library: str) -> None:
    users = {
        name.split(".")[0]
        for name, path in modules().items()
        for imported, _ in imports(path)
        if imported.split(".")[0] == library
    }
    assert users <= ONLY_THERE[library]


@pytest.mark.parametrize("module", [name for name in modules() if name.startswith("cli.commands")])
def test_a_command_imports_nothing_heavy_before_it_runs(module: str) -> None:
    at_once = {imported for imported, now in imports(modules()[module]) if now}
    assert {name for name in at_once if name.startswith("pipeline")} <= {
        "pipeline.cli.ending",
        "pipeline.cli.options",
    }
    assert {name.split(".")[0] for name in at_once}.isdisjoint({"rich", "spacy", "pyarrow", "numpy"})
