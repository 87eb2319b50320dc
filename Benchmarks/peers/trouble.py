"""What keeps the benchmark from giving figures."""

from __future__ import annotations


class Trouble(Exception):
    """Something is missing or went wrong; its text is for whoever runs the benchmark."""
