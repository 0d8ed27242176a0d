"""Runs cases: makes the cluster, serves it, lets the contenders run in turn."""

import os
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench.cases import Case, Scale
from bench.clusters.making import made
from bench.measuring.contest import Figures, contest
from bench.measuring.processes import Command, FailedRun, run
from bench.measuring.server_process import ServerProcess, serving

OURS: Final = "kubectl ds"
KUBECTL: Final = "kubectl"
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
    say: Say

    def measure(self, case: Case, figures: dict[str, Figures] | None = None) -> dict[str, Figures] | None:
        """The figures of each contender; None where the case is not of this scale. Raises `FailedRun`."""
        if case.clusters is not None and self.scale not in case.clusters:
            return None
        self.say(f"measuring {case.name}")
        with self._server(case) as server:
            variables = self._variables(server)
            try:
                contenders = self._contenders(case, server, variables)
            except FailedRun:
                if case.optional:
                    return None
                raise
            rounds = self.rounds or case.rounds[self.scale]
            return contest(contenders, rounds, variables, self.workdir / "output", server, figures)

    def _server(self, case: Case) -> AbstractContextManager[ServerProcess | None]:
        if case.clusters is None:
            return nullcontext()
        folder = made(case.clusters[self.scale], self.clusters, self.say)
        return serving(folder, self.workdir, tls=case.tls)

    def _variables(self, server: ServerProcess | None) -> dict[str, str]:
        """An empty home: neither program finds a cache or a configuration that the other has not."""
        home = self.workdir / "home"
        home.mkdir(exist_ok=True)
        path = os.pathsep.join([str(self.program.parent), "/usr/bin", "/bin"])
        variables = {"HOME": str(home), "PATH": path, "LANG": "C.UTF-8"}
        if server:
            variables["KUBECONFIG"] = str(server.kubeconfig(self.workdir / "kubeconfig"))
        return variables

    def _contenders(
        self, case: Case, server: ServerProcess | None, variables: Mapping[str, str]
    ) -> dict[str, Sequence[Command]]:
        ours = [(str(self.program), *case.ours)]
        contenders: dict[str, Sequence[Command]] = {OURS: ours}
        # What is asked here is what curl asks afterwards.
        run(ours, variables, self.workdir / "output")
        asked = server.tally().requests if server else []
        if case.kubectl:
            contenders[KUBECTL] = [(str(self.kubectl), *words) for words in case.kubectl]
        if case.interpreter:
            contenders[INTERPRETER] = [(sys.executable, "-c", "pass")]
        curl = shutil.which("curl")
        if case.curl and server and curl:
            contenders[CURL] = list(_fetches(curl, server.url, asked))
        elif case.curl:
            self.say("there is no curl on this machine: its figures are left out")
        return contenders


def _fetches(curl: str, url: str, paths: Sequence[str]) -> Iterator[Command]:
    """curl of these paths in few processes, one connection each, nothing compressed."""
    begin = 0
    while begin < len(paths):
        words: list[str] = []
        length = 0
        while begin < len(paths) and length < _URL_LIMIT:
            words += ["-o", os.devnull, f"{url}{paths[begin]}"]
            length += len(paths[begin]) + len(url)
            begin += 1
        yield (curl, "--globoff", "--silent", "--fail", *words)
