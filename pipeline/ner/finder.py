"""The component that finds names: tags by a network and a conditional random field, trained and applied.

Its factory `plextract_ner` is registered by entry point.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from spacy.attrs import ENT_IOB, ORTH
from spacy.language import Language
from spacy.pipeline import TrainablePipe
from spacy.tokens import Doc, Span
from spacy.training import Example
from spacy.vocab import Vocab
from thinc.api import Model, Optimizer, set_dropout_rate

from pipeline.ner import crf
from pipeline.ner.crf import MISSING, Field, Floats, Tags, TagScheme
from pipeline.ner.network import COMMITTEE, FIELD, Stretch, reach, scores_of
from pipeline.ner.weights import widen

BATCH_TOKENS = 4_000
"""Tokens that the network reads at once."""
SURE = 0.95
"""The chance of a tag by the first member of a committee below which the others are asked about a token."""
_MISSING_MARK = 0
"""Stands in spaCy's ENT_IOB for a token that nobody annotated."""


class NameFinder(TrainablePipe):  # type: ignore[misc]
    """A trainable component that sets `doc.ents`."""

    def __init__(
        self,
        vocab: Vocab,
        model: Model[list[Doc], list[Floats]],
        name: str,
        scorer: Callable[..., Any] | None,
    ) -> None:
        self.vocab = vocab
        self.model = model
        self.name = name
        self.scorer = scorer
        self.cfg: dict[str, Any] = {"labels": []}
        self._scheme: TagScheme | None = None

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels of the names, in the order of their tags."""
        return tuple(self.cfg["labels"])

    @property
    def label_data(self) -> tuple[str, ...]:
        """What `initialize` takes as `labels`."""
        return self.labels

    @property
    def scheme(self) -> TagScheme:
        """The tags of the labels."""
        if self._scheme is None or self._scheme.labels != self.labels:
            self._scheme = TagScheme(self.labels)
        return self._scheme

    def add_label(self, label: str) -> int:
        """Add a label; 1 where it is new, else 0. Raises ValueError once the weights have their size."""
        if label in self.labels:
            return 0
        if self.model.has_dim("nO"):
            raise ValueError(
                f"{self.name} knows {', '.join(self.labels)}; {label} cannot be added to its weights"
            )
        self.cfg["labels"].append(label)
        self.vocab.strings.add(label)
        return 1

    def initialize(
        self,
        get_examples: Callable[[], Iterable[Example]],
        *,
        nlp: Language | None = None,
        labels: Iterable[str] | None = None,
    ) -> None:
        """Take the labels from `labels` or the examples, and set up the weights."""
        examples = list(get_examples())
        found = (
            labels if labels is not None else {span.label_ for eg in examples for span in eg.reference.ents}
        )
        for label in sorted(found):
            self.add_label(label)
        self.model.set_dim("nO", len(self.scheme.tags))
        self.model.initialize(X=[eg.x for eg in examples[:10]])

    def from_bytes(self, data: bytes, *, exclude: Iterable[str] = ()) -> "NameFinder":
        """Take the state that `to_bytes` has written, of this component or of one that was made small."""
        super().from_bytes(data, exclude=tuple(exclude))
        widen(self.model)
        return self

    def from_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> "NameFinder":
        """Take the state that `to_disk` has written, of this component or of one that was made small."""
        super().from_disk(path, exclude=tuple(exclude))
        widen(self.model)
        return self

    def _members(self) -> Sequence[Model[list[Doc], list[Floats]]]:
        return self.model.layers if self.model.name == COMMITTEE else [self.model]

    def _field(self, member: Model[list[Doc], list[Floats]]) -> Field:
        """The parameters of a member's random field together with the constraints of the tags."""
        node, scheme = member.get_ref(FIELD), self.scheme
        ops: Any = member.ops
        start, end, transitions = (
            ops.to_numpy(node.get_param(name)) for name in ("start", "end", "transitions")
        )
        return Field(start + scheme.start, end + scheme.end, transitions + scheme.transitions)

    def predict(self, docs: Iterable[Doc]) -> list[list[crf.Span]]:
        """The spans of each document: half-open token offsets and a label."""
        docs = list(docs)
        lengths = [len(doc) for doc in docs]
        if not sum(lengths):
            return [[] for _ in docs]
        first, *others = self._members()
        emissions = scores_of(first, docs)
        if others:
            tags = self._agreed(docs, lengths, emissions)
        else:
            tags = crf.decode(self._field(first), emissions, crf.texts(lengths))
        every = tags.tolist()
        found = []
        begin = 0
        for length in lengths:
            found.append(self.scheme.spans(every[begin : begin + length]))
            begin += length
        return found

    def _agreed(self, docs: list[Doc], lengths: list[int], emissions: Floats) -> Tags:
        """The tags by the mean of all members. The others read only what the first one doubts, and around it."""
        first, *others = self._members()
        chances = crf.mean_marginals([self._field(first)], [emissions], crf.texts(lengths))
        doubtful = np.flatnonzero(chances.max(axis=1) < SURE)
        if len(doubtful):
            stretches = crf.around(doubtful, lengths, reach(first))
            tokens, joined = stretches.tokens(), stretches.joined()
            forms = np.concatenate([doc.to_array(ORTH) for doc in docs])[tokens]
            cuts = zip(joined.begins.tolist(), joined.ends.tolist(), strict=True)
            parts = [Stretch(docs[0].vocab, forms[begin:end]) for begin, end in cuts]
            fields, scores = [self._field(one) for one in others], [scores_of(one, parts) for one in others]
            theirs = crf.mean_marginals(fields, scores, joined)
            chances[tokens] = (chances[tokens] + len(others) * theirs) / (1 + len(others))
        return crf.likeliest(self.scheme, chances, lengths)

    def set_annotations(self, docs: Iterable[Doc], scores: list[list[crf.Span]]) -> None:
        """Put the spans on the documents, beside the entities that other components have set."""
        for doc, spans in zip(docs, scores, strict=True):
            taken = [(span.start, span.end) for span in doc.ents]
            free = [
                Span(doc, start, end, label=label)
                for start, end, label in spans
                if not any(start < last and first < end for first, last in taken)
            ]
            doc.set_ents([*doc.ents, *free])

    def pipe(self, stream: Iterable[Doc], *, batch_size: int = 256) -> Iterator[Doc]:
        """Annotate the documents in batches, in their order; errors go to the component's error handler."""
        for docs in _batched(stream, batch_size):
            for part in _of_like_length(docs):
                try:
                    self.set_annotations(part, self.predict(part))
                except Exception as error:  # the handler of the pipeline decides
                    self.get_error_handler()(self.name, self, part, error)
            yield from docs

    def update(
        self,
        examples: Iterable[Example],
        *,
        drop: float = 0.0,
        sgd: Optimizer | None = None,
        losses: dict[str, float] | None = None,
    ) -> dict[str, float]:
        """Learn from a batch of examples: the negative log likelihood of their tags."""
        losses = {} if losses is None else losses
        losses.setdefault(self.name, 0.0)
        examples = list(examples)
        set_dropout_rate(self.model, drop)
        emissions, backprop = self.model.begin_update([eg.predicted for eg in examples])
        loss, derivatives = self.get_loss(examples, emissions)
        backprop(derivatives)
        if sgd:  # spaCy's training loop passes None or False and updates the weights itself
            self.finish_update(sgd)
        losses[self.name] += loss
        return losses

    def get_loss(self, examples: Iterable[Example], scores: list[Floats]) -> tuple[float, list[Floats]]:
        """The loss of a batch and its derivatives by the scores; those of the field are added to its gradients."""
        ops: Any = self.model.ops
        gold = [_gold_tags(example, self.scheme) for example in examples]
        result = crf.gradient(self._field(self.model), [ops.to_numpy(emission) for emission in scores], gold)
        node = self.model.get_ref(FIELD)
        for name in ("start", "end", "transitions"):
            node.inc_grad(name, ops.asarray(getattr(result, name)))
        return result.loss, [ops.asarray(emission) for emission in result.emissions]


def _gold_tags(example: Example, scheme: TagScheme) -> Tags:
    """The tags of an example's own tokens, MISSING where it says nothing."""
    ours, theirs = example.predicted, example.reference
    if not np.array_equal(ours.to_array(ORTH), theirs.to_array(ORTH)):
        bilou = example.get_aligned_ner()
        return np.asarray([MISSING if tag is None else scheme.of_bilou(tag) for tag in bilou], dtype=np.int32)
    marks = theirs.to_array(ENT_IOB)
    tags = np.where(marks == _MISSING_MARK, MISSING, scheme.of_spans(len(theirs), _spans(theirs)))
    return tags.astype(np.int32)


def _spans(doc: Doc) -> list[crf.Span]:
    return [(span.start, span.end, span.label_) for span in doc.ents]


def _batched(stream: Iterable[Doc], size: int) -> Iterator[list[Doc]]:
    """Divide a stream into lists of `size`, the last one shorter."""
    source = iter(stream)
    while batch := list(islice(source, size)):
        yield batch


def _of_like_length(docs: list[Doc]) -> Iterator[list[Doc]]:
    """Divide documents, shortest first, into parts of about BATCH_TOKENS tokens."""
    part: list[Doc] = []
    tokens = 0
    for doc in sorted(docs, key=len):
        part.append(doc)
        tokens += len(doc)
        if tokens >= BATCH_TOKENS:
            yield part
            part, tokens = [], 0
    if part:
        yield part


@Language.factory(
    "plextract_ner",
    assigns=["doc.ents", "token.ent_iob", "token.ent_type"],
    default_config={
        "scorer": {"@scorers": "spacy.ner_scorer.v1"},
        "model": {
            "@architectures": "plextract.SpanTagger.v1",
            "tok2vec": {
                "@architectures": "spacy.Tok2Vec.v2",
                "embed": {
                    "@architectures": "plextract.LexicalHashEmbed.v2",
                    "width": 96,
                    "features": ["norm", "stem", "lemma", "suffix", "shape", "class", "case", "grams"],
                    "rows": [8000, 6000, 8000, 2500, 1500, 1500, 1000, 8000],
                    "widths": [64, 64, 64, 32, 32, 32, 32, 64],
                },
                "encode": {
                    "@architectures": "spacy.MaxoutWindowEncoder.v2",
                    "width": 96,
                    "depth": 4,
                    "window_size": 1,
                    "maxout_pieces": 2,
                },
            },
        },
    },
    default_score_weights={"ents_f": 1.0, "ents_p": 0.0, "ents_r": 0.0, "ents_per_type": None},
)
def make_name_finder(
    nlp: Language, name: str, model: Model[list[Doc], list[Floats]], scorer: Callable[..., Any] | None
) -> NameFinder:
    """The factory `plextract_ner`."""
    return NameFinder(nlp.vocab, model, name, scorer)
