"""Processor time of a process and of all that it started, from /proc."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Status:
    parent: int
    used: float
    #: By children that have ended and were waited for.
    used_by_ended: float


def status_of(process: int) -> Status | None:
    try:
        line = Path(f"/proc/{process}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return None
    # The name in parentheses may hold anything; the fields count from behind it.
    fields = line[line.rindex(")") + 1 :].split()
    user, system, ended_user, ended_system = (int(field) / TICKS_PER_SECOND for field in fields[11:15])
    return Status(int(fields[1]), user + system, ended_user + ended_system)


def tree_seconds(root: int) -> float:
    """User and system time of a process and its descendants, the ended ones included."""
    total = 0.0
    for _ in range(20):
        before = ended_seconds(root)
        total = sum(status.used + status.used_by_ended for status in tree(root))
        # What an ended child has used moves to its parent; while that happens it is counted twice, or not at all.
        if ended_seconds(root) == before:
            break
    return total


def ended_seconds(process: int) -> float:
    status = status_of(process)
    return status.used_by_ended if status else 0


def tree(root: int) -> Iterator[Status]:
    numbers = (int(folder.name) for folder in Path("/proc").iterdir() if folder.name.isdigit())
    every = {number: status for number in numbers if (status := status_of(number))}
    inside = {root}
    while more := {number for number, status in every.items() if status.parent in inside} - inside:
        inside |= more
    return (status for number, status in every.items() if number in inside)
