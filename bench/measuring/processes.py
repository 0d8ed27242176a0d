"""One process, or a few one after another, measured from outside."""

import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

METER = Path(__file__).with_name("meter.py")

Command = Sequence[str]


class Run(NamedTuple):
    """What one run took. `wall` and `cpu` are seconds, `memory` is the peak in bytes."""

    wall: float
    cpu: float
    memory: int


class FailedRun(Exception):
    """A program that is measured did not do what it should; the text says what it wrote."""


def run(commands: Sequence[Command], variables: Mapping[str, str], output: Path) -> Run:
    """Run these one after another: times add up, the largest peak counts. Raises `FailedRun`."""
    runs = [_run_one(command, variables, output) for command in commands]
    return Run(sum(one.wall for one in runs), sum(one.cpu for one in runs), max(one.memory for one in runs))


def _run_one(command: Command, variables: Mapping[str, str], output: Path) -> Run:
    errors = output.with_suffix(".errors")
    words = [sys.executable, "-I", "-S", str(METER), str(output), str(errors), *command]
    done = subprocess.run(words, env=dict(variables), capture_output=True, text=True, check=False)
    if done.returncode:
        raise FailedRun(f"{' '.join(command[:3])} could not be run: {done.stderr.strip()}")
    code, wall, cpu, memory = done.stdout.split()
    if code != "0":
        raise FailedRun(f"{' '.join(command)[:300]} ended with {code}: {errors.read_text()[-2000:]}")
    return Run(float(wall), float(cpu), int(memory) * 1024)
