"""A process of its own for everything that uses a peer's library."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Coroutine, Sequence
from pathlib import Path
from typing import Any

import psycopg
import uvloop

from bodies import Bodies, faults
from peer import Job, Peer, Setup, open_peer
from protocol import Channel, Request, url_of

#: How long a worker is left alone between two looks at how far it is; the end itself is watched closely.
LOOK_SECONDS = 0.01
END_SECONDS = 0.002


class Child:
    def __init__(self, request: Request, channel: Channel) -> None:
        self.request = request
        self.channel = channel
        self.bodies = Bodies(Path(request.folder) / "bodies")
        self.peer: Peer = open_peer(request.peer, Setup(request.url, request.tuned, request.limit, self.bodies.ran))

    async def run(self) -> None:
        await {"prepare": self.prepare, "work": self.work, "enqueue": self.enqueue, "pace": self.pace}[self.request.role]()

    # MARK: Roles

    async def prepare(self) -> None:
        await self.create()
        await self.peer.connect()
        for batch in self.batches(range(self.request.chains - self.request.later)):
            await self.peer.enqueue_many(batch)
        await self.peer.close()
        await self.settle()

    async def work(self) -> None:
        steps = self.request.chains * self.request.steps
        watch = await connect(self.request.url)
        self.channel.send("ready")
        self.channel.receive()
        stop = asyncio.Event()
        start = time.monotonic()
        work = asyncio.create_task(self.peer.work(stop))
        await self.until(1, work)
        self.channel.send("first")
        await self.until(steps, work)
        while await scalar(watch, self.peer.unfinished):
            check(work)
            await asyncio.sleep(END_SECONDS)
        self.channel.send("done", seconds=time.monotonic() - start)
        await asyncio.to_thread(self.channel.receive)
        stop.set()
        await work
        bodies = self.bodies.all
        wrong = faults(bodies, self.request.chains, self.request.steps)
        if await scalar(watch, self.peer.unfinished):
            wrong.append("jobs were left")
        await watch.close()
        starts = {body.chain: body.time for body in bodies} if self.request.later else {}
        self.channel.send("report", faults=wrong, starts=starts)
        await self.drop()

    async def enqueue(self) -> None:
        """Single jobs first, then as many calls of a batch."""
        request = self.request
        await self.create()
        await self.settle()
        await self.peer.connect()
        for number in range(request.warm_up):
            await self.peer.enqueue(Job(number))
        start = time.monotonic()
        for number in range(request.chains):
            await self.peer.enqueue(Job(number))
        single = time.monotonic() - start
        batches = self.batches(range(request.calls * request.batch))
        start = time.monotonic()
        for batch in batches:
            await self.peer.enqueue_many(batch)
        bulk = time.monotonic() - start
        await self.peer.close()
        async with await connect(request.url) as watch:
            waiting = await scalar(watch, self.peer.waiting)
        expected = request.warm_up + request.chains + request.calls * request.batch
        wrong = [] if waiting == expected else [f"{waiting} jobs wait instead of {expected}"]
        self.channel.send("report", faults=wrong, single_seconds=single, bulk_seconds=bulk)
        await self.drop()

    async def pace(self) -> None:
        await self.peer.connect()
        ends: dict[int, float] = {}
        for number in range(self.request.chains - self.request.later, self.request.chains):
            await asyncio.sleep(self.request.pause_seconds)
            await self.peer.enqueue(Job(number))
            ends[number] = time.monotonic()
        await self.peer.close()
        self.channel.send("report", faults=[], ends=ends)

    # MARK: Parts

    def batches(self, numbers: range) -> list[Sequence[Job]]:
        jobs = [Job(number, steps=self.request.steps) for number in numbers]
        return [jobs[start : start + self.request.batch] for start in range(0, len(jobs), self.request.batch)]

    async def until(self, count: int, work: asyncio.Task[None]) -> None:
        while self.bodies.count < count:
            check(work)
            await asyncio.sleep(LOOK_SECONDS)

    async def create(self) -> None:
        async with await connect(url_of(self.request.server, "postgres")) as server:
            await server.execute(f"create database {self.request.database}".encode())
        await self.peer.install()

    async def settle(self) -> None:
        """Bring tables and log into the same state before every run, as `backops bench` does."""
        async with await connect(self.request.url) as connection:
            await connection.execute("vacuum (analyze)")
            await connection.execute("checkpoint")

    async def drop(self) -> None:
        async with await connect(url_of(self.request.server, "postgres")) as server:
            await server.execute(f"drop database {self.request.database} with (force)".encode())


def check(work: asyncio.Task[None]) -> None:
    if work.done():
        work.result()
        raise RuntimeError("the worker ended too early")


async def connect(url: str) -> psycopg.AsyncConnection[Any]:
    return await psycopg.AsyncConnection.connect(url, autocommit=True)


async def scalar(connection: psycopg.AsyncConnection[Any], query: str) -> Any:
    row = await (await connection.execute(query.encode())).fetchone()
    return row[0] if row else None


def main() -> None:
    channel = Channel()
    request = Request.decode(channel.receive())
    child = Child(request, channel)
    run(child.run(), fast=request.tuned or request.peer == "pgqueuer")


def run(main: Coroutine[Any, Any, None], fast: bool) -> None:
    """PgQueuer's own command uses uvloop always; the others leave it to their users, who tune or do not."""
    if fast:
        uvloop.run(main)
    else:
        asyncio.run(main)


if __name__ == "__main__":
    main()
