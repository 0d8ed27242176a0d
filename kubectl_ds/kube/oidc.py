"""The `oidc` auth-provider: an ID token, and a refresh token to get the next one with.

Mirrors client-go `plugin/pkg/client/auth/oidc`. A new token goes back into the kubeconfig, as kubectl has
it: issuers may accept a refresh token only once, and kubectl would be logged out otherwise.
"""

import base64
import binascii
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TextIO
from urllib.parse import quote_plus, urlencode

import msgspec
from msgspec import Struct

from kubectl_ds.errors import CredentialError, KubectlDsError
from kubectl_ds.kube.credentials import Credential, KeyPair, bearer
from kubectl_ds.kube.learned_types import learned

EXPIRY_DELTA = 10.0
"""Seconds before its end at which a token counts as expired, for clocks that differ."""
_ISSUER_SECONDS = 30.0
_EXCERPT = 80

_REMOVED = {
    "gcp": "kubectl has removed it; use the gke-gcloud-auth-plugin credential plugin",
    "azure": "kubectl has removed it; use the kubelogin credential plugin (Azure)",
}


class _Claims(Struct):
    exp: float = 0


class _Discovery(Struct):
    token_endpoint: str = ""


class _Tokens(Struct):
    id_token: str = ""
    refresh_token: str = ""


def check_provider(name: str) -> None:
    """Raise `CredentialError` for every auth-provider but `oidc`, as kubectl does."""
    if name != "oidc":
        raise CredentialError(
            f"the auth-provider {name!r} of the kubeconfig's user is not supported",
            hint=_REMOVED.get(name, "use an exec credential plugin"),
        )


_one_refresh = threading.Lock()
_given: dict[tuple[str, str, str], _Tokens] = {}
"""What an issuer gave a client for a refresh token. Contexts that share a user share its tokens."""


class OidcTokens:
    """A credential source that refreshes the ID token when it has expired or was refused."""

    def __init__(
        self,
        config: Mapping[str, str],
        *,
        env: Mapping[str, str],
        persist: Callable[[dict[str, str]], None],
        key_pair: KeyPair | None = None,
        now: Callable[[], float] = time.time,
    ) -> None:
        """`config` is the auth-provider's; `persist` is given the whole of it after each refresh.

        Raises `CredentialError` when the issuer or the client is not named.
        """
        for key in ("idp-issuer-url", "client-id"):
            if not config.get(key):
                raise CredentialError(
                    f"the oidc auth-provider of the kubeconfig's user has no {key}", hint="log in again"
                )
        self._config = dict(config)
        self._env = env
        self._persist = persist
        self._key_pair = key_pair
        self._now = now
        self._lock = threading.Lock()

    def current(self) -> Credential:
        with self._lock:
            token = self._config.get("id-token", "")
            if not token or self._is_expired(token):
                token = self._refresh()
            return self._as_credential(token)

    def after_unauthorized(self, refused: Credential) -> Credential | None:
        with self._lock:
            held = self._as_credential(self._config["id-token"])
            if held != refused:
                return held
            if not self._config.get("refresh-token"):
                return None
            return self._as_credential(self._refresh())

    def _as_credential(self, token: str) -> Credential:
        return Credential(headers=bearer(token), key_pair=self._key_pair)

    def _is_expired(self, token: str) -> bool:
        parts = token.split(".")
        try:
            if len(parts) != 3:
                raise ValueError("it does not have three parts")
            payload = base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4))
            claims = msgspec.json.decode(payload, type=learned(_Claims))
        except (ValueError, binascii.Error, msgspec.DecodeError) as error:
            raise CredentialError(
                f"the id-token of the oidc auth-provider is not a JWT: {error}", hint="log in again"
            ) from error
        return self._now() + EXPIRY_DELTA >= claims.exp

    def _refresh(self) -> str:
        refresh_token = self._config.get("refresh-token", "")
        if not refresh_token:
            raise CredentialError(
                "the id-token of the oidc auth-provider has expired, and there is no refresh-token",
                hint="log in again",
            )
        with _one_refresh:
            tokens = self._given_to_another(refresh_token) or self._ask_issuer(refresh_token)
            if not tokens.id_token:
                raise CredentialError(
                    "the issuer's answer holds no id_token",
                    hint="log in again with the scope openid; some issuers never renew ID tokens",
                )
            _given[self._spent(refresh_token)] = tokens
            self._config["id-token"] = tokens.id_token
            self._config["refresh-token"] = tokens.refresh_token or refresh_token
            self._persist(dict(self._config))
        return tokens.id_token

    def _given_to_another(self, refresh_token: str) -> _Tokens | None:
        """What another session of this process got for the same refresh token: an issuer may take it only once."""
        tokens = _given.get(self._spent(refresh_token))
        if tokens is None or tokens.id_token == self._config.get("id-token"):
            return None
        return None if self._is_expired(tokens.id_token) else tokens

    def _spent(self, refresh_token: str) -> tuple[str, str, str]:
        return self._config["idp-issuer-url"], self._config["client-id"], refresh_token

    def _ask_issuer(self, refresh_token: str) -> _Tokens:
        issuer = self._config["idp-issuer-url"].rstrip("/")
        status, body = self._http("GET", f"{issuer}/.well-known/openid-configuration")
        if status != 200:
            raise self._failed(f"its discovery document answered {status}: {_excerpt(body)}")
        endpoint = self._decode(body, _Discovery).token_endpoint
        if not endpoint:
            raise self._failed("its discovery document names no token_endpoint")
        form = {"grant_type": "refresh_token", "refresh_token": refresh_token}
        client, secret = self._config["client-id"], self._config.get("client-secret", "")
        # golang.org/x/oauth2 tries the client's credentials in a header first, then in the form.
        basic = base64.b64encode(f"{quote_plus(client)}:{quote_plus(secret)}".encode()).decode("ascii")
        status, body = self._http("POST", endpoint, form, (("Authorization", f"Basic {basic}"),))
        if status != 200:
            form["client_id"] = client
            if secret:
                form["client_secret"] = secret
            status, body = self._http("POST", endpoint, form)
        if status != 200:
            raise self._failed(f"it answered {status}: {_excerpt(body)}")
        tokens: _Tokens = self._decode(body, _Tokens)
        return tokens

    def _http(
        self,
        method: str,
        url: str,
        form: Mapping[str, str] | None = None,
        headers: tuple[tuple[str, str], ...] = (),
    ) -> tuple[int, bytes]:
        from kubectl_ds.kube.connection_errors import connection_failed
        from kubectl_ds.kube.connections import Connections
        from kubectl_ds.kube.proxies import proxy_for
        from kubectl_ds.kube.user_agent import USER_AGENT
        from kubectl_ds.kube.wire import Limits, WireError

        proxy = proxy_for(url, "", self._env)
        connections = Connections(url, tls=self._tls(), key_pair=None, proxy=proxy)
        sent = [("User-Agent", USER_AGENT), *headers]
        body = None
        if form is not None:
            sent.append(("Content-Type", "application/x-www-form-urlencoded"))
            body = urlencode(form).encode("ascii")
        limits = Limits(deadline=time.monotonic() + _ISSUER_SECONDS)
        try:
            answer = connections.ask(method, url, sent, body, limits)
            return answer.status, b"".join(answer.parts())
        except (WireError, OSError) as error:
            failure = connection_failed(error, url, proxy=proxy, seconds=_ISSUER_SECONDS)
            raise self._failed(failure.message) from error
        finally:
            connections.close()

    def _tls(self) -> Any:
        from kubectl_ds.kube.kubeconfig import decode_data
        from kubectl_ds.kube.tls_settings import TlsSettings

        data = self._config.get("idp-certificate-authority-data", "")
        path = self._config.get("idp-certificate-authority", "")
        if data:
            return TlsSettings(authorities=decode_data(data, "idp-certificate-authority-data"))
        if not path:
            return TlsSettings()
        try:
            return TlsSettings(authorities=Path(path).read_bytes())
        except OSError as error:
            raise CredentialError(
                f"the idp-certificate-authority {path} cannot be read: {error.strerror or error}",
                hint="check the oidc auth-provider in the kubeconfig",
            ) from error

    def _decode(self, body: bytes, kind: type[Any]) -> Any:
        try:
            return msgspec.json.decode(body, type=learned(kind))
        except msgspec.DecodeError as error:
            raise self._failed(f"its answer is not what was asked for: {_excerpt(body)}") from error

    def _failed(self, why: str) -> KubectlDsError:
        return CredentialError(
            f"the ID token could not be refreshed at {self._config['idp-issuer-url']}: {why}",
            hint="log in again; nothing was sent to the cluster",
        )


def _excerpt(body: bytes) -> str:
    text = " ".join(body.decode("utf-8", "replace").split())
    return text if len(text) <= _EXCERPT else text[:_EXCERPT] + "…"


def persist_tokens(path: str, user_name: str, config: dict[str, str], stderr: TextIO) -> None:
    """Write a user's auth-provider config back into its kubeconfig; warn on `stderr` when that fails.

    As client-go's `PersisterForUser`: under a lock file, the document's other content untouched.
    """
    import os

    lock = f"{path}.lock"
    try:
        os.close(os.open(lock, os.O_CREAT | os.O_EXCL, 0o600))
    except OSError as error:
        print(f"warning: the new tokens were not saved in {path}: {error.strerror}", file=stderr)
        return
    try:
        _rewrite(path, user_name, config)
    except OSError as error:
        print(f"warning: the new tokens were not saved in {path}: {error.strerror}", file=stderr)
    finally:
        Path(lock).unlink(missing_ok=True)


def _rewrite(path: str, user_name: str, config: dict[str, str]) -> None:
    import os
    import tempfile

    import yaml

    from kubectl_ds.kube.yaml_loader import first_document

    target = os.path.realpath(path)
    document = first_document(Path(target).read_bytes())
    for entry in document.get("users") or ():
        if entry.get("name") == user_name:
            entry["user"]["auth-provider"]["config"] = config
    # Beside the target and renamed over it, so that a kill leaves either the old file or the new one.
    descriptor, new = tempfile.mkstemp(dir=os.path.dirname(target), prefix=".kubeconfig-")
    try:
        with open(descriptor, "w", encoding="utf-8") as stream:
            yaml.safe_dump(document, stream, sort_keys=False, allow_unicode=True)
        os.chmod(new, os.stat(target).st_mode & 0o777)
        os.replace(new, target)
    except BaseException:
        Path(new).unlink(missing_ok=True)
        raise
