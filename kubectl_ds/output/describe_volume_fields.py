"""One kind of volume as rows of titles and values, as `kubectl describe` prints it."""

from collections.abc import Callable, Mapping
from typing import Any

from msgspec import Struct

from kubectl_ds.output.describe_values import Object, text_of, truth
from kubectl_ds.output.tabwriter import CELL
from kubectl_ds.output.terminal_text import safe

INDENT = "    "
Spell = Callable[[Any], str]


def plain_text(value: Any) -> str:
    """Go's %v of a string; empty for an absent one."""
    return safe(str(value)) if value is not None else ""


def number_text(value: Any) -> str:
    """Go's %v of an int; 0 for an absent one."""
    return safe(str(value)) if value is not None else "0"


def or_none(value: Any) -> str:
    """An optional value, spelled out where it is absent."""
    return safe(str(value)) if value is not None else "<none>"


def size_text(value: Any) -> str:
    """A quantity that says nothing at zero."""
    return "<unset>" if value in (None, "", "0", 0) else safe(str(value))


def secret_reference(value: Any) -> str:
    """Go's %v of a *LocalObjectReference: its generated String method."""
    if not isinstance(value, Mapping):
        return "nil"
    return f"&LocalObjectReference{{Name:{text_of(value, 'name')},}}"


def joined(value: Any) -> str:
    """A list of strings with commas."""
    return ", ".join(safe(str(entry)) for entry in value) if isinstance(value, list) else ""


class Field(Struct, frozen=True):
    """One row: its title with the colon where kubectl has one, the API's field, and how to spell it."""

    title: str
    path: str
    spell: Spell = plain_text


class Kind(Struct, frozen=True):
    """One member of the API's VolumeSource, in kubectl's words; `more` adds what is no plain row."""

    field: str
    about: str
    fields: tuple[Field, ...] = ()
    more: Callable[[Object], list[str]] | None = None

    def lines(self, source: Object) -> list[str]:
        """The rows for one volume, cells parted by tabs."""
        found = [f"{INDENT}Type:{CELL}{self.about}"]
        for entry in self.fields:
            found.append(f"{INDENT}{entry.title}{CELL}{entry.spell(source.get(entry.path))}")
        return found + (self.more(source) if self.more else [])


def plain_field(title: str, path: str) -> Field:
    """A field that is printed as it stands."""
    return Field(f"{title}:", path)


READ_ONLY = Field("ReadOnly:", "readOnly", truth)
FS_TYPE = plain_field("FSType", "fsType")
SECRET = Field("SecretRef:", "secretRef", secret_reference)
OPTIONAL = Field("Optional:", "optional", truth)
