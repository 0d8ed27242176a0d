"""Events by the object that they are about, so that a report looks each one up once."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from kubectl_ds.core.model import Event, ObjectMeta


class EventIndex:
    """The events of a snapshot; those about an object that was deleted and made anew are kept apart by uid."""

    def __init__(self, events: Iterable[Event]) -> None:
        self._by_uid: dict[str, list[Event]] = {}
        self._by_name: dict[tuple[str, str, str], list[Event]] = {}
        for event in events:
            about = event.involved_object
            if about.uid:
                self._by_uid.setdefault(about.uid, []).append(event)
            else:
                self._by_name.setdefault((about.kind, about.namespace, about.name), []).append(event)

    def about(self, kind: str, metadata: ObjectMeta) -> Sequence[Event]:
        """Events of one object, in the order they were read. Events without a uid count by name."""
        by_name = self._by_name.get((kind, metadata.namespace, metadata.name), [])
        return [*self._by_uid.get(metadata.uid, ()), *by_name] if metadata.uid else by_name


def last_seen(event: Event) -> datetime | None:
    """When the event last happened, wherever its kind of event writes that."""
    series = event.series.last_observed_time if event.series else None
    return series or event.last_timestamp or event.event_time or event.metadata.creation_timestamp


def newest(events: Iterable[Event]) -> Event | None:
    """The one seen last; None for no events. Events that carry no time at all come before all others."""
    latest: Event | None = None
    moment: datetime | None = None
    for event in events:
        seen = last_seen(event)
        if latest is None or (seen is not None and (moment is None or seen > moment)):
            latest, moment = event, seen
    return latest
