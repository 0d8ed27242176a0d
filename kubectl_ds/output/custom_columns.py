"""`-o custom-columns=` and its file form, as kubectl prints them.

Mirrors k8s.io/kubectl/pkg/cmd/get/customcolumn.go.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct

from kubectl_ds.errors import UsageError
from kubectl_ds.output.go_values import sprint
from kubectl_ds.output.jsonpath import JSONPath, JSONPathError
from kubectl_ds.output.kubectl_tabwriter import aligned

_RELAXED = re.compile(r"\{\.?([^{}]+)\}|\.?([^{}]+)")
_FORM = "Expected format is one line of space separated headers, one line of space separated column specs."


class Column(Struct, frozen=True):
    header: str
    path: str


def relaxed_jsonpath(expression: str) -> str:
    """`a.b`, `.a.b`, `{a.b}` or `{.a.b}` as `{.a.b}` (RelaxedJSONPathExpression). Raises `UsageError`."""
    if not expression:
        return ""
    matched = _RELAXED.fullmatch(expression)
    if not matched:
        raise UsageError(
            "unexpected path string, expected a 'name1.name2' or '.name1.name2' or '{name1.name2}' or '{.name1.name2}'"
        )
    return "{." + (matched[1] or matched[2]) + "}"


def parse_columns(spec: str) -> tuple[Column, ...]:
    """`HEADER:path,HEADER:path`. Raises `UsageError` with kubectl's words."""
    columns = []
    for part in spec.split(","):
        header, separator, path = part.partition(":")
        if not separator:
            raise UsageError(f"unexpected custom-columns spec: {part}, expected <header>:<json-path-expr>")
        columns.append(Column(header, relaxed_jsonpath(path)))
    return tuple(columns)


def parse_column_file(text: str) -> tuple[Column, ...]:
    """A line of headers and a line of paths, blanks between them. Raises `UsageError` with kubectl's words."""
    lines = text.removesuffix("\n").split("\n") if text else []
    if len(lines) < 2:
        missing = "spec" if lines else "header"
        raise UsageError(f"invalid template, missing {missing} line. {_FORM}")
    headers, paths = lines[0].split(), lines[1].split()
    if len(headers) != len(paths):
        raise UsageError(
            f"number of headers ({len(headers)}) and field specifications ({len(paths)}) don't match"
        )
    return tuple(Column(header, relaxed_jsonpath(path)) for header, path in zip(headers, paths, strict=True))


class ColumnPrinter:
    """Objects in columns, batch after batch: the headers come once, and widths only grow."""

    def __init__(self, columns: Sequence[Column], *, no_headers: bool = False) -> None:
        self._columns = columns
        self._headers = [] if no_headers else ["\t".join(column.header for column in columns)]
        self._widths: list[int] = []

    def text(self, objects: Sequence[Mapping[str, Any]]) -> str:
        """One line an object, `<none>` where a path finds nothing, several values joined by commas.

        The headers are printed even without objects. Like JSON it is not made safe for a terminal here:
        kubectl spells out ESC and carriage returns alone, and lets line feeds and tabs break the layout.
        Raises `UsageError` for a path that cannot be parsed or followed.
        """
        try:
            paths = [JSONPath(column.path) for column in self._columns]
            lines = ["\t".join(_cell(path.results(item)) for path in paths) for item in objects]
        except JSONPathError as error:
            raise UsageError(str(error)) from None
        lines, self._headers = self._headers + lines, []
        return aligned("".join(f"{line}\n" for line in lines), self._widths) if lines else ""


def _cell(results: Sequence[Sequence[Any]]) -> str:
    values = ["<none>"] if not results or not results[0] else []
    values.extend(_escaped(sprint(value)) for found in results for value in found)
    return ",".join(values)


def _escaped(text: str) -> str:
    """cli-runtime's EscapeTerminal (pkg/printers/terminal.go)."""
    return text.replace("\x1b", "^[").replace("\r", "\\r")
