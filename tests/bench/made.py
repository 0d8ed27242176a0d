"""One small cluster of the bench, made once and served over real HTTP."""

import threading
from collections.abc import Iterator
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


@pytest.fixture(scope="module")
def server(folder: Path) -> Iterator[BenchServer]:
    server = BenchServer(folder, Road())
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
