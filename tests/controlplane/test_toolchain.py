"""Which Go builds the control plane, and that the machine's own settings make no other build of it."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.controlplane.toolchain import building_environment, go_toolchain, is_writable, numbers, version_of

HOSTILE = {
    "GOFLAGS": "-mod=vendor",
    "GO111MODULE": "off",
    "GOROOT": "/nonexistent/go",
    "GOOS": "plan9",
    "GOARCH": "mips",
    "GOWORK": "/nonexistent/go.work",
    "GOTOOLCHAIN": "go1.99.0",
    "CGO_ENABLED": "1",
    "CC": "/nonexistent/cc",
}


@pytest.mark.parametrize(
    ("said", "version"),
    [
        pytest.param("go1.26.8", (1, 26, 8), id="a release"),
        pytest.param("go1.27rc1", (1, 27, 1), id="a release candidate"),
        pytest.param("devel go1.28-1234567 Mon Oct 5 2026", (1, 28, 1234567), id="a build of one's own"),
    ],
)
def test_a_version_is_its_first_three_numbers(said: str, version: tuple[int, ...]):
    assert numbers(said) == version


def program(path: Path, text: str) -> str:
    path.write_text(f"#!{sys.executable}\n{text}")
    path.chmod(0o755)
    return str(path)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("raise SystemExit('no version is set; run goenv local')", id="a shim without a version"),
        pytest.param("print('something else')", id="another program of that name"),
    ],
)
def test_what_is_no_go_counts_as_older_than_any(tmp_path: Path, text: str):
    assert version_of(program(tmp_path / "go", text)) < (1,)


def test_a_go_that_is_not_there_counts_as_older_than_any(tmp_path: Path):
    assert version_of(str(tmp_path / "go")) == ()


@pytest.fixture
def module(tmp_path: Path) -> Path:
    (tmp_path / "go.mod").write_text("module example.com/small\n\ngo 1.26.0\n")
    (tmp_path / "main.go").write_text("package main\n\nfunc main() {}\n")
    return tmp_path


def asked(go: str, module: Path, caches: Path, *words: str) -> str:
    return subprocess.run(
        [go, *words],
        cwd=module,
        env=building_environment(go, caches),
        capture_output=True,
        text=True,
        check=True,
    ).stdout


def test_settings_of_the_machine_change_nothing(
    module: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    go = go_toolchain()
    usual = asked(
        go, module, tmp_path / "caches", "env", "GOOS", "GOARCH", "CGO_ENABLED", "GOCACHE", "GOMODCACHE"
    )
    for name, value in HOSTILE.items():
        monkeypatch.setenv(name, value)
    assert go_toolchain() == go
    assert usual == asked(
        go, module, tmp_path / "caches", "env", "GOOS", "GOARCH", "CGO_ENABLED", "GOCACHE", "GOMODCACHE"
    )
    assert asked(go, module, tmp_path / "caches", "list", ".").strip() == "example.com/small"


@pytest.mark.parametrize("home", [None, "/dev/null"], ids=["no HOME", "a HOME that is no folder"])
def test_without_a_home_the_caches_are_kept_beside_the_build(
    home: str | None, module: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    go = go_toolchain()
    for name in ("GOCACHE", "GOMODCACHE", "GOPATH", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "HOME"):
        monkeypatch.delenv(name, raising=False)
    if home is not None:
        monkeypatch.setenv("HOME", home)
    caches = tmp_path / "caches"
    said = asked(go, module, caches, "env", "GOCACHE", "GOMODCACHE").split()
    assert said == [str(caches / "gocache"), str(caches / "gomodcache")]
    assert "-modcacherw" in asked(go, module, caches, "env", "GOFLAGS")
    assert asked(go, module, caches, "list", ".").strip() == "example.com/small"


def test_caches_that_can_be_written_to_are_shared_with_all_that_go_builds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("GOCACHE", str(tmp_path / "mine"))
    assert building_environment(go_toolchain(), tmp_path / "caches")["GOCACHE"] == str(tmp_path / "mine")
    assert is_writable(str(tmp_path / "mine"))
    assert not is_writable("/dev/null/below")
