"""Why there was no conversation: the exceptions of sockets, TLS and HTTP as one sentence and an advice."""

import socket
import ssl
from urllib.parse import urlsplit

from kubectl_ds.errors import ConnectionFailed
from kubectl_ds.kube.wire import CutShort, NoAnswer, NotHttp, NotReached, ProxyFailed

# X509_V_ERR_* of OpenSSL's x509_vfy.h.
_UNKNOWN_AUTHORITY = (2, 18, 19, 20, 21, 27)
_NOT_YET_VALID = 9
_EXPIRED = 10
_OTHER_NAME = (62, 64)


def connection_failed(
    error: Exception, server: str, *, proxy: str = "", seconds: float | None = None, hint: str = ""
) -> ConnectionFailed:
    """The error for what went wrong on the way to `server` (a URL), `proxy` being the one in use.

    `seconds` is the limit that a timeout ran into; `hint` replaces the advice where nobody was reached.
    """
    place = urlsplit(server).netloc.rpartition("@")[2]
    cause = error.__cause__ or error
    if isinstance(error, ProxyFailed):
        return _through_proxy(cause.__cause__ or cause, place, proxy)
    if isinstance(cause, ssl.SSLError):
        return _tls(cause, place)
    if isinstance(error, NotReached):
        return _not_reached(cause, place, seconds, hint)
    if isinstance(error, TimeoutError):
        return ConnectionFailed(
            f"the server {place} gave no whole answer{_within(seconds)}",
            hint="try again, or allow more time with --request-timeout",
        )
    return _broken(error, place)


def _through_proxy(cause: BaseException, place: str, proxy: str) -> ConnectionFailed:
    at = urlsplit(proxy).netloc.rpartition("@")[2] or "the proxy"
    return ConnectionFailed(
        f"the proxy {at} gave no connection to {place}: {_text(cause)}",
        hint="check proxy-url, HTTPS_PROXY and NO_PROXY",
    )


def _tls(cause: ssl.SSLError, place: str) -> ConnectionFailed:
    if isinstance(cause, ssl.SSLCertVerificationError):
        what, hint = _certificate(cause)
        return ConnectionFailed(f"the certificate of the server {place} {what}", hint=hint)
    reason = (cause.reason or "").upper()
    if "WRONG_VERSION_NUMBER" in reason or "HTTP_REQUEST" in reason or "RECORD_LAYER_FAILURE" in reason:
        return ConnectionFailed(
            f"the server {place} does not speak TLS",
            hint="its URL may have to begin with http://, or the port is another one",
        )
    if "ALERT" in reason:
        alert = reason.rpartition("ALERT_")[2].lower().replace("_", " ")
        return ConnectionFailed(
            f"the server {place} refused the TLS connection: {alert}",
            hint="check the client certificate: whether it has expired or belongs to another cluster",
        )
    return ConnectionFailed(
        f"no TLS connection with the server {place}: {_text(cause)}",
        hint="check the server's address and port",
    )


def _certificate(error: ssl.SSLCertVerificationError) -> tuple[str, str]:
    code, said = error.verify_code, error.verify_message
    if code in _UNKNOWN_AUTHORITY:
        return (
            "is signed by an unknown authority",
            "check certificate-authority(-data) of the cluster: it may belong to another or an older one",
        )
    if code == _EXPIRED:
        return "has expired", "renew it on the server, and check this machine's clock"
    if code == _NOT_YET_VALID:
        return "is not valid yet", "check the clocks of this machine and of the server"
    if code in _OTHER_NAME:
        return (
            f"is for another name ({said.rstrip('.')})",
            "use a name that the certificate holds, or give that name with --tls-server-name",
        )
    return f"is not valid: {said}", "check the server's certificate and certificate-authority"


def _not_reached(cause: BaseException, place: str, seconds: float | None, hint: str) -> ConnectionFailed:
    if isinstance(cause, socket.gaierror):
        return ConnectionFailed(
            f"the host of the server {place} is not known",
            hint=hint or "check the server's name, DNS, and whether a VPN is needed",
        )
    if isinstance(cause, TimeoutError):
        return ConnectionFailed(
            f"no connection to the server {place}{_within(seconds)}",
            hint=hint or "check the address, firewalls, and whether a VPN is needed",
        )
    if isinstance(cause, ConnectionRefusedError):
        return ConnectionFailed(
            f"the connection to the server {place} was refused",
            hint=hint or "check that the cluster runs, and that host and port are right",
        )
    return ConnectionFailed(
        f"no connection to the server {place}: {_text(cause)}",
        hint=hint or "check the address and the network",
    )


def _within(seconds: float | None) -> str:
    return f" within {seconds:g} seconds" if seconds else " in time"


def _broken(error: Exception, place: str) -> ConnectionFailed:
    hint = "try again; if it goes on, look at what stands between here and the server"
    if isinstance(error, NoAnswer):
        return ConnectionFailed(f"the server {place} closed the connection without an answer", hint=hint)
    if isinstance(error, CutShort):
        return ConnectionFailed(f"the answer of the server {place} was cut short", hint=hint)
    if isinstance(error, ConnectionError):
        return ConnectionFailed(f"the server {place} broke the connection: {_text(error)}", hint=hint)
    if isinstance(error, NotHttp):
        return ConnectionFailed(
            f"the server {place} does not speak HTTP: {_text(error)}",
            hint="its URL may have to begin with https://, or the port is another one",
        )
    return ConnectionFailed(f"the answer of the server {place} was broken: {_text(error)}", hint=hint)


def _text(error: BaseException) -> str:
    text = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return " ".join(str(text).split())
