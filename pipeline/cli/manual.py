"""The help texts of the command line as a manual page in the macros of man(7).

``click-man`` does this for click; Typer has a click of its own, which it does not know.
"""

import inspect
import re
from collections.abc import Iterator
from typing import Any

from pipeline.cli.ending import FAILURE, INTERRUPTED, SOME_FAILED, TERMINATED, WRONG_USE

MARKUP = re.compile(r"\[/?(?:b|i|dim)?\]")
ENDINGS = {
    0: "All well.",
    FAILURE: "Failure: nothing was written, or a quality floor was not reached.",
    WRONG_USE: "Wrong use.",
    SOME_FAILED: "Done, but some inputs are in the table errors.",
    INTERRUPTED: "Ended by Ctrl-C.",
    TERMINATED: "Ended by SIGTERM.",
}


def page(program: Any, version: str) -> str:
    """Return the manual page of a program from its tree of commands."""
    lines = [
        f'.TH PLEXTRACT 1 "" "plextract {version}" "User Commands"',
        ".nh",  # what people type is not hyphenated
        ".ad l",
        ".SH NAME",
        f"plextract \\- {_roff(_text(program.help).rstrip('.'))}",
        ".SH SYNOPSIS",
        ".B plextract",
        ".I COMMAND",
        "[OPTION]... [ARGUMENT]...",
        ".SH COMMANDS",
    ]
    for name, command in _commands(program, ""):
        lines += _section(name, command)
    lines += [".SH EXIT STATUS"]
    for status, meaning in ENDINGS.items():
        lines += [".TP", f".B {status}", meaning]
    lines += [".SH OPTIONS", *_parameters(program)]
    return "\n".join(lines) + "\n"


def _commands(group: Any, before: str) -> Iterator[tuple[str, Any]]:
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from _commands(command, f"{before}{name} ")
        else:
            yield before + name, command


def _section(name: str, command: Any) -> Iterator[str]:
    arguments = [_metavar(one) for one in command.params if one.param_type_name == "argument"]
    yield f'.SS "{_roff(" ".join((name, *arguments)))}"'
    for paragraph in inspect.cleandoc(command.help or "").split("\n\n"):
        if paragraph.startswith("  "):
            yield from (".PP", ".RS 4", ".nf", _roff(_text(paragraph)), ".fi", ".RE")
        else:
            yield from (".PP", _roff(" ".join(_text(paragraph).split())))
    yield from _parameters(command)


def _parameters(command: Any) -> Iterator[str]:
    for one in command.params:
        text = _text(one.help or "")
        if one.param_type_name == "argument":
            shown = _metavar(one)
        else:
            shown = ", ".join(one.opts) + ("" if one.is_flag else f" {_metavar(one)}")
            text += f" Environment variable: {one.envvar}." if one.envvar else ""
        yield from (".TP", f".B {_roff(shown)}", _roff(" ".join(text.split())))


def _metavar(parameter: Any) -> str:
    many = "..." if parameter.nargs == -1 else ""
    return f"{parameter.metavar or parameter.name.upper()}{many}"


def _text(marked: str) -> str:
    return MARKUP.sub("", marked).strip()


def _roff(text: str) -> str:
    """Return a text that man shows as it is: no escapes, no requests at the begin of a line."""
    escaped = text.replace("\\", "\\e").replace("-", "\\-")
    return re.sub(r"^(?=[.'])", r"\\&", escaped, flags=re.MULTILINE)
