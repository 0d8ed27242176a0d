"""The answer to a TAB, by cobra's protocol: a candidate a line, its note behind a tab, and last a directive.

Mirrors cobra `completions.go` (`__complete`) as far as kubectl hands it on to a plugin's `kubectl_complete-NAME`:
https://github.com/kubernetes/kubectl/blob/master/pkg/cmd/plugin/plugin_completion.go
"""

import io
import re
from collections.abc import Iterable, Sequence

from kubectl_ds.commands.completing import Candidate, Directive, Place, Registry, Source, place_of
from kubectl_ds.environment import Environment

_IN_THE_KUBECONFIG = (Source.CONTEXTS, Source.CLUSTERS, Source.USERS)
_KUBERNETES_NAME = re.compile(r"[A-Za-z0-9._:/-]+")


def completed(arguments: Sequence[str], environment: Environment, registry: Registry) -> str:
    """What may come in place of the last argument. Never raises, and prints nothing: a prompt is no place for it."""
    *words, typed = arguments or [""]
    quiet = environment._replace(stderr=io.StringIO())
    try:
        place = place_of(words, typed, registry)
        found = [*place.candidates, *_names(quiet, place)]
    except Exception:
        return f":{Directive.NO_FILES:d}\n"
    candidates = [
        Candidate(f"{place.before}{word}{place.after}", note)
        for word, note in found
        if word.startswith(place.typed) and word not in place.taken
    ]
    lines = [word + (f"\t{' '.join(note.split())}" if note else "") for word, note in candidates]
    return "".join(f"{line}\n" for line in [*lines, f":{_directive(place, candidates):d}"])


def _names(environment: Environment, place: Place) -> Iterable[Candidate]:
    """Only what cannot do harm in a shell: names of a cluster are text of a stranger."""
    if place.source is None:
        return []
    from kubectl_ds.commands.completed_names import candidates_of

    names = candidates_of(environment, place)
    if place.source in _IN_THE_KUBECONFIG:
        return [one for one in names if one.word.isprintable()]
    return [one for one in names if _KUBERNETES_NAME.fullmatch(one.word) and one.note.isprintable()]


def _directive(place: Place, candidates: Sequence[Candidate]) -> Directive:
    directive = place.otherwise | Directive.KEEP_ORDER
    if len(candidates) == 1 and candidates[0].word.endswith(("=", "/", ":")):
        directive |= Directive.NO_SPACE
    return directive
