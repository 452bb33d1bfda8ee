"""Bytes in, readable text out: find the inputs, tell their format and encoding, and read them.

``discover`` lists the inputs of a run, ``read`` turns one into a ``RawDocument``. What cannot be read
raises ``StageError`` with a message that a user understands; nothing else is meant to escape.
"""

from pipeline.read.discovery import discover
from pipeline.read.large_texts import Part
from pipeline.read.reader import read
from pipeline.read.source import DEFAULT_MAX_BYTES, Problem, Source

__all__ = ["DEFAULT_MAX_BYTES", "Part", "Problem", "Source", "discover", "read"]
