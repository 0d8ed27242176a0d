"""What is read as an answer, however it is cut into packets, and what is refused to be one."""

import socket
import threading
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubectl_ds.kube.http1 import Connection
from kubectl_ds.kube.wire import CutShort, Limits, NoAnswer, NotHttp, WireError

LIMITS = Limits(silence=10.0)


def read(packets, method="GET"):
    """Status, headers and body of the answer that comes in these packets, and what lies behind it."""
    ours, theirs = socket.socketpair()

    def send():
        with theirs, suppress(OSError):  # we may hang up before all has been said
            for packet in packets:
                theirs.sendall(packet)
            theirs.shutdown(socket.SHUT_WR)
            while theirs.recv(4096):
                pass

    sender = threading.Thread(target=send)
    sender.start()
    connection = Connection(ours)
    try:
        answer = connection.ask(method, "/api", [("Host", "x")], None, LIMITS)
        body = b"".join(answer.parts())
        return answer.status, dict(answer.headers), body, connection.take_unread()
    finally:
        connection.close()
        sender.join()


def head(*lines, status="200 OK"):
    return "\r\n".join([f"HTTP/1.1 {status}", *lines, "", ""]).encode("latin-1")


CHUNKED = head("Transfer-Encoding: chunked")
WHOLE = [
    pytest.param(head("Content-Length: 5") + b"hello", b"hello", id="a length"),
    pytest.param(head("Content-Length: 0"), b"", id="a length of zero"),
    pytest.param(head("Content-Length: 2", "content-length: 2") + b"{}", b"{}", id="the same length twice"),
    pytest.param(head() + b"to the end", b"to the end", id="neither length nor chunks: until it is closed"),
    pytest.param(CHUNKED + b"5\r\nhello\r\n0\r\n\r\n", b"hello", id="one chunk"),
    pytest.param(CHUNKED + b"3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n", b"hello", id="two chunks"),
    pytest.param(CHUNKED + b"0\r\n\r\n", b"", id="no chunk but the last"),
    pytest.param(CHUNKED + b"A;name=value\r\n0123456789\r\n0\r\n\r\n", b"0123456789", id="a chunk extension"),
    pytest.param(CHUNKED + b"2\r\n\r\n\r\n0\r\n\r\n", b"\r\n", id="a chunk that is a line end"),
    pytest.param(CHUNKED + b"5\r\nhello\r\n0\r\nExpires: x\r\n\r\n", b"hello", id="a trailer"),
    pytest.param(CHUNKED + b"5\nhello\n0\n\n", b"hello", id="line feeds alone"),
    pytest.param(
        CHUNKED + b"".join(b"%x\r\n%s\r\n" % (n, b"a" * n) for n in range(1, 300)) + b"0\r\n\r\n",
        b"a" * (299 * 150),
        id="many chunks of all sizes",
    ),
    pytest.param(
        CHUNKED + b"%x\r\n%s\r\n0\r\n\r\n" % (300_000, b"b" * 300_000),
        b"b" * 300_000,
        id="a chunk of many packets",
    ),
    pytest.param(
        head("Link: x", status="103 Early Hints") + head("Content-Length: 2") + b"{}", b"{}", id="early hints"
    ),
    pytest.param(b"HTTP/1.1 200\r\nContent-Length: 2\r\n\r\n{}", b"{}", id="a status without a phrase"),
    pytest.param(b"HTTP/1.1 200 OK\nContent-Length: 2\n\n{}", b"{}", id="a head of line feeds alone"),
]


@pytest.mark.parametrize(("wire", "body"), WHOLE)
@pytest.mark.parametrize("size", [1, 7, 1 << 20])
def test_a_whole_answer_is_read_in_packets_of_any_size(wire, body, size):
    if size == 1 and len(wire) > 10_000:
        size = 1000
    packets = [wire[at : at + size] for at in range(0, len(wire), size)]
    status, _, read_body, behind = read(packets)
    assert (status, read_body, behind) == (200, body, b"")


@given(
    chunks=st.lists(st.binary(min_size=1, max_size=200), max_size=20),
    cuts=st.lists(st.integers(min_value=1, max_value=400), max_size=20),
)
def test_chunks_come_out_as_they_went_in(chunks, cuts):
    wire = CHUNKED + b"".join(b"%x\r\n%s\r\n" % (len(one), one) for one in chunks) + b"0\r\n\r\n"
    packets, at = [], 0
    for cut in [*cuts, len(wire)]:
        packets.append(wire[at : at + cut])
        at += cut
    assert read(packets)[2] == b"".join(chunks)


@pytest.mark.parametrize("status", ["204 No Content", "304 Not Modified"])
def test_an_answer_without_a_body_is_over_at_its_head(status):
    assert read([head("Content-Length: 5", status=status)])[2] == b""


def test_headers_are_lower_case_and_several_of_one_name_are_one():
    wire = head("Content-Length: 0", "X-A:  one ", "Warning: 299 - a", "warning: 299 - b", "Folded: x", "  y")
    assert read([wire])[1] == {
        "content-length": "0",
        "x-a": "one",
        "warning": "299 - a, 299 - b",
        "folded": "x y",
    }


@pytest.mark.parametrize(
    ("wire", "error"),
    [
        pytest.param(b"", NoAnswer, id="nothing"),
        pytest.param(b"HTTP/1.1 200 OK\r\nA: b\r\n", CutShort, id="half a head"),
        pytest.param(head("Content-Length: 5") + b"hell", CutShort, id="a byte less than the length"),
        pytest.param(CHUNKED, CutShort, id="no chunk at all"),
        pytest.param(CHUNKED + b"5", CutShort, id="half a size"),
        pytest.param(CHUNKED + b"5\r\nhel", CutShort, id="half a chunk"),
        pytest.param(CHUNKED + b"5\r\nhello", CutShort, id="a chunk without its line end"),
        pytest.param(CHUNKED + b"5\r\nhello\r\n", CutShort, id="no last chunk"),
        pytest.param(CHUNKED + b"5\r\nhello\r\n0\r\n", CutShort, id="no end of the trailer"),
        pytest.param(CHUNKED + b"5\r\nhellooo\r\n0\r\n\r\n", NotHttp, id="a chunk longer than its size"),
        pytest.param(CHUNKED + b"-5\r\nhello\r\n", NotHttp, id="a negative size"),
        pytest.param(CHUNKED + b"0x5\r\nhello\r\n", NotHttp, id="a size with a prefix"),
        pytest.param(CHUNKED + b"\r\nhello\r\n", NotHttp, id="an empty size"),
        pytest.param(CHUNKED + b"5" * 9000, NotHttp, id="a size without an end"),
        pytest.param(CHUNKED + b"0\r\n" + b"A: b\r\n" * 200, NotHttp, id="a trailer without an end"),
        pytest.param(head("Transfer-Encoding: gzip, chunked"), NotHttp, id="a coding that nobody asked for"),
        pytest.param(head("Content-Length: x"), NotHttp, id="a length that is no number"),
        pytest.param(head("Content-Length: 5", "Content-Length: 6"), NotHttp, id="two lengths"),
        pytest.param(b"220 mail ESMTP\r\n", NotHttp, id="another protocol"),
        pytest.param(b"HTTP/2 200\r\n\r\n", NotHttp, id="another version"),
        pytest.param(b"HTTP/1.1 OK\r\n\r\n", NotHttp, id="no status"),
        pytest.param(head("no colon"), NotHttp, id="a header without a colon"),
        pytest.param(b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 60_000, NotHttp, id="a head without an end"),
    ],
)
def test_what_is_not_a_whole_answer_is_none(wire, error):
    with pytest.raises(WireError) as raised:
        read([wire])
    assert type(raised.value) is error


def test_a_header_cannot_smuggle_a_second_one():
    ours, theirs = socket.socketpair()
    with ours, theirs, pytest.raises(ValueError, match="line break"):
        Connection(ours).ask("GET", "/", [("X", "a\r\nY: b")], None, LIMITS)
