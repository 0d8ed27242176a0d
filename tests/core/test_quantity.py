"""Quantities as Go's resource.Quantity reads them; the odd rows were asked of Go (apimachinery v0.37)."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubectl_ds.core.quantity import format_bytes, format_cpu, milli_value, parse_quantity, value


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        pytest.param("0", Fraction(0), id="zero"),
        pytest.param("100m", Fraction(1, 10), id="a tenth of a core"),
        pytest.param("1.5Gi", Fraction(3 * 2**29), id="binary suffixes multiply fractions"),
        pytest.param("1E", Fraction(10**18), id="a lone E is exa"),
        pytest.param("1E3", Fraction(1000), id="E with digits is an exponent"),
        pytest.param("1e-3", Fraction(1, 1000), id="exponents may be negative"),
        pytest.param("12e+6", Fraction(12 * 10**6), id="exponents may carry a plus"),
        pytest.param("-1.5k", Fraction(-1500), id="negative amounts parse"),
        pytest.param("+.5", Fraction(1, 2), id="a plus and a leading dot are fine"),
        pytest.param("5.", Fraction(5), id="a trailing dot is fine"),
        pytest.param("0.1n", Fraction(1, 10**9), id="less than a billionth is rounded up to one"),
        pytest.param("1e-30", Fraction(1, 10**9), id="the tiniest amount is still one billionth"),
        pytest.param("10Ei", Fraction(2**63 - 1), id="binary amounts are capped at int64"),
        pytest.param("10E", Fraction(10**19), id="decimal amounts are not capped"),
        pytest.param("m", Fraction(0), id="a suffix alone is zero, oddly"),
        pytest.param("Ti", Fraction(0), id="a binary suffix alone is zero up to Ti"),
        pytest.param(" 1Gi ", Fraction(2**30), id="the JSON decoder trims blanks"),
        pytest.param(2, Fraction(2), id="a YAML integer"),
        pytest.param(0.1, Fraction(1, 10), id="a YAML float means what was written"),
    ],
)
def test_amounts(text: str | float, amount: Fraction):
    assert parse_quantity(text) == amount


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1Zi",
        "1K",
        "1ki",
        "1e",
        "1e1.5",
        "--1",
        "1_0",
        "1,5",
        "0x10",
        "1 Gi",
        "١",
        "Ei",
        "e-12",
        "1e999999999",
    ],
)
def test_what_is_no_quantity_is_refused(text: str):
    with pytest.raises(ValueError, match=r"quantit|numeric"):
        parse_quantity(text)


@pytest.mark.parametrize(
    ("text", "milli", "whole"),
    [
        pytest.param("250m", 250, 1, id="whole units are rounded up"),
        pytest.param("100u", 1, 1, id="millicores are rounded up"),
        pytest.param("1.0001", 1001, 2, id="a hair over is one more"),
        pytest.param("2", 2000, 2, id="nothing to round"),
    ],
)
def test_scaled_values_are_rounded_up(text: str, milli: int, whole: int):
    assert (milli_value(text), value(text)) == (milli, whole)


@given(st.integers(0, 2**62), st.sampled_from(["", "k", "M", "Ki", "Mi", "m", "u"]))
def test_rounding_up_never_loses_and_never_adds_a_whole_unit(number: int, suffix: str):
    exact = parse_quantity(f"{number}{suffix}")
    assert 0 <= value(f"{number}{suffix}") - exact < 1


@given(st.integers(0, 2**62))
def test_what_is_formatted_reads_back_as_the_same_amount(number: int):
    assert value(format_bytes(number)) == number
    assert milli_value(format_cpu(number)) == number
