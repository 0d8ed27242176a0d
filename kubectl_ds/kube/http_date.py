"""The moment that a Date header names.

Mirrors Go's `http.ParseTime`. Read here as servers write it, since `email.utils` takes longer to import than a
list of DaemonSets to arrive; it reads the obsolete forms.
"""

from datetime import UTC, datetime

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_SHAPE = "Sun, 06 Nov 1994 08:49:37 GMT"


def moment_of(date: str) -> datetime | None:
    """An aware datetime, or None for what is no date."""
    if not date:
        return None
    try:
        return _fixed_form(date)
    except ValueError:
        return _other_form(date)


def http_date(moment: datetime) -> str:
    """The Date header of a moment."""
    utc = moment.astimezone(UTC)
    return f"{_DAYS[utc.weekday()]}, {utc:%d} {_MONTHS[utc.month - 1]} {utc.year:04} {utc:%H:%M:%S} GMT"


def _fixed_form(date: str) -> datetime:
    """IMF-fixdate of RFC 9110. Raises ValueError for anything else."""
    if len(date) != len(_SHAPE) or not date.endswith(" GMT"):
        raise ValueError(date)
    day, month, year, clock = date[5:7], _MONTHS.index(date[8:11]) + 1, date[12:16], date[17:25]
    return datetime.fromisoformat(f"{year}-{month:02}-{day}T{clock}+00:00")


def _other_form(date: str) -> datetime | None:
    from email.utils import parsedate_to_datetime

    try:
        moment = parsedate_to_datetime(date)
    except (TypeError, ValueError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
