"""What is read without click is what click reads; and what is not plain is left to it."""

from importlib import import_module

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubectl_ds.cli import COMMANDS
from kubectl_ds.commands.clicked import click_command
from kubectl_ds.commands.declared import Choice, Declared, Number, Switch, Text

DECLARED = {
    name: command
    for name, _ in COMMANDS
    if isinstance(command := import_module(f"kubectl_ds.commands.{name}").command, Declared)
}
CLICKED = {name: click_command(command) for name, command in DECLARED.items()}


def by_click(name: str, words: list[str]) -> dict[str, object] | None:
    try:
        return dict(CLICKED[name].make_context(name, list(words)).params)
    except (click.ClickException, click.exceptions.Exit):
        return None


@pytest.mark.parametrize("name", DECLARED)
def test_without_words_each_parameter_is_what_click_makes_of_none(name):
    words = [] if DECLARED[name].words is None or DECLARED[name].words.many else ["cni"]
    assert DECLARED[name].plainly_read(words) == by_click(name, words)


@pytest.mark.parametrize(
    ("name", "spelling"),
    [(name, spelling) for name in DECLARED for flag in DECLARED[name].flags for spelling in flag.spellings],
)
def test_each_flag_is_read_as_click_reads_it(name, spelling):
    flag = next(flag for flag in DECLARED[name].flags if spelling in flag.spellings)
    word = ["cni"] if DECLARED[name].words is not None else []
    match flag.kind:
        case Switch():
            lines = [[spelling], [spelling, spelling]]
        case Text():
            lines = [[spelling, "a"], [f"{spelling}=b=c"], [spelling, ""], [spelling, "x", spelling, "-y"]]
        case Number(at_least=least):
            lines = [[spelling, str(least or 0)], [f"{spelling}=12"]]
        case Choice(words):
            lines = [[spelling, one] for one in words]
    for line in lines:
        read = DECLARED[name].plainly_read([*word, *line])
        assert read is not None
        assert read == by_click(name, [*word, *line])


@pytest.mark.parametrize(
    "line",
    [
        pytest.param("--help", id="help"),
        pytest.param("-h", id="help by its letter"),
        pytest.param("-Ao wide", id="letters that share a hyphen"),
        pytest.param("-owide", id="a value right behind its letter"),
        pytest.param("-A=false", id="a switch that is off"),
        pytest.param("--all-namespaces=true", id="a switch that is on in words"),
        pytest.param("--all_namespaces", id="underscores for hyphens"),
        pytest.param("--nonsense", id="a flag that is none"),
        pytest.param("--name", id="the beginning of a flag"),
        pytest.param("-n", id="a value that is missing"),
        pytest.param("--chunk-size=-1", id="a number below zero"),
        pytest.param("--chunk-size=+1", id="a number with a sign"),
        pytest.param("-v=x", id="a number that is none"),
        pytest.param("--color=sometimes", id="another word than those there are"),
        pytest.param("-- cni", id="words behind two dashes"),
        pytest.param("-", id="a dash alone"),
    ],
)
def test_what_is_not_plain_is_left_to_click(line):
    assert DECLARED["get"].plainly_read(line.split()) is None


@pytest.mark.parametrize(
    ("name", "line"),
    [
        pytest.param("explain", "", id="a name that is missing"),
        pytest.param("explain", "a b", id="a name too many"),
        pytest.param("overhead", "a", id="a word where none is taken"),
    ],
)
def test_a_wrong_number_of_words_is_left_to_click(name, line):
    assert DECLARED[name].plainly_read(line.split()) is None


SPELLINGS = sorted(
    {spelling for one in DECLARED.values() for flag in one.flags for spelling in flag.spellings}
)
VALUES = st.one_of(
    st.sampled_from(
        ["", "a", "-", "--", "-A", "true", "false", "0", "7", "-1", "007", "auto", "memory", "é"]
    ),
    st.text(max_size=4),
)


@given(
    name=st.sampled_from(sorted(DECLARED)),
    words=st.lists(
        st.one_of(
            st.sampled_from(SPELLINGS),
            VALUES,
            st.builds("{}={}".format, st.sampled_from(SPELLINGS), VALUES),
            st.builds("{}{}".format, st.sampled_from(SPELLINGS), VALUES),
        ),
        max_size=6,
    ),
)
def test_no_command_line_is_read_otherwise_than_click_reads_it(name, words):
    read = DECLARED[name].plainly_read(words)
    assert read is None or read == by_click(name, words)
