"""Which moment a Date header names: the form of today and those that servers may still write."""

from datetime import UTC, datetime
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubectl_ds.kube.http_date import http_date, moment_of

SUNDAY = datetime(1994, 11, 6, 8, 49, 37, tzinfo=UTC)


@pytest.mark.parametrize(
    ("date", "moment"),
    [
        pytest.param("Sun, 06 Nov 1994 08:49:37 GMT", SUNDAY, id="the form of today"),
        pytest.param("Sunday, 06-Nov-94 08:49:37 GMT", SUNDAY, id="the form of RFC 850"),
        pytest.param("Sun, 6 Nov 1994 08:49:37 GMT", SUNDAY, id="a day of one digit"),
        pytest.param("Sun, 06 Nov 1994 10:49:37 +0200", SUNDAY, id="another zone"),
        pytest.param("Sun, 06 Nov 1994 08:49:37", SUNDAY, id="no zone at all"),
        pytest.param("", None, id="nothing"),
        pytest.param("Sun, 06 Nov 1994 25:49:37 GMT", None, id="an hour that is none"),
        pytest.param("Sun, 31 Feb 1994 08:49:37 GMT", None, id="a day that is none"),
        pytest.param("Sun, 06 Nov 1994 08:49:3x GMT", None, id="a digit that is none"),
        pytest.param("yesterday", None, id="no date"),
    ],
)
def test_the_moment_that_a_date_header_names(date, moment):
    assert moment_of(date) == moment


@given(st.datetimes(min_value=datetime(1970, 1, 1), max_value=datetime(9999, 1, 1), timezones=st.just(UTC)))
def test_every_moment_that_a_server_writes_is_read(moment):
    moment = moment.replace(microsecond=0)
    assert moment_of(format_datetime(moment, usegmt=True)) == moment


@given(st.datetimes(timezones=st.just(UTC)))
def test_a_date_header_is_spelled_as_the_library_does(moment: datetime):
    assert http_date(moment) == format_datetime(moment, usegmt=True)
