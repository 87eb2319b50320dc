"""What is measured, and what PERFORMANCE.md wants of it."""

from __future__ import annotations

import math
import statistics
from collections.abc import Collection
from dataclasses import dataclass

WORKLOADS = ("drain", "workflow", "limited", "enqueue", "latency")


@dataclass(frozen=True, slots=True)
class Measure:
    name: str
    unit: str
    #: The bound of BackOps ÷ the best peer; nil where there is none.
    target: float | None = None
    #: Whether more is better.
    is_rate: bool = True

    def is_met(self, ratio: float) -> bool:
        assert self.target is not None
        return ratio >= self.target if self.is_rate else ratio <= self.target

    @property
    def bound(self) -> str:
        if self.target is None:
            return ""
        return f"{'≥' if self.is_rate else '≤'} {self.target:g}"


MEASURES = [
    Measure("drain", "jobs/s", target=1.2),
    Measure("workflow", "steps/s", target=10),
    Measure("limited", "jobs/s"),
    Measure("enqueue, single", "jobs/s"),
    Measure("enqueue, 1,000 per call", "jobs/s"),
    Measure("latency, p50", "ms", target=0.5, is_rate=False),
    Measure("latency, p99", "ms", target=0.5, is_rate=False),
    Measure("server CPU, drain", "s per 10k", is_rate=False),
    Measure("server CPU, workflow", "s per 10k", target=0.1, is_rate=False),
    Measure("server CPU, limited", "s per 10k", is_rate=False),
    Measure("worker CPU, drain", "s per 10k", is_rate=False),
    Measure("worker CPU, workflow", "s per 10k", is_rate=False),
    Measure("worker CPU, limited", "s per 10k", is_rate=False),
]
BY_NAME = {measure.name: measure for measure in MEASURES}


@dataclass(frozen=True, slots=True)
class Sample:
    """One contestant's value of one measure in one round."""

    contestant: str
    measure: str
    value: float
    round: int = 0


def median(values: Collection[float]) -> float:
    """Of an even number the lower one, as `backops bench` has it."""
    return statistics.median_low(values)


def percentile(values: Collection[float], share: float) -> float:
    """The smallest value that a share of all does not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered), max(1, math.ceil(share * len(ordered)))) - 1]
