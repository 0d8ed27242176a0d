"""What people write after `create`, read into a `Creation`: every refusal is a usage error, before anything is read."""

from collections.abc import Mapping, Sequence
from typing import Any

from kubectl_ds.core.create import Creation, HostMount
from kubectl_ds.core.label_syntax import label_key_errors, label_value_errors, subdomain_errors
from kubectl_ds.core.tolerations import TAINT_EFFECTS
from kubectl_ds.errors import UsageError


def creation_from(name: str, arguments: Sequence[str], values: Mapping[str, Any]) -> Creation:
    """Raises `UsageError` for what the API would refuse, and says how to write it."""
    if errors := subdomain_errors(name):
        raise UsageError(f"{name!r} is no name for a DaemonSet: {errors[0]}")
    if values["command"] and not arguments:
        raise UsageError("--command says that what follows -- is a command, and nothing follows")
    return Creation(
        name=name,
        namespace=values["namespace"] or "",
        images=tuple(values["images"]),
        command=values["command"],
        arguments=tuple(arguments),
        ports=tuple(values["ports"]),
        env=tuple(_variable(word) for word in values["env"]),
        node_selector=tuple(_labels("--node-selector", values["node_selector"])),
        tolerations=tuple(toleration(word) for word in values["tolerations"]),
        all_nodes=values["all_nodes"],
        host_network=values["host_network"],
        host_pid=values["host_pid"],
        host_mounts=tuple(_mount(word) for word in values["host_mounts"]),
        service_account=values["service_account"] or "",
        priority_class=values["priority_class"] or "",
        max_unavailable=_budget(values["max_unavailable"]),
        labels=tuple(_labels("--label", values["labels"])),
    )


def toleration(word: str) -> dict[str, str]:
    """`KEY[=VALUE][:EFFECT]`, as `kubectl taint` writes the taint that is tolerated."""
    pair, colon, effect = word.rpartition(":") if word.rpartition(":")[2] in TAINT_EFFECTS else (word, "", "")
    key, equals, value = pair.partition("=")
    if not key or label_key_errors(key) or label_value_errors(value):
        raise UsageError(
            f"--toleration takes a taint, not {word!r}",
            hint="KEY, KEY=VALUE, KEY:EFFECT or KEY=VALUE:EFFECT; the effects are "
            + ", ".join(TAINT_EFFECTS),
        )
    made = {"key": key, "operator": "Equal", "value": value} if equals else {"key": key, "operator": "Exists"}
    return {**made, "effect": effect} if colon else made


def _labels(flag: str, words: Sequence[str]) -> list[tuple[str, str]]:
    pairs = []
    for word in (one for text in words for one in text.split(",")):
        key, equals, value = word.partition("=")
        errors = (*label_key_errors(key), *label_value_errors(value))
        if not equals or errors:
            raise UsageError(f"{flag} takes KEY=VALUE, not {word!r}" + (f": {errors[0]}" if errors else ""))
        pairs.append((key, value))
    return pairs


def _variable(word: str) -> tuple[str, str]:
    name, equals, value = word.partition("=")
    if not name or not equals:
        raise UsageError(f"--env takes NAME=VALUE, not {word!r}")
    return name, value


def _mount(word: str) -> HostMount:
    path, _, mode = word.partition(":")
    if not path.startswith("/") or mode not in ("", "ro", "rw") or ".." in path.split("/"):
        raise UsageError(f"--mount-host takes PATH or PATH:ro with a path from the root, not {word!r}")
    return HostMount(path=path, read_only=mode == "ro")


def _budget(word: str | None) -> int | str | None:
    if not word:
        return None
    number = word.removesuffix("%")
    if not (number.isascii() and number.isdecimal()) or int(number) == 0:
        raise UsageError(f"--max-unavailable takes a number from 1 or a percentage, not {word!r}")
    if word.endswith("%") and int(number) > 100:
        raise UsageError("--max-unavailable must not be greater than 100%")
    return word if word.endswith("%") else int(word)
