"""`python -m bench`: measure, compare with the bounds, and say so; exit code 1 when a bound does not hold."""

import argparse
import contextlib
import sys
import sysconfig
import tempfile
from pathlib import Path

from bench.bounds import bounds_of, broken
from bench.cases import CASES, SCALES, Case
from bench.measuring.contest import Figures
from bench.report import kept, table
from bench.runner import Bench


def main() -> int:
    arguments = _arguments()
    with contextlib.ExitStack() as stack:
        workdir = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="kubectl-ds-bench-")))
        bench = Bench(
            program=arguments.program,
            kubectl=arguments.kubectl,
            workdir=workdir,
            clusters=arguments.clusters or workdir / "clusters",
            scale=arguments.size,
            rounds=arguments.rounds,
            say=_say,
        )
        return _measured(bench, [case for case in CASES if not arguments.case or case.name in arguments.case])


def _measured(bench: Bench, cases: list[Case]) -> int:
    results: dict[str, dict[str, Figures]] = {}
    for case in cases:
        figures = bench.measure(case)
        if figures:
            results[case.name] = figures
            print("\n".join([f"\n{case.title}\n", *table(figures)]), flush=True)
    bounds = bounds_of(bench.scale)
    again = {one.case for one in broken(bounds, results)}
    for case in cases:
        if case.name in again:
            _say(f"{case.name} broke a bound: once more")
            bench.measure(case, results[case.name])
    print("\n".join(["", *kept(bounds, results)]))
    return 1 if broken(bounds, results) else 0


def _arguments() -> argparse.Namespace:
    scripts = Path(sysconfig.get_path("scripts"))
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--size", choices=SCALES, default="small", help="of the clusters (small)")
    parser.add_argument(
        "--case", action="append", choices=[case.name for case in CASES], help="only this one"
    )
    parser.add_argument(
        "--rounds", type=int, help="runs of each contender, in place of the case's own number"
    )
    parser.add_argument("--clusters", type=Path, help="keep made clusters in this folder, for the next run")
    parser.add_argument("--program", type=Path, default=scripts / "kubectl-ds", help="another kubectl-ds")
    parser.add_argument("--kubectl", type=Path, default=scripts / "kubectl", help="another kubectl")
    return parser.parse_args()


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
