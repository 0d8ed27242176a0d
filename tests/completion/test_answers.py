"""What `kubectl_complete-ds` answers: candidates, notes, and cobra's directive. No shell is involved here."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import click
import pytest

from kubectl_ds.cli import COMMANDS
from kubectl_ds.commands.completed_names import PATIENCE
from kubectl_ds.commands.completing import BY_METAVAR, BY_SPELLING, FILES, FOLDERS, Directive
from kubectl_ds.core.audit_rules import RULES
from kubectl_ds.kube.api_server import ApiServer
from kubectl_ds.kube.sample import sample_cluster
from kubectl_ds.program import program
from tests.program import kubectl_ds

NO_FILES = Directive.NO_FILES | Directive.KEEP_ORDER
FREE = {
    *(
        "N",
        "URL",
        "TOKEN",
        "USER",
        "GROUP",
        "UID",
        "KEY=VALUE",
        "NAME",
        "WORD",
        "DURATION",
        "SELECTOR",
        "TEMPLATE",
    ),
    *(
        "KEY,...",
        "JSONPATH",
        "A..B",
        "IMAGE",
        "NAME=VALUE",
        "KEY=VALUE,...",
        "KEY[=VALUE][:EFFECT]",
        "N|PERCENT",
    ),
    *("[NODE:]KEY[=V]:EFFECT", "[NODE:]KEY=V"),
}
"""What nobody can guess. A flag whose metavar is neither here nor in commands/completing.py has to be put in one."""


@pytest.fixture(scope="module")
def server() -> Iterator[ApiServer]:
    with ApiServer(sample_cluster(datetime.now(UTC))) as running:
        yield running


def answer(*words: str) -> tuple[list[str], int]:
    """The candidates without their notes, and the directive."""
    outcome = kubectl_ds("__complete", *words, variables={PATIENCE: "60"})
    assert (outcome.code, outcome.err) == (0, "")
    *lines, last = outcome.out.splitlines()
    assert last[0] == ":"
    return [line.partition("\t")[0] for line in lines], int(last[1:])


@pytest.mark.parametrize(
    ("line", "candidates"),
    [
        pytest.param("cov", ["coverage"], id="a command by its beginning"),
        pytest.param("-n x -A cov", ["coverage"], id="a command behind flags"),
        pytest.param("ver", ["version"], id="a command that click reads"),
        pytest.param("nonsense ", [], id="nothing behind what is no command"),
        pytest.param("list --label-c", ["--label-columns"], id="an alias is its command"),
        pytest.param("--label-c", ["--label-columns"], id="flags without a command are those of get"),
        pytest.param("coverage --exit", ["--exit-code"], id="a flag of the command"),
        pytest.param("coverage --exit-code --exit", [], id="a flag that is there is not offered again"),
        pytest.param("explain --node a --nod", ["--node"], id="unless it may be repeated"),
        pytest.param("get -A --all-n", [], id="nor by its other spelling"),
        pytest.param("coverage --user", ["--user"], id="hidden flags are not offered"),
        pytest.param("coverage -w", ["-w"], id="a letter"),
        pytest.param("coverage --help", ["--help"], id="help"),
        pytest.param("create --dry", ["--dry-run"], id="a flag of a command that click reads"),
        pytest.param("create --dry-run ", ["none", "client", "server"], id="the words of such a flag"),
        pytest.param("create --from de", ["deployment/"], id="kinds of workload"),
        pytest.param("create -o k", ["kyaml"], id="formats of create"),
        pytest.param("get -o jsonpath-f", ["jsonpath-file="], id="formats of get"),
        pytest.param("get --output=y", ["yaml"], id="a value behind an equals sign, without the flag"),
        pytest.param("get -oya", ["-oyaml"], id="a value behind its letter"),
        pytest.param("get -Aoya", ["-Aoyaml"], id="a value behind letters"),
        pytest.param("get --all-namespaces=", ["true", "false"], id="a switch behind an equals sign"),
        pytest.param("get --color n", ["never"], id="a choice"),
        pytest.param("get --color=n", ["never"], id="a choice behind an equals sign"),
        pytest.param("coverage --state Mis", ["Missing"], id="one of several values"),
        pytest.param("coverage --state Ready,N", ["Ready,NotReady"], id="the next of several values"),
        pytest.param("coverage --state Ready,R", [], id="a value that is there is not offered again"),
        pytest.param("audit --ignore DS001", ["DS001"], id="a rule"),
        pytest.param("audit --explain a", ["all"], id="a word beside the rules"),
        pytest.param("completion ", ["bash", "zsh", "fish", "powershell"], id="shells"),
        pytest.param("completion bash ", [], id="one shell is enough"),
        pytest.param("completion --", ["--install", "--help"], id="flags of a command without a connection"),
        pytest.param("get --token ", [], id="nothing where nobody can guess"),
        pytest.param("get --kubeconfig", ["--kubeconfig"], id="a whole flag"),
        pytest.param("explain -- -", [], id="nothing behind two dashes"),
        pytest.param("demo cov", ["coverage"], id="a command of the demo"),
        pytest.param("demo dem", [], id="no demo of the demo"),
        pytest.param("demo coverage nod", ["node-exporter"], id="a DaemonSet of the sample"),
        pytest.param("demo explain --node worker-a-1", ["worker-a-1"], id="a node of the sample"),
        pytest.param("demo get -n logg", ["logging"], id="a namespace of the sample"),
        pytest.param(
            "demo explain fluent-bit -n logging --pod fluent-bit-lgx4", ["fluent-bit-lgx4v"], id="a pod of it"
        ),
    ],
)
def test_candidates(line: str, candidates: list[str]):
    found, directive = answer(*line.split(" "))
    assert found == candidates
    assert directive & ~Directive.NO_SPACE == NO_FILES


@pytest.mark.parametrize(
    ("line", "candidates"),
    [
        pytest.param("coverage node-exp", ["node-exporter"], id="a DaemonSet of all that the namespace has"),
        pytest.param("coverage ds/node-exp", ["ds/node-exporter"], id="by its type"),
        pytest.param(
            "coverage daemonsets.apps/node-exp",
            ["daemonsets.apps/node-exporter"],
            id="by its type, spelled out",
        ),
        pytest.param("coverage deploy/node-exp", [], id="not by another type"),
        pytest.param("coverage node-exporter node-exp", [], id="a name that is there is not offered again"),
        pytest.param("coverage ds/node-exporter node-exp", [], id="however it was spelled"),
        pytest.param("explain node-exporter n", [], id="no second name where there is one"),
        pytest.param("coverage -A node-exp", [], id="no name with -A, which would be refused"),
        pytest.param("node worker-a-1", ["worker-a-1"], id="a node"),
        pytest.param("node worker-a-1 worker-a-1", [], id="a node that is there is not offered again"),
        pytest.param(
            "node --require monitoring/node-exp", ["monitoring/node-exporter"], id="with its namespace"
        ),
        pytest.param(
            "audit --require monitoring/node-exp", ["monitoring/node-exporter:"], id="with labels to follow"
        ),
        pytest.param("plan --drain worker-a-1", ["worker-a-1"], id="a node to drain"),
        pytest.param("plan --delete monitoring/n", ["monitoring/node-exporter"], id="a DaemonSet to delete"),
    ],
)
def test_names_of_a_cluster(server: ApiServer, line: str, candidates: list[str]):
    command, *words = line.split(" ")
    found, directive = answer(command, "--server", server.url, "-n", "monitoring", *words)
    assert (found, directive & ~Directive.NO_SPACE) == (candidates, NO_FILES)
    assert bool(directive & Directive.NO_SPACE) == any(word.endswith(":") for word in found)


@pytest.mark.parametrize(
    ("namespace", "names"),
    [
        pytest.param("logging", {"fluent-bit"}, id="a namespace"),
        pytest.param("default", set(), id="one without any"),
    ],
)
def test_names_are_those_of_the_namespace_on_the_line(server: ApiServer, namespace: str, names: set[str]):
    for flags in (["-n", namespace], [f"--namespace={namespace}"], [f"-n{namespace}"]):
        assert set(answer("get", "--server", server.url, *flags, "")[0]) == names


@pytest.mark.parametrize(
    ("flags", "names"),
    [
        pytest.param([], {"fluent-bit", "node-exporter"}, id="without a namespace, all that it holds"),
        pytest.param(["-n", "logging"], {"fluent-bit"}, id="with one, that one"),
    ],
)
def test_names_of_a_dump(tmp_path: Path, flags: list[str], names: set[str]):
    objects = sample_cluster(datetime.now(UTC))
    kept = [
        one
        for one in objects
        if one["kind"] == "DaemonSet" and one["metadata"]["name"] in ("fluent-bit", "node-exporter")
    ]
    dump = tmp_path / "dump.json"
    dump.write_text(json.dumps({"apiVersion": "v1", "kind": "List", "items": kept}))
    assert set(answer("coverage", "--from", str(dump), *flags, "")[0]) == names
    assert answer("coverage", "--from", "-", *flags, "")[0] == []


def test_names_of_several_clusters_are_those_of_the_first(server: ApiServer, tmp_path: Path):
    clusters = [
        {"name": "there", "cluster": {"server": server.url}},
        {"name": "gone", "cluster": {"server": "http://127.0.0.1:1"}},
    ]
    contexts = [
        {"name": one["name"], "context": {"cluster": one["name"], "namespace": "logging"}} for one in clusters
    ]
    config = tmp_path / "config"
    config.write_text(json.dumps({"current-context": "gone", "clusters": clusters, "contexts": contexts}))
    assert answer("coverage", "--kubeconfig", str(config), "--contexts", "there,g")[0] == ["there,gone"]
    assert answer("coverage", "--kubeconfig", str(config), "--contexts", "there,gone", "")[0] == [
        "fluent-bit"
    ]
    assert answer("coverage", "--kubeconfig", str(config), "--context", "there", "")[0] == ["fluent-bit"]


@pytest.mark.parametrize(
    ("line", "directive"),
    [
        pytest.param("plan -f ", Directive.FILES, id="a file"),
        pytest.param("plan ", Directive.FILES, id="a file behind the command"),
        pytest.param("diff ", Directive.FILES, id="a snapshot or a dump"),
        pytest.param("get --kubeconfig=", Directive.FILES, id="a file behind an equals sign"),
        pytest.param("get --cache-dir ", Directive.FOLDERS, id="a folder"),
        pytest.param("get -o custom-columns=", Directive.NO_FILES | Directive.NO_SPACE, id="a value goes on"),
        pytest.param("get -o json", Directive.NO_FILES, id="several values"),
    ],
)
def test_what_else_the_shell_should_do(line: str, directive: Directive):
    assert answer(*line.split(" "))[1] == directive | Directive.KEEP_ORDER


def test_every_command_is_offered_with_what_it_is_for():
    outcome = kubectl_ds("__complete", "")
    assert outcome.out == "".join(f"{name}\t{words}\n" for name, words in COMMANDS) + f":{NO_FILES:d}\n"


def test_a_rule_is_offered_with_its_name():
    outcome = kubectl_ds("__complete", "audit", "--select", "")
    assert outcome.out == "".join(f"{rule.id}\t{rule.name}\n" for rule in RULES) + f":{NO_FILES:d}\n"


WITH_FORMATS = [
    name for name, _ in COMMANDS if name not in ("completion", "demo", "describe", "snapshot", "version")
]


@pytest.mark.parametrize("name", WITH_FORMATS)
def test_every_offered_format_is_one_that_the_command_takes(name: str):
    for offered in answer(name, "-o", "")[0]:
        asked = offered + ("x" if offered.endswith("=") else "")
        outcome = kubectl_ds(name, *(["x"] if name in ("explain", "history", "rollout") else []), "-o", asked)
        assert "unable to match a printer" not in outcome.err, offered


@pytest.mark.parametrize("name", WITH_FORMATS)
def test_every_format_that_the_help_names_is_offered(name: str):
    command = program().get_command(click.Context(program()), name)
    assert command is not None
    [words] = [one.help for one in command.params if isinstance(one, click.Option) and one.name == "output"]
    named = set(re.findall(r"[a-z-]{4,}", words or "")) - {"their", "-file", "forms"}
    assert named
    assert named <= {offered.rstrip("=") for offered in answer(name, "-o", "")[0]}


def test_every_flag_with_a_value_is_completed_or_known_to_be_free():
    for name, _ in COMMANDS:
        command = program().get_command(click.Context(program()), name)
        assert command is not None
        for option in command.params:
            if isinstance(option, click.Option) and not option.is_flag:
                is_offered = (
                    bool(option.shell_complete(click.Context(command), "")) or option.metavar == "TYPE/NAME"
                )
                known = {*BY_METAVAR, *FILES, *FOLDERS, *FREE}
                is_known = option.metavar in known or BY_SPELLING.keys() & set(option.opts)
                assert is_offered or is_known, f"{name} {option.opts} {option.metavar}"
