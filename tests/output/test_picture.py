"""What fits a terminal, and how it is drawn."""

import re

import pytest

from kubectl_ds.output.picture import blank_page, cut_line, picture
from kubectl_ds.output.style import PLAIN, Style
from kubectl_ds.output.tables import visible_width

RED = Style(color=True).bad("stuck")


@pytest.mark.parametrize(
    ("line", "columns", "cut"),
    [
        pytest.param("node-1", 6, "node-1", id="what fits is left alone"),
        pytest.param("node-10", 6, "node-1", id="what does not is cut at the edge"),
        pytest.param("", 3, "", id="nothing is nothing"),
        pytest.param(RED, 5, RED, id="colours take no columns"),
        pytest.param(RED, 3, "\x1b[31mstu\x1b[0m", id="a colour that is cut ends with the line"),
        pytest.param(f"{RED} now", 6, f"{RED} ", id="a colour that has ended stays ended"),
        pytest.param("日本", 3, "日", id="a wide character that does not fit whole is left out"),
        pytest.param("e\u0301e\u0301", 1, "e\u0301", id="a combining mark stays with its letter"),
    ],
)
def test_a_line_is_cut_by_columns_and_not_by_characters(line, columns, cut):
    assert cut_line(line, columns) == cut
    assert visible_width(cut) <= columns


def test_a_picture_begins_at_the_top_and_erases_only_what_is_beside_and_below_it():
    assert picture(["one", "two"], 10, 5, PLAIN) == "\x1b[Hone\x1b[K\ntwo\x1b[K\x1b[J"


@pytest.mark.parametrize("lines", [1, 2, 3, 10])
def test_a_picture_has_no_more_lines_than_the_terminal_and_says_what_it_leaves_out(lines):
    drawn = picture([f"line {number}" for number in range(10)], 20, lines, PLAIN)
    shown = re.sub(r"\x1b\[[HKJ]", "", drawn).split("\n")
    assert len(shown) == lines
    expected = "line 9" if lines == 10 else f"… {10 - lines + 1} more lines"
    assert shown[-1] == expected


def test_room_is_made_by_scrolling():
    assert blank_page(4) == "\n\n\n"
