"""Images by reference and by what runs: the edges of the rules about them."""

import pytest

from kubectl_ds.core.audit_rules import mutable_image
from kubectl_ds.core.image_reference import image_reference
from tests.audit.test_rules import found_by
from tests.clusters import a_container, a_daemonset

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
