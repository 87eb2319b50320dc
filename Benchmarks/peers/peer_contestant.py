"""A peer, in processes of its own."""

from __future__ import annotations

import secrets
import tempfile
from dataclasses import dataclass
from pathlib import Path

from child_process import ChildProcess
from cluster import Cluster
from measures import percentile
from processes import tree_seconds
from protocol import Request
from sizes import Sizes
from trouble import Trouble

STEPS_OF_A_WORKFLOW = 3
LIMIT = 100
WARM_UP = 10
PAUSE_SECONDS = 0.05
#: Of fewer jobs the processor time says what starting and polling cost, not what a job does.
LEAST_FOR_CPU = 100


@dataclass(frozen=True, slots=True)
class PeerContestant:
    peer: str
    tuned: bool
    sizes: Sizes
    python: Path
    cluster: Cluster

    @property
    def name(self) -> str:
        return self.peer if self.tuned else f"{self.peer}, defaults"

    def measure(self, workload: str) -> dict[str, float]:
        with tempfile.TemporaryDirectory(dir=self.cluster.folder) as folder:
            database = f"peers_{secrets.token_hex(8)}"
            run = Run(self, folder, database)
            match workload:
                case "drain":
                    return run.work(workload, self.sizes.drain, 1)
                case "workflow":
                    return run.work(workload, self.sizes.workflow, STEPS_OF_A_WORKFLOW)
                case "limited":
                    return run.work(workload, self.sizes.limited, 1, LIMIT) if self.sizes.limited > 0 else {}
                case "enqueue":
                    return run.enqueue()
                case _:
                    return run.latency()


@dataclass(frozen=True, slots=True)
class Run:
    """One workload on a database of its own, which the last child drops."""

    contestant: PeerContestant
    folder: str
    database: str

    def work(self, workload: str, chains: int, steps: int, limit: int = 0) -> dict[str, float]:
        cluster = self.contestant.cluster
        with self.child(role="prepare", chains=chains, steps=steps, limit=limit) as child:
            child.wait_for_end()
        with self.child(role="work", chains=chains, steps=steps, limit=limit) as worker:
            worker.expect("ready")
            server, client = cluster.seconds, tree_seconds(worker.process.pid)
            worker.send("go")
            worker.expect("first")
            seconds: float = worker.expect("done")["seconds"]
            server, client = cluster.seconds - server, tree_seconds(worker.process.pid) - client
            worker.send("stop")
            self.require(worker.expect("report")["faults"], workload)
            worker.wait_for_end()
        count = chains * steps
        if count < LEAST_FOR_CPU:
            return {workload: count / seconds}
        return {
            workload: count / seconds,
            f"server CPU, {workload}": server / count * 10_000,
            f"worker CPU, {workload}": client / count * 10_000,
        }

    def enqueue(self) -> dict[str, float]:
        sizes = self.contestant.sizes
        with self.child(role="enqueue", chains=sizes.single, warm_up=WARM_UP, calls=sizes.bulk) as child:
            report = child.expect("report")
            self.require(report["faults"], "enqueue")
            child.wait_for_end()
        return {
            "enqueue, single": sizes.single / report["single_seconds"],
            "enqueue, 1,000 per call": sizes.bulk * 1000 / report["bulk_seconds"],
        }

    def latency(self) -> dict[str, float]:
        later = WARM_UP + self.contestant.sizes.latency
        # The first job shows that the worker listens.
        chains = 1 + later
        with self.child(role="prepare", chains=chains, later=later) as child:
            child.wait_for_end()
        with self.child(role="work", chains=chains, later=later) as worker:
            worker.expect("ready")
            worker.send("go")
            worker.expect("first")
            with self.child(role="pace", chains=chains, later=later, pause_seconds=PAUSE_SECONDS) as client:
                ends = client.expect("report")["ends"]
                client.wait_for_end()
            worker.expect("done")
            worker.send("stop")
            report = worker.expect("report")
            self.require(report["faults"], "latency")
            worker.wait_for_end()
        # From the return of the enqueue to the start of the job, which may come first.
        waits = [max(0, report["starts"][job] - end) * 1000 for job, end in ends.items() if int(job) > WARM_UP]
        return {"latency, p50": percentile(waits, 0.5), "latency, p99": percentile(waits, 0.99)}

    def child(self, **request: object) -> ChildProcess:
        contestant = self.contestant
        fixed = {
            "peer": contestant.peer,
            "tuned": contestant.tuned,
            "server": str(contestant.cluster.folder),
            "folder": self.folder,
            "database": self.database,
        }
        return ChildProcess(contestant.python, Request(**fixed, **request))  # type: ignore[arg-type]

    def require(self, faults: list[str], workload: str) -> None:
        if faults:
            what = f"{workload} of {self.contestant.name}"
            raise Trouble(f"The run of {what} counts for nothing: {'; '.join(faults)}.")
