"""Which seeds are played, and how large."""

import secrets

import pytest

from tests.differential.play import Size

EVERYDAY = Size(daemonsets=40, nodes=25, one_by_one=40)
CI = Size(daemonsets=200, nodes=100, one_by_one=30)
_SEED_OF_CI = 5
_FIRST_SEED = pytest.StashKey[int]()


def pytest_report_header(config: pytest.Config) -> str:
    seeds = _seeds(config)
    again = f"--seed {seeds.start} --differential-seeds {len(seeds)} --differential-size {_size(config)}"
    return f"random clusters: again with python3 dev.py test tests/differential {again}"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "seed" in metafunc.fixturenames:
        metafunc.parametrize("seed", _seeds(metafunc.config))


@pytest.fixture(scope="session")
def size(pytestconfig: pytest.Config) -> Size:
    return _size(pytestconfig)


def _seeds(config: pytest.Config) -> range:
    """The same one each time, unless somebody asks for several: then any will do."""
    count, asked = config.getoption("--differential-seeds"), config.getoption("--seed")
    if _FIRST_SEED not in config.stash:
        any_one = secrets.randbelow(10**6) if count else _SEED_OF_CI
        config.stash[_FIRST_SEED] = any_one if asked is None else asked
    first = config.stash[_FIRST_SEED]
    return range(first, first + (count or 1))


def _size(config: pytest.Config) -> Size:
    asked: str | None = config.getoption("--differential-size")
    if asked:
        daemonsets, nodes = (int(number) for number in asked.split("x"))
        return Size(daemonsets, nodes, one_by_one=40)
    return CI if config.getoption("--slow") else EVERYDAY
