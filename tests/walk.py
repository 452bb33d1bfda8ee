"""Code blocks of a Markdown page, and the tutorial that adds a field, done as it says."""

import ast
import re
from dataclasses import dataclass
from pathlib import Path

FENCE = re.compile(
    r"^(?:<!-- not run: (?P<why>.+?) -->\n)?(?P<indent> *)```(?P<language>\w+)(?: title=\"(?P<title>[^\"]+)\")?\n"
    r"(?P<text>.*?)^(?P=indent)```$",
    re.DOTALL | re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block: its language, the title over it, and why it is not run where it is not."""

    language: str
    title: str | None
    text: str
    not_run: str | None
    line: int


def blocks(page: Path) -> list[Block]:
    """Return the code blocks of a page in their order."""
    text = page.read_text(encoding="utf-8")
    return [
        Block(
            found["language"],
            found["title"],
            "".join(line.removeprefix(found["indent"]) for line in found["text"].splitlines(keepends=True)),
            found["why"],
            text.count("\n", 0, found.start()) + 1,
        )
        for found in FENCE.finditer(text)
    ]


def edit(project: Path, block: Block) -> None:
    """Do to a project what the title over a block says: a whole file, or a place in one.

    ``FILE`` is written; ``FILE: above NAME`` and ``FILE: instead of NAME`` put the text where a name is assigned.
    """
    assert block.title is not None
    file, _, where = block.title.partition(": ")
    path = project / file
    if not where:
        assert not path.exists(), f"{file} is there already"
        path.write_text(block.text, encoding="utf-8")
        return
    manner, _, name = where.rpartition(" ")
    source = path.read_text(encoding="utf-8")
    lines = source.splitlines(keepends=True)
    (node,) = [node for node in ast.parse(source).body if _assigns(node, name)]
    first, last = node.lineno - 1, node.end_lineno
    match manner:
        case "above":
            lines[first:first] = [block.text, "\n\n"]
        case "instead of":
            lines[first:last] = [block.text]
        case _:
            raise AssertionError(f"{block.title}: what is to be done?")
    path.write_text("".join(lines), encoding="utf-8")


def _assigns(node: ast.stmt, name: str) -> bool:
    targets = [node.target] if isinstance(node, ast.AnnAssign) else getattr(node, "targets", [])
    return any(isinstance(target, ast.Name) and target.id == name for target in targets)
