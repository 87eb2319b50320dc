"""DBOS Transact."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import sqlalchemy
from dbos import DBOS, DBOSClient, DBOSConfig, EnqueueOptions

from peer import Job, Peer, Setup

QUEUE = "steps"
OPTIONS: EnqueueOptions = {"queue_name": QUEUE, "workflow_name": "chain"}


class DBOSPeer:
    unfinished = "select exists (select from dbos.workflow_status where status in ('ENQUEUED', 'PENDING'))"
    waiting = "select count(*) from dbos.workflow_status where status = 'ENQUEUED'"

    def __init__(self, setup: Setup) -> None:
        self.setup = setup
        self.url = setup.url.replace("postgresql:", "postgresql+psycopg:")

    def launch(self, listens: bool = True) -> None:
        config: DBOSConfig = {"name": "peers", "system_database_url": self.url, "log_level": "ERROR"}
        DBOS(config=config)
        if not listens:
            DBOS.listen_queues([])

        @DBOS.step()
        def step(chain: int, number: int, steps: int) -> None:
            self.setup.ran(Job(chain, number, steps))

        @DBOS.workflow(name="chain")
        def chain(text: str) -> None:
            job = Job.decode(text)
            if job.steps == 1:
                self.setup.ran(job)
                return
            for number in range(1, job.steps + 1):
                step(job.chain, number, job.steps)

        DBOS.launch()

    async def install(self) -> None:
        await asyncio.to_thread(self.install_now)

    def install_now(self) -> None:
        self.launch(listens=False)
        limit = self.setup.limit or None
        if self.setup.tuned:
            # https://docs.dbos.dev/python/reference/queues
            DBOS.register_queue(QUEUE, worker_concurrency=100, global_concurrency=limit, polling_interval_sec=0.01)
        else:
            DBOS.register_queue(QUEUE, global_concurrency=limit)
        DBOS.destroy()

    async def connect(self) -> None:
        self.client = DBOSClient(system_database_url=self.url, system_database_pool_size=1)
        self.engine = sqlalchemy.create_engine(self.url)

    async def close(self) -> None:
        self.client.destroy()
        self.engine.dispose()

    async def enqueue(self, job: Job) -> None:
        self.client.enqueue(OPTIONS, job.encode())

    async def enqueue_many(self, jobs: Sequence[Job]) -> None:
        # There is no call for many; in one transaction they are enqueued fastest:
        # https://docs.dbos.dev/python/reference/client
        with self.engine.begin() as transaction:
            for job in jobs:
                self.client.enqueue_in_transaction(transaction, OPTIONS, job.encode())

    async def work(self, stop: asyncio.Event) -> None:
        await asyncio.to_thread(self.launch)
        await stop.wait()
        await asyncio.to_thread(DBOS.destroy)


def open_peer(setup: Setup) -> Peer:
    return DBOSPeer(setup)
