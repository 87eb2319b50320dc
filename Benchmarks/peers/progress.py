"""What is going on, on standard error."""

from __future__ import annotations

import sys
import time

START = time.monotonic()


def say(text: str) -> None:
    minutes, seconds = divmod(int(time.monotonic() - START), 60)
    print(f"{minutes:2}:{seconds:02} {text}", file=sys.stderr, flush=True)
