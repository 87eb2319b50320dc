"""Everybody in turn, so that what is compared is measured close to each other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from contestant import Contestant
from measures import BY_NAME, WORKLOADS, Sample
from progress import say


def hold(tuned: Sequence[Contestant], defaults: Sequence[Contestant], rounds: int) -> Iterator[Sample]:
    """Measure all `rounds` times; those with their defaults once, in the first round."""
    for number in range(1, rounds + 1):
        for workload in WORKLOADS:
            for contestant in [*tuned, *(defaults if number == 1 else [])]:
                say(f"round {number} of {rounds}, {workload}: {contestant.name}")
                for name, value in contestant.measure(workload).items():
                    say(f"    {name}: {value:,.3g} {BY_NAME[name].unit}")
                    yield Sample(contestant.name, name, value, number)
