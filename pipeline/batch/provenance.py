"""What the rows of a run follow from besides its inputs: versions of code, model, dictionary and rules, and digests."""

import hashlib
import json
import platform
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.morphology import dictionary_copyright, dictionary_id
from pipeline.read import Source
from pipeline.read.source import sha256_of_text
from pipeline.rules import rules_digest

if TYPE_CHECKING:
    from spacy.language import Language

__all__ = [
    "Follows",
    "code_digest",
    "digest",
    "follows",
    "model_identity",
    "model_label",
    "rules_digest",
    "source_identity",
    "version",
    "versions",
]

NO_MODEL = "none"


def version(distribution: str = "plextract") -> str:
    """Return the version of an installed distribution; ``unknown`` where it is not installed as one."""
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return "unknown"


def versions(nlp: "Language | None") -> dict[str, Any]:
    """Return the versions that a manifest names."""
    return {
        "plextract": version(),
        "python": platform.python_version(),
        "spacy": version("spacy"),
        "pyarrow": version("pyarrow"),
        "model": model_identity(nlp),
        "morfeusz2": {
            "version": version("morfeusz2"),
            "dictionary": dictionary_id(),
            "copyright": dictionary_copyright(),
        },
    }


def model_identity(nlp: "Language | None") -> dict[str, str] | None:
    """Return the name and version that a model states of itself; None for none."""
    if nlp is None:
        return None
    return {"name": f"{nlp.meta['lang']}_{nlp.meta['name']}", "version": str(nlp.meta["version"])}


def model_label(identity: dict[str, str] | None) -> str:
    """Return a model's name and version for a person to read."""
    return f"{identity['name']} {identity['version']}" if identity else NO_MODEL


def digest(*parts: Any) -> str:
    """Return the SHA-256 of JSON values, hexadecimal."""
    text = json.dumps(parts, sort_keys=True, ensure_ascii=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


@cache
def code_digest() -> str:
    """Return the SHA-256 of the package's own modules, hexadecimal: a changed extractor makes other rows."""
    package = Path(__file__).resolve().parent.parent
    whole = hashlib.sha256()
    for path in sorted(package.rglob("*.py")):
        whole.update(path.relative_to(package).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return whole.hexdigest()


@dataclass(frozen=True, slots=True)
class Follows:
    """What all rows of a run follow from; two runs with one ``key`` make the same rows of the same document."""

    key: str
    """Digest of the rest, and of the code."""
    settings: Mapping[str, Any]
    versions: Mapping[str, Any]
    rules: str


def follows(settings: Mapping[str, Any], nlp: "Language | None") -> Follows:
    """Return what the rows of a run with these settings and this model follow from."""
    found, rules = versions(nlp), rules_digest()
    return Follows(digest(settings, found, rules, code_digest()), settings, found, rules)


def source_identity(source: Source) -> list[Any]:
    """Return what tells an input from another, or from itself after a change, without reading its file."""
    content: list[Any] = []
    if source.path is not None:
        try:
            status = source.path.stat()
        except (OSError, ValueError):
            content = ["unreadable"]
        else:
            content = [status.st_size, status.st_mtime_ns]
    elif source.text is not None:
        content = [sha256_of_text(source.text)]
    elif source.row is not None:
        content = [source.row.sha256]
    elif source.data is not None:
        content = [hashlib.sha256(source.data).hexdigest()]
    return [source.name, content, source.reference_date, source.problem]
