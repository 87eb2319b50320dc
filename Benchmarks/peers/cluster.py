"""The one PostgreSQL that everybody is measured on."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from processes import tree_seconds
from trouble import Trouble

#: As `backops bench` sets its private server up (Sources/BackOpsBenchmarks/Laboratory/BenchServer.swift).
SETTINGS = {
    "shared_buffers": "512MB",
    "max_wal_size": "8GB",
    "min_wal_size": "1GB",
    "checkpoint_timeout": "30min",
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
}

#: Makes the cluster, adds the settings, keeps it while the input is open, and removes it: whatever becomes of the benchmark.
#: `backops dev` runs the server, as an ordinary user where this one is root.
KEEPER = """
trap '' INT TERM HUP
folder=$1 backops=$2 settings=$3
FOLDER=$folder SETTINGS=$settings "$backops" dev --directory "$folder" --durable -- \\
  sh -c 'printf "%s\\n" "$SETTINGS" >>"$FOLDER/data/postgresql.conf"' </dev/null >/dev/null &&
  "$backops" dev --directory "$folder" --durable -- sh -c 'echo ready; exec cat'
rm -rf -- "$folder"
"""


@dataclass(frozen=True, slots=True)
class Cluster:
    #: Where its socket is.
    folder: Path
    postmaster: int

    @property
    def conninfo(self) -> str:
        return f"host={self.folder} user=postgres dbname=postgres"

    @property
    def seconds(self) -> float:
        """Processor time of all processes of the server so far."""
        return tree_seconds(self.postmaster)


@contextmanager
def private_cluster(backops: Path) -> Iterator[Cluster]:
    folder = Path(tempfile.mkdtemp(prefix="backops-peers-"))
    settings = "\n".join(f"{name} = {value}" for name, value in SETTINGS.items())
    log = tempfile.TemporaryFile()
    keeper = subprocess.Popen(
        ["sh", "-c", KEEPER, "sh", str(folder), str(backops), settings],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=log,
        start_new_session=True,  # ^C is ours; the server ends when we have.
    )
    assert keeper.stdin and keeper.stdout
    try:
        if keeper.stdout.readline() != b"ready\n":
            log.seek(0)
            raise Trouble(f"The private PostgreSQL did not start:\n{log.read().decode(errors='replace').strip()}")
        postmaster = (folder / "data" / "postmaster.pid").read_text().splitlines()[0]
        yield Cluster(folder, int(postmaster))
    finally:
        keeper.stdin.close()
        keeper.wait()
        shutil.rmtree(folder, ignore_errors=True)
        log.close()
