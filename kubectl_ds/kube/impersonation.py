"""`--as` and its companions as headers. Mirrors client-go `transport.NewImpersonatingRoundTripper`."""

from collections.abc import Iterator

from kubectl_ds.errors import UsageError
from kubectl_ds.kube.kubeconfig import User

# Characters of an HTTP token; all others, and "%" itself, are percent-encoded (headerKeyEscape).
_TOKEN = frozenset("!#$&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")


def impersonation_headers(user: User) -> tuple[tuple[str, str], ...]:
    """One header for the user, the uid, each group and each value of each extra key.

    Raises `UsageError` for values that no header can carry.
    """
    if not user.as_user:
        return ()
    return tuple((name, _value(name, value)) for name, value in _pairs(user))


def _pairs(user: User) -> Iterator[tuple[str, str]]:
    yield "Impersonate-User", user.as_user
    if user.as_uid:
        yield "Impersonate-Uid", user.as_uid
    for group in user.as_groups:
        yield "Impersonate-Group", group
    for key, values in user.as_user_extra.items():
        for value in values:
            yield f"Impersonate-Extra-{_escape_key(key)}", value


def _escape_key(key: str) -> str:
    return "".join(
        character if character in _TOKEN else "".join(f"%{byte:02X}" for byte in character.encode())
        for character in key
    )


def _value(name: str, value: str) -> str:
    if any(ord(character) < 0x20 or ord(character) == 0x7F for character in value):
        raise UsageError(
            f"{name} cannot be {value!r}: a header carries no control characters",
            hint="check --as and its kin",
        )
    # http.client writes headers as Latin-1; Go sends UTF-8 bytes, and the server reads them so.
    return value.encode("utf-8").decode("latin-1")
