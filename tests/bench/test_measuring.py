"""Measuring whole processes: who runs when, what is taken down, and what counts as too much."""

import os
import sys
from pathlib import Path

import pytest

from bench.bounds import Bound, bounds_of, broken
from bench.cases import CASES, SCALES, Scale
from bench.clusters.size import Size
from bench.measuring.contest import Contest, Figures
from bench.measuring.processes import FailedRun, Run, run
from bench.outcomes import Outcome, Outcomes, Results

MIB = 2**20


def python(program: str) -> tuple[str, ...]:
    return (sys.executable, "-I", "-S", "-c", program)


def test_a_run_tells_the_memory_of_the_process_and_not_of_whoever_started_it(tmp_path: Path):
    ballast = bytearray(200 * MIB)
    small = run([python("pass")], os.environ, tmp_path / "out")
    large = run([python(f"bytearray({64 * MIB})")], os.environ, tmp_path / "out")
    del ballast
    assert small.memory < 40 * MIB < 64 * MIB < large.memory < 140 * MIB


def test_commands_of_one_contender_add_up(tmp_path: Path):
    waiting = python("import time; time.sleep(0.2)")
    assert run([waiting, waiting], os.environ, tmp_path / "out").wall >= 0.4


def test_a_program_that_fails_is_no_figure(tmp_path: Path):
    with pytest.raises(FailedRun, match="ended with 3: no such thing"):
        run(
            [python("import sys; sys.stderr.write('no such thing'); sys.exit(3)")],
            os.environ,
            tmp_path / "out",
        )


def test_contenders_take_turns_and_the_first_round_does_not_count(tmp_path: Path):
    diary = tmp_path / "diary"
    contenders = {name: [python(f"open({str(diary)!r}, 'a').write({name!r})")] for name in "abc"}
    figures: dict[str, Figures] = {}
    Contest(contenders, os.environ, tmp_path / "out", None).held(3, figures)
    assert diary.read_text() == "abc" + "abc" + "bca" + "cab"
    assert {name: len(one.runs) for name, one in figures.items()} == {"a": 3, "b": 3, "c": 3}


def figures(*walls: float, cpu: float = 1.0, memory: int = 100 * MIB) -> Figures:
    return Figures([Run(wall, cpu, memory) for wall in walls])


OUTCOMES: Outcomes = {
    "base": Outcome(Size(nodes=100, daemonsets=1), {"kubectl ds": figures(1, cpu=2)}),
    "grown": Outcome(
        Size(nodes=300, daemonsets=1),
        {"kubectl ds": figures(9, 1, 2, cpu=9, memory=150 * MIB), "kubectl": figures(5, 4, 3)},
    ),
}


@pytest.mark.parametrize(
    ("measure", "value"),
    [
        pytest.param("time/kubectl", 0.5, id="a ratio of medians"),
        pytest.param("time/curl", None, id="nothing to compare with"),
        pytest.param("memory", 150.0, id="the peak in MiB"),
        pytest.param("seconds", 9.0, id="processor time"),
        pytest.param(
            "processor-per-node/base", 1.5, id="processor time for each node, against the smaller cluster"
        ),
        pytest.param("memory-per-node/base", 0.5, id="memory for each node, against the smaller cluster"),
        pytest.param("memory-per-node/absent", None, id="the smaller cluster was not measured"),
    ],
)
def test_measures(measure: str, value: float | None):
    bound = Bound(holds="", case="grown", measure=measure, at_most=1)
    assert bound.value(OUTCOMES) == value
    assert (bound in broken([bound], OUTCOMES)) == (value is not None and value > 1)


@pytest.mark.parametrize("scale", SCALES)
def test_every_bound_is_about_a_case_of_that_size(scale: Scale):
    sizes = {case.name: case.clusters or case.rounds for case in CASES}
    for bound in bounds_of(scale):
        assert scale in sizes[bound.case], bound.holds
        kind, _, other = bound.measure.partition("/")
        assert not kind.endswith("-per-node") or scale in sizes[other], bound.holds


def test_results_come_back_from_their_file_as_they_were(tmp_path: Path):
    results = Results({"cores": "2"}, OUTCOMES)
    results.write(tmp_path / "results.json")
    assert Results.read(tmp_path / "results.json") == results
