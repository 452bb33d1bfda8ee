"""What once broke under the fuzzer holds now, and so does what hypothesis makes up; ``python -m fuzz`` tries for longer."""

from pathlib import Path

import pytest
from fuzz.oracles import BrokenError, aligned
from fuzz.targets import TARGETS
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.document import AlignedText

REGRESSIONS = Path(__file__).parent / "fuzz" / "regressions"
INPUTS = sorted(path for path in REGRESSIONS.rglob("*") if path.is_file())


def test_every_regression_has_a_target() -> None:
    assert INPUTS
    assert {path.parent.name for path in INPUTS} <= set(TARGETS)


@pytest.mark.parametrize("path", INPUTS, ids=[f"{path.parent.name}/{path.name}" for path in INPUTS])
def test_what_once_broke_holds(path: Path) -> None:
    TARGETS[path.parent.name].run(path.read_bytes())


@pytest.mark.parametrize("name", list(TARGETS))
def test_seeds_hold(name: str) -> None:
    for seed in TARGETS[name].seeds()[:5]:
        TARGETS[name].run(seed)


fragments = {
    name: st.lists(
        st.sampled_from([*target.fragments.common, *target.fragments.words()[:2000:7]]) | st.text(max_size=3),
        max_size=30,
    ).map("".join)
    for name, target in TARGETS.items()
    if target.fragments.common
}


@pytest.mark.parametrize("name", list(fragments))
def test_fragments_in_any_order_hold(name: str) -> None:
    @given(fragments[name])
    @settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    def hold(text: str) -> None:
        TARGETS[name].run(text.encode("utf-8", "surrogatepass"))

    hold()


def test_an_oracle_notices_what_is_wrong() -> None:
    whole = AlignedText.of("Gmina")
    aligned(whole, 5)
    for wrong in (
        AlignedText("Gmina", whole.starts[::-1], whole.ends),
        AlignedText("Gmin", whole.starts, whole.ends),
        AlignedText("Gmin\ud800", whole.starts, whole.ends),
    ):
        with pytest.raises(BrokenError):
            aligned(wrong, 5)
    with pytest.raises(BrokenError):
        aligned(whole, 4)
