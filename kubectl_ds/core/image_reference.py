"""The parts of an image reference (distribution/reference): repository, tag, digest."""

from msgspec import Struct


class ImageReference(Struct, frozen=True):
    """`tag` and `digest` (`sha256:…`) are empty where there is none."""

    repository: str
    tag: str
    digest: str


def image_reference(image: str) -> ImageReference:
    """Of what stands in a container's `image`, or of what a kubelet reports as its `imageID`.

    Docker's old prefix, `docker-pullable://`, is left out. A bare `sha256:…` is a digest without a repository.
    """
    rest = image.partition("://")[2] if "://" in image else image
    rest, _, digest = rest.partition("@")
    if not digest and rest.startswith("sha256:"):
        return ImageReference("", "", rest)
    folder, slash, last = rest.rpartition("/")
    last, _, tag = last.partition(":")
    return ImageReference(f"{folder}{slash}{last}", tag, digest)
