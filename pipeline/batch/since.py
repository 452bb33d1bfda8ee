"""A finished run that a new one may take rows over from: whether it can, and if not, why.

Its rows stand for those that would be made anew only where the settings, the versions, the rules, the code and the
model are the same, and where every byte of its files is what its manifest says.
"""

import hashlib
import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pipeline import write
from pipeline.batch import kept, publish
from pipeline.batch.provenance import Follows
from pipeline.batch.shard import ShardReport
from pipeline.records import DocumentRecord
from pipeline.storage import Place


class ManifestError(Exception):
    """No manifest of a run where one was named; the message says so, for a person."""


@dataclass(frozen=True, slots=True)
class Since:
    """What a run took over from an earlier one. Inputs that are in ``errors`` are neither unchanged nor new."""

    manifest: Place
    unchanged: int
    """Inputs whose rows were taken over."""
    new: int
    """Inputs that were processed: those that changed, and those that the earlier run did not have."""
    vanished: int
    """Names that the earlier run has documents under and this one has no input."""
    refused: str | None = None
    """Why nothing was taken over, in a sentence."""

    @property
    def counts(self) -> dict[str, int]:
        return {"unchanged": self.unchanged, "new": self.new, "vanished": self.vanished}


@dataclass(frozen=True, slots=True)
class Opened:
    """An earlier run, and whether its rows can be taken over."""

    manifest: Place
    earlier: kept.Earlier | None
    """None where nothing can be taken over: ``refused`` says why."""
    vanished: int
    refused: str | None

    def came_to(self, reports: Iterable[ShardReport], errors: int) -> Since:
        """Return what came of it in a run of these shards with so many ``errors``."""
        documents = unchanged = 0
        for report in reports:
            documents += report.documents
            unchanged += report.taken_over
        return Since(self.manifest, unchanged, documents - unchanged - errors, self.vanished, self.refused)


def opened(since: Place, names: Collection[str], follows: Follows) -> Opened:
    """Look at the run of a manifest, or of the folder that holds one, for a run of inputs with these ``names``.

    Raises ``ManifestError`` where there is none.
    """
    path, data, manifest = _read(since)
    refused = None
    vanished = 0
    try:
        if manifest.get("kept", {}).get("key") != follows.key:
            refused = _difference(manifest, follows)
        elif not (
            publish.files_are_whole(path.parent, manifest) and publish.kept_is_whole(path.parent, manifest)
        ):
            refused = "files of that run are missing or are not those that it describes"
        else:
            vanished = sum(name not in names for name in _names(path.parent, manifest))
    except (AttributeError, KeyError, TypeError, OSError) as error:
        refused = f"that run cannot be followed ({error or type(error).__name__})"
    if refused:
        return Opened(path, None, 0, f"nothing is taken over from {path}: {refused}")
    return Opened(path, kept.Earlier(path, hashlib.sha256(data).hexdigest()), vanished, None)


def _read(since: Place) -> tuple[Place, bytes, dict[str, Any]]:
    """Return where the manifest is, its bytes, and what they say."""
    try:
        path = since / publish.MANIFEST if since.is_dir() else since
        data = path.read_bytes()
        manifest = json.loads(data)
    except OSError as error:
        raise ManifestError(f"{since} cannot be read: {error.strerror or error}") from error
    except ValueError as error:
        raise ManifestError(f"{since} is no manifest of a run: {error}") from error
    versions = manifest.get("versions") if isinstance(manifest, dict) else None
    if not isinstance(versions, dict) or "plextract" not in versions:
        raise ManifestError(f"{since} is no manifest of a run of plextract")
    return path, data, manifest


def _difference(manifest: Mapping[str, Any], follows: Follows) -> str:
    """Return what the run of a manifest had otherwise, in words."""
    if "kept" not in manifest:
        return "that run is of a version of plextract that did not keep what this needs"
    if names := _unlike(manifest["settings"], follows.settings):
        return f"that run had other settings ({', '.join(names)})"
    if names := _unlike(manifest["versions"], follows.versions):
        return f"that run had other versions ({', '.join(names)})"
    if manifest["rules"] != follows.rules:
        return "that run had other rules"
    return "that run had other code of plextract"


def _names(out: Place, manifest: Mapping[str, Any]) -> Iterator[str]:
    """Yield all names that the documents of a run have."""
    for entry in manifest["files"]:
        if entry["path"].startswith(f"{DocumentRecord.table}/"):
            for row in write.read_table(out / entry["path"], ["source", "also_at"]).to_pylist():
                yield row["source"]
                yield from row["also_at"]


def _unlike(one: Mapping[str, Any], other: Mapping[str, Any]) -> list[str]:
    """Return the names under which two settings differ, as a manifest writes them."""
    written = json.loads(json.dumps(other))
    missing = object()
    return [name for name in sorted({*one, *written}) if one.get(name, missing) != written.get(name, missing)]
