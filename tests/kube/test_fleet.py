"""Several clusters side by side: places, deadlines, and who waits for whom."""

import threading
from collections.abc import Callable

import pytest

from kubectl_ds.errors import ConnectionFailed
from kubectl_ds.kube.fleet import Bounds, Heard, read_side_by_side


def never(_: int) -> None:
    raise AssertionError("nobody was given up")


def test_answers_come_in_the_order_of_the_clusters_whoever_is_done_first():
    last_done = threading.Event()

    def first(heard: Heard) -> str:
        last_done.wait()
        return "first"

    def last(heard: Heard) -> str:
        last_done.set()
        return "last"

    reads = read_side_by_side([first, last], Bounds(deadline=None), never)
    assert [read.value for read in reads] == ["first", "last"]


def test_a_cluster_that_has_said_nothing_gives_its_place_to_the_next():
    """The first is done only once the last has had its turn, and there is one place."""
    last_done = threading.Event()

    def silent(heard: Heard) -> bool:
        return last_done.wait(30)

    def last(heard: Heard) -> bool:
        last_done.set()
        return True

    bounds = Bounds(at_once=1, silence=0.01, deadline=60)
    reads = read_side_by_side([silent, silent, last], bounds, never)
    assert [read.value for read in reads] == [True, True, True]


def test_no_more_clusters_are_read_at_once_than_there_are_places():
    under_way, most = 0, 0
    lock = threading.Lock()
    both_here = threading.Barrier(2)

    def work(heard: Heard) -> None:
        nonlocal under_way, most
        heard()
        with lock:
            under_way += 1
            most = max(most, under_way)
        both_here.wait()
        with lock:
            under_way -= 1

    read_side_by_side([work] * 6, Bounds(at_once=2, silence=0), never)
    assert most == 2


def test_one_that_is_not_done_at_its_deadline_is_given_up_and_the_others_are_whole():
    over = threading.Event()
    given_up: list[int] = []

    def stuck(heard: Heard) -> str:
        over.wait()
        return "too late"

    def quick(heard: Heard) -> str:
        return "here"

    reads = read_side_by_side([stuck, quick], Bounds(at_once=1, deadline=0.05), given_up.append)
    over.set()
    assert given_up == [0]
    assert str(reads[0].error) == "it did not answer in full within 0.05 seconds"
    assert reads[1].value == "here"


def test_an_error_is_the_clusters_own_and_a_defect_is_everybodys():
    def refused(heard: Heard) -> str:
        raise ConnectionFailed("refused")

    def broken(heard: Heard) -> str:
        raise ZeroDivisionError

    works: list[Callable[[Heard], str]] = [refused]
    assert str(read_side_by_side(works, Bounds(), never)[0].error) == "refused"
    with pytest.raises(ZeroDivisionError):
        read_side_by_side([*works, broken], Bounds(), never)
