"""A Transport around a session that a Python program already has: an official `kubernetes.client.ApiClient`.

Works the same on versions 35, 36 and 37 of `kubernetes`, which share `rest_client.pool_manager` and
`configuration.auth_settings()` below their typed methods. Nothing of the package is imported here.
"""

from typing import Any

from kubectl_ds.errors import CredentialError
from kubectl_ds.kube.credentials import Credential, KeyPair
from kubectl_ds.kube.http_session import HttpSession
from kubectl_ds.kube.urllib3_wire import Urllib3Wire

_OWN_HEADERS = frozenset(("accept", "accept-encoding", "content-type", "user-agent"))


def api_client_session(api_client: Any, *, timeout: float | None = None) -> HttpSession:
    """A session that speaks as the ApiClient does: its server, TLS, proxy, token and default headers.

    The ApiClient stays its owner's: closing the session does not close it. `timeout` limits one request,
    in seconds. Raises `CredentialError` when this is no ApiClient.
    """
    try:
        wire = Urllib3Wire(api_client.rest_client.pool_manager)
        host = str(api_client.configuration.host)
        proxy = str(api_client.configuration.proxy or "")
    except AttributeError as error:
        raise CredentialError(
            f"{type(api_client).__name__} is not a kubernetes.client.ApiClient",
            hint="pass kubernetes.client.ApiClient(), not an API class such as CoreV1Api",
        ) from error
    return HttpSession(
        host.rstrip("/"),
        credentials=_ApiClientCredentials(api_client),
        wire=lambda _key_pair: wire,
        headers=_default_headers(api_client),
        timeout=timeout,
        proxy=proxy,
    )


def _default_headers(api_client: Any) -> tuple[tuple[str, str], ...]:
    headers = [(str(name), str(value)) for name, value in dict(api_client.default_headers).items()]
    if getattr(api_client, "cookie", None):
        headers.append(("Cookie", str(api_client.cookie)))
    return tuple((name, value) for name, value in headers if name.lower() not in _OWN_HEADERS)


class _ApiClientCredentials:
    """Asks the ApiClient's configuration for its token at each request, as the ApiClient itself does."""

    def __init__(self, api_client: Any) -> None:
        self._configuration = api_client.configuration

    def current(self) -> Credential:
        return Credential(headers=self._headers(), key_pair=_OF_THE_CLIENT)

    def after_unauthorized(self, refused: Credential) -> Credential | None:
        fresh = self.current()
        return None if fresh == refused else fresh

    def _headers(self) -> tuple[tuple[str, str], ...]:
        headers = []
        for setting in self._configuration.auth_settings().values():
            if setting["in"] != "header":
                raise CredentialError(
                    f"the ApiClient sends its credentials in a {setting['in']}, and only headers are known here",
                    hint="use a bearer token or a client certificate",
                )
            if setting["value"]:
                headers.append((str(setting["key"]).title(), str(setting["value"])))
        return tuple(headers)


_OF_THE_CLIENT: KeyPair | None = None
"""The client certificate is inside the ApiClient's own connections."""
