"""The sentence for each way in which a volume keeps a pod off its node."""

from typing import assert_never

from kubectl_ds.core.scheduling.volumes import VolumeConflict
from kubectl_ds.output.placement_sentences import listed

_ONE_EACH = (
    "a DaemonSet that is to run on several nodes needs a volume for each (hostPath, a generic ephemeral volume), or one"
    " that many nodes can use"
)


def volume_sentence(reason: VolumeConflict) -> str:
    """What is amiss with it, and what would free the pod."""
    named = listed(reason.claims)
    claims = f"the claim{'s' * (len(reason.claims) > 1)} {named}" if reason.claims else "a claim of the pod"
    match reason.trouble:
        case "no-claim":
            return f"The PersistentVolumeClaim {named} does not exist; create it, or name another one in the template."
        case "claim-going":
            return f"The PersistentVolumeClaim {named} is being deleted; create it anew once it is gone."
        case "unbound":
            return (
                f"No volume has been provided for {claims}, whose StorageClass binds before a pod is scheduled; see"
                " kubectl describe pvc for the provisioner's words."
            )
        case "no-volume":
            return (
                f"No free PersistentVolume fits {claims} on this node, and the StorageClass makes none; create one"
                " for this node, or leave it out."
            )
        case "elsewhere":
            return f"The volume of {claims} can be used from other nodes only; {_ONE_EACH}."
        case "too-little":
            return f"The node's storage has too little room left for {claims}; free some, or ask for less."
        case "too-many":
            return "The node has as many volumes attached as its CSI driver allows; move pods with volumes off it."
        case "in-use":
            return f"The volume of {claims} is in use by another pod, and allows but one; {_ONE_EACH}."
        case "lost":
            return f"The PersistentVolume of {claims} is gone; restore it, or delete the claim and create it anew."
        case "other":
            return (
                f"The scheduler says of the volume of {claims}: {reason.words}; the volume has to be usable from this"
                " node, or the node has to be left out."
            )
        case _:
            assert_never(reason.trouble)
