"""`kubectl ds get` for people: kubectl's own table, column by column, with one more at the end."""

import pytest

from tests.plugin.conftest import Exhibits
from tests.plugin.shell import Said, Shell

LOOKS = 40
"""Ages tick while two programs look one after the other: so often are both asked until they saw the same second."""


def same_table(shell: Shell, *words: str) -> tuple[Said, list[str]]:
    """kubectl's table, and our lines without their last column; both of one second."""
    theirs, ours = Said(0, "", ""), Said(0, "", "")
    for _ in range(LOOKS):
        theirs, ours = shell.both("get", *words)
        if without_verdict(ours.out, theirs.out) == theirs.out.splitlines():
            break
    assert without_verdict(ours.out, theirs.out) == theirs.out.splitlines()
    return ours, theirs.out.splitlines()


def without_verdict(ours: str, theirs: str) -> list[str]:
    """Each line cut where kubectl's ends, if what follows is a column of its own."""
    lines = []
    for line, other in zip(ours.splitlines(), theirs.splitlines(), strict=False):
        rest = line[len(other) :]
        lines.append(line[: len(other)] if rest.strip() and rest.startswith(" ") else line)
    return [*lines, *ours.splitlines()[len(lines) :]]


TABLES = [
    pytest.param((), id="the plain table"),
    pytest.param(("-o", "wide"), id="wide"),
    pytest.param(("--no-headers",), id="without headers"),
    pytest.param(("--show-labels",), id="with labels"),
    pytest.param(("--show-labels", "-o", "wide"), id="wide with labels"),
    pytest.param(("-L", "tier,empty", "-L", "example.com/x"), id="with label columns"),
    pytest.param(("--label-columns=Upper",), id="with one label column"),
    pytest.param(("--show-kind",), id="with kinds"),
    pytest.param(("bare", "quiet-annotations", "bare"), id="by name, one of them twice"),
    pytest.param(("-l", "tier=node", "-o", "wide", "--no-headers"), id="by label"),
    pytest.param(("--field-selector", "metadata.name!=bare"), id="by field"),
    pytest.param(("--sort-by", "{.spec.template.spec.containers[0].name}"), id="sorted by a text"),
    pytest.param(("--sort-by=.status.desiredNumberScheduled",), id="sorted by a number"),
    pytest.param(("--chunk-size=3",), id="in pages"),
    pytest.param(("-o", ""), id="an empty format is the table"),
]


@pytest.mark.parametrize("words", TABLES)
def test_the_table_is_kubectls_with_a_verdict(shell: Shell, exhibits: Exhibits, words: tuple[str, ...]):
    ours, theirs = same_table(shell, *words, "-n", exhibits.namespace)
    assert (ours.code, ours.err) == (0, "")
    verdicts = [
        line[len(other) :].split()[0] for line, other in zip(ours.out.splitlines(), theirs, strict=True)
    ]
    headers = 0 if "--no-headers" in words else 1
    assert verdicts[:headers] == ["VERDICT"] * headers
    assert set(verdicts[headers:]) <= {"Healthy", "Idle:", "Progressing:"}


def test_all_namespaces_have_a_column(shell: Shell, exhibits: Exhibits):
    field = f"metadata.namespace={exhibits.namespace}"
    ours, theirs = same_table(
        shell, "-A", "--field-selector", field, "-o", "wide", "--show-labels", "-L", "tier"
    )
    assert theirs[0].startswith("NAMESPACE ")
    assert len(theirs) == len(exhibits.printable) + 1
    assert ours.code == 0


@pytest.mark.parametrize(
    "words",
    [
        pytest.param(("-n", "no-such-namespace"), id="a namespace"),
        pytest.param(("-A", "-l", "no=such"), id="all namespaces"),
        pytest.param(("-n", "no-such-namespace", "--ignore-not-found"), id="nothing is fine"),
        pytest.param(("-n", "no-such-namespace", "--no-headers"), id="without headers"),
        pytest.param(("-n", "no-such-namespace", "gone", "--ignore-not-found"), id="a name"),
    ],
)
def test_an_empty_answer_says_what_kubectl_says(shell: Shell, words: tuple[str, ...]):
    assert shell.ds("get", *words) == shell.kubectl("get", "ds", *words)


def test_a_field_that_nobody_has_is_an_error_where_kubectl_prints_nothing(shell: Shell, exhibits: Exhibits):
    """kubectl's table says "No resources found", which is not so; its JSON says what is wrong."""
    words = ("-n", exhibits.namespace, "--sort-by=.no.such")
    assert (
        shell.kubectl("get", "ds", *words).err == f"No resources found in {exhibits.namespace} namespace.\n"
    )
    theirs = shell.kubectl("get", "ds", *words, "-o", "json")
    for form in ((), ("-o", "json")):
        ours = shell.ds("get", *words, *form)
        assert (ours.code, ours.out, ours.err) == (2, "", theirs.err)
