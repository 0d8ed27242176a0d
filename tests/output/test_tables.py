"""Plain tables: how they align, fit a width and stay harmless."""

import re

import pytest

from kubectl_ds.output.style import PLAIN, Style
from kubectl_ds.output.tables import Painted, table
from kubectl_ds.output.terminal_text import display_width

ROWS = [["node-1", "Missing", "quota used up"], ["n2", "Ready", ""]]


def test_columns_stand_three_blanks_apart_and_no_line_ends_in_blanks() -> None:
    assert table(["NODE", "STATE", "REASON"], ROWS, PLAIN).split("\n") == [
        "NODE     STATE     REASON",
        "node-1   Missing   quota used up",
        "n2       Ready",
    ]


def test_without_headers_only_rows_are_printed() -> None:
    text = table(["NODE", "STATE", "REASON"], ROWS, Style(headers=False))
    assert text.split("\n")[0] == "node-1   Missing   quota used up"


def test_nothing_in_is_nothing_out() -> None:
    assert table([], [], PLAIN) == ""


@pytest.mark.parametrize("name", ["1e5", "0x10", "007", "1_000", "inf", "nan", "+5", " 5"])
def test_a_name_that_looks_like_a_number_stays_a_name(name: str) -> None:
    assert table(["A", "B"], [[name, "x"]], PLAIN).split("\n")[1].startswith(name)


def test_a_last_column_too_wide_is_wrapped_under_itself() -> None:
    text = table(["NODE", "REASON"], [["node-1", "word " * 12 + "end"]], Style(width=40), indent=2)
    lines = text.split("\n")
    assert len(lines) > 2
    assert all(display_width(line) <= 40 for line in lines)
    assert all(line.startswith(" " * 11) for line in lines[2:])


def test_a_last_column_too_wide_is_cut_when_asked() -> None:
    text = table(["NODE", "REASON"], [["node-1", "word " * 12]], Style(width=40), shorten=True)
    assert text.split("\n")[1].endswith("…")
    assert len(text.split("\n")) == 2


def test_names_in_other_columns_are_never_cut() -> None:
    name = "ip-10-0-0-1.eu-central-1.compute.internal." + "x" * 60
    assert name in table(["NODE", "REASON"], [[name, "a reason of several words"]], Style(width=80))


def test_wide_characters_keep_columns_straight() -> None:
    first, second = table([], [["节点", "a"], ["node", "b"]], PLAIN).split("\n")
    assert (first, second) == ("节点   a", "node   b")


def test_a_hostile_cell_forges_neither_rows_nor_colours() -> None:
    text = table([], [["a\nb", "\x1b[31mred", "\u202eevil"]], PLAIN)
    assert text == "a\\nb   ^[[31mred   \\u202eevil"


def test_colour_is_put_on_after_measuring() -> None:
    style = Style(color=True)
    rows = [[Painted("bad", style.bad), "x"], ["longer", "y"]]
    coloured = table([], rows, style)
    assert "\x1b[31mbad\x1b[0m" in coloured
    assert re.sub(r"\x1b\[\d+m", "", coloured) == table([], rows, PLAIN).replace("\x1b[31mbad\x1b[0m", "bad")


@pytest.mark.parametrize("method", ["good", "warn", "bad", "dim", "bold"])
def test_no_colour_when_colour_is_off(method: str) -> None:
    assert getattr(Style(color=False), method)("text") == "text"
    assert getattr(Style(color=True), method)("text") == f"\x1b[{_CODES[method]}mtext\x1b[0m"


_CODES = {"good": "32", "warn": "33", "bad": "31", "dim": "2", "bold": "1"}
