"""The benchmark's end of a child process."""

from __future__ import annotations

import json
import os
import queue
import subprocess
import tempfile
import threading
from pathlib import Path
from types import TracebackType
from typing import Self

from protocol import Event, Request
from trouble import Trouble

PATIENCE_SECONDS = 300
CHILD = Path(__file__).resolve().parent / "child.py"


class ChildProcess:
    """A child, which ends with the block: killed where it has not ended by itself."""

    def __init__(self, python: Path, request: Request) -> None:
        self.request = request
        self.errors = tempfile.TemporaryFile()
        self.process = subprocess.Popen(
            [str(python), str(CHILD)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.errors,
            text=True,
            start_new_session=True,
            env={**os.environ, "PYTHONPATH": str(CHILD.parent), "PYTHONDONTWRITEBYTECODE": "1"},
        )
        self.events: queue.Queue[Event | None] = queue.Queue()
        threading.Thread(target=self.read, daemon=True).start()
        self.send(request.encode())

    def read(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            self.events.put(json.loads(line))
        self.events.put(None)

    def send(self, line: str) -> None:
        assert self.process.stdin
        try:
            self.process.stdin.write(line + "\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            raise self.trouble("ended too early") from None

    def expect(self, name: str) -> Event:
        try:
            event = self.events.get(timeout=PATIENCE_SECONDS)
        except queue.Empty:
            raise self.trouble(f"did not come to «{name}» within {PATIENCE_SECONDS} s") from None
        if event is None:
            raise self.trouble(f"ended before «{name}»")
        assert event["event"] == name, event
        return event

    def wait_for_end(self) -> None:
        try:
            status = self.process.wait(timeout=PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            raise self.trouble(f"did not end within {PATIENCE_SECONDS} s") from None
        if status != 0:
            raise self.trouble(f"ended with {status}")

    def trouble(self, what: str) -> Trouble:
        self.errors.seek(0)
        text = self.errors.read().decode(errors="replace").strip()[-4000:]
        return Trouble(f"The process «{self.request.role}» of {self.request.peer} {what}.\n{text}")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self.process.poll() is None:
            # Its session is its own, with the processes it has started.
            os.killpg(self.process.pid, 9)
            self.process.wait()
        self.errors.close()
