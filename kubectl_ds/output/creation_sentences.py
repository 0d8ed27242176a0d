"""The sentence for each way in which the API server refuses the controller's pods."""

from typing import assert_never

from kubectl_ds.core.creation_failures import CreationFailed


def creation_sentence(reason: CreationFailed) -> str:
    """Who refused, what to do about it, and the server's words."""
    return f"{_what(reason)} The server said: {reason.message}"


def _what(reason: CreationFailed) -> str:
    subject = reason.subject
    match reason.failure:
        case "quota":
            return f"The ResourceQuota {subject} is used up; raise it or free some of it, and the pod is created."
        case "quota-needs-values":
            return (
                f"The ResourceQuota {subject} wants requests or limits that the template does not set; set them there,"
                " or give the namespace a LimitRange with defaults."
            )
        case "quota-scope":
            return (
                "No ResourceQuota of this namespace allows the pod's priority class; add one with that scope,"
                " or use another priority class."
            )
        case "pod-security":
            return (
                f"Pod Security refuses the pod at level {subject}; relax the namespace's"
                " pod-security.kubernetes.io/enforce label, or the template."
            )
        case "security-context-constraint":
            return (
                "No security context constraint admits the pod;"
                " grant one to its service account, or relax the template."
            )
        case "admission-policy":
            return (
                f"The ValidatingAdmissionPolicy {subject} refuses the pod; change the template or the policy."
            )
        case "webhook-denied":
            return f"The admission webhook {subject} refuses the pod; change the template or the webhook's policy."
        case "webhook-unreachable":
            return (
                f"The API server cannot call the admission webhook {subject}; bring its service back, or remove the"
                " webhook configuration or set its failurePolicy to Ignore."
            )
        case "limit-range":
            return "A LimitRange of the namespace refuses the pod's requests or limits; change the one or the other."
        case "service-account":
            return f"The service account {subject} does not exist; create it, or name another one in the template."
        case "priority-class":
            return (
                f"The PriorityClass {subject} does not exist; create it, or name another one in the template."
            )
        case "runtime-class":
            return (
                f"The RuntimeClass {subject} does not exist; create it, or name another one in the template."
            )
        case "invalid-template":
            return "The API server takes the pod for invalid; correct the template."
        case "namespace":
            return (
                "The namespace is being deleted or gone, so nothing can be created in it; see its status with"
                " kubectl get namespace -o yaml for what holds the deletion up, and create it anew if it is wanted."
            )
        case "timeout":
            return "The API server did not answer the controller in time; it tries again."
        case "forbidden":
            return "The API server forbids the pod; its words say which plugin and why."
        case "other":
            return "The controller could not create the pod; it tries again."
        case _:
            assert_never(reason.failure)
