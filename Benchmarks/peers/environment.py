"""The peers' libraries, and BackOps itself."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

from progress import say
from trouble import Trouble

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent


def python_with_peers() -> Path:
    """A virtual environment with the pinned versions, in the user's cache; made when it is not there."""
    requirements = HERE / "requirements.txt"
    key = hashlib.sha256(requirements.read_bytes() + sys.version.encode()).hexdigest()[:16]
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = cache / "backops" / "peers" / key
    python = folder / "bin" / "python"
    finished = folder / "finished"
    if finished.exists():
        return python
    say(f"getting the peers from PyPI into {folder}")
    run([sys.executable, "-m", "venv", "--clear", str(folder)], "Debian has it in the package python3-venv.")
    install = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--only-binary", ":all:"]
    run([*install, "--requirement", str(requirements)], "They come from PyPI: is there a network?")
    finished.touch()
    return python


def build_backops() -> Path:
    """The release build of `backops`."""
    say("building backops, which takes minutes the first time")
    build = ["swift", "build", "--package-path", str(ROOT), "-c", "release", "--product", "backops"]
    run(build, "See .github/CONTRIBUTING.md for what a build needs.")
    return ROOT / ".build" / "release" / "backops"


def run(command: list[str], advice: str) -> None:
    try:
        result = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    except FileNotFoundError:
        raise Trouble(f"{command[0]} is not installed. {advice}") from None
    if result.returncode != 0:
        raise Trouble(f"{' '.join(command)} failed:\n{result.stdout.strip()[-4000:]}\n{advice}")


def versions(python: Path) -> dict[str, str]:
    """Which version the peers and their drivers have: the first part of the requirements."""
    pins = (HERE / "requirements.txt").read_text().split("\n\n")[0].splitlines()
    libraries = [pin.split("==") for pin in pins if "==" in pin]
    interpreter = subprocess.check_output([str(python), "-V"], text=True).split()[1]
    return {**{name.split("[")[0]: version for name, version in libraries}, "Python": interpreter}
