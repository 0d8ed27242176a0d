"""TLS as kubectl does it: which authorities count, which name is verified, which certificate is shown.

Mirrors client-go `transport.TLSConfigFor`. Python's `ssl` reads a private key only from a path, so the
key passes through memory that looks like a file (memfd, else a pipe) and never through a disk; where
neither exists, through a 0600 file that is gone before any signal can be delivered.
"""

import os
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from kubectl_ds.errors import CredentialError, KubeconfigError
from kubectl_ds.kube.credentials import KeyPair
from kubectl_ds.kube.tls_settings import TlsSettings


def ssl_context(settings: TlsSettings, key_pair: KeyPair | None) -> ssl.SSLContext:
    """A client context. Raises `KubeconfigError` for bad authorities, `CredentialError` for a bad pair."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    # Go ignores the common name altogether.
    context.hostname_checks_common_name = False
    if settings.insecure:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    else:
        # Go trusts whatever certificate is listed, intermediate and leaf included. VERIFY_X509_STRICT,
        # which Python 3.13 sets in its default context, refuses many clusters' own authorities.
        context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
        _trust(context, settings.authorities)
    if key_pair is not None:
        load_key_pair(context, key_pair)
    return context


def _trust(context: ssl.SSLContext, authorities: bytes | None) -> None:
    if authorities is None:
        context.load_default_certs()
        return
    try:
        context.load_verify_locations(cadata=authorities.decode("ascii", "ignore"))
    except (ssl.SSLError, ValueError) as error:
        raise KubeconfigError(
            "the certificate authority is not a PEM certificate",
            hint="check certificate-authority and certificate-authority-data",
        ) from error


def load_key_pair(context: ssl.SSLContext, key_pair: KeyPair) -> None:
    """Give the context its client certificate. Raises `CredentialError` when the pair does not fit."""
    try:
        with _as_file(key_pair.certificate) as certificate, _as_file(key_pair.key) as key:
            context.load_cert_chain(certificate, key, password=_no_password)
    except (ssl.SSLError, ValueError) as error:
        reason = getattr(error, "reason", None) or "they are not PEM"
        raise CredentialError(
            f"the client certificate and key cannot be used: {str(reason).lower().replace('_', ' ')}",
            hint="check that both are PEM and belong together",
        ) from error


def _no_password() -> str:
    # Without this, OpenSSL would ask on the terminal. client-go reads no encrypted keys either.
    raise CredentialError(
        "the client key is encrypted, and kubectl reads no encrypted keys",
        hint="decrypt it, or use an exec credential plugin",
    )


@contextmanager
def _as_file(content: bytes) -> Iterator[str]:
    if hasattr(os, "memfd_create") and os.path.isdir("/proc/self/fd"):
        with _memory_file(content) as path:
            yield path
    elif hasattr(os, "pipe") and os.path.isdir("/dev/fd"):
        with _pipe(content) as path:
            yield path
    else:
        with _short_lived_file(content) as path:
            yield path


@contextmanager
def _memory_file(content: bytes) -> Iterator[str]:
    descriptor = os.memfd_create("pem", os.MFD_CLOEXEC)
    try:
        os.write(descriptor, content)
        yield f"/proc/self/fd/{descriptor}"
    finally:
        os.close(descriptor)


@contextmanager
def _pipe(content: bytes) -> Iterator[str]:
    import threading

    reader, writer = os.pipe()

    def feed() -> None:
        try:
            with open(writer, "wb") as stream:
                stream.write(content)
        except BrokenPipeError:
            pass  # OpenSSL stopped reading: it has said why

    # A thread, as a certificate chain may be longer than a pipe holds.
    feeder = threading.Thread(target=feed, daemon=True)
    feeder.start()
    try:
        yield f"/dev/fd/{reader}"
    finally:
        os.close(reader)
        feeder.join()


@contextmanager
def _short_lived_file(content: bytes) -> Iterator[str]:
    import tempfile

    with _no_signals():
        descriptor, path = tempfile.mkstemp(prefix="kubectl-ds-", suffix=".pem")
        try:
            with open(descriptor, "wb") as stream:
                stream.write(content)
            yield path
        finally:
            with suppress(FileNotFoundError):
                os.unlink(path)


@contextmanager
def _no_signals() -> Iterator[None]:
    import signal

    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
