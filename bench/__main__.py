"""`python -m bench`: measure, compare with the bounds, and say so.

Exit code 1 when a bound does not hold twice, or when a decision is not what the rules say.
"""

import argparse
import signal
import sys
import sysconfig
import tempfile
from dataclasses import replace
from pathlib import Path

from bench.bounds import bounds_of, broken
from bench.cases import CASES, REAL, SCALES, Case, Scale
from bench.outcomes import Results, this_machine
from bench.page import RESULTS, write_page
from bench.report import case_section, kept
from bench.runner import Bench


def main() -> int:
    arguments = _arguments()
    # Servers, clusters and temporary folders go with us, whoever ends us.
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    if arguments.write and arguments.size != "full":
        print("--write is for --size full: the page tells of large clusters", file=sys.stderr)
        return 2
    kept_before = RESULTS.exists() and (arguments.render or (arguments.write and arguments.case))
    results = Results.read(RESULTS) if kept_before else Results(this_machine(arguments.kubectl))
    if arguments.render:
        write_page(results)
        return 0
    chosen = [case for case in CASES if not arguments.case or case.name in arguments.case]
    with tempfile.TemporaryDirectory(prefix="kubectl-ds-bench-") as workdir:
        bench = _bench(arguments, Path(workdir))
        _measure(bench, [case for case in chosen if not case.real], results)
        _measure_broken_again(bench, chosen, results)
        if arguments.control_plane:
            _measure_on_control_plane(bench, [case for case in chosen if case.real], results)
    if arguments.write:
        results.write(RESULTS)
        # From the file, which rounds: the page is held to it.
        write_page(Results.read(RESULTS))
    return _verdict(arguments.size, chosen, results)


def _bench(arguments: argparse.Namespace, workdir: Path) -> Bench:
    return Bench(
        program=arguments.program,
        kubectl=arguments.kubectl,
        workdir=workdir,
        clusters=arguments.clusters or workdir / "clusters",
        scale=arguments.size,
        rounds=arguments.rounds,
        say=_say,
    )


def _measure(bench: Bench, cases: list[Case], results: Results) -> None:
    for case in cases:
        outcome = bench.measure(case)
        if outcome:
            results.outcomes[case.name] = outcome
            print("\n".join(["", *case_section(case, outcome)]), flush=True)


def _measure_broken_again(bench: Bench, cases: list[Case], results: Results) -> None:
    again = {one.case for one in broken(bounds_of(bench.scale), results.outcomes)}
    for case in cases:
        if case.name in again:
            _say(f"{case.name} broke a bound: once more")
            bench.measure(case, results.outcomes[case.name])


def _measure_on_control_plane(bench: Bench, cases: list[Case], results: Results) -> None:
    """Last, since a control plane is never quite at rest."""
    from bench.control_plane import real_cluster

    with real_cluster(REAL, bench.kubectl, bench.say) as cluster:
        _measure(replace(bench, real=cluster), cases, results)


def _verdict(scale: Scale, cases: list[Case], results: Results) -> int:
    """The exit code, and why."""
    names = {case.name for case in cases}
    bounds = [one for one in bounds_of(scale) if one.case in names]
    print("\n".join(["", *kept(bounds, results.outcomes)]))
    wrong = [text for name in names & set(results.outcomes) for text in results.outcomes[name].disagreements]
    for text in wrong[:20]:
        _say(f"wrong: {text}")
    return 1 if wrong or broken(bounds, results.outcomes) else 0


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
    parser.add_argument(
        "--control-plane", action="store_true", help="also on a real one (tests/controlplane)"
    )
    parser.add_argument("--write", action="store_true", help="write docs/performance.*; needs matplotlib")
    parser.add_argument("--render", action="store_true", help="write the page from the last results, no more")
    parser.add_argument("--clusters", type=Path, help="keep made clusters in this folder, for the next run")
    parser.add_argument("--program", type=Path, default=scripts / "kubectl-ds", help="another kubectl-ds")
    parser.add_argument("--kubectl", type=Path, default=scripts / "kubectl", help="another kubectl")
    return parser.parse_args()


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
