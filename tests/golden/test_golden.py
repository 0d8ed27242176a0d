"""A cluster in, the whole output out: every command on the bundled sample, at 80 columns and at 200.

`pytest tests/golden --update-golden` writes them anew; read the difference before you commit it.
"""

from pathlib import Path

import pytest

from kubectl_ds import __version__
from tests.program import kubectl_ds

FOLDER = Path(__file__).parent

LINES = {
    "get": "get -A",
    "get-wide": "get -A -o wide --show-labels",
    "get-name": "get -A -o name",
    "get-yaml": "get kernel-tuner -o yaml",
    "coverage": "coverage -A",
    "coverage-problems": "coverage -A --problems",
    "coverage-one-wide": "coverage node-exporter -o wide",
    "coverage-json": "coverage cache-warmer -o json",
    "coverage-yaml": "coverage edge-agent -o yaml",
    "explain": "explain node-exporter",
    "explain-nodes": "explain fluent-bit --node win-1 --node worker-c-5 --node edge-3",
    "explain-malformed": "explain kernel-module",
    "explain-json": "explain edge-agent --node edge-1 --node cp-1 -o json",
    "describe": "describe cilium",
    "rollout": "rollout falco",
    "rollout-wide": "rollout csi-node -o wide",
    "rollout-stuck": "rollout cilium",
    "rollout-on-delete": "rollout gpu-health-check",
    "rollout-json": "rollout cilium -o json",
    "overhead": "overhead",
    "overhead-wide": "overhead --sort-by=memory -o wide",
    "overhead-json": "overhead -n monitoring -o json",
    "audit-github": "audit --select DS001 -o github",
    "audit-html": "audit --select DS001 -o html",
    "audit-markdown": "audit --select DS001 -o markdown",
    "audit-prometheus": "audit --select DS001 -n kube-system -o prometheus",
    "audit-sarif": "audit --select DS001 -o sarif",
    "audit-junit": "audit --select DS001 -o junit",
    "matrix": "matrix",
    "matrix-wide": "matrix -n monitoring -o wide",
    "matrix-json": "matrix -n team-green -o json",
    "matrix-html": "matrix -n monitoring -o html",
    "node": "node worker-a-6 worker-c-10",
    "node-all": "node",
    "node-json": "node edge-1 -o json",
    "plan": "plan --taint dedicated=gpu:NoSchedule --nodes topology.kubernetes.io/zone=eu-central-1a",
    "plan-several": "plan --taint worker-a-1:x=y:NoExecute --add-node worker-a-2=2 --delete security/falco",
    "plan-json": "plan --label win-1:kubernetes.io/os=linux --drain worker-b-2 -o json",
    "create": "create agent --image registry.example/agent:1 --dry-run=server",
    "create-yaml": "create agent --image a/agent:1 --host-network --port 9100 --dry-run=client -o yaml",
    "history": "history falco",
    "history-wide": "history cilium -o wide",
    "history-revision": "history falco --revision 8",
    "history-diff": "history falco --diff 8..",
    "history-json": "history gpu-health-check -o json",
    "describe-tenant": "describe cache-warmer",
}


@pytest.mark.parametrize("width", [80, 200])
@pytest.mark.parametrize("name", LINES)
def test_the_whole_output_on_the_sample_cluster(name: str, width: int, request: pytest.FixtureRequest):
    outcome = kubectl_ds("demo", *LINES[name].split(), width=width)
    told = f"$ kubectl ds demo {LINES[name]}\n{outcome.out}{outcome.err}(exit code {outcome.code})\n"
    told = told.replace(f'"{__version__}"', '"VERSION"')
    golden = FOLDER / f"{name}.{width}.txt"
    if request.config.getoption("--update-golden"):
        golden.write_text(told, encoding="utf-8")
    assert told == golden.read_text(encoding="utf-8")


def test_no_golden_output_is_left_without_its_command():
    assert {path.name for path in FOLDER.glob("*.txt")} == {
        f"{name}.{width}.txt" for name in LINES for width in (80, 200)
    }


def test_colour_adds_nothing_but_colour():
    import re

    plain = kubectl_ds("demo", "coverage", "-A", width=120)
    coloured = kubectl_ds("demo", "coverage", "-A", "--color=always", width=120)
    assert coloured.out != plain.out
    assert re.sub(r"\x1b\[\d*m", "", coloured.out) == plain.out


@pytest.mark.parametrize(
    ("variables", "terminal", "coloured"),
    [
        pytest.param({"TERM": "xterm"}, True, True, id="a terminal gets colour"),
        pytest.param({"TERM": "xterm"}, False, False, id="a pipe gets none"),
        pytest.param({"TERM": "dumb"}, True, False, id="a dumb terminal gets none"),
        pytest.param({"TERM": "xterm", "NO_COLOR": "1"}, True, False, id="NO_COLOR is kept"),
        pytest.param({"TERM": "xterm", "NO_COLOR": ""}, True, False, id="an empty NO_COLOR counts too"),
    ],
)
def test_colour_only_where_kubectl_has_it(variables: dict[str, str], terminal: bool, coloured: bool):
    outcome = kubectl_ds("demo", "coverage", "cilium", variables=variables, terminal=terminal, width=80)
    assert ("\x1b[" in outcome.out) is coloured
