"""Medians, and ratios of values that were measured in the same round."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from measures import MEASURES, Measure, Sample, median

OURS = "BackOps"


@dataclass(frozen=True, slots=True)
class Results:
    samples: Sequence[Sample]

    @property
    def contestants(self) -> list[str]:
        return list(dict.fromkeys(sample.contestant for sample in self.samples))

    @property
    def peers(self) -> list[str]:
        return [name for name in self.contestants if name != OURS]

    @property
    def measures(self) -> list[Measure]:
        seen = {sample.measure for sample in self.samples}
        return [measure for measure in MEASURES if measure.name in seen]

    def values(self, contestant: str, measure: Measure) -> dict[int, float]:
        """The values by round."""
        return {
            sample.round: sample.value
            for sample in self.samples
            if sample.contestant == contestant and sample.measure == measure.name
        }

    def value(self, contestant: str, measure: Measure) -> float | None:
        values = self.values(contestant, measure).values()
        return median(values) if values else None

    def ratio(self, peer: str, measure: Measure) -> float | None:
        """BackOps ÷ the peer: the median of the rounds' ratios."""
        ours, theirs = self.values(OURS, measure), self.values(peer, measure)
        ratios = [ours[number] / value for number, value in theirs.items() if number in ours and value > 0]
        return median(ratios) if ratios else None

    def ratio_to_best(self, measure: Measure) -> float | None:
        """BackOps ÷ the best of the peers, whichever its settings."""
        ratios = [ratio for peer in self.peers if (ratio := self.ratio(peer, measure)) is not None]
        if not ratios:
            return None
        return min(ratios) if measure.is_rate else max(ratios)
