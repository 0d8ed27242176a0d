"""How a report that is followed is shown: lines in a pipe, documents for scripts, a picture on a terminal."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Generic, TypeVar

from msgspec import Struct

from kubectl_ds.commands.canvas import Canvas
from kubectl_ds.commands.printing import DocumentsInTurn
from kubectl_ds.commands.reading import style_from
from kubectl_ds.environment import Environment
from kubectl_ds.output.formats import OutputFormat
from kubectl_ds.output.style import Style

R = TypeVar("R")


class Faces(Struct, Generic[R], frozen=True, kw_only=True):
    """What a report looks like. `begins`: its first lines. `changes`: a line for each difference of two reports.
    `picture`: what a terminal shows. `document`: its published tree."""

    begins: Callable[[R, datetime, Style], str]
    changes: Callable[[R, R, datetime, Style], str]
    picture: Callable[[R, datetime, Style], list[str]]
    document: Callable[[R], dict[str, Any]]


class View(Generic[R]):
    """A way to show what is followed; `ticks`: seconds after which it wants to show something all the same."""

    ticks: float | None = None

    def __init__(
        self, environment: Environment, values: dict[str, Any], asked: OutputFormat, faces: Faces[R]
    ) -> None:
        self._environment, self._values, self._asked, self._faces = environment, values, asked, faces

    def begin(self, report: R, now: datetime) -> None:
        """How it stands."""
        self._put(self._faces.begins(report, now, self._style()))

    def show(self, before: R, after: R, now: datetime) -> None:
        """What has changed."""
        self._put(self._faces.changes(before, after, now, self._style()))

    def end(self) -> None:
        """Nothing more comes."""

    def _style(self) -> Style:
        return style_from(self._environment, self._values)

    def _put(self, text: str) -> None:
        if text:
            self._environment.stdout.write(text)
        self._environment.stdout.flush()


class _Documents(View[R]):
    """The document, and one more for each change that lines would tell of."""

    def __init__(
        self, environment: Environment, values: dict[str, Any], asked: OutputFormat, faces: Faces[R]
    ) -> None:
        super().__init__(environment, values, asked, faces)
        self._documents = DocumentsInTurn(environment, asked)

    def begin(self, report: R, now: datetime) -> None:
        self._documents.write(self._faces.document(report))
        self._environment.stdout.flush()

    def show(self, before: R, after: R, now: datetime) -> None:
        if self._faces.changes(before, after, now, Style()):
            self.begin(after, now)


class _Picture(View[R]):
    """Drawn over the picture before."""

    ticks: float | None = 1.0

    def __init__(
        self, environment: Environment, values: dict[str, Any], asked: OutputFormat, faces: Faces[R]
    ) -> None:
        super().__init__(environment, values, asked, faces)
        self._canvas = Canvas(environment, values)

    def begin(self, report: R, now: datetime) -> None:
        def lines(style: Style) -> list[str]:
            return [part for line in self._faces.picture(report, now, style) for part in line.split("\n")]

        self._canvas.draw(lines)

    def show(self, before: R, after: R, now: datetime) -> None:
        self.begin(after, now)

    def end(self) -> None:
        self._canvas.end()


def view_of(
    environment: Environment, values: dict[str, Any], asked: OutputFormat, faces: Faces[R]
) -> View[R]:
    """The view that fits where the output goes."""
    if not asked.is_table:
        return _Documents(environment, values, asked, faces)
    kind = View if environment.screen() is None else _Picture
    return kind(environment, values, asked, faces)
