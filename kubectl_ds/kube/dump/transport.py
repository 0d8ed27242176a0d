"""A dump as the server that it was made from: the same questions, the same answers, no socket."""

import re
from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from typing import Final
from urllib.parse import unquote

from kubectl_ds.errors import NotHeld, UsageError
from kubectl_ds.kube.api_server.answers import Answer, RecordedRequest, json_answer, status_answer
from kubectl_ds.kube.api_server.reading import Reading
from kubectl_ds.kube.api_server.resources import route
from kubectl_ds.kube.dump.holdings import Holdings
from kubectl_ds.kube.http_date import http_date
from kubectl_ds.kube.transport import JSON, Beginning, Query, Response

_VERSION: Final = re.compile(r"v(?P<major>\d+)\.(?P<minor>\d+)")


class DumpTransport:
    """Answers from what a dump holds. Raises `NotHeld` for the rest, `UsageError` for what changes or follows."""

    def __init__(self, holdings: Holdings) -> None:
        self._holdings = holdings
        self._date = http_date(holdings.taken_at) if holdings.taken_at else ""
        self._reading = Reading(holdings, lambda: holdings.taken_at or datetime.now(UTC))

    @property
    def server(self) -> str:
        return self._holdings.where

    def request(
        self,
        method: str,
        path: str,
        query: Query = (),
        *,
        accept: str = JSON,
        body: bytes | None = None,
        content_type: str = JSON,
        beginning: Beginning | None = None,
    ) -> Response:
        if method != "GET":
            raise UsageError(f"{self.server} is only read", hint="a change needs a cluster: leave --from out")
        answer, lacks = self._answer(path, query, accept)
        headers = {"content-type": answer.content_type} | ({"date": self._date} if self._date else {})
        assert isinstance(answer.body, bytes)
        return Response(status=answer.status, headers=headers, body=answer.body, lacks=lacks)

    def stream(
        self, path: str, query: Query = (), *, accept: str = JSON, silence: float | None = None
    ) -> AbstractContextManager[tuple[int, Iterator[bytes]]]:
        raise UsageError(f"{self.server} does not change", hint="to follow changes needs a cluster")

    def close(self) -> None:
        """Nothing is open."""

    def _answer(self, path: str, query: Query, accept: str) -> tuple[Answer, str]:
        if path == "/version":
            version = _VERSION.match(self._holdings.git_version)
            if version is None:
                raise NotHeld(f"{self.server} does not say which version its server had")
            return json_answer({**version.groupdict(), "gitVersion": self._holdings.git_version}), ""
        found = route("/".join(unquote(part) for part in path.split("/")))
        if found is None:
            return status_answer(404, "the server could not find the requested resource"), ""
        resource, namespace, name = found
        lacks = self._holdings.lacks(resource, namespace)
        request = RecordedRequest(
            method="GET",
            path=path,
            query=tuple(query),
            headers=(("accept", accept),),
        )
        return self._reading.answer(request, resource, namespace, name), lacks
