"""Runs cases: makes the cluster, serves it, lets the contenders run in turn, checks what was decided."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench.cases import Case, Scale
from bench.checking import check
from bench.clusters.making import made
from bench.measuring.contest import Contest, Figures
from bench.measuring.processes import Command, FailedRun, Run, run
from bench.measuring.served import Served
from bench.measuring.server_process import ROOT, serving
from bench.outcomes import Outcome

OURS: Final = "kubectl ds"
KUBECTL: Final = "kubectl"
DISPATCHED: Final = "kubectl ds, started by kubectl"
CURL: Final = "curl"
INTERPRETER: Final = "python -c pass"

_URL_LIMIT: Final = 60_000
"""Characters of one curl command line; more pages take a second curl."""

Say = Callable[[str], None]


@dataclass(frozen=True, kw_only=True)
class Bench:
    """Where the programs are, where files may be put, and how often to run."""

    program: Path
    kubectl: Path
    workdir: Path
    clusters: Path
    scale: Scale
    rounds: int | None = None
    real: Served | None = None
    """A real control plane; without one its cases are left out."""
    say: Say

    def measure(self, case: Case, outcome: Outcome | None = None) -> Outcome | None:
        """What comes of a case; None where it is not of this scale, or not of this program.

        Runs are added to `outcome` if there is one: a second look. Raises `FailedRun`.
        """
        if self.scale not in (case.clusters or case.rounds) or (case.real and not self.real):
            return None
        self.say(f"measuring {case.name}")
        rounds = (self.rounds or case.rounds[self.scale]) * (2 if outcome else 1)
        size = case.clusters[self.scale] if case.clusters else None
        found = outcome or Outcome(size, load=round(os.getloadavg()[0], 1))
        if case.placed:
            self._place(case, rounds, found)
            return found
        with self._served(case) as served:
            contest = self.contest(case, served)
            contest.held(rounds, found.figures)
            if case.checked and served and not outcome:
                self._check(case, contest, served, found)
        return found

    def contest(self, case: Case, served: Served | None) -> Contest:
        """Who runs. Raises `FailedRun` when our own program does not do it at all."""
        variables = self._variables(served)
        ours = self._ours(case.ours)
        if served:
            served.tally()
        run(ours, variables, self._output)
        # What is asked here is what curl asks afterwards.
        asked = served.tally().requests if served else []
        contenders = {OURS: ours}
        for name, words in case.variants.items():
            contenders[f"{OURS} {name}"] = self._ours(words)
        if case.kubectl:
            contenders[KUBECTL] = [(str(self.kubectl), *words) for words in case.kubectl]
        if case.dispatched:
            contenders[DISPATCHED] = [(str(self.kubectl), "ds", *case.ours)]
        python = self.program.with_name("python")
        # A packaged program has its interpreter inside.
        if case.interpreter and python.exists():
            contenders[INTERPRETER] = [(str(python), "-c", "pass")]
        if case.curl and served:
            contenders |= self._curl(served, asked)
        return Contest(contenders, variables, self._output, served)

    @property
    def _output(self) -> Path:
        return self.workdir / "output"

    def _ours(self, words: Sequence[str]) -> Sequence[Command]:
        return [(str(self.program), *words)]

    def _served(self, case: Case) -> AbstractContextManager[Served | None]:
        if case.clusters is None or case.real:
            return nullcontext(self.real if case.real else None)
        return serving(self._made(case), self.workdir, tls=case.tls, distance=case.distance)

    def _variables(self, served: Served | None) -> dict[str, str]:
        """An empty home: neither program finds a cache or a configuration that the other has not."""
        home = self.workdir / "home"
        home.mkdir(exist_ok=True)
        path = os.pathsep.join([str(self.program.parent), "/usr/bin", "/bin"])
        variables = {"HOME": str(home), "PATH": path, "LANG": "C.UTF-8"}
        if served:
            variables["KUBECONFIG"] = str(served.kubeconfig(self.workdir / "kubeconfig"))
        return variables

    def _curl(self, served: Served, asked: Sequence[str]) -> Mapping[str, Sequence[Command]]:
        curl = shutil.which("curl")
        if curl is None:
            self.say("there is no curl on this machine: its figures are left out")
            return {}
        return {CURL: list(_fetches([curl, *served.curl_options], served.url, asked))}

    def _check(self, case: Case, contest: Contest, served: Served, outcome: Outcome) -> None:
        self.say(f"checking {case.name}")
        run(self._ours((*case.ours, "-o", "json")), contest.variables, self._output)
        document = self._output.read_bytes()
        outcome.decisions, outcome.disagreements = check(document, served.read, seed=1)

    def _place(self, case: Case, rounds: int, outcome: Outcome) -> None:
        """Its time is what the placing itself says that it took, of processor time, and not the process's."""
        folder = self._made(case)
        figures = outcome.figures.setdefault(OURS, Figures())
        for _ in range(rounds):
            words = [sys.executable, "-m", "bench.computation", str(folder), str(case.placed)]
            done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
            if done.returncode:
                raise FailedRun(done.stderr)
            said = json.loads(done.stdout)
            figures.runs.append(Run(said["seconds"], said["seconds"], 0))
            outcome.decisions, outcome.disagreements = said["looked_at"], said["wrong"]

    def _made(self, case: Case) -> Path:
        assert case.clusters
        return made(case.clusters[self.scale], self.clusters, self.say)


def _fetches(curl: Sequence[str], url: str, paths: Sequence[str]) -> Iterator[Command]:
    """curl of these paths in few processes, one connection each, nothing compressed."""
    begin = 0
    while begin < len(paths):
        words: list[str] = []
        length = 0
        while begin < len(paths) and length < _URL_LIMIT:
            words += ["-o", os.devnull, f"{url}{paths[begin]}"]
            length += len(paths[begin]) + len(url)
            begin += 1
        yield (*curl, "--globoff", "--silent", "--fail", *words)
