"""The documents of a text: JSON, several JSON documents one after the other, or YAML. Each comes out as JSON."""

import json
import re
from collections.abc import Iterator
from typing import Final

import msgspec

from kubectl_ds.errors import KubectlDsError

_LOG: Final = re.compile(r"==== START logs for (container \S+ of pod \S+) ====\n")
_BYTE_ORDER_MARKS: Final = (
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
    (b"\xef\xbb\xbf", "utf-8-sig"),
)
"""Windows PowerShell writes UTF-16 when a command's output goes into a file."""


def json_documents(content: bytes, where: str) -> Iterator[bytes]:
    """Every document as JSON. Raises `KubectlDsError` for what is neither JSON nor YAML."""
    content = _utf8(content, where)
    if content[:1] in (b"{", b"["):
        yield from _json(content, where)
    elif content:
        yield from _yaml(content, where)


def _utf8(content: bytes, where: str) -> bytes:
    for mark, encoding in _BYTE_ORDER_MARKS:
        if content.startswith(mark):
            try:
                return content.decode(encoding).strip().encode()
            except UnicodeDecodeError as error:
                raise KubectlDsError(f"{where} is no text: {error}") from None
    return content.strip()


def _json(content: bytes, where: str) -> Iterator[bytes]:
    try:
        msgspec.json.decode(content, type=msgspec.Raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        yield from _several(content, where)
    else:
        yield content


def _several(content: bytes, where: str) -> Iterator[bytes]:
    """`kubectl get … -o json` of one kind after the other, into one file. What is not UTF-8 becomes U+FFFD."""
    text = content.decode("utf-8", "replace")
    decoder = json.JSONDecoder()
    end = 0
    while end < len(text):
        try:
            _, following = decoder.raw_decode(text, end)
        except (ValueError, RecursionError) as error:
            raise KubectlDsError(f"{where} is no JSON, or is cut short: {error}") from None
        yield text[end:following].encode("utf-8", "replace")
        end = _after_logs(text, following)


def _after_logs(text: str, end: int) -> int:
    """Where the next document begins: `kubectl cluster-info dump` prints the logs of containers in between."""
    while True:
        while end < len(text) and text[end].isspace():
            end += 1
        begun = _LOG.match(text, end)
        if begun is None:
            return end
        # Its end stands behind the last line of the log, which may lack a line feed.
        ended = text.find(f"==== END logs for {begun[1]} ====\n", begun.end())
        end = len(text) if ended < 0 else text.index("\n", ended)


def _yaml(content: bytes, where: str) -> Iterator[bytes]:
    import yaml

    from kubectl_ds.kube.yaml_loader import Refused, documents

    try:
        for tree in documents(content):
            if isinstance(tree, dict | list):
                yield msgspec.json.encode(tree)
            elif tree is not None:
                raise KubectlDsError(
                    f"{where} is neither JSON nor YAML with objects in it",
                    hint="`kubectl get … -o json` writes what can be read here",
                )
    except Refused as refused:
        raise KubectlDsError(f"{where} is not read: {refused}") from None
    except (yaml.YAMLError, UnicodeDecodeError, ValueError, TypeError, RecursionError) as error:
        raise KubectlDsError(f"{where} is neither JSON nor YAML: {' '.join(str(error).split())}") from None
