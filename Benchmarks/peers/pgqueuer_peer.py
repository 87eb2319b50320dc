"""PgQueuer."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import asyncpg
from pgqueuer import PgQueuer
from pgqueuer.db import AsyncpgDriver, AsyncpgPoolDriver
from pgqueuer.models import Job as PgQueuerJob
from pgqueuer.queries import Queries

from peer import Job, Peer, Setup

ENTRYPOINT = "step"


class PgQueuerPeer:
    # Finished jobs leave the table for the log.
    unfinished = "select exists (select from pgqueuer)"
    waiting = "select count(*) from pgqueuer where status = 'queued'"

    def __init__(self, setup: Setup) -> None:
        self.setup = setup

    async def install(self) -> None:
        connection = await asyncpg.connect(self.setup.url)
        queries = Queries(AsyncpgDriver(connection))
        # Durability stays `durable`, the default: of the others the guide says that a crash loses jobs.
        await queries.install()
        if self.setup.tuned:
            # https://janbjorge.github.io/pgqueuer/guides/performance-tuning/#autovacuum-tuning
            await queries.optimize_autovacuum()
        await connection.close()

    async def connect(self) -> None:
        self.connection = await asyncpg.connect(self.setup.url)
        self.queries = Queries(AsyncpgDriver(self.connection))

    async def close(self) -> None:
        await self.connection.close()

    async def enqueue(self, job: Job) -> None:
        await self.queries.enqueue(ENTRYPOINT, job.encode().encode())

    async def enqueue_many(self, jobs: Sequence[Job]) -> None:
        payloads: list[bytes | None] = [job.encode().encode() for job in jobs]
        await self.queries.enqueue([ENTRYPOINT] * len(jobs), payloads, [0] * len(jobs))

    async def work(self, stop: asyncio.Event) -> None:
        # "Use AsyncpgPoolDriver for producers; a single connection for QueueManager":
        # https://janbjorge.github.io/pgqueuer/guides/performance-tuning/#quick-reference-checklist
        connection = await asyncpg.connect(self.setup.url)
        async with asyncpg.create_pool(self.setup.url) as pool:
            producer = Queries(AsyncpgPoolDriver(pool))
            manager = PgQueuer(AsyncpgDriver(connection))

            @manager.entrypoint(ENTRYPOINT, concurrency_limit=self.setup.limit)
            async def step(row: PgQueuerJob) -> None:
                job = Job.decode((row.payload or b"").decode())
                self.setup.ran(job)
                if job.next:
                    await producer.enqueue(ENTRYPOINT, job.next.encode().encode())

            # https://janbjorge.github.io/pgqueuer/guides/performance-tuning/#batch-size
            run = asyncio.create_task(manager.run(batch_size=1000) if self.setup.tuned else manager.run())
            stopping = asyncio.create_task(stop.wait())
            await asyncio.wait([run, stopping], return_when=asyncio.FIRST_COMPLETED)
            manager.shutdown.set()
            stopping.cancel()
            await run
        await connection.close()


def open_peer(setup: Setup) -> Peer:
    return PgQueuerPeer(setup)
