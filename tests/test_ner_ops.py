"""The choice of the matrix library."""

from collections.abc import Iterator

import pytest
from thinc.api import NumpyOps, get_current_ops, set_current_ops
from threadpoolctl import threadpool_info

from pipeline.ner.ops import choose_ops


@pytest.fixture(autouse=True)
def _restore_ops() -> Iterator[None]:
    before = get_current_ops()
    yield
    set_current_ops(before)


@pytest.mark.parametrize(("setting", "blis"), [("numpy", False), ("blis", True)])
def test_choose_ops_obeys_the_setting(setting: str, blis: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLEXTRACT_OPS", setting)
    ops = choose_ops()
    assert isinstance(ops, NumpyOps)
    assert ops.use_blis is blis
    assert get_current_ops() is ops


def test_choose_ops_measures_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PLEXTRACT_OPS", raising=False)
    assert isinstance(choose_ops(), NumpyOps)
    first = choose_ops("auto")
    assert isinstance(first, NumpyOps)
    assert all(choose_ops("auto").use_blis is first.use_blis for _ in range(3))  # type: ignore[attr-defined]


def test_choose_ops_refuses_other_settings() -> None:
    with pytest.raises(ValueError, match="PLEXTRACT_OPS"):
        choose_ops("mkl")


def test_one_thread_multiplies() -> None:
    choose_ops("numpy")
    assert {pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"} == {1}
