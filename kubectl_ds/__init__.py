"""What a cluster's DaemonSets really do: where a pod is, lacks, or is one too many, and why."""

__version__ = "0.1.0"
