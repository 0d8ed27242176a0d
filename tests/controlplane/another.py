"""A cluster of the user's choice: what the tests bring there is theirs, and goes again."""

import os
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml

from tests.controlplane.cluster import ControlPlane
from tests.controlplane.kubectl import kubectl_program
from tests.controlplane.kubelets import played, player, somebody_plays
from tests.controlplane.toolchain import NoToolchain, say

KUBECONFIG = "KUBECTL_DS_TEST_KUBECONFIG"
CONTEXT = "KUBECTL_DS_TEST_CONTEXT"


def is_named() -> bool:
    """Whether the environment names a cluster: a kubeconfig, a context, or both."""
    return bool(os.environ.get(KUBECONFIG) or os.environ.get(CONTEXT))


@contextmanager
def another_cluster(folder: Path, users: Sequence[str]) -> Iterator[ControlPlane]:
    """It, as its administrator; nodes of the tests get kubelets, and `users` are impersonated."""
    config = view_config()
    url = config["clusters"][0]["cluster"]["server"]
    say(
        f"The tests run on {url}, and add nodes without machines to it while they do. Use a cluster made for tests."
    )
    kubeconfig = written(config, folder / "kubeconfig")
    for user in (*users, "nobody"):
        name, _, groups = user.partition("=")
        written(
            acting_as(config, name, groups.split(",") if groups else []),
            folder / f"{name.replace(':', '-')}.kubeconfig",
        )
    control_plane = ControlPlane(kubeconfig=kubeconfig, url=url, users=folder)
    with ExitStack() as stack:
        yield replace(control_plane, simulates_nodes=kubelets(control_plane, folder, stack))


def kubelets(control_plane: ControlPlane, folder: Path, stack: ExitStack) -> bool:
    """Whether nodes without machines live there: by us as long as the stack, or by the cluster's own kwok."""
    if player() == "none":
        return somebody_plays(control_plane)
    try:
        stack.enter_context(played(control_plane.kubeconfig, folder, all_nodes=False))
    except NoToolchain as error:
        say(f"Nobody plays the kubelets of nodes without machines: {error}")
        return somebody_plays(control_plane)
    return True


def view_config() -> dict[str, Any]:
    """The one context of the user's kubeconfig, with certificates in place of their files."""
    words = ["config", "view", "--raw", "--minify", "--flatten"]
    for flag, variable in (("--kubeconfig", KUBECONFIG), ("--context", CONTEXT)):
        if os.environ.get(variable):
            words += [flag, os.environ[variable]]
    done = subprocess.run([kubectl_program(), *words], capture_output=True, text=True, check=False)
    config: dict[str, Any] = yaml.safe_load(done.stdout) or {}
    if done.returncode or not config.get("clusters"):
        raise RuntimeError(f"kubectl {' '.join(words)} shows no cluster: {done.stderr.strip()}")
    return config


def acting_as(config: dict[str, Any], user: str, groups: Sequence[str]) -> dict[str, Any]:
    """The same, as somebody whom the administrator impersonates."""
    credentials = {
        **config["users"][0]["user"],
        "as": user,
        **({"as-groups": list(groups)} if groups else {}),
    }
    return {**config, "users": [{**config["users"][0], "user": credentials}]}


def written(config: dict[str, Any], path: Path) -> Path:
    path.write_text(yaml.safe_dump(config))
    path.chmod(0o600)
    return path
