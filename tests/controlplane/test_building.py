"""A build is whole or not there; one run builds at a time; old builds go."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.controlplane.building import KEPT_BUILDS, KEPT_SECONDS, remove_old_builds
from tests.controlplane.toolchain import MODULE

NOW = 1_800_000_000.0

# A `go` that says what the build asks of it, and does as its name in the environment says when it builds.
FAKE_GO = """
import os, signal, sys, time
words = sys.argv[1:]
if words[:2] == ["env", "GOVERSION"]:
    print("go1.99.0")
elif words[0] == "env":
    print(os.environ["CACHES"] + "\\n" + os.environ["CACHES"])
elif words[0] == "list":
    print("one\\ntwo\\nthree\\nfour")
else:
    def interrupted(*_):
        print("interrupted", file=open(os.environ["CACHES"] + "/interrupted", "w"))
        sys.exit(1)
    signal.signal(signal.SIGINT, interrupted)
    output = words[words.index("-o") + 1]
    open(output, "w").write("half")
    print("one\\ntwo\\nthree", file=sys.stderr, flush=True)
    parent = os.getppid()
    while os.environ["GO_DOES"] == "hang" and os.getppid() == parent:
        time.sleep(0.05)
    if os.environ["GO_DOES"] == "fail":
        sys.exit("four: undefined: everything")
    open(output, "w").write("whole")
"""


class Clone:
    """A copy of this module's files, with a `go` on PATH that only pretends."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.module = root / "tests" / "controlplane"
        shutil.copytree(MODULE, self.module, ignore=shutil.ignore_patterns(".build", "__pycache__"))
        (root / "tests" / "__init__.py").touch()  # or a `tests` elsewhere on the path would come first
        self.caches = root / "caches"
        self.caches.mkdir()
        go = root / "bin" / "go"
        go.parent.mkdir()
        go.write_text(f"#!{sys.executable}\n{FAKE_GO}")
        go.chmod(0o755)

    def start(self, does: str) -> "subprocess.Popen[str]":
        """`python -m tests.controlplane build nodes`."""
        variables = {
            **{name: value for name, value in os.environ.items() if not name.startswith("GO")},
            "PATH": f"{self.root / 'bin'}{os.pathsep}{os.environ['PATH']}",
            "CACHES": str(self.caches),
            "GO_DOES": does,
        }
        return subprocess.Popen(
            [sys.executable, "-m", "tests.controlplane", "build", "nodes"],
            cwd=self.root,
            env=variables,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def built(self) -> list[str]:
        return sorted(path.read_text() for path in self.module.glob(".build/*/*"))


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    return Clone(tmp_path)


def line_with(text: str, process: "subprocess.Popen[str]") -> list[str]:
    """What the process tells until a line holds this; the lines so far."""
    told: list[str] = []
    assert process.stderr is not None
    for line in process.stderr:
        told.append(line.rstrip())
        if text in line:
            return told
    raise AssertionError(f"never said {text!r}: {told}")


def ended(process: "subprocess.Popen[str]") -> tuple[int, str, str]:
    out, err = process.communicate(timeout=60)
    return process.returncode, out, err


def test_it_says_first_how_long_it_takes_and_then_how_far_it_is(clone: Clone):
    code, out, err = ended(clone.start("build"))
    assert code == 0, err
    assert Path(out.strip()).read_text() == "whole"
    first, *rest = err.strip().splitlines()
    assert first.startswith("Building nodes: the simulated kubelets: about 2 minutes")
    assert rest[1:4] == [f"  {count} of at most 4 packages" for count in (1, 2, 3)]
    assert rest[-1].startswith("Built nodes in ")


def test_what_is_built_is_not_built_again(clone: Clone):
    first = ended(clone.start("build"))
    again = ended(clone.start("fail"))
    assert again == (0, first[1], "")


def test_a_build_that_fails_says_why_and_leaves_nothing(clone: Clone):
    code, _, err = ended(clone.start("fail"))
    assert code != 0
    assert "four: undefined: everything" in err
    assert clone.built() == []


def test_a_build_that_is_interrupted_interrupts_go_and_leaves_nothing(clone: Clone):
    process = clone.start("hang")
    line_with("3 of at most 4", process)
    process.send_signal(signal.SIGINT)
    ended(process)
    assert clone.built() == []
    assert (clone.caches / "interrupted").exists()
    assert ended(clone.start("build"))[0] == 0


def test_a_build_that_is_killed_is_begun_anew(clone: Clone):
    process = clone.start("hang")
    line_with("3 of at most 4", process)
    process.kill()
    process.wait()
    assert clone.built() == ["half"]
    assert ended(clone.start("build"))[0] == 0
    assert clone.built() == ["whole"]


@pytest.mark.parametrize(
    "end",
    [
        pytest.param(lambda p: p.send_signal(signal.SIGINT), id="interrupted"),
        pytest.param(lambda p: p.kill(), id="killed"),
    ],
)
def test_a_second_run_waits_until_the_first_has_ended(
    clone: Clone, end: "Callable[[subprocess.Popen[str]], None]"
):
    first = clone.start("hang")
    line_with("3 of at most 4", first)
    second = clone.start("build")
    line_with("Another run builds here", second)
    end(first)
    first.wait()
    assert ended(second)[0] == 0
    assert clone.built() == ["whole"]


def test_builds_that_no_run_used_for_long_go(tmp_path: Path):
    ages = [0, 10, KEPT_SECONDS - 10, KEPT_SECONDS + 10, KEPT_SECONDS + 20, 9 * KEPT_SECONDS]
    for number, age in enumerate(ages):
        (tmp_path / f"{number}").mkdir()
        os.utime(tmp_path / f"{number}", (NOW - age, NOW - age))
    (tmp_path / "caches").mkdir()
    os.utime(tmp_path / "caches", (0, 0))
    (tmp_path / "lock").touch()
    remove_old_builds(tmp_path, NOW)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["0", "1", "2", "3", "caches", "lock"]
    assert KEPT_BUILDS == 4
