"""The encoder computed in fewer passes."""

import numpy as np
import pytest
from spacy.ml.models.tok2vec import MaxoutWindowEncoder

from pipeline.ner.inference import encode


@pytest.mark.parametrize("pieces", [1, 2, 3])
def test_the_result_is_the_encoders_own(pieces: int) -> None:
    random = np.random.default_rng(0)
    texts = [random.normal(size=(length, 8)).astype(np.float32) for length in (5, 1, 12, 3)]
    encoder = MaxoutWindowEncoder(width=8, window_size=1, maxout_pieces=pieces, depth=3)
    encoder.initialize(X=texts, Y=texts)
    for node in encoder.walk():
        for name in node.param_names:
            shape = node.get_param(name).shape
            node.set_param(name, random.normal(size=shape).astype(np.float32))
    expected = np.concatenate(encoder.predict(texts))
    np.testing.assert_allclose(encode(encoder, texts), expected, rtol=1e-3, atol=1e-4)
