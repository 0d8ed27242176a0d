"""A server, the program's own session to it, and options that never really wait."""

import io
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from kubectl_ds.kube.api_server import ApiServer
from kubectl_ds.kube.connection import ConnectionFlags, open_session
from kubectl_ds.kube.lists import Patience
from kubectl_ds.kube.scope import ReadOptions
from kubectl_ds.kube.transport import Transport


def patience(waits: list[float] | None = None, **changes: Any) -> Patience:
    """Patience that notes how long it would have slept."""
    sleep: Callable[[float], None] = (waits if waits is not None else []).append
    return Patience(**{"sleep": sleep, "jitter": lambda: 0.0} | changes)


def options(**changes: Any) -> ReadOptions:
    """ReadOptions that never really wait."""
    return ReadOptions(**{"patience": patience()} | changes)


@contextmanager
def transport_to(server: ApiServer, **flags: Any) -> Iterator[Transport]:
    """The session that `kubectl ds --server URL` opens, in an empty environment."""
    token = server.token or ""
    chosen = ConnectionFlags(server=server.url, token=token, **flags)
    with open_session(chosen, {"KUBERC": "off"}, stdin_is_tty=False, stderr=io.StringIO()) as session:
        yield session.transport


@contextmanager
def serving(*objects: Mapping[str, Any], **settings: Any) -> Iterator[tuple[ApiServer, Transport]]:
    """A server with these objects and a transport to it."""
    with ApiServer(objects, **settings) as server, transport_to(server) as transport:
        yield server, transport


def watches(server: ApiServer) -> Counter[str]:
    """How many watches of each kind have been asked for. Each comes behind a list, which has been read by then."""
    return Counter(one.path.rsplit("/", 1)[-1] for one in server.requests if one.watches)
