"""YAML as kubectl reads it: libyaml's parser, and only the scalars that JSON knows."""

import re
from typing import Any

import yaml

# PyYAML without libyaml is some fifteen times slower; wheels have it on every platform we know.
_Base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_TIMESTAMP = "tag:yaml.org,2002:timestamp"
_INT = "tag:yaml.org,2002:int"
_FLOAT = "tag:yaml.org,2002:float"


class _Loader(_Base):  # type: ignore[misc]
    """Leaves dates and sexagesimal numbers as text, as go-yaml does: `12:30` is no number."""

    yaml_implicit_resolvers = {  # noqa: RUF012 - PyYAML's own class attribute
        first: [(tag, pattern) for tag, pattern in resolvers if tag not in (_TIMESTAMP, _INT, _FLOAT)]
        for first, resolvers in _Base.yaml_implicit_resolvers.items()
    }


_Loader.add_implicit_resolver(
    _INT, re.compile(r"^[-+]?(?:0b[01_]+|0[0-7_]*|[1-9][0-9_]*|0x[0-9a-fA-F_]+)$"), list("-+0123456789")
)
_Loader.add_implicit_resolver(
    _FLOAT,
    re.compile(
        r"^(?:[-+]?(?:[0-9][0-9_]*\.[0-9_]*|\.[0-9][0-9_]*)(?:[eE][-+][0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$"
    ),
    list("-+0123456789."),
)


def first_document(content: bytes) -> Any:
    """The first document of a YAML stream, None when there is none. Raises `yaml.YAMLError`."""
    return next(iter(yaml.load_all(content, Loader=_Loader)), None)


def documents(content: bytes) -> list[Any]:
    """Every document of a YAML stream. Raises `yaml.YAMLError`."""
    return list(yaml.load_all(content, Loader=_Loader))
