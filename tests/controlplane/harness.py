"""Get a control plane: one of the user's choice, binaries that are there, or the one that this module builds."""

import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.controlplane.another import another_cluster, is_named
from tests.controlplane.assets import ASSETS, from_assets
from tests.controlplane.building import build
from tests.controlplane.cluster import ControlPlane, NotOurs
from tests.controlplane.kubelets import player
from tests.controlplane.kwok import kwok
from tests.controlplane.processes import running

__all__ = ["ControlPlane", "NotOurs", "start"]


@contextmanager
def start(
    *, nodes: int = 0, users: Sequence[str] = (), workdir: Path | None = None, arguments: Sequence[str] = ()
) -> Iterator[ControlPlane]:
    """The control plane that the environment names, for as long as the block runs.

    `users` are NAME or NAME=GROUP,GROUP, each with certificate and token. `arguments` are flags of the built
    program; another's cluster cannot have them, and gets no `nodes`. Raises `NotOurs` where there are arguments
    for another's cluster, and `RuntimeError` or `NoToolchain` when no control plane can be had.
    """
    with ExitStack() as stack:
        folder = workdir or Path(
            stack.enter_context(tempfile.TemporaryDirectory(prefix="kubectl-ds-controlplane-"))
        )
        folder.mkdir(parents=True, exist_ok=True)
        words = [f"--user={user}" for user in users] + list(arguments)
        if is_named():
            if arguments:
                raise NotOurs(f"this needs servers that are started with {' '.join(arguments)}")
            yield stack.enter_context(another_cluster(folder, users))
        elif os.environ.get(ASSETS):
            yield stack.enter_context(from_assets(Path(os.environ[ASSETS]), folder, nodes, words))
        else:
            yield stack.enter_context(_built(folder, nodes, words))


@contextmanager
def _built(folder: Path, nodes: int, arguments: Sequence[str]) -> Iterator[ControlPlane]:
    # The program keeps its folder only when it was there before; the logs are wanted after a failure.
    inner = folder / "controlplane"
    simulate = "all" if player() == "simulator" else "none"
    command = [
        *(str(build()), f"--workdir={inner}", f"--nodes={nodes}", f"--simulate={simulate}"),
        *("--exit-with-stdin", *arguments),
    ]
    with ExitStack() as stack:
        server = stack.enter_context(running(command, folder / "controlplane.log"))
        words = server.first_line().split()
        if len(words) != 3 or words[0] != "ready":
            raise RuntimeError(f"the control plane said {words} in place of ready:\n{server.last_words()}")
        kubeconfig = Path(words[2].removeprefix("kubeconfig="))
        if player() == "kwok":
            stack.enter_context(kwok(kubeconfig, folder, all_nodes=True))
        yield ControlPlane(kubeconfig=kubeconfig, url=words[1], workdir=inner, users=kubeconfig.parent)
