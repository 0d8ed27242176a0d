"""How large a cluster is, and the seed that everything random in it comes from."""

from dataclasses import asdict, dataclass


@dataclass(frozen=True, kw_only=True)
class Size:
    """`workload_pods` is for each node: what runs there beside daemon pods."""

    nodes: int
    daemonsets: int
    workload_pods: int = 2
    images: int = 40
    seed: int = 1

    @property
    def name(self) -> str:
        """A name that tells two clusters apart: `5000n-30ds-2w-40i-1s`."""
        return f"{self.nodes}n-{self.daemonsets}ds-{self.workload_pods}w-{self.images}i-{self.seed}s"

    def as_dict(self) -> dict[str, int]:
        """For JSON."""
        return asdict(self)
