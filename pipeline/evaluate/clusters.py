"""B³: whether mentions of one organisation have one id, and mentions of different ones different ids.

Bagga and Baldwin, "Entity-Based Cross-Document Coreferencing Using the Vector Space Model" (ACL 1998). Gold's
organisations are its canonical names, capitals aside, over all documents. A mention that was missed or wrongly found
counts like one in a cluster with none of its own, so the score is that of finding and of grouping together.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.evaluate.scoring import ORGANISATIONS_RELAXED, Rows, match

TABLE = ORGANISATIONS_RELAXED.table.table


@dataclass(frozen=True, slots=True)
class ClusterScore:
    """The mean share of a prediction's cluster that is right, and of a gold organisation that is together."""

    precision: float
    recall: float
    predicted: int
    """Predictions that count: all but those that matched nothing and overlap an optional row."""
    gold: int

    @property
    def f1(self) -> float:
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0

    def as_dict(self) -> dict[str, Any]:
        return {
            "precision": self.precision,
            "recall": self.recall,
            "f1": self.f1,
            "predicted": self.predicted,
            "gold": self.gold,
        }


def b_cubed(gold: Sequence[Rows], predicted: Sequence[Rows]) -> ClusterScore:
    """Return how well the ids of predicted organisations group the mentions that gold names alike.

    The n-th rows of both belong together; raises ``ValueError`` where their numbers differ.
    """
    pairs: Counter[tuple[str, str]] = Counter()
    clusters: Counter[str] = Counter()
    organisations: Counter[str] = Counter()
    for gold_rows, predicted_rows in zip(gold, predicted, strict=True):
        golden, found = gold_rows.get(TABLE, ()), predicted_rows.get(TABLE, ())
        matching = match(ORGANISATIONS_RELAXED, golden, found)
        for g, p in matching.pairs:
            pairs[_organisation(golden[g].columns["name"]), found[p].columns["org_id"]] += 1
        organisations.update(
            _organisation(golden[g].columns["name"])
            for g in (*matching.missed, *(g for g, _ in matching.pairs))
        )
        clusters.update(
            found[p].columns["org_id"] for p in (*matching.spurious, *(p for _, p in matching.pairs))
        )
    together_in_cluster = sum(count * count / clusters[cluster] for (_, cluster), count in pairs.items())
    together_in_gold = sum(count * count / organisations[name] for (name, _), count in pairs.items())
    n_predicted, n_gold = clusters.total(), organisations.total()
    return ClusterScore(
        precision=together_in_cluster / n_predicted if n_predicted else float(not n_gold),
        recall=together_in_gold / n_gold if n_gold else 1.0,
        predicted=n_predicted,
        gold=n_gold,
    )


def _organisation(name: str) -> str:
    return " ".join(name.casefold().split())
