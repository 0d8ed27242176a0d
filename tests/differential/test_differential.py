"""The program's answers on random clusters, held against what a real control plane does to them.

CONTRIBUTING.md says how to play further seeds, larger clusters, and one seed again.
"""

from tests.controlplane.harness import ControlPlane, NotOurs
from tests.controlplane.kubelets import player
from tests.differential.play import Size, play


def test_the_program_says_what_the_controllers_do(seed: int, size: Size, control_plane: ControlPlane):
    control_plane.needs_ours("servers with flags for each seed")
    if player() != "simulator":
        raise NotOurs("this needs nodes that fall ill, which only the simulator plays")
    print(f"seed {seed}, {size}")
    disagreements = play(seed, size)
    assert not disagreements, disagreements
