"""The loopback server as a process of its own."""

import json
import ssl
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.measuring.served import Counted
from bench.serving.server import TALLY

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Distance:
    """A road to the server: seconds of a round trip, bytes a second. Zeros are loopback as it is."""

    latency: float = 0.0
    bandwidth: float = 0.0


LOOPBACK = Distance()


@dataclass(frozen=True)
class ServerProcess:
    """A server that runs; `authority` is the PEM file that its certificate is verified with."""

    url: str
    authority: Path | None = None

    @property
    def curl_options(self) -> Sequence[str]:
        """What curl needs to get in."""
        return ("--cacert", str(self.authority)) if self.authority else ()

    def tally(self) -> Counted:
        """What was asked since the last call."""
        return Counted(**json.loads(self.read(TALLY)))

    def read(self, path: str) -> bytes:
        """The answer to one GET."""
        context = ssl.create_default_context(cafile=str(self.authority)) if self.authority else None
        with urllib.request.urlopen(self.url + path, context=context) as answer:  # noqa: S310 - loopback
            body: bytes = answer.read()
            return body

    def kubeconfig(self, path: Path) -> Path:
        """Written there: a kubeconfig that leads here."""
        cluster: dict[str, str] = {"server": self.url}
        if self.authority:
            cluster["certificate-authority"] = str(self.authority)
        tree = {
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": "bench",
            "clusters": [{"name": "bench", "cluster": cluster}],
            "contexts": [{"name": "bench", "context": {"cluster": "bench", "user": "bench"}}],
            "users": [{"name": "bench", "user": {"token": "bench"} if self.authority else {}}],
        }
        path.write_text(json.dumps(tree))
        return path


@contextmanager
def serving(
    folder: Path, workdir: Path, *, tls: bool = False, distance: Distance = LOOPBACK
) -> Iterator[ServerProcess]:
    """Serve a made cluster for as long as the block runs."""
    words = [sys.executable, "-m", "bench.serving", str(folder)]
    words += [f"--latency={distance.latency}", f"--bandwidth={distance.bandwidth}"]
    authority = None
    if tls:
        authority, certificate = _certificates(workdir)
        words.append(f"--certificate={certificate}")
    process = subprocess.Popen(words, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdin
    assert process.stdout
    try:
        url = process.stdout.readline().strip()
        if not url:
            raise RuntimeError("the loopback server ended at once")
        yield ServerProcess(url, authority)
    finally:
        process.stdin.close()
        process.wait(20)
        process.stdout.close()


def _certificates(workdir: Path) -> tuple[Path, Path]:
    """An authority and a certificate for loopback, made by trustme."""
    import trustme

    authority, certificate = workdir / "authority.pem", workdir / "server.pem"
    issuer = trustme.CA()
    issuer.cert_pem.write_to_path(str(authority))
    issuer.issue_cert("127.0.0.1", "localhost").private_key_and_cert_chain_pem.write_to_path(str(certificate))
    return authority, certificate
