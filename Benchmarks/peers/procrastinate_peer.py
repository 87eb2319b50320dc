"""Procrastinate."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any

from procrastinate import App, PsycopgConnector
from procrastinate.types import JSONDict
from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from peer import Job, Peer, Setup


class ProcrastinatePeer:
    unfinished = "select exists (select from procrastinate_jobs where status in ('todo', 'doing'))"
    waiting = "select count(*) from procrastinate_jobs where status = 'todo'"

    def __init__(self, setup: Setup) -> None:
        self.setup = setup

    @asynccontextmanager
    async def app(self, connections: int) -> AsyncIterator[App]:
        app = App(connector=PsycopgConnector(conninfo=self.setup.url))

        @app.task(name="step")
        async def step(job: str) -> None:
            this = Job.decode(job)
            self.setup.ran(this)
            if this.next:
                await step.defer_async(job=this.next.encode())

        self.step = step
        if not self.setup.tuned:
            async with app.open_async():
                yield app
            return
        # A pool of our own, in which a statement is one round trip: no transaction around it, and no check before it:
        # https://procrastinate.readthedocs.io/en/stable/reference.html#procrastinate.App.open_async
        pool = AsyncConnectionPool(
            self.setup.url, min_size=connections, max_size=connections, configure=commit_each_statement, open=False
        )
        async with pool, app.open_async(pool):
            yield app

    async def install(self) -> None:
        async with self.app(1) as app:
            await app.schema_manager.apply_schema_async()

    async def connect(self) -> None:
        self.client = self.app(1)
        await self.client.__aenter__()

    async def close(self) -> None:
        await self.client.__aexit__(None, None, None)

    async def enqueue(self, job: Job) -> None:
        await self.step.defer_async(job=job.encode())

    async def enqueue_many(self, jobs: Sequence[Job]) -> None:
        # https://procrastinate.readthedocs.io/en/stable/howto/basics/batch_defer.html
        arguments: list[JSONDict] = [{"job": job.encode()} for job in jobs]
        await self.step.batch_defer_async(*arguments)

    async def work(self, stop: asyncio.Event) -> None:
        options: dict[str, Any] = {}
        if self.setup.tuned:
            # https://procrastinate.readthedocs.io/en/stable/howto/production/concurrency.html
            # https://procrastinate.readthedocs.io/en/stable/howto/production/delete_finished_jobs.html
            options = {"concurrency": 5, "delete_jobs": "always"}
        async with self.app(5) as app:
            run = asyncio.create_task(app.run_worker_async(install_signal_handlers=False, **options))
            stopping = asyncio.create_task(stop.wait())
            await asyncio.wait([run, stopping], return_when=asyncio.FIRST_COMPLETED)
            stopping.cancel()
            # "To request the worker to gracefully stop": https://procrastinate.readthedocs.io/en/stable/howto/basics/worker.html
            run.cancel()
            with suppress(asyncio.CancelledError):
                await run


async def commit_each_statement(connection: AsyncConnection[Any]) -> None:
    await connection.set_autocommit(True)


def open_peer(setup: Setup) -> Peer:
    return ProcrastinatePeer(setup)
