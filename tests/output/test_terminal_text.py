"""What a terminal gets to see of text that anyone who may write to the cluster can write."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubectl_ds.output.terminal_text import (
    display_width,
    padded,
    paragraph,
    safe,
    safe_lines,
    shortened,
    wrapped,
)

ANY_TEXT = st.text(alphabet=st.characters(), max_size=60)
HOSTILE = st.text(
    alphabet=st.sampled_from(
        "a b\x00\x07\x08\t\n\r\x1b[]\x7f\x80\x85\x9b\u061c\u200b\u200e\u2028\u202e\u2066\ufeff\ud800"
    )
)
FORBIDDEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("fluent-bit", "fluent-bit", id="a plain name stays as it is"),
        pytest.param("größe ≥ 5 日本", "größe ≥ 5 日本", id="letters of other scripts stay as they are"),
        pytest.param("a\u00a0b", "a\u00a0b", id="a no-break space is harmless"),
        pytest.param("\x1b[2Jgone", "^[[2Jgone", id="escape is shown as kubectl shows it"),
        pytest.param("ok\rFAILED", "ok\\rFAILED", id="a carriage return cannot overwrite the line"),
        pytest.param("a\nb", "a\\nb", id="a line feed cannot forge a row"),
        pytest.param("a\tb", "a\\tb", id="a tab cannot shift a column"),
        pytest.param("a\x00\x07\x08b", "a\\x00\\x07\\x08b", id="other C0 characters are spelled out"),
        pytest.param("\x7f", "\\x7f", id="DEL is spelled out"),
        pytest.param("\x9b31m", "\\x9b31m", id="the one-byte CSI of C1 is spelled out"),
        pytest.param("\u202egpj.exe", "\\u202egpj.exe", id="a bidi override is spelled out"),
        pytest.param("\u2066x\u2069", "\\u2066x\\u2069", id="bidi isolates are spelled out"),
        pytest.param(
            "a\u2028b\u2029", "a\\u2028b\\u2029", id="line and paragraph separators are spelled out"
        ),
        pytest.param("a\u200bb\ufeff", "a\\u200bb\\ufeff", id="zero-width characters are spelled out"),
        pytest.param("\U000e0041", "\\U000e0041", id="a tag character is spelled out"),
        pytest.param("\ud800", "\\ud800", id="a lone surrogate is spelled out, as no stream can encode it"),
        pytest.param("", "", id="nothing stays nothing"),
    ],
)
def test_safe_spells_out_what_a_terminal_would_obey(text: str, shown: str) -> None:
    assert safe(text) == shown


@given(st.one_of(ANY_TEXT, HOSTILE))
def test_no_control_character_ever_gets_out(text: str) -> None:
    for line in [safe(text), *safe_lines(text)]:
        assert not {unicodedata.category(character) for character in line} & FORBIDDEN
        line.encode("utf-8")


@given(st.one_of(ANY_TEXT, HOSTILE))
def test_safe_text_is_left_alone_the_second_time(text: str) -> None:
    assert safe(safe(text)) == safe(text)


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        pytest.param("a\nb", ["a", "b"], id="lines are cut at line feeds"),
        pytest.param("a\nb\n", ["a", "b"], id="a final line feed adds no empty line"),
        pytest.param("a\r\nb", ["a", "b"], id="Windows line ends lose their carriage return"),
        pytest.param("\tx", ["        x"], id="tabs become blanks"),
        pytest.param("a\x1b\nb", ["a^[", "b"], id="each line is safe"),
        pytest.param("", [""], id="an empty text is one empty line"),
    ],
)
def test_safe_lines(text: str, lines: list[str]) -> None:
    assert safe_lines(text) == lines


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        pytest.param("node-1", 6, id="ASCII takes one column each"),
        pytest.param("节点", 4, id="East Asian wide characters take two"),
        pytest.param("e\u0301", 1, id="a combining mark takes none"),
    ],
)
def test_display_width(text: str, columns: int) -> None:
    assert display_width(text) == columns
    assert display_width(padded(text, 10)) == 10


@pytest.mark.parametrize(
    ("text", "columns", "shown"),
    [
        pytest.param("short", 5, "short", id="what fits is not cut"),
        pytest.param("shorter", 5, "shor…", id="the ellipsis takes the last column"),
        pytest.param("节点节点", 5, "节点…", id="a wide character is never cut in half"),
    ],
)
def test_shortened(text: str, columns: int, shown: str) -> None:
    assert shortened(text, columns) == shown


@given(st.text(alphabet="ab 节", max_size=80), st.integers(min_value=4, max_value=40))
def test_wrapping_loses_nothing_and_keeps_to_the_width_unless_one_word_is_wider(
    text: str, columns: int
) -> None:
    lines = wrapped(text, columns)
    assert " ".join(lines).split() == text.split()
    for line in lines:
        assert display_width(line) <= columns or " " not in line.strip()


def test_a_paragraph_hangs_under_its_first_line() -> None:
    assert paragraph("one two three four five six", 24, first="Why: ").split("\n") == [
        "Why: one two three four",
        "     five six",
    ]


def test_a_paragraph_does_not_count_colour_as_width() -> None:
    lines = paragraph("aaaa bbbb cccc dddd eeee", 26, first="\x1b[31mWhy:\x1b[0m ").split("\n")
    assert lines == ["\x1b[31mWhy:\x1b[0m aaaa bbbb cccc dddd", "     eeee"]
