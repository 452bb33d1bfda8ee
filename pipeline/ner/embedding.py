"""The embedding of tokens by lexical features of their forms, a layer for spaCy's `Tok2Vec`.

`plextract.LexicalHashEmbed.v2` is registered by entry point (group `spacy_architectures`), so that `spacy.load`,
pickling and worker processes find it wherever plextract is installed. Everything in it depends on the word form
alone: at inference a form is embedded once for a state of the weights.
"""

from collections.abc import Callable
from typing import Any, get_args

import numpy as np
import numpy.typing as npt
from spacy.attrs import ORTH
from spacy.tokens import Doc
from thinc.api import HashEmbed, Maxout, Model, NumpyOps, chain, concatenate

from pipeline.ner.features import GRAMS, FeatureName, FormArray, features_of_forms

Vectors = npt.NDArray[np.float32]

LAYER_NAME = "plextract_lexical_embed"
MAX_CACHED_FORMS = 60_000
"""Embedded forms kept by one model; past it the store starts anew. 60,000 forms of 96 floats take 23 MB."""
IDENTITY: tuple[FeatureName, ...] = ("norm", "stem", "lemma")
"""The features that tell which word a form is, beside those that tell what kind of word."""


class _EmbeddedForms:
    """The embeddings of the forms seen so far, valid for one state of the weights; not saved with the model."""

    def __init__(self) -> None:
        self._fingerprint: tuple[float, ...] = ()
        self._index: dict[int, int] = {}
        self._vectors: Vectors | None = None

    def __reduce__(self) -> tuple[type["_EmbeddedForms"], tuple[()]]:
        return _EmbeddedForms, ()

    def __deepcopy__(self, memo: object) -> "_EmbeddedForms":
        return _EmbeddedForms()

    def clear(self) -> None:
        """Forget everything: the weights are about to change."""
        self._fingerprint = ()
        self._index = {}
        self._vectors = None

    def lookup(
        self, fingerprint: tuple[float, ...], forms: FormArray, embed: Callable[[FormArray], Vectors]
    ) -> Vectors:
        """The vectors of `forms`, with `embed` asked for those not yet known under these weights."""
        if fingerprint != self._fingerprint or len(self._index) > MAX_CACHED_FORMS:
            self.clear()
            self._fingerprint = fingerprint
        index = self._index
        keys = forms.tolist()
        found = [index.get(form, -1) for form in keys]
        missing = [place for place, known in enumerate(found) if known < 0]
        if missing or self._vectors is None:
            fresh = embed(forms[missing])
            begin = len(index)
            if self._vectors is None:
                self._vectors = fresh.copy()
            elif begin + len(missing) > len(self._vectors):
                grown = np.empty(
                    (max(2 * len(self._vectors), begin + len(missing)), fresh.shape[1]), fresh.dtype
                )
                grown[:begin] = self._vectors[:begin]
                self._vectors = grown
            self._vectors[begin : begin + len(missing)] = fresh
            for offset, place in enumerate(missing):
                index[keys[place]] = found[place] = begin + offset
        return self._vectors[found]


def lexical_hash_embed(  # noqa: PLR0917  (spaCy gives the settings by name)
    width: int,
    features: list[FeatureName],
    rows: list[int],
    widths: list[int],
    maxout_pieces: int = 3,
    word_dropout: float = 0.0,
    feature_dropout: float = 0.0,
) -> Model[list[Doc], list[Vectors]]:
    """Embed each token by hashed features of its form, each in a table of its own, mixed by one maxout layer.

    `width` is the length of a token's vector, `rows` and `widths` the size of the hash table of each feature.
    In training a form loses all that tells which word it is (see IDENTITY) at the rate `word_dropout`, and any
    other single feature at the rate `feature_dropout`: names in new texts are mostly new words.
    Raises ValueError where `features`, `rows` and `widths` differ in length, a feature is not known, or `grams` does
    not come last.
    """
    unknown = set(features) - set(get_args(FeatureName))
    if unknown:
        raise ValueError(f"unknown features: {', '.join(sorted(unknown))}")
    if not len(features) == len(rows) == len(widths) or not features:
        raise ValueError(
            f"{len(features)} features, but tables of {len(rows)} lengths and {len(widths)} widths"
        )
    if "grams" in features[:-1]:
        raise ValueError("the runs of letters (grams) must come last among the features")
    tables: list[Model[Any, Any]] = [
        gram_embed(wide, size, column=i)
        if feature == "grams"
        else HashEmbed(wide, size, column=i, seed=8 + i)
        for i, (feature, wide, size) in enumerate(zip(features, widths, rows, strict=True))
    ]
    mix = Maxout(width, sum(widths), nP=maxout_pieces, dropout=0.0, normalize=True)
    joined = concatenate(*tables) if len(tables) > 1 else tables[0]
    inner: Model[Any, Any] = chain(joined, mix)
    return Model(
        LAYER_NAME,
        _forward,
        init=_initialise,
        layers=[inner],
        dims={"nO": width},
        attrs={
            "features": list(features),
            "word_dropout": word_dropout,
            "feature_dropout": feature_dropout,
            "embedded": _EmbeddedForms(),
        },
    )


def gram_embed(width: int, rows: int, column: int) -> Model[FormArray, Vectors]:
    """Embed the runs of letters that begin at `column` of a row of features: their sum over the root of their number."""
    return Model(
        "gram_embed",
        _gram_forward,
        init=_gram_initialise,
        dims={"nO": width, "nV": rows, "nI": None},
        params={"E": None},
        attrs={"column": column},
    )


def _gram_initialise(model: Model[FormArray, Vectors], X: object = None, Y: object = None) -> None:  # noqa: N803
    if not model.has_param("E"):
        random = np.random.default_rng(model.attrs["column"])
        table = random.uniform(-0.1, 0.1, (model.get_dim("nV"), model.get_dim("nO"))).astype(np.float32)
        ops: Any = model.ops
        model.set_param("E", ops.asarray(table))


def _gram_forward(
    model: Model[FormArray, Vectors], rows: FormArray, is_train: bool
) -> tuple[Vectors, Callable[[Vectors], FormArray]]:
    ops: Any = model.ops
    table: Any = model.get_param("E")
    keys = rows[:, model.attrs["column"] : model.attrs["column"] + GRAMS]
    known = (keys != 0).astype("float32")
    weights = known / ops.xp.sqrt(ops.xp.maximum(known.sum(axis=1, keepdims=True), 1))
    places = (keys % model.get_dim("nV")).astype("int32")
    vectors = (table[places] * weights[:, :, None]).sum(axis=1)

    def backprop(d_vectors: Vectors) -> FormArray:
        d_table = ops.alloc2f(*table.shape)
        d_grams = d_vectors[:, None, :] * weights[:, :, None]
        ops.scatter_add(d_table, places.reshape(-1), d_grams.reshape((-1, table.shape[1])))
        model.inc_grad("E", d_table)
        return rows

    return vectors, backprop


def _initialise(model: Model[list[Doc], list[Vectors]], X: object = None, Y: object = None) -> None:  # noqa: N803  (thinc names them)
    sample = model.ops.alloc2i(1, features_of_forms(tuple(model.attrs["features"])).columns, dtype="uint64")
    model.layers[0].initialize(X=sample)


def _forward(
    model: Model[list[Doc], list[Vectors]], docs: list[Doc], is_train: bool
) -> tuple[list[Vectors], Callable[[list[Vectors]], list[Doc]]]:
    ops: Any = model.ops  # thinc's array types do not go with NumPy's
    inner = model.layers[0]
    embedded: _EmbeddedForms = model.attrs["embedded"]
    source = features_of_forms(tuple(model.attrs["features"]))
    lengths = [len(doc) for doc in docs]
    tokens = [doc.to_array(ORTH).reshape(-1) for doc in docs if len(doc)]
    if not tokens:
        width = model.get_dim("nO")
        return [ops.alloc2f(0, width) for _ in docs], lambda _: []
    every: FormArray = np.concatenate(tokens).astype(np.uint64, copy=False)
    forms, inverse = np.unique(every, return_inverse=True)
    places = inverse.reshape(-1)

    strings = docs[0].vocab.strings
    if is_train or not isinstance(ops, NumpyOps):
        embedded.clear()
        keys = source.rows(strings, forms)
        if is_train:
            keys = _forgotten(model, keys)
        hashed = ops.asarray(keys, dtype="uint64")
        vectors, backprop_inner = inner(hashed, is_train)
        flat = vectors[ops.asarray(places)]

        def backprop(d_outputs: list[Vectors]) -> list[Doc]:
            d_flat = ops.flatten(d_outputs)
            d_vectors = ops.alloc2f(*vectors.shape)
            ops.scatter_add(d_vectors, ops.asarray1i(places, dtype="i"), d_flat)
            backprop_inner(d_vectors)
            return []

        return _split(flat, lengths), backprop

    vectors = embedded.lookup(
        _fingerprint(inner), forms, lambda fresh: inner.predict(source.rows(strings, fresh))
    )
    return _split(vectors[places], lengths), lambda _: []


def _forgotten(model: Model[list[Doc], list[Vectors]], keys: FormArray) -> FormArray:
    """Feature rows with some features made unknown at random, by the rates of the layer."""
    names = model.attrs["features"]
    columns = np.repeat(np.arange(len(names)), [GRAMS if name == "grams" else 1 for name in names])
    identity = np.array([name in IDENTITY for name in names])
    lost = np.random.random_sample((len(keys), len(names))) < model.attrs["feature_dropout"]
    lost |= (np.random.random_sample((len(keys), 1)) < model.attrs["word_dropout"]) & identity
    return np.where(lost[:, columns], np.uint64(0), keys)


def _split(flat: Vectors, lengths: list[int]) -> list[Vectors]:
    """Cut the rows of all documents into one array a document."""
    outputs = []
    begin = 0
    for length in lengths:
        outputs.append(flat[begin : begin + length])
        begin += length
    return outputs


_RAMP: Vectors = np.linspace(1.0, 2.0, 8192, dtype=np.float32)


def _fingerprint(inner: Model[Any, Any]) -> tuple[float, ...]:
    """Numbers that change whenever the weights do: a weighted sum over each parameter, sampled in the large tables."""
    sums = []
    for node in inner.walk():
        for name in node.param_names:
            flat: Any = node.get_param(name).reshape((-1,))
            sample = flat[:: 1 + len(flat) // 4096]
            sums.append(float(sample @ _RAMP[: len(sample)]))
    return tuple(sums)
