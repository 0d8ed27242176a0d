"""Images by reference and by what runs: the edges of the rules about them."""

import pytest

from kubectl_ds.core.audit_rules import differing_images, mutable_image
from kubectl_ds.core.image_reference import image_reference
from tests.audit.test_rules import found_by
from tests.clusters import OLD_HASH, Raw, a_container, a_container_status, a_daemonset, a_node, a_pod

DIGEST = "sha256:" + "0123456789abcdef" * 4


@pytest.mark.parametrize(
    ("image", "parts"),
    [
        ("nginx", ("nginx", "", "")),
        ("nginx:1.29", ("nginx", "1.29", "")),
        ("registry:5000/nginx", ("registry:5000/nginx", "", "")),
        ("registry:5000/a/nginx:1.29", ("registry:5000/a/nginx", "1.29", "")),
        (f"registry:5000/nginx:latest@{DIGEST}", ("registry:5000/nginx", "latest", DIGEST)),
        (f"docker-pullable://nginx@{DIGEST}", ("nginx", "", DIGEST)),
        (DIGEST, ("", "", DIGEST)),
        ("", ("", "", "")),
    ],
)
def test_the_parts_of_an_image_reference(image: str, parts: tuple[str, str, str]):
    reference = image_reference(image)
    assert (reference.repository, reference.tag, reference.digest) == parts


@pytest.mark.parametrize(
    ("image", "is_told"),
    [
        pytest.param("nginx", True, id="no tag"),
        pytest.param("registry:5000/nginx", True, id="a port is no tag"),
        pytest.param("nginx:latest", True, id="latest"),
        pytest.param("nginx:1.29", False, id="a version"),
        pytest.param("nginx:latest-arm64", False, id="a tag that only begins with latest"),
        pytest.param(f"nginx:latest@{DIGEST}", False, id="a digest beside latest"),
    ],
)
def test_which_images_change_by_themselves(image: str, is_told: bool):
    daemonset = a_daemonset("agent", containers=[a_container(image=image)])
    assert bool(found_by(mutable_image.RULE, [daemonset])) is is_told


def pods(*identities: str, image: str = "registry.example/main:1.0", **second: object) -> list[Raw]:
    """A pod on each of the nodes n1, n2, …, whose image the kubelet reports so; `second` is of the last one."""
    daemonset = a_daemonset("agent", containers=[a_container(image=image)])
    objects: list[Raw] = [daemonset]
    for number, identity in enumerate(identities, start=1):
        more = second if number == len(identities) else {}
        node = {key: more.pop(key) for key in ("labels", "architecture") if key in more}
        statuses = [{**a_container_status(), "imageID": identity}]
        objects += [
            a_node(f"n{number}", **node),  # type: ignore[arg-type]
            a_pod(daemonset, f"n{number}", container_statuses=statuses, **more),  # type: ignore[arg-type]
        ]
    return objects


A, B = f"registry.example/main@sha256:{'a' * 64}", f"registry.example/main@sha256:{'b' * 64}"


@pytest.mark.parametrize(
    ("objects", "nodes"),
    [
        pytest.param(pods(A, A), [], id="the same image"),
        pytest.param(pods(A, A, B), ["n3"], id="another image on one node"),
        pytest.param(pods(A, A, B, B), ["n3", "n4"], id="of two halves the second digest is told"),
        pytest.param(pods(A, f"mirror.example/main@sha256:{'a' * 64}"), [], id="from a mirror"),
        pytest.param(pods(A, ""), [], id="not started yet"),
        pytest.param(pods(A, B, revision_hash=OLD_HASH), [], id="of another revision"),
        pytest.param(pods(A, B, architecture="arm64"), [], id="of another architecture"),
        pytest.param(
            pods(A, B, labels={"node.kubernetes.io/windows-build": "10.0.20348"}), [], id="of another Windows"
        ),
        pytest.param(pods(A, B, deleting=True), [], id="of a pod that goes"),
        pytest.param(pods(A, B, phase="Failed"), [], id="of a pod that has ended"),
        pytest.param(pods(A, f"sha256:{'b' * 64}"), [], id="in two forms that cannot be compared"),
        pytest.param(pods(f"sha256:{'a' * 64}", f"sha256:{'b' * 64}"), ["n2"], id="by their configurations"),
        pytest.param(pods(A, B, image=f"main@{DIGEST}"), [], id="a digest is never different"),
        pytest.param(
            pods(A, A, B, containers=[a_container(image="registry.example/main:2")]),
            ["n3"],
            id="of a pod that was given another image by hand",
        ),
        pytest.param(
            pods(A, A, containers=[a_container(image="mirror.example/main:1.0")]),
            [],
            id="of a pod that was given the same image from a mirror",
        ),
    ],
)
def test_which_nodes_run_another_image(objects: list[Raw], nodes: list[str]):
    assert [node for one in found_by(differing_images.RULE, objects) for node in one["nodes"]] == nodes


@pytest.mark.parametrize(
    ("objects", "image"),
    [
        pytest.param(
            pods(A, A, image="registry.example/main:latest"), A, id="the digest that all pods run is offered"
        ),
        pytest.param(pods(A, B, image="registry.example/main"), None, id="none where they differ"),
        pytest.param(
            pods(f"sha256:{'a' * 64}", image="registry.example/main"), None, id="none that no one can pull"
        ),
        pytest.param(pods(image="registry.example/main"), None, id="none without pods"),
    ],
)
def test_the_digest_that_runs_is_offered_as_a_patch(objects: list[Raw], image: str | None):
    (found,) = found_by(mutable_image.RULE, objects)
    assert (found["patch"] and found["patch"]["body"][1]["value"]) == image


def test_the_words_for_a_pod_that_was_given_another_image():
    objects = pods(A, A, B, containers=[a_container(image="registry.example/main:2")])
    (found,) = found_by(differing_images.RULE, objects)
    assert found["message"] == (
        "Pods of one revision run 2 different images in container main: registry.example/main:1.0 on 2 nodes, "
        "registry.example/main:2 on 1 node. The nodes are those that differ from most."
    )
    assert "`kubectl rollout restart ds agent -n kube-system` makes them anew" in found["fix"]
