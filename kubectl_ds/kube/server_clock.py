"""The API server's clock, as far as its answers tell it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from kubectl_ds.kube.http_date import moment_of


def _this_machine() -> datetime:
    return datetime.now(UTC)


class ServerClock:
    """Goes on from the newest Date header by this machine's clock, which may itself be wrong by any amount."""

    def __init__(self, local: Callable[[], datetime] = _this_machine) -> None:
        self._local = local
        self._ahead: timedelta | None = None

    def saw(self, date: str) -> None:
        """A Date header that has just come; anything that is no date tells nothing."""
        moment = moment_of(date)
        if moment is not None:
            self._ahead = moment - self._local()

    def now(self) -> datetime:
        """The server's present moment; this machine's before any answer."""
        return self._local() + (self._ahead or timedelta())
