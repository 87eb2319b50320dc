"""What ran, when, and how often."""

from __future__ import annotations

import os
import struct
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from peer import Job

RECORD = struct.Struct("=qqd")
VARIABLE = "PEERS_RECORD_FILE"


@dataclass(frozen=True, slots=True)
class Body:
    """A job that ran, and when: by the monotonic clock, which all processes share."""

    chain: int
    step: int
    time: float


class Bodies:
    """Keeps a record of each job that runs; those of other processes come through a file."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.file.touch()
        os.environ[VARIABLE] = str(file)
        self.own: list[tuple[int, int, float]] = []

    def ran(self, job: Job) -> None:
        self.own.append((job.chain, job.step, time.monotonic()))

    @property
    def count(self) -> int:
        return len(self.own) + self.file.stat().st_size // RECORD.size

    @property
    def all(self) -> list[Body]:
        others = RECORD.iter_unpack(self.file.read_bytes())
        return [Body(*record) for record in [*self.own, *others]]


def record_to_environment(job: Job) -> None:
    """Record a job that runs in a process which has no `Bodies`."""
    with Path(os.environ[VARIABLE]).open("ab", buffering=0) as file:
        file.write(RECORD.pack(job.chain, job.step, time.monotonic()))


def faults(bodies: list[Body], chains: int, steps: int) -> list[str]:
    """What is wrong with a run in which every step of every chain should have run once."""
    counts = Counter((body.chain, body.step) for body in bodies)
    expected = {(chain, step) for chain in range(chains) for step in range(1, steps + 1)}
    missing = len(expected - counts.keys())
    foreign = len(counts.keys() - expected)
    repeated = sum(1 for count in counts.values() if count > 1)
    found = [(missing, "jobs did not run"), (repeated, "jobs ran more than once"), (foreign, "jobs ran that nobody enqueued")]
    return [f"{count} {what}" for count, what in found if count]
