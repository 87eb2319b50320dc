"""How much each contestant is given, so that a run takes some three seconds on two cores."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sizes:
    #: Jobs to drain.
    drain: int
    #: Workflows of three steps.
    workflow: int
    #: Jobs to drain of which 100 may run at once, in all workers together; 0 where there is no such limit.
    limited: int
    #: Jobs enqueued one by one.
    single: int
    #: Calls that enqueue 1,000 jobs each.
    bulk: int
    #: Jobs enqueued one every 50 ms.
    latency: int = 200

    def scaled(self, scale: float) -> Sizes:
        def size(number: int, least: int) -> int:
            return max(min(least, number), round(number * scale))

        return Sizes(
            size(self.drain, 20),
            size(self.workflow, 10),
            size(self.limited, 20),
            size(self.single, 50),
            size(self.bulk, 1),
            size(self.latency, 20),
        )


TUNED = {
    "pgqueuer": Sizes(drain=30_000, workflow=2500, limited=20_000, single=2000, bulk=30),
    "dbos": Sizes(drain=2500, workflow=300, limited=2500, single=1500, bulk=2),
    "procrastinate": Sizes(drain=1500, workflow=400, limited=0, single=1500, bulk=20),
    "chancy": Sizes(drain=12_000, workflow=1500, limited=0, single=1500, bulk=8),
}

#: With its defaults chancy runs as many jobs as there are cores every five seconds.
DEFAULTS = {
    "pgqueuer": Sizes(drain=10_000, workflow=1500, limited=10_000, single=1500, bulk=20, latency=100),
    "dbos": Sizes(drain=1500, workflow=200, limited=1500, single=1500, bulk=2, latency=100),
    "procrastinate": Sizes(drain=1000, workflow=300, limited=0, single=1500, bulk=20, latency=100),
    "chancy": Sizes(drain=6, workflow=4, limited=0, single=1500, bulk=8, latency=100),
}
