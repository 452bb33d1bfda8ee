"""Read and process hostile inputs in a process with little memory that notes every file, program and address it asks for.

    python guarded.py exhausting
    python guarded.py referring SECRET_PATH

Prints one JSON object: by name what each input ended with, the seconds of processor time that it took, and what it asked for.
"""

import codecs
import json
import resource
import signal
import sys
import time
from pathlib import Path

import hostile_inputs as hostile

from pipeline import flow
from pipeline.document import StageError
from pipeline.read import Source, read
from pipeline.rules import rules_folder

MEMORY = 1536 * 2**20
"""Bytes that the process may take beyond what it has once the rules are loaded."""
WATCHED = (
    "open",
    "os.",
    "socket.",
    "subprocess.",
    "urllib.",
    "ctypes.dlopen",
    "shutil.",
    "tempfile.",
    "ftplib.",
    "http.",
    "glob.",
)


OWN = tuple(f"('{folder}" for folder in (rules_folder(), sys.prefix, sys.base_prefix))
"""Files of ours, which a document may be the first to need: vocabulary, modules."""
WARM = "Umowa np. z 5 maja 2014 r. Gmina Osiek, 20 gmin i 5 zł."
"""Has the rules and dictionaries loaded."""
SECONDS = 10.0
"""Processor time after which an input is given up."""


def hung(*_: object) -> None:
    raise TimeoutError


def outcome(name: str, data: bytes) -> tuple[str, str]:
    """Return the ``error_type`` of an input, or that it was read, and its text."""
    signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS)
    try:
        raw = read(Source(name, data=data), max_bytes=hostile.MAX_BYTES)
        return hostile.READ, flow.process(raw).document.text[:1000]
    except StageError as error:
        return error.error_type, error.message
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)


def main(kind: str, *paths: str) -> None:
    inputs = hostile.made(hostile.exhausting().items()) if kind == "exhausting" else hostile.referring(*paths)
    signal.signal(signal.SIGVTALRM, hung)
    warm = {
        "a.docx": hostile.docx("Gmina"),
        "a.odt": hostile.odt("Gmina"),
        "a.eml": hostile.message(b""),
        "a.txt": WARM.encode(),
    }
    for name, data in (
        *warm.items(),
        ("a.pdf", hostile.pdf_with_action("x")),
        ("a.html", b"<html>Gmina &Lstrok;&#xD800;"),
    ):
        outcome(name, data)
    codecs.lookup("utf-16-le")  # PDFium's strings
    held = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (held + MEMORY, held + MEMORY))
    asked: list[str] = []

    def note(event: str, arguments: tuple[object, ...]) -> None:
        if event.startswith(WATCHED) and not str(arguments).startswith(OWN):
            asked.append(f"{event} {arguments}")

    sys.addaudithook(note)
    found = {}
    for name, (data, _) in inputs.items():
        asked.clear()
        started = time.process_time()
        ending, text = outcome(name, data)
        found[name] = {
            "ending": ending,
            "text": text,
            "seconds": time.process_time() - started,
            "asked": asked.copy(),
        }
    print(json.dumps(found))


if __name__ == "__main__":
    main(*sys.argv[1:])
