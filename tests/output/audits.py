"""Audits for the tests of formats: one of everything, and one whose every text wants to be more than text."""

import unicodedata
from datetime import date

from msgspec.structs import replace

from kubectl_ds.core.audit_exception import AuditException
from kubectl_ds.core.audit_report import (
    AuditedCoverage,
    AuditReport,
    ExceptedFinding,
    Finding,
    FindingIdentity,
    Patch,
    Unjudged,
)
from kubectl_ds.core.coverage_report import Cause, Summary
from kubectl_ds.core.extra import ControllerDeletesPod
from kubectl_ds.core.missing import SelectingAll
from kubectl_ds.core.snapshot import Gap
from tests.clusters import NOW

FINDING = Finding(
    rule="DS001",
    rule_name="missing-pods",
    level="error",
    namespace="kube-system",
    name="cni",
    message="2 of the 3 nodes where it belongs have no pod of it.",
    fix="Look with `kubectl ds coverage cni -n kube-system`.",
    nodes=("n2", "n10"),
    patch=Patch(type="merge", body={"spec": {"minReadySeconds": 5}}),
)

COVERED = AuditedCoverage(
    namespace="kube-system",
    name="cni",
    summary=Summary(
        nodes=5,
        eligible=3,
        ready=1,
        not_ready=0,
        pending=0,
        missing=2,
        extra=1,
        excluded=1,
        duplicate=0,
        outdated=0,
        orphaned=0,
    ),
    updated=1,
)
NOTHING_KNOWN = AuditedCoverage(
    namespace="kube-system",
    name="log-agent",
    summary=Summary(**dict.fromkeys(Summary.__struct_fields__)),
    updated=None,
)

CAUSED = replace(
    FINDING,
    causes=tuple(
        Cause(state="Missing", reasons=(reason,), outlook="stuck", nodes=(node, "elsewhere"), varies=False)
        for node, reason in (("n2", SelectingAll()), ("n10", ControllerDeletesPod()))
    ),
)
"""The first finding with a cause for each of its nodes, which concern another node too."""

AUDIT = AuditReport(
    findings=(
        FINDING,
        replace(FINDING, level="warning", name="log-agent", subject="agent", nodes=(), patch=None),
        replace(FINDING, level="info", namespace="edge", name="probe.v2", subject="a", patch=None),
        replace(FINDING, level="info", namespace="edge", name="probe.v2", subject="b", patch=None),
    ),
    rules=("DS001",),
    daemonsets=(
        ("edge", "probe.v2"),
        ("kube-system", "cni"),
        ("kube-system", "kube-proxy"),
        ("kube-system", "log-agent"),
    ),
    unjudged=(),
    incomplete=(),
    coverage=(COVERED,),
    taken_at=NOW,
)
"""A finding of each level, two of one rule on one DaemonSet, and a DaemonSet with none."""

NOTHING_FOUND = replace(AUDIT, findings=())

EXCEPTION = AuditException(
    rules=("DS001",), namespace="edge", name="*", reason="Edge sleeps at night.", expires=date(2026, 12, 31)
)
DECIDED = replace(
    AUDIT,
    findings=AUDIT.findings[:1],
    known=AUDIT.findings[1:2],
    excepted=tuple(ExceptedFinding(finding=one, exception=EXCEPTION) for one in AUDIT.findings[2:]),
    gone=(FindingIdentity(rule="DS001", namespace="kube-system", name="kube-proxy", nodes=("n1",)),),
    expired=(replace(EXCEPTION, namespace="gpu", expires=date(2026, 8, 31)),),
    has_baseline=True,
)
"""The same with a finding that counts, one that the baseline knows, two that are excepted, and one that is gone."""

INCOMPLETE = replace(
    AUDIT,
    findings=AUDIT.findings[:1],
    unjudged=(
        Unjudged(rule="DS001", daemonset=("kube-system", "kube-proxy"), lacking=("pods",)),
        Unjudged(rule="DS001", daemonset=("kube-system", "log-agent"), lacking=("pods",)),
    ),
    incomplete=(Gap(resource="pods", status=403, message="pods is forbidden: User cannot list resource"),),
    coverage=(COVERED, NOTHING_KNOWN),
)
"""Pods were forbidden where two of the DaemonSets are."""

HOSTILE_TEXTS = {
    "a control sequence": "\x1b[31mred\x07",
    "a null": "a\x00b",
    "line breaks": "one\r\ntwo\nthree\x85four\u2028five",
    "text that runs from right to left": "\u202egnp.exe",
    "half a surrogate pair": "\ud800 and \udcff",
    "what is no character": "\ufffe\uffff",
    "the end of a CDATA section": "]]><script>alert(1)</script>",
    "markup": "<img src=x onerror=\"alert('1')\"> & &amp; <!-- --",
    "an entity": '<!ENTITY x SYSTEM "file:///etc/passwd">&x;',
    "an order to fetch a file": "[[ATTACHMENT|/etc/passwd]]",
    "a placeholder": "{0} of {name}",
    "a link": "[click](https://evil.example/) ![i](https://evil.example/i.png)",
    "a bare link": "see https://evil.example/ or www.evil.example or root@evil.example",
    "a mention": "@everyone and thanks to @octocat, #1 !2 kubernetes/kubernetes#3",
    "a command of a workflow": "\n::set-env name=PATH::/evil\n::stop-commands::x",
    "escapes of a workflow": "100%0A::error::%25,: title=x::y",
    "a table": "| a | b |\n|---|---|\n| `c | d` |",
    "code": "``` ` `` ~~~",
    "headings and lists": "# h\n- x\n1. y\n> q\n    code",
    "emphasis": "**bold** _it_ ~~gone~~ $x$ \\",
    "a label of Prometheus": 'a"} 1\nevil{x="',
    "a path": "../../etc/passwd",
    "nothing": "",
    "other scripts": "日本語 é 🚀",
}


def hostile(text: str) -> AuditReport:
    """The same audit with the text wherever a cluster's words may stand."""
    finding = Finding(
        rule="DS001",
        rule_name="missing-pods",
        level="error",
        namespace=text,
        name=text,
        message=text,
        fix=text,
        nodes=(text, f"n{text}"),
        subject=text,
        patch=Patch(type="merge", body={"metadata": {"labels": {"x": text}}}),
    )
    exception = AuditException(rules=(text,), namespace=text, name=text, reason=text, node_selector=text)
    return replace(
        AUDIT,
        findings=(finding, replace(finding, level="info", subject="x")),
        known=(replace(finding, subject="y"),),
        excepted=(ExceptedFinding(finding=replace(finding, subject="z"), exception=exception),),
        gone=(FindingIdentity(rule="DS001", namespace=text, name=text, subject=text),),
        expired=(exception,),
        has_baseline=True,
        daemonsets=((text, text),),
        unjudged=(Unjudged(rule="DS001", daemonset=(text, text), lacking=("pods",)),),
        incomplete=(Gap(resource="pods", message=text),),
        coverage=(replace(COVERED, namespace=text, name=text),),
    )


def is_plain(text: str) -> bool:
    """Whether nothing in it can steer a terminal, hide, or turn the direction of the text."""
    return not {unicodedata.category(character) for character in text} & {"Cc", "Cf", "Cs", "Zl", "Zp"}
