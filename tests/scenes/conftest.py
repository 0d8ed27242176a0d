"""A stage for each scene; the server behind it is the same for all."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.controlplane.harness import ControlPlane
from tests.scenes.scene import Scene
from tests.scenes.server import Server, proxied


@pytest.fixture(scope="session")
def server(control_plane: ControlPlane) -> Iterator[Server]:
    with proxied(control_plane) as reached:
        yield reached


@contextmanager
def closed_at_the_end(control_plane: ControlPlane, server: Server) -> Iterator[Scene]:
    """A scene without its namespace yet."""
    scene = Scene(control_plane, server)
    try:
        yield scene
    finally:
        scene.close()


@contextmanager
def opened(control_plane: ControlPlane, server: Server) -> Iterator[Scene]:
    """A scene with its namespace."""
    with closed_at_the_end(control_plane, server) as scene:
        scene.open()
        yield scene


@pytest.fixture
def empty_scene(control_plane: ControlPlane, server: Server) -> Iterator[Scene]:
    """Without its namespace yet."""
    control_plane.needs_simulated_nodes()
    with closed_at_the_end(control_plane, server) as scene:
        yield scene


@pytest.fixture
def scene(empty_scene: Scene) -> Scene:
    empty_scene.open()
    return empty_scene
