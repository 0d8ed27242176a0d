"""The manifests by which krew finds the archives: the version from setup.cfg, the sums from SHA256SUMS."""

import configparser
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from distribution.platforms import NAME, PLATFORMS, Platform

ROOT = Path(__file__).parents[1]
PROJECT = "https://github.com/kubectl-ds/kubectl-ds"
UNRELEASED = "0" * 64
"""The sum of an archive that no release has built yet: krew then refuses what it downloads."""

SHORT = "Show which nodes DaemonSets cover, and why not all"
DESCRIPTION = """\
Shows what a cluster's DaemonSets really do: lists them with one verdict each,
tells node by node where a pod is, lacks, or is one too many, and explains why:
the placement rules, the tolerations that the controller adds, how each pod was
tied to its node, and what the scheduler could not do. DESIRED counts only the
nodes that the rules allow, so "100 %" can hide half a cluster: this computes
which nodes are eligible and compares that with what is there. It also follows
rollouts, plans changes, adds up overhead and audits clusters for CI.

Read-only, except for `create`. Brings its own interpreter: no Python needed.
"""
CAVEATS = """\
For completion of `kubectl {spoken} <TAB>`, run once:
  kubectl {spoken} completion --install
To see it at work without a cluster:
  kubectl {spoken} demo coverage
"""

FILES = {
    "krew-manifest.yaml": "ds",
    "plugins/ds.yaml": "ds",
    "plugins/daemonset-coverage.yaml": "daemonset-coverage",
}
"""Where each manifest stands, and the plugin's name in it. `plugins/` makes the repository an index of its own;
the second name is for krew's central index, whose naming guide has nothing for a resource's short name."""


def version() -> str:
    """As setup.cfg has it."""
    parser = configparser.ConfigParser()
    parser.read(ROOT / "setup.cfg", encoding="utf-8")
    return parser["metadata"]["version"]


def manifest(name: str, version: str, sums: Mapping[str, str]) -> dict[str, Any]:
    """The plugin `name`, for every platform. An archive that `sums` does not name is unreleased."""
    return {
        "apiVersion": "krew.googlecontainertools.github.com/v1alpha2",
        "kind": "Plugin",
        "metadata": {"name": name},
        "spec": {
            "version": f"v{version}",
            "homepage": PROJECT,
            "shortDescription": SHORT,
            "description": DESCRIPTION,
            "caveats": CAVEATS.format(spoken=name),
            "platforms": [_platform(one, version, sums) for one in PLATFORMS],
        },
    }


def _platform(platform: Platform, version: str, sums: Mapping[str, str]) -> dict[str, Any]:
    archive = platform.archive(version)
    return {
        "selector": {"matchLabels": {"os": platform.os, "arch": platform.arch}},
        "uri": f"{PROJECT}/releases/download/v{version}/{archive}",
        "sha256": sums.get(archive, UNRELEASED),
        "files": [{"from": part, "to": "."} for part in (f"{NAME}/*", "LICENSE", "THIRD_PARTY_LICENSES")],
        "bin": platform.program,
    }


def spelled(tree: Mapping[str, Any]) -> str:
    """As YAML, texts of several lines as blocks."""
    import yaml

    class Dumper(yaml.SafeDumper):
        """Of this call alone: a representer put on SafeDumper would be everybody's."""

    def block(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
        style = "|" if "\n" in text else None
        return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)

    Dumper.add_representer(str, block)
    return str(yaml.dump(dict(tree), Dumper=Dumper, sort_keys=False, allow_unicode=True, width=100))


def write_manifests(folder: Path, sums: Mapping[str, str], number: str = "") -> None:
    """All of them below `folder`, with the version of setup.cfg where none is given."""
    for place, name in FILES.items():
        target = folder / place
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(spelled(manifest(name, number or version(), sums)), encoding="utf-8", newline="\n")
