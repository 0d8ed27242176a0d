"""`.kubectl-ds.yaml`: where it is looked for, and what it means; wrong words in it are told with line and column."""

import os
from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from kubectl_ds.commands.rule_words import known_rules, rules_like, unknown_rule
from kubectl_ds.commands.typed_file import TypedFile, bounded_content, typed_file
from kubectl_ds.core.audit_configuration import AuditConfiguration, ExceptionEntry, words_of
from kubectl_ds.core.audit_exception import AuditException
from kubectl_ds.core.audit_report import LEVELS, FailOn, Level
from kubectl_ds.core.audit_settings import AuditSettings
from kubectl_ds.core.coverage_requirement import CoverageRequirement, required
from kubectl_ds.core.label_selector import Requirements, parse
from kubectl_ds.errors import UsageError

NAME = ".kubectl-ds.yaml"
_MOST_BYTES = 2**20
_OFF = ("off", False)


class Configured(Struct, frozen=True, kw_only=True):
    """The configuration as the program uses it; rules are identifiers. `path` is empty where there is none."""

    path: str = ""
    fail_on: FailOn | None = None
    select: frozenset[str] = frozenset()
    ignore: frozenset[str] = frozenset()
    off: frozenset[str] = frozenset()
    levels: Mapping[str, Level] = {}
    settings: AuditSettings = AuditSettings()
    exceptions: tuple[AuditException, ...] = ()


def configured_by(path: str | None) -> Configured:
    """What `--config` names; None looks for it, an empty text means none. Raises `UsageError`."""
    found = _looked_for(_working_folder()) if path is None else path
    return configuration_in(found) if found else Configured()


def configuration_in(path: str) -> Configured:
    """Raises `UsageError` for a file that cannot be read or does not say what can be meant."""
    file = typed_file(path, bounded_content(path, _MOST_BYTES), AuditConfiguration)
    held = file.held
    bounds = {name: getattr(held.bounds, name) for name in held.bounds.__struct_fields__}
    requirements = tuple(_requirements(file))
    return Configured(
        path=path,
        fail_on=held.fail_on,
        select=_rules(file, "select", words_of(held.select)),
        ignore=_rules(file, "ignore", words_of(held.ignore)),
        off=frozenset(rule for rule, setting in _settings(file) if setting in _OFF),
        levels={rule: level for rule, setting in _settings(file) for level in LEVELS if level == setting},
        settings=replace(AuditSettings(**bounds), requirements=requirements),
        exceptions=tuple(_exceptions(file)),
    )


def _working_folder() -> str:
    """Empty where it was removed under the feet of this process."""
    try:
        return os.getcwd()
    except OSError:
        return ""


def _looked_for(folder: str) -> str:
    """In this folder and, within a repository, in those above it up to its root. Empty where there is none.

    Further up anybody may have put one: in /tmp, in a home that is shared.
    """
    if not folder:
        return ""
    above = [folder, *_parents(folder)]
    root = next((one for one in above if os.path.exists(os.path.join(one, ".git"))), folder)
    for one in above[: above.index(root) + 1]:
        if os.path.isfile(path := os.path.join(one, NAME)):
            return os.path.relpath(path, folder)
    return ""


def _parents(folder: str) -> Iterator[str]:
    while (parent := os.path.dirname(folder)) != folder:
        yield parent
        folder = parent


# --- what the words in it mean ---------------------------------------------------------------------


def _rules(file: TypedFile[AuditConfiguration], key: str, words: Sequence[str]) -> frozenset[str]:
    known = known_rules()
    for position, word in enumerate(words):
        if word.lower() not in known:
            raise _unknown(file, word, key, position)
    return frozenset(known[word.lower()] for word in words)


def _settings(file: TypedFile[AuditConfiguration]) -> Iterator[tuple[str, str | bool]]:
    known = known_rules()
    seen: dict[str, str] = {}
    for word, setting in file.held.rules.items():
        if word.lower() not in known:
            raise _unknown(file, word, "rules", word, of_key=True)
        rule = known[word.lower()]
        if rule in seen:
            raise file.refused(
                f"this is {seen[rule]}, which has been set already", "rules", word, of_key=True
            )
        seen[rule] = word
        yield rule, setting


def _unknown(
    file: TypedFile[AuditConfiguration], word: str, *path: str | int, of_key: bool = False
) -> UsageError:
    error = unknown_rule(word)
    return file.refused(error.message, *path, hint=error.hint, of_key=of_key)


def _requirements(file: TypedFile[AuditConfiguration]) -> Iterator[CoverageRequirement]:
    for position, entry in enumerate(file.held.requirements):
        nodes = _selector(file, entry.nodes, "requirements", position, "nodes")
        try:
            yield required(entry.daemon_set, entry.nodes, nodes)
        except UsageError as error:
            raise file.refused(
                error.message, "requirements", position, "daemonSet", hint=error.hint
            ) from None


def _exceptions(file: TypedFile[AuditConfiguration]) -> Iterator[AuditException]:
    for position, entry in enumerate(file.held.exceptions):
        yield _exception(file, position, entry)


def _exception(file: TypedFile[AuditConfiguration], position: int, entry: ExceptionEntry) -> AuditException:
    path = ("exceptions", position)
    patterns = words_of(entry.rules)
    if not patterns:
        raise file.refused("this names no rule", *path, "rules", hint='"*" is every rule')
    for number, pattern in enumerate(patterns):
        if not rules_like(pattern):
            error = unknown_rule(pattern)
            raise file.refused(error.message, *path, "rules", number, hint=error.hint)
    if not entry.reason.strip():
        raise file.refused("this is empty", *path, "reason")
    nodes = _selector(file, entry.nodes, *path, "nodes")
    return AuditException(
        rules=patterns,
        reason=" ".join(entry.reason.split()),
        namespace=entry.namespace,
        name=entry.name,
        nodes=nodes if nodes.items else None,
        node_selector=entry.nodes.strip(),
        expires=entry.expires,
    )


def _selector(file: TypedFile[AuditConfiguration], text: str, *path: str | int) -> Requirements:
    try:
        return parse(text)
    except UsageError as error:
        raise file.refused(error.message, *path, hint=error.hint) from None
