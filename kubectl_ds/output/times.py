"""Times as the API spells them."""

from datetime import UTC, datetime


def rfc3339(moment: datetime | None) -> str | None:
    """`2026-09-01T12:00:00Z`: metav1.Time's own spelling, in UTC and whole seconds; None stays None."""
    return None if moment is None else moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
