"""One small cluster of the bench, made once and served over real HTTP."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bench.clusters.making import made
from bench.clusters.size import Size
from bench.serving.server import BenchServer
from bench.serving.wire import Road

SIZE = Size(nodes=60, daemonsets=9)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made(SIZE, tmp_path_factory.mktemp("clusters"), lambda text: None)


@contextmanager
def serving_thread(folder: Path, road: Road) -> Iterator[BenchServer]:
    server = BenchServer(folder, road)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture(scope="module")
def server(folder: Path) -> Iterator[BenchServer]:
    with serving_thread(folder, Road()) as server:
        yield server
