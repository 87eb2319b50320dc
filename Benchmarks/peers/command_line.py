"""The options of `run`, and what they do."""

from __future__ import annotations

import argparse
import signal
import sys
from types import FrameType

import report
import self_check
from backops_contestant import BackOps
from cluster import private_cluster
from contest import hold
from environment import build_backops, python_with_peers, versions
from peer_contestant import PeerContestant
from results import Results
from sizes import DEFAULTS, TUNED
from trouble import Trouble

PEERS = list(TUNED)
SCALE, ROUNDS = 1.0, 3
QUICK_SCALE, QUICK_ROUNDS = 0.25, 1


def number(kind: type[int] | type[float], least: float, most: float, text: str) -> float:
    try:
        value = kind(text)
    except ValueError:
        value = kind(least) - 1
    if not least <= value <= most:
        raise argparse.ArgumentTypeError(f"{text} is not a number from {least:g} to {most:g}")
    return value


def parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="Benchmarks/peers/run",
        description="Measure BackOps and its peers on one private PostgreSQL, in turn, and print the ratios.",
        epilog="Only ratios of one run mean anything. A run in which a job was lost, left or done twice gives no figures.",
    )
    parser.add_argument("--only", action="append", choices=PEERS, metavar="NAME", help=f"only this peer: {', '.join(PEERS)}")
    parser.add_argument("--scale", type=lambda text: number(float, 0.01, 10, text), help="multiply the sizes: 0.01 to 10")
    parser.add_argument("--rounds", type=lambda text: number(int, 1, 20, text), help="measure so many times: 1 to 20")
    parser.add_argument(
        "--quick", action="store_true", help=f"as --scale {QUICK_SCALE} --rounds {QUICK_ROUNDS}, for a first look"
    )
    parser.add_argument("--json", action="store_true", help="print a JSON document per line instead of tables")
    parser.add_argument("--self-check", action="store_true", help="check the benchmark itself, without network or server")
    options = parser.parse_args(arguments)
    options.scale = options.scale or (QUICK_SCALE if options.quick else SCALE)
    options.rounds = options.rounds or (QUICK_ROUNDS if options.quick else ROUNDS)
    return options


def measure(options: argparse.Namespace) -> None:
    python = python_with_peers()
    program = build_backops()
    with private_cluster(program) as cluster:
        ours = BackOps(program, cluster, options.scale)
        settings = {**ours.settings(), **versions(python), "scale": f"{options.scale:g}", "rounds": f"{options.rounds}"}

        def peers(tuned: bool) -> list[PeerContestant]:
            sizes = TUNED if tuned else DEFAULTS
            names = [name for name in PEERS if not options.only or name in options.only]
            return [PeerContestant(name, tuned, sizes[name].scaled(options.scale), python, cluster) for name in names]

        results = Results(list(hold([ours, *peers(True)], peers(False), options.rounds)))
    if options.json:
        print(*report.lines(results, settings), sep="\n")
    else:
        print(report.tables(results, settings))


def interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def main() -> int:
    options = parse(sys.argv[1:])
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, interrupt)
    try:
        if options.self_check:
            return self_check.main()
        measure(options)
    except Trouble as trouble:
        print(f"error: {trouble}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("interrupted; there are no figures", file=sys.stderr)
        return 130
    return 0
