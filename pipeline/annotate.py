"""Named entities of a document, proposed by a spaCy pipeline.

The only module besides ``features`` that imports spaCy, and only when a model is loaded: a run by rules alone
starts without it. Every label scheme in use for Polish is mapped to that of the National Corpus: persName,
orgName, placeName, geogName, date, time.
"""

import re
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, overload

from pipeline.document import Entity, Sentence
from pipeline.models import (
    ModelChoice,
    ModelError,
    ModelInfo,
    candidates,
    choice,
    installed_models,
    select_model,
)

if TYPE_CHECKING:
    from spacy.language import Language

__all__ = [
    "Annotator",
    "ModelChoice",
    "ModelError",
    "ModelInfo",
    "entities",
    "installed_models",
    "load_annotator",
    "load_model",
    "model_name",
    "select_model",
]

LABELS: Mapping[str, str] = {
    "persname": "persName", "per": "persName", "person": "persName",
    "orgname": "orgName", "org": "orgName",
    "placename": "placeName", "loc": "placeName", "gpe": "placeName",
    "geogname": "geogName", "fac": "geogName",
    "date": "date", "time": "time",
}  # fmt: skip
"""What each label of a model stands for; others (MISC) are left out."""

RECOGNISERS = ("ner", "plextract_ner", "beam_ner", "entity_ruler", "span_ruler")
ENCODERS = ("tok2vec", "transformer", "curated_transformer")
MAX_CHARACTERS = 4000
"""The longest stretch a model gets at once; longer sentences are divided, to bound its memory."""
MAX_FORMS = 300_000
"""Word forms that spaCy keeps from one document to the next; later ones it forgets with their document."""
DIVIDERS = ("; ", ", ", " ")
"""Where a long sentence is divided, the best place first."""
SPACES = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Annotator:
    """A loaded model (None where a run goes without), the choice that led to it, and warnings for the user."""

    nlp: "Language | None"
    choice: ModelChoice
    warnings: tuple[str, ...] = ()


@overload
def load_model(name: Literal["auto"] = "auto") -> "Language": ...
@overload
def load_model(name: Literal["none"]) -> None: ...
@overload
def load_model(name: str) -> "Language | None": ...
def load_model(name: str = "auto") -> "Language | None":
    """Return the spaCy pipeline that ``name`` stands for, with only the components that find entities.

    ``auto`` is ``pl_core_news_sm`` where installed, else the bundled pipeline; a package name, the name of a
    bundled pipeline and the path of a folder are taken literally; ``none`` gives None. Raises ``ModelError``
    where there is no such model or it does not load.
    """
    annotator = load_annotator(name)
    if annotator.nlp is None and name != "none":
        raise ModelError("; ".join((*annotator.warnings, annotator.choice.message)))
    return annotator.nlp


def load_annotator(name: str = "auto") -> Annotator:
    """Load the model that ``name`` stands for, or, for ``auto``, the next best one that loads, or none.

    Raises ``ModelError`` where a model was asked for by its name and cannot be had.
    """
    found, passed_over = candidates(name)
    for info in found:
        try:
            nlp, said = _load(info)
        except Exception as error:  # a broken package may raise anything at all
            reason = f"{info.name} {info.version} is there but does not load: {_one_line(error)}"
            if name != "auto":
                raise ModelError(reason) from error
            passed_over.append(reason)
        else:
            return Annotator(nlp, choice(name, info, passed_over), (*passed_over, *said))
    return Annotator(None, choice(name, None, passed_over), tuple(passed_over))


def model_name(nlp: "Language") -> str:
    """Return the name that the ``rule`` column knows a model by: language and name, ``pl_core_news_sm``."""
    return f"{nlp.meta['lang']}_{nlp.meta['name']}"


def _load(info: ModelInfo) -> "tuple[Language, list[str]]":
    """Load a model and return it with what spaCy warned of."""
    import spacy  # noqa: PLC0415 (takes a second, and rules alone do without)

    from pipeline.ner import ops  # noqa: PLC0415 (imports thinc)

    ops.choose_ops()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        unneeded = _unneeded(info.where)
        nlp = spacy.load(info.name if info.origin == "installed" else info.where, exclude=unneeded)
    return nlp, [f"{info.name}: {_one_line(warning.message)}" for warning in caught if _is_telling(warning)]


def _is_telling(warning: warnings.WarningMessage) -> bool:
    return not issubclass(warning.category, DeprecationWarning | PendingDeprecationWarning | FutureWarning)


def _one_line(error: object) -> str:
    return " ".join(str(error).split())[:300] or type(error).__name__


def _unneeded(folder: Path) -> list[str]:
    """Return the components that entities do not depend on: all but the recognisers and the encoders they listen to."""
    from spacy import util  # noqa: PLC0415

    config = util.load_config(folder / "config.cfg")
    pipeline: list[str] = config["nlp"]["pipeline"]
    parts: dict[str, Any] = config["components"]
    factories = {part: str(parts[part].get("factory", part)) for part in pipeline if part in parts}
    needed = {part for part, factory in factories.items() if factory in RECOGNISERS}
    if not needed:
        raise ModelError("it has no component that recognises names")
    for upstream in {heard for part in needed for heard in _upstream(parts[part])}:
        needed |= {
            part
            for part, factory in factories.items()
            if (part == upstream or (upstream == "*" and factory in ENCODERS))
        }
    return [part for part in pipeline if part not in needed]


def _upstream(config: Mapping[str, Any]) -> Iterator[str]:
    """Yield the names of the shared encoders that a component's config listens to."""
    if "Listener" in str(config.get("@architectures", "")):
        yield str(config.get("upstream", "*"))
    for value in config.values():
        if isinstance(value, Mapping):
            yield from _upstream(value)


def entities(nlp: "Language", text: str, sentences: Sequence[Sentence]) -> list[Entity]:
    """Return the entities that ``nlp`` finds in the sentences of ``text``, in text order, not overlapping.

    Offsets are those of ``text``. Each sentence is read by itself, its line breaks and runs of space as one
    space; one without a capital cannot hold a name and is not read.
    """
    places: dict[str, list[tuple[int, str]]] = {}
    for start, end in _pieces(text, sentences):
        raw = text[start:end]
        if raw != raw.lower():
            places.setdefault(SPACES.sub(" ", raw), []).append((start, raw))
    found: list[Entity] = []
    texts = sorted(places, key=len)  # sentences of like length fill a batch evenly
    with nlp.memory_zone() if len(nlp.vocab) > MAX_FORMS else nullcontext():
        for doc in nlp.pipe(texts):
            spans = [(span.start_char, span.end_char, LABELS.get(span.label_.lower())) for span in doc.ents]
            if spans:
                for start, raw in places[doc.text]:
                    found.extend(_placed(spans, start, raw))
    found.sort(key=lambda entity: entity.start)
    return found


def _pieces(text: str, sentences: Sequence[Sentence]) -> Iterator[tuple[int, int]]:
    for sentence in sentences:
        start = sentence.start
        while sentence.end - start > MAX_CHARACTERS:
            reach = start + MAX_CHARACTERS
            marks = ((text.rfind(mark, start + MAX_CHARACTERS // 2, reach), mark) for mark in DIVIDERS)
            end = next((place + len(mark) for place, mark in marks if place > 0), reach)
            yield start, end
            start = end
        yield start, sentence.end


def _placed(spans: Sequence[tuple[int, int, str | None]], start: int, raw: str) -> Iterator[Entity]:
    """Map spans of the text that the model read back to the document."""
    origin = _origins(raw)
    for first, last, label in spans:
        begin, end = start + origin[first], start + origin[last - 1] + 1
        surface = raw[begin - start : end - start]
        begin += len(surface) - len(surface.lstrip())
        end -= len(surface) - len(surface.rstrip())
        if label is not None and begin < end:
            yield Entity(begin, end, label)


def _origins(raw: str) -> Sequence[int]:
    """Return, for each character of ``raw`` with its runs of space made one, where it stands in ``raw``."""
    origins: list[int] = []
    done = 0
    for run in SPACES.finditer(raw):
        if run.end() - run.start() > 1:
            origins.extend(range(done, run.start() + 1))
            done = run.end()
    if not origins:
        return range(len(raw))
    origins.extend(range(done, len(raw)))
    return origins
