"""Folders and archives: the layouts of the tools that make dumps, and files that were made to do harm.

The layouts are those of the tools' own sources, which the modules of kube/dump name.
"""

import gzip
import io
import json
import os
import tarfile
import zipfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from random import Random
from typing import Any

import pytest
import yaml

from kubectl_ds.core.coverage import coverage
from kubectl_ds.core.snapshot import ClusterSnapshot, Resource
from kubectl_ds.errors import KubectlDsError, NotHeld
from kubectl_ds.kube.connection import Session
from kubectl_ds.kube.dump.opening import open_dump
from kubectl_ds.kube.reader import Scope, read_snapshot
from kubectl_ds.kube.sample import sample_cluster
from tests.program import NOW

Raw = dict[str, Any]
SAMPLE = sample_cluster(NOW)
WANTS: frozenset[Resource] = frozenset({"daemonsets", "nodes", "pods", "events", "controllerrevisions"})
NAMESPACES = sorted(
    {one["metadata"].get("namespace", "default") for one in SAMPLE} | {"default", "kube-public"}
)
Contents = Mapping[str, bytes]


def of(kind: str, namespace: str = "") -> list[Raw]:
    return [
        one
        for one in SAMPLE
        if one["kind"] == kind and namespace in ("", one["metadata"].get("namespace", ""))
    ]


def bare(one: Raw) -> Raw:
    return {key: value for key, value in one.items() if key not in ("kind", "apiVersion")}


def typed(kind: str, items: Iterable[Raw], version: str = "v1") -> Raw:
    return {
        "kind": f"{kind}List",
        "apiVersion": version,
        "metadata": {},
        "items": [bare(one) for one in items],
    }


def as_json(tree: object) -> bytes:
    return json.dumps(tree, indent=4).encode()


def as_yaml(tree: object) -> bytes:
    return yaml.dump(tree, Dumper=yaml.CSafeDumper).encode()


# --- as the tools lay them out -------------------------------------------------------------------


def cluster_info(namespaces: Iterable[str] = NAMESPACES) -> dict[str, bytes]:
    files = {"nodes.json": as_json(typed("Node", of("Node")))}
    for namespace in namespaces:
        files[f"{namespace}/events.json"] = as_json(typed("Event", of("Event", namespace)))
        files[f"{namespace}/replication-controllers.json"] = as_json(typed("ReplicationController", ()))
        files[f"{namespace}/daemonsets.json"] = as_json(
            typed("DaemonSet", of("DaemonSet", namespace), "apps/v1")
        )
        files[f"{namespace}/pods.json"] = as_json(typed("Pod", of("Pod", namespace)))
        for pod in of("Pod", namespace)[:1]:
            files[f"{namespace}/{pod['metadata']['name']}/logs.txt"] = b"{ not JSON"
    return files


def troubleshoot(namespaces: Iterable[str] = NAMESPACES, spell: Callable[[str, list[Raw], str], Raw] = typed):
    listed = [{"metadata": {"name": namespace}} for namespace in namespaces]
    files = {
        "cluster-resources/nodes.json": as_json(spell("Node", of("Node"), "v1")),
        "cluster-resources/nodes-errors.json": b"null",
        "cluster-resources/namespaces.json": as_json(spell("Namespace", listed, "v1")),
        "cluster-resources/priorityclasses.json": as_json(
            spell("PriorityClass", of("PriorityClass"), "scheduling.k8s.io/v1")
        ),
        "cluster-resources/pods-errors.json": b"null",
        "cluster-resources/custom-resources/nodes.longhorn.io/x.json": b"[{}]",
        "cluster-info/cluster_version.json": as_json(
            {"info": {"gitVersion": "v1.33.2"}, "string": "v1.33.2"}
        ),
        "version.yaml": b"apiVersion: troubleshoot.sh/v1beta2\nkind: SupportBundle\n",
    }
    for namespace in namespaces:
        for folder, kind, version in (
            ("pods", "Pod", "v1"),
            ("daemonsets", "DaemonSet", "apps/v1"),
            ("events", "Event", "v1"),
            ("limitranges", "LimitRange", "v1"),
        ):
            files[f"cluster-resources/{folder}/{namespace}.json"] = as_json(
                spell(kind, of(kind, namespace), version)
            )
        files[f"cluster-resources/pods/logs/{namespace}/x/x.log"] = b"text"
    return files


def must_gather(namespaces: Iterable[str] = NAMESPACES) -> dict[str, bytes]:
    root = "registry-example-com-must-gather-sha256-0123"
    files = {"must-gather.log": b"text", "timestamp": b"2026", f"{root}/version": b"openshift/must-gather\n"}
    for node in of("Node"):
        files[f"{root}/cluster-scoped-resources/core/nodes/{node['metadata']['name']}.yaml"] = as_yaml(node)
    for namespace in namespaces:
        under = f"{root}/namespaces/{namespace}"
        files[f"{under}/{namespace}.yaml"] = as_yaml(
            {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}}
        )
        files[f"{under}/core/pods.yaml"] = as_yaml(typed("Pod", of("Pod", namespace)))
        files[f"{under}/core/events.yaml"] = as_yaml(typed("Event", of("Event", namespace)))
        files[f"{under}/core/configmaps.yaml"] = b": not YAML ["
        files[f"{under}/apps/daemonsets.yaml"] = as_yaml(
            typed("DaemonSet", of("DaemonSet", namespace), "apps/v1")
        )
        for pod in of("Pod", namespace)[:1]:
            name = pod["metadata"]["name"]
            files[f"{under}/pods/{name}/{name}.yaml"] = as_yaml(pod)
            files[f"{under}/pods/{name}/c/c/logs/current.log"] = b"text"
    return files


def a_file_a_kind() -> dict[str, bytes]:
    kinds = ("DaemonSet", "Node", "Pod", "Event", "ControllerRevision")
    files = {
        f"{kind.lower()}s.json": as_json({"kind": "List", "apiVersion": "v1", "items": of(kind)})
        for kind in kinds
    }
    empty = as_json({"kind": "List", "apiVersion": "v1", "items": []})
    return {**files, "limitranges.json": empty, "notes.txt": b"- ["}


# --- how they come -------------------------------------------------------------------------------


def as_folder(path: Path, files: Contents) -> str:
    for name, content in files.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_bytes(content)
    return str(path)


def tar_of(files: Contents, prefix: str = "dump-1/") -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(prefix + name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return packed.getvalue()


def zip_of(files: Contents) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(f"dump-1/{name}", content)
    return packed.getvalue()


def file_of(path: Path, content: bytes) -> str:
    path.write_bytes(content)
    return str(path)


FORMS: dict[str, Callable[[Path, Contents], str]] = {
    "a folder": as_folder,
    "a tar.gz": lambda path, files: file_of(path / "x", gzip.compress(tar_of(files))),
    "a tar": lambda path, files: file_of(path / "x", tar_of(files)),
    "a tar of what is in the folder": lambda path, files: file_of(path / "x", tar_of(files, "./")),
    "a zip": lambda path, files: file_of(path / "x", zip_of(files)),
}


def taken(
    session: Session, namespace: str | None = None, wants: frozenset[Resource] = WANTS
) -> ClusterSnapshot:
    return read_snapshot(session.transport, Scope(namespace=namespace), wants)


def gaps_of(read: ClusterSnapshot) -> list[str]:
    return [gap.message.rpartition("/")[2] for gap in read.gaps]


@pytest.mark.parametrize("form", FORMS)
def test_a_layout_is_known_in_whatever_form_it_comes(form: str, tmp_path: Path):
    path = FORMS[form](tmp_path, troubleshoot())
    read = taken(open_dump(path))
    assert len(read.daemonsets) == len(of("DaemonSet"))
    assert len(read.nodes) == len(of("Node"))
    assert len(read.pods) == len(of("Pod"))
    assert [gap.message for gap in read.gaps] == [f"the dump at {path} holds no controllerrevisions"]


def test_an_archive_may_come_by_standard_input():
    session = open_dump("-", stdin=io.BytesIO(gzip.compress(tar_of(troubleshoot()))))
    assert len(taken(session).pods) == len(of("Pod"))


def test_a_support_bundle_of_old_holds_bare_arrays(tmp_path: Path):
    def array(kind: str, items: list[Raw], version: str) -> Any:
        return [bare(one) for one in items]

    path = as_folder(tmp_path, troubleshoot(spell=array))
    read = taken(open_dump(path))
    assert (len(read.nodes), len(read.pods)) == (len(of("Node")), len(of("Pod")))
    assert not read.lacks("pods")


def test_a_support_bundle_tells_the_servers_version(tmp_path: Path):
    session = open_dump(as_folder(tmp_path, troubleshoot()))
    answer = json.loads(session.transport.request("GET", "/version").body)
    assert answer == {"major": "1", "minor": "33", "gitVersion": "v1.33.2"}


def test_a_support_bundle_of_some_namespaces_knows_those_alone(tmp_path: Path):
    path = as_folder(tmp_path, troubleshoot(["security"]))
    here = taken(open_dump(path), "security", frozenset({"daemonsets", "nodes", "pods", "events"}))
    assert [item.name for item in coverage(here).items] == ["falco", "file-audit"]
    with pytest.raises(NotHeld, match="holds no daemonsets of namespace edge"):
        taken(open_dump(path), "edge")


def test_what_a_support_bundle_could_not_read_is_a_gap_in_its_words(tmp_path: Path):
    files = troubleshoot()
    del files["cluster-resources/pods/security.json"]
    files["cluster-resources/pods-errors.json"] = as_json({"security": "pods is forbidden: no"})
    path = as_folder(tmp_path, files)
    read = taken(open_dump(path), "security", frozenset({"daemonsets", "pods"}))
    assert [gap.message for gap in read.gaps] == ["pods could not be read: pods is forbidden: no"]


def test_a_dump_of_cluster_info_with_all_namespaces(tmp_path: Path):
    read = taken(open_dump(as_folder(tmp_path, cluster_info())))
    assert (len(read.daemonsets), len(read.pods)) == (len(of("DaemonSet")), len(of("Pod")))
    assert [gap.resource for gap in read.gaps] == ["controllerrevisions"]


def test_a_dump_of_cluster_info_as_it_is_without_flags(tmp_path: Path):
    path = as_folder(tmp_path, cluster_info(["kube-system", "monitoring"]))
    read = taken(open_dump(path), None, frozenset({"daemonsets", "pods"}))
    assert {one.metadata.namespace for one in read.daemonsets} == {"kube-system", "monitoring"}
    assert [gap.message for gap in read.gaps] == [
        f"the dump at {path} may hold daemonsets of some namespaces alone: kube-system, monitoring",
        f"the dump at {path} may hold pods of some namespaces alone: kube-system, monitoring",
    ]


@pytest.mark.parametrize(
    "log", [b"", b"{\n", b'{"kind": "List"}\nlast line', b"==== END logs for container y ====\n"]
)
def test_a_dump_of_cluster_info_on_standard_output(log: bytes, tmp_path: Path):
    names = ["security", "kube-system"]
    parts = [as_json(typed("Node", of("Node")))]
    for namespace in names:
        parts += [
            as_json(typed("Event", of("Event", namespace))),
            as_json(typed("ReplicationController", ())),
            as_json(typed("DaemonSet", of("DaemonSet", namespace), "apps/v1")),
            as_json(typed("Pod", of("Pod", namespace))),
        ]
        for pod in of("Pod", namespace):
            of_pod = f"container c of pod {namespace}/{pod['metadata']['name']} ====\n"
            parts.append(
                f"==== START logs for {of_pod}".encode() + log + f"==== END logs for {of_pod}".encode()[:-1]
            )
    path = file_of(tmp_path / "dump.json", b"\n".join(parts) + b"\n")
    read = taken(open_dump(path), "security", frozenset({"daemonsets", "nodes", "pods", "events"}))
    assert len(read.pods) >= len(of("Pod", "security"))
    assert [item.name for item in coverage(read).items] == ["falco", "file-audit"]
    assert not read.lacks("events")


def test_a_must_gather_knows_the_namespaces_that_it_gathered(tmp_path: Path):
    path = as_folder(tmp_path, must_gather(["kube-system", "security"]))
    read = taken(open_dump(path), "security", WANTS - {"controllerrevisions"})
    assert len(read.nodes) == len(of("Node"))
    summary = coverage(read).items[0].summary
    assert (summary.eligible, summary.ready, summary.extra) == (21, 19, 3)
    assert not read.knows_all("pods")
    assert read.knows("pods", "security")


def test_a_folder_of_lists_is_read_list_by_list(tmp_path: Path):
    session = open_dump(as_folder(tmp_path, a_file_a_kind()))
    assert not taken(session).gaps
    read = taken(session, wants=frozenset({"daemonsets", "limitranges"}))
    assert not read.gaps


def test_a_file_of_a_folder_that_is_cut_short_is_named(tmp_path: Path):
    files = {**a_file_a_kind(), "pods.json": a_file_a_kind()["pods.json"][:9000]}
    with pytest.raises(KubectlDsError, match=r"^pods\.json in the dump at .* is no JSON, or is cut short"):
        open_dump(as_folder(tmp_path, files))


# --- archives that were made to do harm ----------------------------------------------------------


def member(name: str, kind: bytes = tarfile.REGTYPE, link: str = "", size: int = 0) -> tarfile.TarInfo:
    made = tarfile.TarInfo(name)
    made.type, made.linkname, made.size = kind, link, size
    return made


def tar_with(*members: tuple[tarfile.TarInfo, bytes]) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        for name, content in troubleshoot().items():
            archive.addfile(member(name, size=len(content)), io.BytesIO(content))
        for one, content in members:
            archive.addfile(one, io.BytesIO(content))
    return packed.getvalue()


STRANGER = as_json(typed("Node", [{"metadata": {"name": "a-stranger"}}]))
OUTSIDE: dict[str, Callable[[str], tarfile.TarInfo]] = {
    "a name that leads out": lambda _: member("../../cluster-resources/nodes.json", size=len(STRANGER)),
    "a name that leads out in the middle": lambda _: member(
        "x/../../cluster-resources/nodes.json", size=len(STRANGER)
    ),
    "an absolute name": lambda _: member("/cluster-resources/nodes.json", size=len(STRANGER)),
    "a name of Windows": lambda _: member("C:\\cluster-resources\\nodes.json", size=len(STRANGER)),
    "a link to a file of this machine": lambda path: member(
        "z/cluster-resources/nodes.json", tarfile.SYMTYPE, path
    ),
    "a hard link to one": lambda path: member("z/cluster-resources/nodes.json", tarfile.LNKTYPE, path),
    "a device": lambda _: member("z/cluster-resources/nodes.json", tarfile.CHRTYPE),
    "a pipe": lambda _: member("z/cluster-resources/nodes.json", tarfile.FIFOTYPE),
}


@pytest.mark.parametrize("what", OUTSIDE)
def test_what_is_no_file_of_the_archive_is_passed_over(what: str, tmp_path: Path):
    secret = file_of(tmp_path / "nodes.json", STRANGER)
    made = OUTSIDE[what](secret)
    content = STRANGER if made.isreg() else b""
    read = taken(
        open_dump(file_of(tmp_path / "x.tar", tar_with((made, content)))),
        wants=frozenset({"daemonsets", "nodes"}),
    )
    assert len(read.nodes) == len(of("Node"))
    assert "a-stranger" not in {node.metadata.name for node in read.nodes}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["nodes.json", "x.tar"]


def test_links_of_a_folder_are_not_followed(tmp_path: Path):
    secret = file_of(tmp_path / "secret.json", STRANGER)
    folder = tmp_path / "dump"
    path = as_folder(folder, a_file_a_kind())
    os.symlink(secret, folder / "more.json")
    os.symlink(tmp_path, folder / "loop")
    os.mkfifo(folder / "pipe.json")
    read = taken(open_dump(path))
    assert "a-stranger" not in {node.metadata.name for node in read.nodes}


def test_links_of_a_zip_are_not_followed(tmp_path: Path):
    link = zipfile.ZipInfo("dump-1/cluster-resources/pods/extra.json")
    link.external_attr = 0o120777 << 16
    packed = io.BytesIO(zip_of(troubleshoot()))
    with zipfile.ZipFile(packed, "a") as archive:
        archive.writestr(link, "/etc/passwd")
        archive.writestr("../cluster-resources/nodes.json", STRANGER)
    read = taken(open_dump(file_of(tmp_path / "x.zip", packed.getvalue())))
    assert len(read.nodes) == len(of("Node"))


BOMBS: dict[str, Callable[[], bytes]] = {
    "one file": lambda: gzip.compress(
        tar_of({"cluster-resources/nodes.json": b"[" + b" " * 40_000_000 + b"]"})
    ),
    "many files": lambda: gzip.compress(
        tar_of(
            {"cluster-resources/nodes.json": b"[]"}
            | {f"cluster-resources/pods/{number}.json": b" " * 400_000 for number in range(100)}
        )
    ),
    "a file that is passed over": lambda: gzip.compress(
        tar_of({"log": b" " * 40_000_000, "cluster-resources/nodes.json": b"[]"})
    ),
    "a long name": lambda: gzip.compress(
        member("x", tarfile.GNUTYPE_LONGNAME, size=40_000_000).tobuf(tarfile.GNU_FORMAT) + b"x" * 40_000_000
    ),
    "a pax header": lambda: gzip.compress(
        member("x", tarfile.XHDTYPE, size=40_000_000).tobuf(tarfile.GNU_FORMAT) + b"9" * 40_000_000
    ),
    "a zip": lambda: zip_of({"cluster-resources/nodes.json": b"[" + b" " * 40_000_000 + b"]"}),
}


@pytest.mark.parametrize("what", BOMBS)
def test_a_bomb_is_refused_with_its_bound(what: str, tmp_path: Path):
    path = file_of(tmp_path / "bomb", BOMBS[what]())
    assert os.path.getsize(path) < 1_000_000
    with pytest.raises(KubectlDsError, match=r"unpacks to more than [\d,]+ bytes") as caught:
        open_dump(path, variables={"KUBECTL_DS_DUMP_LIMIT": "2Mi"})
    assert "KUBECTL_DS_DUMP_LIMIT=8Gi allows more" in caught.value.hint


@pytest.mark.parametrize(
    "pack", [gzip.compress, lambda content: zip_of({"x.json": content})], ids=["gzip", "zip"]
)
def test_a_bomb_is_refused_by_its_proportions(pack: Callable[[bytes], bytes], tmp_path: Path):
    path = file_of(tmp_path / "bomb", pack(b" " * 100_000_000))
    with pytest.raises(KubectlDsError, match="unpacks to 200 times its size and more"):
        open_dump(path)
    with pytest.raises(KubectlDsError, match="holds nothing that could be read here"):
        open_dump(path, variables={"KUBECTL_DS_DUMP_LIMIT": "1Gi"})


BROKEN: dict[str, tuple[Callable[[], bytes], str]] = {
    "a tar.gz that is cut short": (lambda: gzip.compress(tar_of(troubleshoot()))[:20_000], "is cut short"),
    "a tar that is cut short": (lambda: tar_of(troubleshoot())[:100_000], "is cut short"),
    "a zip that is cut short": (lambda: zip_of(troubleshoot())[:20_000], "is damaged"),
    "a tar.gz with a flipped byte": (lambda: flipped(gzip.compress(tar_of(troubleshoot()))), "is damaged"),
    "a tar with a size below zero": (lambda: backwards(), "the dump at"),
    "an archive of xz": (lambda: b"\xfd7zXZ\x00" + b"x" * 600, "is packed with xz"),
    "an archive of zstd": (lambda: b"\x28\xb5\x2f\xfd" + b"x" * 600, "is packed with zstd"),
    "an archive with nothing in it": (
        lambda: tar_of({"x.txt": b"y"}),
        "holds nothing that could be read here",
    ),
    "an empty zip": (lambda: zip_of({}), "holds nothing that could be read here"),
}


def flipped(content: bytes) -> bytes:
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 0xFF]) + content[middle + 1 :]


def backwards() -> bytes:
    """CVE-2025-8194: a header whose size is negative once sent tarfile round and round."""
    header = bytearray(member("a").tobuf(tarfile.GNU_FORMAT))
    header[124:136] = b"\xff" * 10 + b"\xfe\x00"
    header[148:156] = b" " * 8
    header[148:156] = b"%06o\x00 " % sum(header)
    return bytes(header) + b"\0" * 1024


@pytest.mark.parametrize("what", BROKEN)
def test_a_broken_archive_is_refused_in_one_sentence(what: str, tmp_path: Path):
    make, said = BROKEN[what]
    with pytest.raises(KubectlDsError) as caught:
        open_dump(file_of(tmp_path / "x", make()))
    assert said in caught.value.message
    assert "\n" not in caught.value.message


# --- whatever comes ------------------------------------------------------------------------------


def mutated(content: bytes, random: Random) -> bytes:
    """A few bytes flipped, put in, left out or moved."""
    changed = bytearray(content)
    for _ in range(random.choice((1, 2, 8))):
        place = random.randrange(len(changed))
        match random.randrange(4):
            case 0:
                changed[place] ^= 1 << random.randrange(8)
            case 1:
                changed[place] = random.choice(b'{}[]":,&*\0\xff-09nt')
            case 2:
                del changed[place : place + random.randrange(1, 50)]
            case _:
                source = random.randrange(len(changed))
                changed[place:place] = changed[source : source + random.randrange(1, 60)]
    return bytes(changed)


SMALL = {
    "cluster-resources/nodes.json": as_json(typed("Node", of("Node")[:2])),
    "cluster-resources/pods/security.json": as_json(typed("Pod", of("Pod", "security")[:2])),
    "cluster-resources/daemonsets/security.json": as_json(
        typed("DaemonSet", of("DaemonSet", "security"), "apps/v1")
    ),
}
SEEDS: dict[str, bytes] = {
    "JSON": SMALL["cluster-resources/daemonsets/security.json"],
    "YAML": as_yaml(typed("DaemonSet", of("DaemonSet", "security"), "apps/v1")),
    "gzip": gzip.compress(SMALL["cluster-resources/daemonsets/security.json"]),
    "tar": tar_of(SMALL),
    "tar.gz": gzip.compress(tar_of(SMALL)),
    "zip": zip_of(SMALL),
}


@pytest.mark.parametrize("seed", range(25))
@pytest.mark.parametrize("form", SEEDS)
def test_bytes_of_any_kind_are_read_or_refused(form: str, seed: int, tmp_path: Path):
    content = mutated(SEEDS[form], Random(f"{form}{seed}"))
    said = ""
    try:
        read = taken(open_dump(file_of(tmp_path / "x", content)))
        assert coverage(read).items is not None
    except KubectlDsError as error:
        said = error.message or "nothing was said\n"
    assert "\n" not in said
