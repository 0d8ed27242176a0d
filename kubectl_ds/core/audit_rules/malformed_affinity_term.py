"""DS010: terms of the required node affinity that can match no node."""

from collections.abc import Iterator

from kubectl_ds.core.audit_report import Found, Patch
from kubectl_ds.core.audit_rule import NOTHING_ELSE, Rule
from kubectl_ds.core.audited_cluster import AuditedDaemonSet
from kubectl_ds.core.model import PodSpec
from kubectl_ds.core.placement.node_affinity import (
    REQUIRED_PATH,
    malformed_terms,
    required_node_affinity,
)
from kubectl_ds.core.placement_change import one_term_per_node, required_terms_of
from kubectl_ds.core.template_patch import placement_patch


def check(audited: AuditedDaemonSet) -> Iterator[Found]:
    """Requirements that cannot be parsed, and terms without any requirement."""
    spec = audited.daemonset.spec.template.spec
    if required_node_affinity(spec) is None:
        return
    errors = [one.error.removeprefix(f"{REQUIRED_PATH}.") for one in malformed_terms(spec)]
    if errors:
        patch = _patch(spec)
        yield Found(
            message="A malformed term of its required node affinity matches no node, and the controller drops the "
            f"error: {'; '.join(errors)}.",
            fix=f"Correct it: `{_edit(audited)}`."
            if patch is None
            else "Write a term of its own for each name, as the patch does.",
            patch=patch,
        )
        return
    terms = required_terms_of(spec)
    empty = [index for index, term in enumerate(terms) if not (term.match_expressions or term.match_fields)]
    if not terms:
        yield Found(
            message="Its required node affinity has no terms, and so matches no node at all.",
            fix=f"Give it a term, or take it out: `{_edit(audited)}`.",
        )
    elif empty:
        yield Found(
            message=f"{_listed(empty)} empty, and an empty term matches no node, not every node.",
            fix=f"Write there what the nodes have to have, or take it out: `{_edit(audited)}`.",
            level="error" if len(empty) == len(terms) else "warning",
        )


def _edit(audited: AuditedDaemonSet) -> str:
    namespace, name = audited.key
    return f"kubectl edit ds {name} -n {namespace}"


def _listed(empty: list[int]) -> str:
    paths = ", ".join(f"nodeSelectorTerms[{index}]" for index in empty)
    return f"{paths} of its required node affinity {'is' if len(empty) == 1 else 'are'}"


def _patch(spec: PodSpec) -> Patch | None:
    """Several names in one `metadata.name In [...]` are the one mistake whose meaning is plain."""
    mended = one_term_per_node(spec)
    return None if malformed_terms(mended) else placement_patch(spec, mended)


RULE = Rule(
    id="DS010",
    name="malformed-affinity-term",
    level="error",
    needs=NOTHING_ELSE,
    means="A term of the required node affinity can match no node. A requirement is in it that cannot be read (the "
    "API server takes `Gt` with a text that is no number, and leaves illegal values of older objects alone), or no "
    "requirement at all.",
    why="The controller drops the error: the term is as good as not there, and people see DESIRED 0, or too small a "
    "number, and nothing else. Unlike an empty label selector, an empty term selects nothing.",
    mend="Correct the requirement that the finding names. Several node names in one `metadata.name In [...]` become "
    "one term each, for which there is a ready patch. An empty term beside others is only a warning.",
    check=check,
)
