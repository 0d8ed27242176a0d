"""Why the controller cannot create pods: the FailedCreate events of a DaemonSet, classified by their words.

The controller creates in growing batches and gives a pass up after the first batch with an error, so one
event stands for every node that still waits (`daemon_controller.go` syncNodes).
"""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import ClassVar, Literal

from kubectl_ds.core.event_index import last_seen, newest
from kubectl_ds.core.model import Event
from kubectl_ds.core.reason import Fact, Outlook, Source

CreationFailure = Literal[
    "quota",
    "quota-needs-values",
    "quota-scope",
    "pod-security",
    "security-context-constraint",
    "admission-policy",
    "webhook-denied",
    "webhook-unreachable",
    "limit-range",
    "service-account",
    "priority-class",
    "runtime-class",
    "invalid-template",
    "namespace",
    "timeout",
    "forbidden",
    "other",
]

_BY_WORDS: tuple[tuple[CreationFailure, str], ...] = (
    # A webhook's own words may hold any of the others, so it is asked for first.
    ("webhook-denied", r'admission webhook "(?P<subject>[^"]*)" denied'),
    ("webhook-unreachable", r'failed calling (?:admission )?webhook "(?P<subject>[^"]*)"'),
    ("admission-policy", r"ValidatingAdmissionPolicy '(?P<subject>[^']*)'"),
    ("quota-scope", r"insufficient quota to match these scopes"),
    ("quota-needs-values", r"failed quota: (?P<subject>[^:\s]+): must specify"),
    ("quota", r"exceeded quota: (?P<subject>[^,\s]+)"),
    ("pod-security", r'violates PodSecurity "(?P<subject>[^"]*)"'),
    (
        "security-context-constraint",
        r"unable to validate against any (?:pod security policy|security context)",
    ),
    ("service-account", r"error looking up service account (?P<subject>[^\s:]+)"),
    ("service-account", r'serviceaccount "(?P<subject>[^"]*)" not found'),
    ("priority-class", r"no PriorityClass with name (?P<subject>\S+)"),
    ("runtime-class", r'RuntimeClass "(?P<subject>[^"]*)" not found'),
    ("limit-range", r"(?:minimum|maximum) \S+ (?:usage|limit to request ratio) per (?P<subject>\w+)"),
    ("namespace", r"because it is being terminated"),
    ("namespace", r'namespaces "(?P<subject>[^"]*)" not found'),
    ("invalid-template", r"\bis invalid: (?P<subject>[^:\s]*)"),
    ("timeout", r"context deadline exceeded|timed out|timeout|etcdserver|connection refused"),
    ("forbidden", r"is forbidden"),
)
"""Compiled on first use: most clusters never need one."""

_CODES: Mapping[CreationFailure, str] = {
    "quota": "QuotaExceeded",
    "quota-needs-values": "QuotaExceeded",
    "quota-scope": "QuotaExceeded",
    "pod-security": "AdmissionDenied",
    "security-context-constraint": "AdmissionDenied",
    "admission-policy": "AdmissionDenied",
    "webhook-denied": "AdmissionDenied",
    "limit-range": "AdmissionDenied",
}
"""What policy refused has its own code; all else is FailedCreate."""

_TRANSIENT = frozenset({"timeout", "webhook-unreachable"})
_REPEATED = 5


class CreationFailed(Fact, frozen=True):
    """The API server refused the controller's last attempt to create a pod."""

    source: ClassVar[Source] = "event"

    failure: CreationFailure
    subject: str
    """Who or what refused: the quota, the webhook, the level, the missing object; may be empty."""
    message: str
    """The event's words without what the controller and its recorder put in front."""
    count: int
    last_seen: datetime | None

    @property
    def code(self) -> str:
        return _CODES.get(self.failure, "FailedCreate")

    @property
    def outlook(self) -> Outlook:
        return "unknown" if self.failure in _TRANSIENT and self.count < _REPEATED else "stuck"


def creation_failure(events: Sequence[Event]) -> CreationFailed | None:
    """The newest FailedCreate among a DaemonSet's events, unless a pod was created after it."""
    failed = newest(event for event in events if event.reason == "FailedCreate")
    if failed is None:
        return None
    created = newest(event for event in events if event.reason == "SuccessfulCreate")
    if created is not None and _is_later(created, failed):
        return None
    return _classified(failed)


def classify(message: str) -> tuple[CreationFailure, str]:
    """Which refusal an event's words tell of, and who or what refused (empty when it is not named)."""
    for failure, pattern in _BY_WORDS:
        if found := re.search(pattern, message, re.IGNORECASE):
            return failure, (found.groupdict().get("subject") or "").rstrip(".,;")
    return "other", ""


def _classified(event: Event) -> CreationFailed:
    # client-go's recorder notes so before the tenth event of a kind (tools/record/events_cache.go).
    message = event.message.removeprefix("(combined from similar events): ").removeprefix("Error creating: ")
    failure, subject = classify(message)
    return CreationFailed(
        failure=failure,
        subject=subject,
        message=message,
        count=max(event.count, event.series.count if event.series else 0, 1),
        last_seen=last_seen(event),
    )


def _is_later(first: Event, second: Event) -> bool:
    one, other = last_seen(first), last_seen(second)
    return one is not None and other is not None and one > other
