"""What can be checked of the benchmark without the peers, a network and a server."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
import unittest
from pathlib import Path

from bodies import Body, faults
from environment import HERE
from measures import BY_NAME, Sample, median, percentile
from peer import Job
from processes import tree_seconds
from protocol import Request
from results import Results
from sizes import DEFAULTS, TUNED


class Proof(unittest.TestCase):
    """A run counts only when every job ran once."""

    bodies = [Body(chain, step, 0) for chain in range(2) for step in (1, 2, 3)]

    def test_accepts_what_ran_once(self) -> None:
        self.assertEqual(faults(self.bodies, 2, 3), [])

    def test_refuses_a_lost_job(self) -> None:
        self.assertEqual(faults(self.bodies[1:], 2, 3), ["1 jobs did not run"])

    def test_refuses_a_repeated_job(self) -> None:
        self.assertEqual(faults([*self.bodies, self.bodies[0]], 2, 3), ["1 jobs ran more than once"])

    def test_refuses_a_foreign_job(self) -> None:
        self.assertEqual(faults([*self.bodies, Body(2, 1, 0)], 2, 3), ["1 jobs ran that nobody enqueued"])


class Arithmetic(unittest.TestCase):
    def test_median_and_percentiles_are_values_that_were_measured(self) -> None:
        self.assertEqual(median([4, 1, 3, 2]), 2)
        self.assertEqual(percentile(range(1, 101), 0.99), 99)
        self.assertEqual(percentile([5], 0.5), 5)

    def test_ratios_are_of_one_round(self) -> None:
        values = {"BackOps": [10, 40, 30], "a": [10, 20, 10], "b": [5, 5, 5], "c, defaults": [20]}
        samples = [
            Sample(name, measure, value, number)
            for measure in ("drain", "latency, p50")
            for name, rounds in values.items()
            for number, value in enumerate(rounds)
        ]
        results = Results(samples)
        self.assertEqual(results.ratio("a", BY_NAME["drain"]), 2)
        self.assertEqual(results.ratio("c, defaults", BY_NAME["drain"]), 0.5)
        self.assertEqual(results.ratio_to_best(BY_NAME["drain"]), 0.5)
        self.assertEqual(results.ratio_to_best(BY_NAME["latency, p50"]), 6)
        self.assertTrue(BY_NAME["workflow"].is_met(10))
        self.assertFalse(BY_NAME["latency, p50"].is_met(0.6))


class Parts(unittest.TestCase):
    def test_a_chain_ends(self) -> None:
        second = Job(7, 1, 2).next
        self.assertEqual(second, Job(7, 2, 2))
        self.assertIsNone(second.next if second else second)
        self.assertEqual(Job.decode(Job(7, 2, 3).encode()), Job(7, 2, 3))

    def test_requests_arrive_as_they_were_sent(self) -> None:
        request = Request("work", "chancy", True, "/tmp/a b", "/tmp", "database", 5, later=3)
        self.assertEqual(Request.decode(request.encode()), request)

    def test_the_time_of_children_counts_once_they_have_ended_too(self) -> None:
        before = tree_seconds(os.getpid())
        subprocess.run([sys.executable, "-c", "import time\nwhile time.process_time() < 0.2: pass"], check=True)
        self.assertGreaterEqual(tree_seconds(os.getpid()) - before, 0.19)

    def test_every_peer_is_pinned_has_sizes_and_parses(self) -> None:
        pins = (HERE / "requirements.txt").read_text().splitlines()
        self.assertEqual(TUNED.keys(), DEFAULTS.keys())
        for name in TUNED:
            self.assertTrue(any(pin.startswith(f"{name}==") for pin in pins), name)
            self.assertTrue((HERE / f"{name}_peer.py").exists(), name)
        for file in HERE.glob("*.py"):
            ast.parse(Path(file).read_text(), str(file))


def main() -> int:
    suite = unittest.defaultTestLoader.loadTestsFromModule(sys.modules[__name__])
    return 0 if unittest.TextTestRunner(stream=sys.stderr).run(suite).wasSuccessful() else 1
