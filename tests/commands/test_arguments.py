"""How flags may be written: as kubectl reads them."""

import click
import pytest

from kubectl_ds.cli import COMMANDS
from kubectl_ds.commands.arguments import BoolFlag, KubectlCommand
from kubectl_ds.commands.command_words import TAKES_VALUE, command_first
from kubectl_ds.commands.names import daemonset_names
from kubectl_ds.errors import UsageError
from kubectl_ds.program import program


@pytest.mark.parametrize(
    ("line", "command", "rest"),
    [
        pytest.param("", "get", "", id="no words at all mean get"),
        pytest.param("-A -o wide", "get", "-A -o wide", id="flags alone mean get"),
        pytest.param("coverage cni", "coverage", "cni", id="the command comes first"),
        pytest.param(
            "-n kube-system coverage cni", "coverage", "-n kube-system cni", id="a flag comes first"
        ),
        pytest.param(
            "--context=a get x", "get", "--context=a x", id="a flag with an equals sign comes first"
        ),
        pytest.param(
            "--token get coverage", "coverage", "--token get", id="a flag's value looks like a command"
        ),
        pytest.param("-A=false get", "get", "-A=false", id="a switch with a value takes no further word"),
        pytest.param(
            "--insecure-skip-tls-verify get x", "get", "--insecure-skip-tls-verify x", id="a switch first"
        ),
        pytest.param("-Ao wide", "get", "-Ao wide", id="the last of several letters takes the next word"),
        pytest.param("-Aowide coverage", "coverage", "-Aowide", id="letters with the value behind them"),
        pytest.param("-Ao=wide coverage", "coverage", "-Ao=wide", id="letters with an equals sign"),
        pytest.param("-nA get", "get", "-nA", id="a value that looks like a letter"),
        pytest.param("--label_columns a get", "get", "--label_columns a", id="underscores for hyphens"),
        pytest.param("nonsense", "nonsense", "", id="an unknown word is returned to be refused"),
        pytest.param("-- get", "get", "-- get", id="nothing after two dashes is a command"),
    ],
)
def test_the_command_is_found_among_the_flags(line: str, command: str, rest: str):
    assert command_first(line.split()) == (command, rest.split())


def test_every_flag_that_takes_a_value_is_known_before_any_command_is_imported():
    spellings = {
        spelling
        for name, _ in COMMANDS
        if (command := program().get_command(click.Context(program()), name))
        for option in command.params
        if isinstance(option, click.Option) and not option.is_flag
        for spelling in option.opts
    }
    assert spellings == TAKES_VALUE


@pytest.mark.parametrize(
    ("words", "switch", "label"),
    [
        pytest.param(["--switch"], True, "", id="a bare switch is true"),
        pytest.param([], False, "", id="an absent switch is false"),
        pytest.param(["--switch=false"], False, "", id="=false is false"),
        pytest.param(["-S=F"], False, "", id="the shorthand takes Go's spellings of false"),
        pytest.param(["--switch=T"], True, "", id="Go's spellings of true are true"),
        pytest.param(["--switch", "--switch=0"], False, "", id="the last word wins, false"),
        pytest.param(["--switch=0", "--switch=1"], True, "", id="the last word wins, true"),
        pytest.param(["-l=app=x"], False, "app=x", id="a shorthand's value may follow an equals sign"),
        pytest.param(["-lapp=x"], False, "app=x", id="a shorthand's value may follow at once"),
        pytest.param(["-l", "app=x"], False, "app=x", id="a shorthand's value may be the next word"),
        pytest.param(["-Sl", "app=x"], True, "app=x", id="letters may share a hyphen"),
        pytest.param(["-Slapp=x"], True, "app=x", id="letters with the value of the last behind them"),
        pytest.param(["-Sl=app=x"], True, "app=x", id="letters with an equals sign before the value"),
        pytest.param(["-l", "-S=F"], False, "-S=F", id="a flag's value is no flag"),
        pytest.param(["--label", "--switch"], False, "--switch", id="a long flag's value is no flag"),
        pytest.param(["--the_label=a_b"], False, "a_b", id="underscores stand for hyphens, in names only"),
        pytest.param(["--", "--switch=false"], False, "", id="nothing after two dashes is a flag"),
    ],
)
def test_flags_are_read_as_pflag_reads_them(words: list[str], switch: bool, label: str):
    seen: dict[str, object] = {}

    @click.command(cls=KubectlCommand)
    @click.argument("names", nargs=-1)
    @click.option("-S", "--switch", cls=BoolFlag)
    @click.option("-l", "--label", "--the-label", "label", default="")
    def command(**values: object) -> None:
        seen.update(values)

    command.main(args=words, standalone_mode=False)
    assert (seen["switch"], seen["label"]) == (switch, label)


@pytest.mark.parametrize("word", ["-t", "-St", "-tS", "-St=x"])
def test_a_letter_that_is_no_flag_is_named(word: str):
    @click.command(cls=KubectlCommand)
    @click.option("-S", "--switch", cls=BoolFlag)
    def command(switch: bool) -> None: ...

    with pytest.raises(click.NoSuchOption, match="-t"):
        command.main(args=[word], standalone_mode=False)


def test_a_switch_with_another_value_than_a_truth_is_refused():
    @click.command(cls=KubectlCommand)
    @click.option("--switch", cls=BoolFlag)
    def command(switch: bool) -> None: ...

    with pytest.raises(click.BadOptionUsage, match="invalid argument 'maybe'"):
        command.main(args=["--switch=maybe"], standalone_mode=False)


@pytest.mark.parametrize(
    "word",
    ["cni", "ds/cni", "daemonset/cni", "daemonsets/cni", "daemonset.apps/cni", "daemonsets.v1.apps/cni"],
)
def test_a_daemonset_is_named_in_all_of_kubectls_ways(word: str):
    assert daemonset_names([word, "cni"]) == ("cni",)


@pytest.mark.parametrize("word", ["deploy/cni", "pod/x", "ds/", "/"])
def test_another_type_or_no_name_is_refused(word: str):
    with pytest.raises(UsageError):
        daemonset_names([word])
