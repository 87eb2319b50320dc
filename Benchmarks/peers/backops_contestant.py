"""BackOps, by its own benchmark."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cluster import Cluster
from trouble import Trouble

#: The sizes of `backops bench` take half a minute in all, and we want them three times.
SCALES = {"drain": 0.5, "workflow": 0.5, "limited": 0.5, "enqueue": 0.5, "latency": 1}
#: What `backops bench` calls a workload.
OWN_NAMES = {"limited": "hot"}
SHOWN = {"cores", "fsync", "synchronous_commit", "full_page_writes", "shared_buffers", "max_wal_size", "checkpoint_timeout"}


@dataclass(frozen=True, slots=True)
class BackOps:
    program: Path
    cluster: Cluster
    scale: float
    name: str = "BackOps"

    def measure(self, workload: str) -> dict[str, float]:
        values: dict[str, float] = {}
        for line in self.bench(OWN_NAMES.get(workload, workload), SCALES[workload] * self.scale):
            values |= self.values(workload, line)
        return values

    def settings(self) -> dict[str, str]:
        """What matters of the server's settings, by its own account."""
        settings: dict[str, str] = next(self.bench("enqueue", 0.0001))["settings"]
        expected = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on", "build": "release"}
        wrong = [f"{name} is {settings.get(name)}" for name, value in expected.items() if settings.get(name) != value]
        if wrong:
            raise Trouble(f"Such figures say nothing: {', '.join(wrong)}.")
        return {"PostgreSQL": settings["version"], **{name: settings[name] for name in sorted(settings) if name in SHOWN}}

    def bench(self, workload: str, scale: float) -> Iterator[dict[str, Any]]:
        command = [str(self.program), "bench", "--workload", workload, "--runs", "1", "--scale", f"{scale:f}", "--json"]
        result = subprocess.run([*command, "--database", self.cluster.conninfo], capture_output=True, text=True, check=False)
        if result.returncode != 0:
            raise Trouble(f"backops bench failed:\n{result.stderr.strip()}")
        lines = (json.loads(line) for line in result.stdout.splitlines())
        return (line for line in lines if "workload" in line)

    def values(self, workload: str, line: dict[str, Any]) -> dict[str, float]:
        variant, value = line["variant"], line["value"]
        if workload in ("drain", "workflow", "limited"):
            return {
                workload: value,
                f"server CPU, {workload}": line["postgres_cpu_us_per_action"] / 100,
                f"worker CPU, {workload}": line["worker_cpu_us_per_action"] / 100,
            }
        names = {
            ("enqueue", "single"): "enqueue, single",
            ("enqueue", "bulk 1,000"): "enqueue, 1,000 per call",
            ("latency", "p50"): "latency, p50",
            ("latency", "p99"): "latency, p99",
        }
        name = names.get((workload, variant))
        return {name: value} if name else {}
