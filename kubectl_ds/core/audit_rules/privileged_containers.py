"""DS031: what the containers may do on the node beyond the usual."""

from collections.abc import Iterator

from kubectl_ds.core.audit_report import Found
from kubectl_ds.core.audit_rule import NOTHING_ELSE, Rule
from kubectl_ds.core.audit_words import listed
from kubectl_ds.core.audited_cluster import AuditedDaemonSet
from kubectl_ds.core.template_tree import Tree, all_containers, part, pod_spec, text, texts


def check(audited: AuditedDaemonSet) -> Iterator[Found]:
    """Privileged containers, Windows ones in the host's own processes, and capabilities that are added."""
    spec = pod_spec(audited.tree)
    in_host = part(spec, "securityContext", "windowsOptions").get("hostProcess") is True
    told: dict[str, list[str]] = {}
    for container in all_containers(spec):
        if what := _powers(container, in_host=in_host):
            told.setdefault(what, []).append(text(container, "name"))
    if told:
        yield Found(
            message=" ".join(
                f"{_subject(names)} {what if len(names) == 1 else _plural(what)}."
                for what, names in told.items()
            )
        )


def _subject(names: list[str]) -> str:
    return f"Container {names[0]}" if len(names) == 1 else f"Containers {listed(names)}"


_PRIVILEGED = "is privileged"
_HOST_PROCESS = "runs as a Windows host process"
_PLURAL = {_PRIVILEGED: "are privileged", _HOST_PROCESS: "run as Windows host processes"}


def _plural(what: str) -> str:
    return _PLURAL.get(what) or f"add{what.removeprefix('adds')}"


def _powers(container: Tree, *, in_host: bool) -> str:
    """A privileged container has every capability, so that none is told beside."""
    own = part(container, "securityContext")
    if own.get("privileged") is True:
        return _PRIVILEGED
    if part(own, "windowsOptions").get("hostProcess", in_host) is True:
        return _HOST_PROCESS
    added = sorted({one.upper().removeprefix("CAP_") for one in texts(part(own, "capabilities"), "add")})
    if not added:
        return ""
    return f"adds {'all capabilities' if 'ALL' in added else _capabilities(added)}"


def _capabilities(added: list[str]) -> str:
    return f"the {'capability' if len(added) == 1 else 'capabilities'} {listed(added, len(added))}"


RULE = Rule(
    id="DS031",
    name="privileged-containers",
    level="info",
    needs=NOTHING_ELSE,
    means="An inventory of containers, init containers among them, that are privileged, run as Windows host "
    "processes, or add capabilities to those that a container has anyway.",
    why="Whoever takes over a privileged container has the node, and a DaemonSet has one on every node. Many agents "
    "need it; the list says which ones have it.",
    mend="Nothing, if the agent needs it. Most need a few capabilities and not all of them.",
    check=check,
)
