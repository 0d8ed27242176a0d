"""Which seeds are played, and how large."""

import secrets

import pytest

from tests.differential.play import Size

EVERYDAY = Size(daemonsets=40, nodes=25, explained=40)
CI = Size(daemonsets=200, nodes=100, explained=40)
_SEED_OF_CI = 5


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "seed" not in metafunc.fixturenames:
        return
    config = metafunc.config
    count, first = config.getoption("--differential-seeds"), config.getoption("--seed")
    if first is None:
        # The same seed each time, unless somebody asks for others: then any will do, and the test's name tells it.
        first = secrets.randbelow(10**6) if count else _SEED_OF_CI
    metafunc.parametrize("seed", range(first, first + (count or 1)))


@pytest.fixture(scope="session")
def size(pytestconfig: pytest.Config) -> Size:
    asked: str | None = pytestconfig.getoption("--differential-size")
    if asked:
        daemonsets, nodes = (int(number) for number in asked.split("x"))
        return Size(daemonsets, nodes, explained=40)
    return CI if pytestconfig.getoption("--slow") else EVERYDAY
