"""Integers are Go's, not Python's: the reference below reads a text as Go's ParseInt is documented to."""

from hypothesis import example, given
from hypothesis import strategies as st

from kubectl_ds.core.integers import parse_canonical_int64, parse_int64


def go_parse_int(text: str) -> int | None:
    sign, digits = (text[0], text[1:]) if text[:1] in ("+", "-") else ("", text)
    if not digits:
        return None
    number = 0
    for character in digits:
        if not "0" <= character <= "9":
            return None
        number = number * 10 + (ord(character) - ord("0"))
    number = -number if sign == "-" else number
    return number if -(2**63) <= number < 2**63 else None


integer_like = st.one_of(
    st.text(alphabet="0123456789+-_. ٣", max_size=22),
    st.integers(-(2**65), 2**65).map(str),
    st.integers(0, 2**65).map(lambda number: f"000{number}"),
)


@given(integer_like)
@example("9223372036854775807")
@example("9223372036854775808")
@example("-9223372036854775808")
@example("1_000")
@example(" 1")
@example("٣")
@example("+5")
@example("0" * 5000 + "7")
@example("9" * 5000)
def test_integers_are_read_as_go_reads_them(text: str):
    assert parse_int64(text) == go_parse_int(text)


@given(integer_like)
@example("-0")
@example("0")
@example("+1")
@example("01")
def test_canonical_integers_are_the_ones_that_go_would_write_just_so(text: str):
    number = go_parse_int(text)
    assert parse_canonical_int64(text) == (number if number is not None and str(number) == text else None)
