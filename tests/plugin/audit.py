"""What the API server says it was asked: its audit log, as requests."""

import json
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from tests.controlplane.cluster import ControlPlane
from tests.plugin.shell import Shell
from tests.waiting import until

PLUGIN = "kubectl-ds/"
"""How our User-Agent begins."""


@dataclass(frozen=True)
class Request:
    """One request, as far as tests ask about it."""

    verb: str
    resource: str
    namespace: str
    name: str
    uri: str
    agent: str
    code: int
    user: dict[str, Any]
    impersonated: dict[str, Any]


class Recording:
    """The requests of our program during a block; to be looked at behind it."""

    def __init__(self) -> None:
        self.requests: list[Request] = []

    @property
    def only(self) -> Request:
        """The one that there was."""
        assert len(self.requests) == 1, self.requests
        return self.requests[0]

    @property
    def user(self) -> dict[str, Any]:
        """As whom all of them came: impersonated or not."""
        seen = {json.dumps(one.impersonated or one.user, sort_keys=True) for one in self.requests}
        assert len(seen) == 1, seen
        user: dict[str, Any] = json.loads(seen.pop())
        return user


@contextmanager
def recorded(control_plane: ControlPlane, shell: Shell) -> Iterator[Recording]:
    """Nothing else of our program may run meanwhile: requests are told from others by their User-Agent."""
    log = control_plane.audit_log
    begin = log.stat().st_size
    recording = Recording()
    yield recording
    last = f"/version?after={secrets.token_hex(8)}"
    # The log is written behind the answers, in their order but for what is under way.
    shell.kubectl("get", "--raw", last)
    lines: list[str] = []

    def complete() -> bool:
        with log.open(encoding="utf-8") as file:
            file.seek(begin)
            lines[:] = file.read().splitlines()
        return any(last in line for line in lines)

    until(complete, "the audit log is written")
    recording.requests = requests_of(lines)


def requests_of(lines: list[str]) -> list[Request]:
    """Our program's; of a watch, which is logged as it begins and as it ends, one."""
    found: dict[str, Request] = {}
    for line in lines:
        event = json.loads(line)
        reference = event.get("objectRef") or {}
        if event.get("userAgent", "").startswith(PLUGIN):
            found[event["auditID"]] = Request(
                verb=event["verb"],
                resource=reference.get("resource", ""),
                namespace=reference.get("namespace", ""),
                name=reference.get("name", ""),
                uri=event["requestURI"],
                agent=event["userAgent"],
                code=(event.get("responseStatus") or {}).get("code", 0),
                user=event["user"],
                impersonated=event.get("impersonatedUser") or {},
            )
    return list(found.values())
