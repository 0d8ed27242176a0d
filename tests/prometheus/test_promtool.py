"""Metrics and alerts as Prometheus itself reads them: its linter, its parser of rules, its engine."""

from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml
from msgspec.structs import replace

from kubectl_ds.core.audit_report import AuditReport
from kubectl_ds.output.audit_formats import audit_in_format
from tests.output.audits import AUDIT, HOSTILE_TEXTS, INCOMPLETE, hostile
from tests.prometheus.promtool import promtool

RULES = (Path(__file__).parents[2] / "deploy" / "prometheus-rules.yaml").read_text(encoding="utf-8")
ALERTS = {rule["alert"]: rule["expr"] for group in yaml.safe_load(RULES)["groups"] for rule in group["rules"]}
LABELS = 'namespace="kube-system", daemonset="cni"'
ALL_TEXTS_AT_ONCE = replace(
    AUDIT, findings=tuple(one for text in HOSTILE_TEXTS.values() for one in hostile(text).findings)
)

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    "report",
    [
        pytest.param(AUDIT, id="findings"),
        pytest.param(INCOMPLETE, id="gaps"),
        pytest.param(ALL_TEXTS_AT_ONCE, id="hostile texts"),
    ],
)
def test_metrics_follow_prometheus_naming_rules(report: AuditReport, tmp_path: Path):
    assert promtool("TestMetrics", tmp_path, METRICS=audit_in_format(report, "prometheus", "error")) == ""


def test_the_linter_is_one_that_can_refuse(tmp_path: Path):
    assert "no help text" in promtool("TestMetrics", tmp_path, METRICS="# TYPE cpu_ms gauge\ncpu_ms 1\n")


def test_the_alerts_are_rules(tmp_path: Path):
    assert promtool("TestRules", tmp_path, RULES=RULES) == ""
    assert promtool("TestRules", tmp_path, RULES=RULES.replace("> 0", "> > 0"))


def loaded(samples: Mapping[str, str]) -> str:
    """A little over an hour of audits, one every five minutes."""
    lines = [f"  {name} {values}" for name, values in samples.items()]
    return "\n".join(["load 5m", *lines])


def daemonset(*, ready: str, missing: str = "0x13", extra: str = "0x13", updated: str = "3x13") -> str:
    return loaded(
        {
            f"kubectl_ds_daemonset_eligible_nodes{{{LABELS}}}": "3x13",
            f"kubectl_ds_daemonset_updated_nodes{{{LABELS}}}": updated,
            f'kubectl_ds_daemonset_nodes{{{LABELS}, state="Ready"}}': ready,
            f'kubectl_ds_daemonset_nodes{{{LABELS}, state="Missing"}}': missing,
            f'kubectl_ds_daemonset_nodes{{{LABELS}, state="Extra"}}': extra,
        }
    )


WELL = daemonset(ready="3x13")
LACKING = daemonset(ready="2x13", missing="1x13", updated="2x13")
TOO_MANY = daemonset(ready="3x13", extra="2x13")
PROGRESSING = daemonset(ready="2x13", updated="0 0 0 0 0 0 0 0 0 0 1 1 2 2")
NO_VERDICT = loaded({"kubectl_ds_audit_complete": "0x13", "kubectl_ds_audit_timestamp_seconds": "0x13"})
IN_TIME = loaded({"kubectl_ds_audit_complete": "1x13", "kubectl_ds_audit_timestamp_seconds": "0+300x13"})
FINDINGS = 'kubectl_ds_audit_findings{level="%s", rule="DS001"}'
FOUND = loaded({FINDINGS % "error": "2x13", FINDINGS % "warning": "1x13"})
UPDATED, NODES = "kubectl_ds_daemonset_updated_nodes", "kubectl_ds_daemonset_nodes"


@pytest.mark.parametrize(
    ("alert", "series", "told"),
    [
        pytest.param("KubeDaemonSetRolloutStuck", WELL, "", id="a rollout that is through"),
        pytest.param("KubeDaemonSetRolloutStuck", LACKING, f"{UPDATED}{{{LABELS}}} 2", id="a node stays old"),
        pytest.param("KubeDaemonSetRolloutStuck", TOO_MANY, f"{{{LABELS}}} 2", id="pods that do not go"),
        pytest.param("KubeDaemonSetRolloutStuck", PROGRESSING, "", id="a rollout on its way"),
        pytest.param("KubeDaemonSetNotScheduled", WELL, "", id="every node has its pod"),
        pytest.param(
            "KubeDaemonSetNotScheduled",
            LACKING,
            f'{NODES}{{{LABELS}, state="Missing"}} 1',
            id="a node lacks its pod",
        ),
        pytest.param("KubeDaemonSetMisScheduled", WELL, "", id="no pod where it does not belong"),
        pytest.param(
            "KubeDaemonSetMisScheduled",
            TOO_MANY,
            f'{NODES}{{{LABELS}, state="Extra"}} 2',
            id="two pods too many",
        ),
        pytest.param("KubectlDsAuditFinding", WELL, "", id="nothing found"),
        pytest.param("KubectlDsAuditFinding", FOUND, f"{FINDINGS % 'error'} 2", id="errors and a warning"),
        pytest.param("KubectlDsAuditIncomplete", IN_TIME, "", id="everything was read"),
        pytest.param(
            "KubectlDsAuditIncomplete", NO_VERDICT, "kubectl_ds_audit_complete 0", id="not everything"
        ),
        pytest.param("KubectlDsAuditOld", IN_TIME, "", id="audits that go on"),
        pytest.param("KubectlDsAuditOld", NO_VERDICT, "{} 3900", id="audits that have ended"),
        pytest.param("KubectlDsAuditOld", WELL, "{} 1", id="an audit that had nothing to write"),
    ],
)
def test_an_alert_is_there_when_it_should_be(alert: str, series: str, told: str, tmp_path: Path):
    expression = " ".join(ALERTS[alert].split())
    script = f"{series}\n\neval instant at 65m {expression}\n  {told}\n"
    assert promtool("TestExpressions", tmp_path, SCRIPT=script) == ""


def test_every_alert_is_played():
    played = {case.values[0] for case in test_an_alert_is_there_when_it_should_be.pytestmark[0].args[1]}
    assert played == set(ALERTS)
