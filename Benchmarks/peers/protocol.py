"""What the benchmark and its child processes say to each other: a JSON document per line."""

from __future__ import annotations

import json
import os
import queue
import sys
import threading
from dataclasses import asdict, dataclass
from typing import Any, Literal

Event = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Request:
    """What a child is to do; the first line it reads."""

    #: `prepare` makes a database with jobs in it, `work` runs them, `enqueue` times the enqueueing, and `pace` enqueues slowly.
    role: Literal["prepare", "work", "enqueue", "pace"]
    peer: str
    tuned: bool
    #: The server, without a database.
    server: str
    #: A folder for what the jobs of other processes record.
    folder: str
    database: str
    #: How many chains of jobs there are in all.
    chains: int
    #: How many jobs a chain has.
    steps: int = 1
    #: How many jobs may run at once, in all workers together; 0 is any number.
    limit: int = 0
    #: How many of the chains are enqueued while the worker runs.
    later: int = 0
    #: How many jobs are enqueued before the clock starts.
    warm_up: int = 0
    #: How many calls enqueue many jobs, and how many each.
    calls: int = 0
    batch: int = 1000
    #: How long to wait between two jobs.
    pause_seconds: float = 0

    @property
    def url(self) -> str:
        return url_of(self.server, self.database)

    def encode(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def decode(cls, line: str) -> Request:
        return cls(**json.loads(line))


def url_of(socket_folder: str, database: str) -> str:
    return f"postgresql://postgres@/{database}?host={socket_folder}"


class Channel:
    """The child's end; whatever else is printed goes to standard error.

    The child ends when its input does, and so also when the benchmark was killed.
    """

    def __init__(self) -> None:
        self.output = os.fdopen(os.dup(1), "w", buffering=1)
        os.dup2(2, 1)
        self.lines: queue.Queue[str] = queue.Queue()
        threading.Thread(target=self.read, daemon=True).start()

    def read(self) -> None:
        for line in sys.stdin:
            self.lines.put(line)
        os._exit(1)

    def receive(self) -> str:
        return self.lines.get()

    def send(self, event: str, **values: Any) -> None:
        self.output.write(json.dumps({"event": event, **values}) + "\n")
