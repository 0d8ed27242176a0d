"""Label selectors: metav1's form, kubectl's text, and how one becomes the other."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubectl_ds.core.label_selector import matches, parse, to_query
from kubectl_ds.core.model import LabelSelector, LabelSelectorRequirement
from kubectl_ds.errors import UsageError

NODE = {"zone": "a", "rank": "7", "empty": "", "x.y/z": "1"}


@pytest.mark.parametrize(
    ("text", "selected"),
    [
        pytest.param("", True, id="nothing asked, everything selected"),
        pytest.param("zone=a", True, id="= compares"),
        pytest.param("zone==b", False, id="== compares too"),
        pytest.param("zone!=b", True, id="!= holds for another value"),
        pytest.param("gone!=b", True, id="!= holds without the label"),
        pytest.param("zone in (b, a)", True, id="in"),
        pytest.param("gone in (a)", False, id="in needs the label"),
        pytest.param("zone notin (a,b)", False, id="notin"),
        pytest.param("gone notin (a)", True, id="notin holds without the label"),
        pytest.param("zone", True, id="a key alone asks for the label"),
        pytest.param("!gone", True, id="!key asks for its absence"),
        pytest.param("rank>5", True, id="greater than"),
        pytest.param("rank<7", False, id="less than is strict"),
        pytest.param("zone>5", False, id="a label that is no number does not match"),
        pytest.param("empty=", True, id="no value is the empty value"),
        pytest.param("empty in ()", True, id="() holds the empty value"),
        pytest.param("zone in (a,,b),x.y/z", True, id="lists may have empty members"),
        pytest.param(" zone = a , ! gone ", True, id="blanks are free"),
        pytest.param("in in (in)", False, id="in can be a key and a value"),
    ],
)
def test_the_text_form_selects(text: str, selected: bool):
    assert parse(text).matches(NODE) is selected


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param("a in b", "found 'b' expected: '('", id="in without a parenthesis"),
        pytest.param("a,", "expected: identifier after ','", id="a comma at the end"),
        pytest.param(",a", "expected: !, identifier, or 'end of string'", id="a comma at the beginning"),
        pytest.param("a b", "found 'b', expected: in, notin, =, ==, !=, gt, lt", id="two words"),
        pytest.param("!a=b", "found '=', expected: ',' or 'end of string'", id="not together with equals"),
        pytest.param("a=b=c", "found '=', expected: ',' or 'end of string'", id="two equals"),
        pytest.param("a in (b", "found '', expected: ',' or ')'", id="an open parenthesis"),
        pytest.param("a>x", "the value must be an integer", id="greater than a word"),
        pytest.param("-a", "name part must consist of alphanumeric characters", id="an illegal key"),
        pytest.param("a=-b", "a valid label must be an empty string or consist of", id="an illegal value"),
        pytest.param(f"a={'b' * 64}", "must be no more than 63 bytes", id="a value too long"),
        pytest.param("a/b/c=d", "a valid label key must consist of", id="a key with two slashes"),
        pytest.param("UP/a", "a lowercase RFC 1123 subdomain", id="a key with a capital prefix"),
    ],
)
def test_a_text_that_kubectl_refuses_is_refused_in_upstreams_words(text: str, words: str):
    with pytest.raises(UsageError) as refused:
        parse(text)
    assert words in refused.value.message
    assert refused.value.hint


def expression(key: str, operator: str, *values: str) -> LabelSelector:
    return LabelSelector(
        match_expressions=(LabelSelectorRequirement(key=key, operator=operator, values=values),)
    )


@pytest.mark.parametrize(
    ("selector", "selected"),
    [
        pytest.param(None, False, id="no selector selects nothing"),
        pytest.param(LabelSelector(), True, id="an empty selector selects everything"),
        pytest.param(LabelSelector(match_labels={"zone": "a", "rank": "7"}), True, id="all labels are ANDed"),
        pytest.param(LabelSelector(match_labels={"zone": "a", "rank": "8"}), False, id="one label fails"),
        pytest.param(expression("zone", "In", "a", "b"), True, id="In"),
        pytest.param(expression("gone", "NotIn", "a"), True, id="NotIn holds without the label"),
        pytest.param(expression("gone", "Exists"), False, id="Exists"),
        pytest.param(expression("gone", "DoesNotExist"), True, id="DoesNotExist"),
        pytest.param(expression("rank", "Gt", "1"), False, id="Gt is none of metav1's operators"),
        pytest.param(expression("zone", "In"), False, id="a malformed selector selects nothing"),
        pytest.param(
            LabelSelector(match_labels={"zone": "not legal"}), False, id="an illegal value selects nothing"
        ),
    ],
)
def test_the_structured_form_selects(selector: LabelSelector | None, selected: bool):
    assert matches(selector, NODE) is selected


KEYS = st.sampled_from(["zone", "rank", "empty", "gone", "x.y/z"])
VALUES = st.sampled_from(["a", "b", "7", ""])
EXPRESSIONS = st.builds(
    LabelSelectorRequirement,
    key=KEYS,
    operator=st.sampled_from(["In", "NotIn"]),
    values=st.tuples(VALUES, VALUES),
) | st.builds(LabelSelectorRequirement, key=KEYS, operator=st.sampled_from(["Exists", "DoesNotExist"]))
SELECTORS = st.builds(
    LabelSelector,
    match_labels=st.dictionaries(KEYS, VALUES, max_size=2),
    match_expressions=st.lists(EXPRESSIONS, max_size=3).map(tuple),
)


@given(SELECTORS, st.dictionaries(KEYS, VALUES))
def test_the_query_means_what_the_selector_means(selector: LabelSelector, labels: dict[str, str]):
    assert parse(to_query(selector)).matches(labels) == matches(selector, labels)


@pytest.mark.parametrize("selector", [None, expression("zone", "In"), expression("zone", "Near", "a")])
def test_no_query_is_made_of_a_selector_that_selects_nothing(selector: LabelSelector | None):
    with pytest.raises(ValueError, match="selects nothing"):
        to_query(selector)
