"""How a command ends: exit statuses, messages of failure, and a clean end on Ctrl-C and SIGTERM."""

import re
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NoReturn

import typer

FAILURE, WRONG_USE, SOME_FAILED = 1, 2, 3
INTERRUPTED = 128 + signal.SIGINT
TERMINATED = 128 + signal.SIGTERM


class Terminated(BaseException):
    """SIGTERM was received."""


def run_to_its_end(app: Callable[[], object]) -> None:
    """Run a command line; SIGTERM ends it as cleanly as Ctrl-C."""
    signal.signal(signal.SIGTERM, _terminate)
    try:
        app()
    except Terminated:
        typer.secho("plextract: terminated", err=True, fg=typer.colors.RED)
        sys.exit(TERMINATED)


def _terminate(number: int, frame: object) -> NoReturn:
    raise Terminated


UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def visible(text: str) -> str:
    """Return ``text`` with what could command a terminal, or turn what it shows around, as ``\\x1b`` and the like."""
    return UNSAFE.sub(lambda found: found.group().encode("unicode-escape").decode(), text)


def fail(message: str, code: int = FAILURE) -> NoReturn:
    """End the command with a message on stderr and an exit status."""
    typer.secho(f"plextract: {visible(message)}", err=True, fg=typer.colors.RED)
    raise typer.Exit(code)


@contextmanager
def clean_end(out: object) -> Iterator[None]:
    """End on Ctrl-C and SIGTERM with a line and the signal's exit status."""
    try:
        yield
    except KeyboardInterrupt:
        fail(f"interrupted; --resume goes on with what is in {out}", INTERRUPTED)
    except Terminated:
        fail(f"terminated; --resume goes on with what is in {out}", TERMINATED)
