"""The networks of the component that finds names: a tagger, a committee of taggers, and how they are asked.

`plextract.SpanTagger.v1` and `plextract.Committee.v1` are registered by entry point (group `spacy_architectures`).
"""

from collections.abc import Callable, Sequence
from typing import Any

from spacy.attrs import ORTH
from spacy.tokens import Doc
from spacy.vocab import Vocab
from thinc.api import Linear, Model, NumpyOps, chain, with_array

from pipeline.ner.crf import Floats
from pipeline.ner.features import FormArray
from pipeline.ner.inference import encode

FIELD, COMMITTEE = "field", "plextract_committee"
"""Names of the layer that holds the parameters of the random field, and of a committee."""


def span_tagger(tok2vec: Model[list[Doc], list[Floats]]) -> Model[list[Doc], list[Floats]]:
    """Score each tag of each token by a linear layer over `tok2vec`; carry the parameters of the random field.

    The output is an array of shape (tokens, tags) a document.
    """
    scores: Model[Any, Any] = with_array(Linear(nI=tok2vec.maybe_get_dim("nO")))
    network: Model[Any, Any] = chain(tok2vec, scores)
    field: Model[Any, Any] = Model(
        FIELD, _no_forward, params={"start": None, "end": None, "transitions": None}, dims={"nO": None}
    )
    return Model(
        "plextract_span_tagger",
        _forward,
        init=_initialise,
        layers=[network, field],
        dims={"nO": None},
        refs={"tok2vec": tok2vec, "scores": scores.layers[0], FIELD: field},
    )


def committee(member: Model[list[Doc], list[Floats]], members: int) -> Model[list[Doc], list[Floats]]:
    """Several taggers of the same make, trained apart, whose mean decides; it predicts and cannot be trained itself."""
    layers = [member, *(member.copy() for _ in range(members - 1))]
    return Model(COMMITTEE, _no_forward, init=_initialise_members, layers=layers, dims={"nO": None})


def _initialise_members(model: Model[Any, Any], X: Any = None, Y: Any = None) -> None:  # noqa: N803
    for member in model.layers:
        member.set_dim("nO", model.get_dim("nO"))
        member.initialize(X=X)


def _no_forward(model: Model[Any, Any], X: Any, is_train: bool) -> Any:  # noqa: N803  (thinc names it)
    raise NotImplementedError(f"{model.name} does not compute by itself")


def _initialise(model: Model[list[Doc], list[Floats]], X: Any = None, Y: Any = None) -> None:  # noqa: N803
    count = model.get_dim("nO")
    field = model.get_ref(FIELD)
    model.get_ref("scores").set_dim("nO", count)
    field.set_dim("nO", count)
    model.layers[0].initialize(X=X)
    for name, shape in (("start", (count,)), ("end", (count,)), ("transitions", (count, count))):
        field.set_param(name, model.ops.alloc(shape))


def _forward(
    model: Model[list[Doc], list[Floats]], docs: list[Doc], is_train: bool
) -> tuple[list[Floats], Callable[[list[Floats]], Any]]:
    return model.layers[0](docs, is_train)


def reach(model: Model[Any, Any]) -> int:
    """How many tokens on either side an encoder reads for one: what spaCy pads its input with."""
    return max(int(node.attrs.get("pad", 0)) for node in model.walk())


class Stretch:
    """Some tokens of a document, for layers that ask no more of a document than the forms of its tokens."""

    __slots__ = ("forms", "vocab")

    def __init__(self, vocab: Vocab, forms: FormArray) -> None:
        self.vocab = vocab
        self.forms = forms

    def __len__(self) -> int:
        return len(self.forms)

    def to_array(self, attribute: int) -> FormArray:
        """The forms of the tokens, as `Doc.to_array(ORTH)`."""
        assert attribute == ORTH
        return self.forms


def scores_of(member: Model[Any, Any], docs: Sequence[Doc | Stretch]) -> Floats:
    """The scores of the tags of all tokens, in one array."""
    ops: Any = member.ops
    tok2vec: Model[Any, Any] = member.get_ref("tok2vec")
    if not isinstance(ops, NumpyOps) or not _is_plain(tok2vec):
        slow: Floats = ops.to_numpy(ops.xp.concatenate(member.predict(docs)))
        return slow
    embed, encoder = tok2vec.layers
    linear = member.get_ref("scores")
    weights: Any = linear.get_param("W")
    bias: Any = linear.get_param("b")
    fast: Floats = encode(encoder, embed.predict(docs)) @ weights.T + bias
    return fast


def _is_plain(tok2vec: Model[Any, Any]) -> bool:
    """Whether an encoder is the one that `encode` computes: spaCy's, with a window of one token on either side."""
    encoder = tok2vec.layers[-1] if len(tok2vec.layers) == 2 else tok2vec
    windows = [node.attrs["window_size"] for node in encoder.walk() if node.name == "expand_window"]
    return "pad" in encoder.attrs and bool(windows) and set(windows) == {1}
