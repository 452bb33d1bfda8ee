"""Which named-entity models there are, and which one a run takes, told without loading any.

A model is a spaCy pipeline: an installed package (``pl_core_news_sm``), one that travels with this project
(``models/``), or a folder. Nothing here imports spaCy, so that asking is quick.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import metadata, util
from pathlib import Path
from typing import Any, Literal

PACKAGE = Path(__file__).resolve().parent
STOCK = "pl_core_news_sm"
AUTO = "auto"
NONE = "none"
LANGUAGES = ("pl", "xx")

Origin = Literal["installed", "bundled", "path"]


class ModelError(ValueError):
    """A model that cannot be had; the message is for the user."""


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """A model as its own ``meta.json`` describes it."""

    name: str
    """Language and name, ``pl_core_news_sm``."""
    version: str
    origin: Origin
    where: Path
    """The folder that holds ``config.cfg``."""
    components: tuple[str, ...]
    labels: tuple[str, ...]
    """What its entities can be."""
    scores: Mapping[str, float]
    """Measured by its makers: ``ents_p``, ``ents_r``, ``ents_f``, and the F1 of each label; empty where not stated."""


@dataclass(frozen=True, slots=True)
class ModelChoice:
    """What a run takes. ``info`` is None for none, ``message`` one line that says what was chosen and why."""

    info: ModelInfo | None
    message: str

    @property
    def reference(self) -> str:
        """The name or path that leads to the same model again."""
        if self.info is None:
            return NONE
        return str(self.info.where) if self.info.origin == "path" else self.info.name


def models_folder() -> Path:
    """Return the folder of the bundled models: in the wheel beside this module, in a checkout beside the package."""
    packed = PACKAGE / "data" / "models"
    return packed if packed.is_dir() else PACKAGE.parent / "models"


def installed_models() -> list[ModelInfo]:
    """Return every model for Polish that is installed as a package or bundled, in the order of preference of ``auto``."""
    found = {info.name: info for info in _bundled()}
    packaged = {entry.name for entry in metadata.entry_points(group="spacy_models")} | {STOCK}
    for name in packaged:
        try:
            found[name] = _installed(name)
        except ModelError:
            continue
    mine = [info for info in found.values() if info.name.split("_")[0] in LANGUAGES]
    return sorted(mine, key=lambda info: (info.name != STOCK, info.origin != "bundled", info.name))


def candidates(name: str = AUTO) -> tuple[list[ModelInfo], list[str]]:
    """Return the models that ``name`` stands for, the preferred one first, and a warning for each unusable one.

    ``auto`` stands for ``pl_core_news_sm`` where it is installed, then for the bundled ones; ``none`` for
    nothing; anything else for an installed package, a bundled model or a folder of that name. Raises
    ``ModelError`` where there is none of that name.
    """
    if name == NONE:
        return [], []
    if name == AUTO:
        warnings = []
        found = []
        if _is_installed(STOCK):
            try:
                found.append(_installed(STOCK))
            except ModelError as error:
                warnings.append(str(error))
        return [*found, *_bundled()], warnings
    if _is_installed(name):
        return [_installed(name)], []
    for info in _bundled():
        if info.name == name:
            return [info], []
    if (Path(name) / "meta.json").is_file():
        return [_read(Path(name), "path")], []
    known = ", ".join(info.name for info in installed_models()) or "none"
    if Path(name).is_dir():
        raise ModelError(f"no model {name}: the folder has no meta.json (models at hand: {known})")
    raise ModelError(
        f"no model {name}: neither a package nor a folder of that name (models at hand: {known})"
    )


def select_model(name: str = AUTO) -> ModelChoice:
    """Tell which model ``name`` leads to, without loading it. Raises ``ModelError`` where there is none of that name."""
    found, warnings = candidates(name)
    return choice(name, found[0] if found else None, warnings)


def choice(name: str, info: ModelInfo | None, warnings: list[str]) -> ModelChoice:
    """Return ``info`` as the choice for ``name`` with the line that says so; ``warnings`` are the ones passed over."""
    if info is not None:
        how = {"installed": "installed package", "bundled": "bundled", "path": "from a folder"}[info.origin]
        return ModelChoice(info, f"model: {info.name} {info.version} ({how})")
    if name == NONE:
        return ModelChoice(None, "model: none (as asked); organisations come from rules alone")
    why = "no model loads" if warnings else f"{STOCK} is not installed and no model is bundled"
    return ModelChoice(None, f"model: none ({why}); organisations come from rules alone")


def _bundled() -> list[ModelInfo]:
    folder = models_folder()
    found = []
    for meta in sorted(folder.glob("*/meta.json")) if folder.is_dir() else ():
        try:
            found.append(_read(meta.parent, "bundled"))
        except ModelError:
            continue  # training leaves other things there
    return found


def _is_installed(name: str) -> bool:
    try:
        metadata.distribution(name)
    except (metadata.PackageNotFoundError, ValueError):
        return False
    return True


def _installed(name: str) -> ModelInfo:
    """Read what the package says of itself, without importing it."""
    if not _is_installed(name):
        raise ModelError(f"{name} is not installed")
    spec = util.find_spec(name) if name.isidentifier() else None
    if spec is None or spec.origin is None:
        raise ModelError(f"{name} is installed, but has no module {name}")
    folder = Path(spec.origin).parent
    meta = _meta(folder)
    return _read(folder / f"{meta['lang']}_{meta['name']}-{meta['version']}", "installed")


def _meta(folder: Path) -> dict[str, Any]:
    try:
        meta = json.loads((folder / "meta.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ModelError(f"{folder.name} is no spaCy pipeline: {error}") from error
    if not isinstance(meta, dict) or not all(
        isinstance(meta.get(key), str) for key in ("lang", "name", "version")
    ):
        raise ModelError(
            f"{folder.name} is no spaCy pipeline: its meta.json lacks a language, name or version"
        )
    return meta


def _read(folder: Path, origin: Origin) -> ModelInfo:
    meta = _meta(folder)
    if not (folder / "config.cfg").is_file():
        raise ModelError(f"{folder.name} is no spaCy pipeline: it has no config.cfg")
    labels = meta.get("labels")
    return ModelInfo(
        name=f"{meta['lang']}_{meta['name']}",
        version=meta["version"],
        origin=origin,
        where=folder,
        components=tuple(meta.get("pipeline") or meta.get("components") or ()),
        labels=tuple(labels.get("ner", ())) if isinstance(labels, dict) else (),
        scores=dict(_scores(meta.get("performance"))),
    )


def _scores(performance: object) -> Iterator[tuple[str, float]]:
    if not isinstance(performance, dict):
        return
    for key in ("ents_p", "ents_r", "ents_f"):
        if isinstance(performance.get(key), int | float):
            yield key, float(performance[key])
    by_type = performance.get("ents_per_type")
    for label, scores in by_type.items() if isinstance(by_type, dict) else ():
        f1 = scores.get("f") if isinstance(scores, dict) else None
        if isinstance(f1, int | float) and f1 > 0:  # spaCy's packages have 0 where nothing was measured
            yield label, float(f1)
