"""Who is measured."""

from __future__ import annotations

from typing import Protocol


class Contestant(Protocol):
    @property
    def name(self) -> str:
        """What tables call it."""

    def measure(self, workload: str) -> dict[str, float]:
        """Run a workload once; the values by the name of the measure.

        Raises Trouble where anything was left undone or done twice.
        """
