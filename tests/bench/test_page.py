"""docs/performance.md tells what was measured and nothing else."""

import pytest

from bench.cases import CASES
from bench.measuring.contest import Figures
from bench.measuring.processes import Run
from bench.outcomes import Outcome, Results
from bench.page import PAGE, PLOT, RESULTS, page_text
from bench.report import table


def test_the_page_is_what_its_results_say(request: pytest.FixtureRequest):
    text = page_text(Results.read(RESULTS))
    if request.config.getoption("--update-golden"):
        PAGE.write_text(text, encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == text


def test_the_picture_shows_who_was_compared():
    picture = PLOT.read_text(encoding="utf-8")
    assert all(who in picture for who in ("kubectl ds", "kubectl", "curl"))


def test_every_case_that_was_measured_has_its_section():
    figures = {"kubectl ds": Figures([Run(1, 1, 2**20)])}
    outcomes = {case.name: Outcome(figures=figures) for case in CASES}
    machine = dict.fromkeys(("processor", "cores", "system", "python", "kubectl"), "x")
    text = page_text(Results(machine, outcomes))
    assert [case.title for case in CASES if f"### {case.title}\n" not in text] == []


def test_a_table_compares_ours_with_the_others():
    figures = {
        "kubectl ds": Figures([Run(0.2, 0.1, 50 * 2**20), Run(0.4, 0.1, 60 * 2**20)], 5, 2_500_000, 5),
        "kubectl": Figures([Run(1.2, 0.9, 2**30)], 2, None),
    }
    assert list(table(figures)) == [
        "| | time (median) | fastest – slowest | kubectl ds takes | processor | peak memory | requests | bytes |",
        "|---|--:|--:|--:|--:|--:|--:|--:|",
        "| kubectl ds | 300 ms | 200 ms – 400 ms | – | 100 ms | 60 MiB | 5 | 2.5 MB (gzip) |",
        "| kubectl | 1.20 s | 1.20 s – 1.20 s | 0.25 of it | 900 ms | 1024 MiB | 2 | – |",
    ]
