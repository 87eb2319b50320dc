"""What a peer must be able to do to be measured."""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Job:
    """One no-op job; each but the last of a chain enqueues the one after it."""

    chain: int
    step: int = 1
    steps: int = 1

    @property
    def next(self) -> Job | None:
        return Job(self.chain, self.step + 1, self.steps) if self.step < self.steps else None

    def encode(self) -> str:
        return f"{self.chain} {self.step} {self.steps}"

    @classmethod
    def decode(cls, text: str) -> Job:
        return cls(*map(int, text.split()))


class Peer(Protocol):
    """A queue or workflow engine on a database of its own."""

    #: Whether anything is left to do, found without reading what is done.
    unfinished: str

    #: How many jobs, or workflows, wait to run.
    waiting: str

    async def install(self) -> None:
        """Create the tables."""

    async def connect(self) -> None:
        """Get ready to enqueue over one connection."""

    async def enqueue(self, job: Job) -> None:
        """Enqueue one job in a transaction of its own."""

    async def enqueue_many(self, jobs: Sequence[Job]) -> None:
        """Enqueue jobs as the documentation recommends for many."""

    async def work(self, stop: asyncio.Event) -> None:
        """Run jobs until told to stop, and finish what runs."""

    async def close(self) -> None:
        """Close what `connect` opened."""


@dataclass(frozen=True, slots=True)
class Setup:
    """How a peer is opened."""

    url: str
    #: Its documented fast settings; otherwise its defaults.
    tuned: bool
    #: How many jobs may run at once, in all workers together; 0 is any number.
    limit: int
    #: To be called by every job that runs.
    ran: Callable[[Job], None]


def open_peer(name: str, setup: Setup) -> Peer:
    peer: Peer = importlib.import_module(f"{name}_peer").open_peer(setup)
    return peer
