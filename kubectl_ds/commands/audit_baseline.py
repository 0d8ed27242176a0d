"""The file of `--baseline`: what was found before, read and written."""

import json
import os
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import msgspec

from kubectl_ds.commands.typed_file import bounded_content, typed_file
from kubectl_ds.core.audit_baseline import AuditBaseline
from kubectl_ds.errors import UsageError

_MOST_BYTES = 32 * 2**20
_PLACED_AT_MOST = 2 * 2**20
"""A larger one is refused with less to say: to place everything in it takes a while."""


def read_baseline(path: str) -> AuditBaseline:
    """Raises `UsageError` for a file that is not there, or that is none of ours."""
    if not os.path.exists(path):
        raise UsageError(
            f"there is no baseline {path}", hint="--write-baseline makes one of what is found now"
        )
    content = bounded_content(path, _MOST_BYTES)
    try:
        # msgspec takes the last of several equal keys, and json halves of characters: each is strict in its way.
        json.loads(content, object_pairs_hook=_keys_once)
        return msgspec.json.decode(content, type=AuditBaseline)
    except (ValueError, RecursionError, msgspec.DecodeError) as error:
        if len(content) > _PLACED_AT_MOST:
            raise UsageError(f"{path} is no baseline: {' '.join(str(error).split())}") from None
    return typed_file(path, content, AuditBaseline).held


def _keys_once(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    held = dict(pairs)
    if len(held) < len(pairs):
        raise ValueError("a key is there twice")
    return held


def write_baseline(path: str, baseline: AuditBaseline) -> None:
    """In place of the one before, all of it or nothing. Raises `UsageError` where that cannot be."""
    text = msgspec.json.format(msgspec.json.encode(baseline), indent=2) + b"\n"
    beside = f"{path}.{os.getpid()}"
    try:
        with open(beside, "wb") as file:
            file.write(text)
        os.replace(beside, path)
    except OSError as error:
        with suppress(OSError):
            os.unlink(beside)
        raise UsageError(f"the baseline {path} cannot be written: {error.strerror}") from None
