"""Stand-ins for names and addresses: the same one wherever a name occurs, also inside of other texts."""

import re
from collections.abc import Iterable
from typing import Final, Literal

from msgspec import Struct

from kubectl_ds.core.natural_order import natural_key

KEPT_NAMESPACES: Final = frozenset({"default", "kube-system", "kube-public", "kube-node-lease"})
"""Every cluster has them."""

_PARTS: Final = re.compile(r"([^A-Za-z0-9]+)")
_UID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_ADDRESS_PARTS: Final = 7
"""Four numbers and what stands between them."""
_LONGEST: Final = 63
"""Characters of a label's value."""

Named = Literal[
    "node",
    "host",
    "namespace",
    "daemonset",
    "pod",
    "replicaset",
    "owner",
    "event",
    "uid",
    "address",
    "container",
    "volume",
    "image",
    "digest",
    "claim",
    "account",
    "priorityclass",
    "runtimeclass",
    "limitrange",
    "provider",
    "text",
    "template",
]
"""What a stand-in is for, and what it is called by."""


class KnownNames(Struct, frozen=True, kw_only=True):
    """The names that are there, collected before the first of them is replaced.

    `pods` are pairs: the pod, and the DaemonSet that controls it ("" for none). `hosts` are what nodes are called
    beside their names.
    """

    nodes: Iterable[str]
    hosts: Iterable[str] = ()
    namespaces: Iterable[str]
    daemonsets: Iterable[str]
    pods: Iterable[tuple[str, str]] = ()


class StandIns:
    """Numbers follow the natural order of the names, so that nodes stay in their order."""

    def __init__(self, known: KnownNames) -> None:
        self._given: dict[Named, dict[str, str]] = {"namespace": {name: name for name in KEPT_NAMESPACES}}
        self._counts: dict[Named, int] = {}
        self._texts: dict[str, str] = {}
        self._whole: dict[str, str] = {}
        named: tuple[tuple[Named, Iterable[str]], ...] = (
            ("node", known.nodes),
            ("host", set(known.hosts) - set(known.nodes)),
            ("namespace", set(known.namespaces) - KEPT_NAMESPACES),
            ("daemonset", known.daemonsets),
        )
        for kind, names in named:
            for name in sorted(set(names) - {""}, key=natural_key):
                self._whole.setdefault(name, self.of(kind, name))
        for name, owner in sorted(set(known.pods)):
            self._whole.setdefault(name, self._pod(name, owner))
        self._most_parts = max((len(_PARTS.split(name)) for name in self._whole), default=1)

    def of(self, kind: Named, name: str) -> str:
        """The stand-in of a name whose kind is known; "" stays "". One that was never met gets the next number."""
        given = self._given.setdefault(kind, {})
        if name and name not in given:
            given[name] = self._next(kind)
        return given[name] if name else ""

    def text(self, text: str) -> str:
        """The text with a stand-in for each name, address and uid that stands in it between other characters."""
        if text not in self._texts:
            self._texts[text] = self._whole.get(text) or self._replaced(text)
        return self._texts[text]

    def label_value(self, value: str) -> str:
        """As `text`, and no longer than a label's value may be."""
        replaced = self.text(value)
        return replaced if len(replaced) <= _LONGEST else self.of("text", value)

    def _pod(self, name: str, owner: str) -> str:
        given = self._given.setdefault("pod", {})
        if owner and name not in given:
            number = self._next("pod").rpartition("-")[2]
            given[name] = f"{self.of('daemonset', owner)}-{number}"
        return self.of("pod", name)

    def _next(self, kind: Named) -> str:
        number = self._counts[kind] = self._counts.get(kind, 0) + 1
        if kind == "uid":
            return f"00000000-0000-4000-8000-{number:012d}"
        if kind == "digest":
            return f"sha256:{number:064x}"
        return f"redacted-{kind}-{number}"

    def _replaced(self, text: str) -> str:
        if _UID.fullmatch(text):
            return self.of("uid", text)
        parts = _PARTS.split(text)
        replaced: list[str] = []
        place = 0
        while place < len(parts):
            found, end = self._at(parts, place)
            replaced.append(found)
            place = end
        return "".join(replaced)

    def _at(self, parts: list[str], place: int) -> tuple[str, int]:
        """The longest name that begins here, or else just what stands here; and where it ends."""
        if place % 2 == 0:
            for end in range(min(place + self._most_parts, len(parts)), place, -1):
                if (found := self._whole.get("".join(parts[place:end]))) is not None:
                    return found, end
            address = "".join(parts[place : place + _ADDRESS_PARTS])
            if _is_address(address):
                return self.of("address", address), place + _ADDRESS_PARTS
        return parts[place], place + 1


def _is_address(text: str) -> bool:
    numbers = text.split(".")
    return len(numbers) == 4 and all(one.isascii() and one.isdigit() and int(one) < 256 for one in numbers)
