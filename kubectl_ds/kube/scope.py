"""Which DaemonSets are meant, and how they are read."""

from msgspec import Struct

from kubectl_ds.errors import UsageError
from kubectl_ds.kube.lists import CHUNK_SIZE, OnProgress, Patience


class Scope(Struct, frozen=True, kw_only=True):
    """`namespace` None is every namespace. With names, selectors are not looked at: kubectl takes one of them.

    With `nodes`, only these are read, and of pods those that are on them or are not bound to any node, whatever
    namespace they are in.

    Raises `UsageError` for a namespace or a name that would lead to another path of the server: `..` as
    a namespace would be all of them.
    """

    namespace: str | None
    names: tuple[str, ...] = ()
    label_selector: str = ""
    field_selector: str = ""
    nodes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.namespace is not None:
            refuse_as_path("namespace", self.namespace)
        for name in (*self.names, *self.nodes):
            refuse_as_path("resource name", name)

    @property
    def narrows(self) -> bool:
        """Whether it depends on the DaemonSets that there are whose pods and revisions are meant."""
        return bool(self.names or self.label_selector or self.field_selector)

    @property
    def holds_all_pods(self) -> bool:
        """Whether its own pods are all that run on the nodes in question, whoever owns them."""
        return bool(self.nodes) or (self.namespace is None and not self.narrows)


def refuse_as_path(what: str, text: str) -> None:
    """client-go's IsValidPathSegmentName (rest/request.go), with its words. Raises `UsageError`."""
    if text in (".", ".."):
        wrong = [f"may not be '{text}'"]
    else:
        wrong = [f"may not contain '{part}'" for part in ("/", "%") if part in text]
    if wrong:
        raise UsageError(f'invalid {what} "{text}": [{" ".join(wrong)}]')


class ReadOptions(Struct, frozen=True, kw_only=True):
    """How to read. `fast` reads the server's watch cache, which may be seconds behind.

    With `ignore_not_found` names that are not there are left out in place of `NotFoundError`. With
    `free_room` an unbound pod makes all pods of the cluster be read, since what else runs on its node
    decides whether it fits. `on_progress` is told how far each list is.
    """

    chunk_size: int = CHUNK_SIZE
    fast: bool = False
    ignore_not_found: bool = False
    free_room: bool = True
    start_times: bool = False
    patience: Patience = Patience()
    on_progress: OnProgress | None = None


AS_USUAL = ReadOptions()
"""What kubectl would do without flags."""
