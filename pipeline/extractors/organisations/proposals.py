"""What is proposed for an organisation, before it is decided what stands."""

import bisect
from collections.abc import Iterable, Sequence
from typing import NamedTuple


class Proposal(NamedTuple):
    """A stretch of text that may be an organisation, what it is called and who says so."""

    start: int
    end: int
    name: str
    org_type: str
    rule: str
    score: float
    acronym: str | None = None


def disjoint(proposals: Iterable[Proposal], taken: Sequence[Proposal]) -> list[Proposal]:
    """Return ``taken``, whose spans are disjoint, in text order with each further proposal that overlaps none before."""
    kept = sorted(taken)
    for proposal in proposals:
        at = bisect.bisect_left(kept, (proposal.start,))
        if (at == 0 or kept[at - 1].end <= proposal.start) and (
            at == len(kept) or proposal.end <= kept[at].start
        ):
            kept.insert(at, proposal)
    return kept
