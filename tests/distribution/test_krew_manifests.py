"""krew's manifests agree with setup.cfg and with krew's rules; the real validator is asked in test_krew.py."""

import re
from pathlib import Path

import pytest
import yaml

from distribution.krew_manifests import FILES, PROJECT, UNRELEASED, manifest, version, write_manifests
from distribution.platforms import PLATFORMS, Platform
from kubectl_ds import __version__

ROOT = Path(__file__).parents[2]


def committed(place: str) -> dict:
    return yaml.safe_load((ROOT / place).read_text(encoding="utf-8"))


@pytest.mark.parametrize("place", FILES)
def test_a_manifest_is_what_the_release_script_writes_with_the_sums_that_it_holds(place: str, tmp_path: Path):
    sums = {
        one["uri"].rpartition("/")[2]: one["sha256"]
        for one in committed(place)["spec"]["platforms"]
        if one["sha256"] != UNRELEASED
    }
    write_manifests(tmp_path, sums)
    assert (ROOT / place).read_text(encoding="utf-8") == (tmp_path / place).read_text(encoding="utf-8")


def test_the_version_is_that_of_setup_cfg():
    assert version() == __version__
    assert {committed(place)["spec"]["version"] for place in FILES} == {f"v{__version__}"}


def test_the_three_manifests_hold_the_same_sums():
    sums = [[one["sha256"] for one in committed(place)["spec"]["platforms"]] for place in FILES]
    assert sums[0] == sums[1] == sums[2]


def test_a_manifest_of_an_index_bears_its_plugins_name():
    for place, name in FILES.items():
        assert committed(place)["metadata"]["name"] == name
        if place.startswith("plugins/"):
            assert Path(place).stem == name


@pytest.mark.parametrize("name", sorted(set(FILES.values())))
def test_the_words_keep_to_what_reviewers_of_krews_index_ask_for(name: str):
    spec = manifest(name, "1.2.3", {})["spec"]
    assert len(spec["shortDescription"]) <= 50
    assert "\n" not in spec["shortDescription"]
    assert max(map(len, spec["description"].splitlines())) <= 80
    assert "kubectl ds" not in spec["description"], "no usage examples"
    assert f"kubectl {name} completion --install" in spec["caveats"]


def test_every_platform_has_the_archive_that_a_release_uploads():
    archive = "kubectl-ds_v1.2.3_darwin_arm64.tar.gz"
    platforms = manifest("ds", "1.2.3", {archive: "a" * 64})["spec"]["platforms"]
    by_selector = {tuple(one["selector"]["matchLabels"].values()): one for one in platforms}
    assert set(by_selector) == {(one.os, one.arch) for one in PLATFORMS}
    assert by_selector["darwin", "arm64"]["uri"] == f"{PROJECT}/releases/download/v1.2.3/{archive}"
    assert by_selector["darwin", "arm64"]["sha256"] == "a" * 64
    assert by_selector["windows", "amd64"]["uri"].endswith("_windows_amd64.zip")
    assert by_selector["windows", "amd64"]["bin"] == "kubectl-ds.exe"
    for one in platforms:
        assert re.fullmatch("[a-f0-9]{64}", one["sha256"])
        assert any(part["from"] == "LICENSE" for part in one["files"])


def test_an_archive_is_named_after_what_it_runs_on():
    assert Platform("linux", "arm64").archive("1.0.0") == "kubectl-ds_v1.0.0_linux_arm64.tar.gz"
