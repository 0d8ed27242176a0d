"""What `kubectl ds snapshot` says when it has written its file."""

from collections.abc import Mapping
from datetime import datetime

from kubectl_ds.output.times import rfc3339

_NAMED = (("daemonsets", "DaemonSets"), ("nodes", "nodes"), ("pods", "pods"), ("events", "events"))


def written_sentence(path: str, counts: Mapping[str, int], taken_at: datetime) -> str:
    """`cluster.json.gz holds 21 DaemonSets, 39 nodes, 512 pods and 30 events as of 2026-09-01T12:00:00Z`."""
    held = [_counted(counts[name], words) for name, words in _NAMED if name in counts]
    listed = ", ".join(held[:-1]) + (" and " if len(held) > 1 else "") + held[-1]
    return f"{path} holds {listed} as of {rfc3339(taken_at)}"


def _counted(count: int, words: str) -> str:
    return f"{count} {words.removesuffix('s') if count == 1 else words}"
