"""A running control plane, as its administrator sees it."""

from dataclasses import dataclass
from pathlib import Path

NODE_ANNOTATIONS = {"kwok.x-k8s.io/node": "fake", "sim.kubectl-ds/simulated": "true"}
"""Of every node that a test adds: in kwok's words that there is no machine, and that it is a test's.

On a cluster that is not ours only nodes with the second one get a simulated kubelet.
"""


class NotOurs(Exception):
    """What another's cluster cannot give a test; the test is skipped with these words."""


@dataclass(frozen=True)
class ControlPlane:
    """Where it is, and what of it is ours."""

    kubeconfig: Path
    context: str = ""
    url: str = ""
    workdir: Path | None = None
    """Certificates, data and logs; None for a cluster that is not ours."""
    users: Path | None = None
    """Kubeconfigs and tokens of users; on another's cluster the administrator impersonates them."""
    simulates_nodes: bool = True
    """Whether a node without a machine becomes Ready, and so do the pods on it."""

    @property
    def connection(self) -> list[str]:
        """The flags that lead kubectl or the plugin there."""
        return ["--kubeconfig", str(self.kubeconfig), *(["--context", self.context] if self.context else [])]

    def kubeconfig_of(self, user: str) -> Path:
        """Of a user that was asked for at the start, or `nobody`."""
        return self._user_file(user, "kubeconfig")

    def token_of(self, user: str) -> str:
        return self.token_file_of(user).read_text().strip()

    def token_file_of(self, user: str) -> Path:
        self.needs_ours("the tokens of its users")
        return self._user_file(user, "token")

    @property
    def audit_log(self) -> Path:
        return self.needs_ours("its audit log") / "audit.log"

    @property
    def pki(self) -> Path:
        """The authority `ca.crt`, and `apiserver.crt` and `.key`, which serve on loopback."""
        return (
            self.needs_ours("its certificates, and a webhook on this machine's loopback that it could reach")
            / "pki"
        )

    def needs_ours(self, what: str) -> Path:
        """The folder of a control plane that the tests started. Raises `NotOurs`."""
        if self.workdir is None:
            raise NotOurs(f"this needs {what}: only a control plane that the tests start has that")
        return self.workdir

    def needs_simulated_nodes(self) -> None:
        """Raises `NotOurs`."""
        if not self.simulates_nodes:
            raise NotOurs(
                "this needs nodes without machines, and nobody plays their kubelets on this cluster"
            )

    def _user_file(self, user: str, kind: str) -> Path:
        assert self.users, "no users were asked for"
        return self.users / f"{user.replace(':', '-')}.{kind}"
