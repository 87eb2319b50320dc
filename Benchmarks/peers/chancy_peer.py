"""chancy."""

from __future__ import annotations

import asyncio
import functools
import logging
import os
from collections.abc import Sequence

import chancy

from bodies import record_to_environment
from peer import Job, Peer, Setup

QUEUE = "default"
URL_VARIABLE = "PEERS_CHANCY_URL"
logger = logging.getLogger("chancy")
logger.setLevel(logging.WARNING)


class ChancyPeer:
    unfinished = "select exists (select from chancy_jobs where state in ('pending', 'running', 'retrying'))"
    waiting = "select count(*) from chancy_jobs where state = 'pending'"

    def __init__(self, setup: Setup) -> None:
        global current
        current = self
        self.setup = setup
        os.environ[URL_VARIABLE] = setup.url

    def app(self, connections: int = 10) -> chancy.Chancy:
        return chancy.Chancy(self.setup.url, max_connection_pool_size=connections, log=logger)

    def job(self, job: Job) -> chancy.Job:
        # Jobs name their function by its module, in which another process finds it.
        function = run_here if self.setup.tuned else run_elsewhere
        return chancy.Job.from_func(function, kwargs={"job": job.encode()}, queue=QUEUE)

    async def install(self) -> None:
        async with self.app() as app:
            await app.migrate()
            await app.declare(self.queue(), upsert=True)

    def queue(self) -> chancy.Queue:
        if not self.setup.tuned:
            return chancy.Queue(QUEUE)
        # Asynchronous jobs in the worker's own process; and jobs are fetched whenever one has ended:
        # https://tkte.ch/chancy/chancy.executors.asyncex.html, https://tkte.ch/chancy/chancy.queue.html
        return chancy.Queue(QUEUE, executor=chancy.Chancy.Executor.Async, concurrency=500, polling_interval=1, eager_polling=True)

    async def connect(self) -> None:
        self.client = self.app(connections=1)
        await self.client.pool.open()

    async def close(self) -> None:
        await self.client.pool.close()

    async def enqueue(self, job: Job) -> None:
        await self.client.push(self.job(job))

    async def enqueue_many(self, jobs: Sequence[Job]) -> None:
        async for _ in self.client.push_many([self.job(job) for job in jobs], batch_size=len(jobs)):
            pass

    async def work(self, stop: asyncio.Event) -> None:
        async with self.app() as app:
            self.client = app
            worker = chancy.Worker(app, register_signal_handlers=False)
            if self.setup.tuned:
                # "You can control the frequency of these updates": https://tkte.ch/chancy/chancy.worker.html
                worker.send_outgoing_interval = 0.1
            async with worker:
                await stop.wait()


current: ChancyPeer | None = None


async def run_here(*, job: str) -> None:
    assert current
    this = Job.decode(job)
    current.setup.ran(this)
    if this.next:
        await current.enqueue(this.next)


def run_elsewhere(*, job: str) -> None:
    """Runs in a process of chancy's own pool, which connects when it must."""
    this = Job.decode(job)
    record_to_environment(this)
    if this.next:
        process_client().sync_push(chancy.Job.from_func(run_elsewhere, kwargs={"job": this.next.encode()}))


@functools.cache
def process_client() -> chancy.Chancy:
    return chancy.Chancy(os.environ[URL_VARIABLE], max_connection_pool_size=1, log=logger)


def open_peer(setup: Setup) -> Peer:
    return ChancyPeer(setup)
