"""The DaemonSets themselves, as plain trees: by name or as a list, and what to say when a name is not there."""

from collections.abc import Sequence
from functools import partial

import msgspec
from msgspec import Struct

from kubectl_ds.core.model import DaemonSet
from kubectl_ds.errors import ApiError, KubectlDsError, NotFoundError, UnexpectedAnswer
from kubectl_ds.kube.decoding import RawObject, decode_object, decode_raw_daemonsets, typed_object
from kubectl_ds.kube.errors import excerpt
from kubectl_ds.kube.lists import Listed, fetch, read_list
from kubectl_ds.kube.resource_lists import call_of, list_of, path_of
from kubectl_ds.kube.scope import AS_USUAL, ReadOptions, Scope
from kubectl_ds.kube.side_by_side import Pending
from kubectl_ds.kube.transport import Transport

_BAD_REQUEST = 400

_GETS_AT_MOST = 8
"""Names that are asked for one by one; more of them are picked out of one list."""

_SHOWN = 8
"""Names that a sentence lists."""


class DaemonSetObjects(Struct, frozen=True, kw_only=True):
    """Raw objects with kind and apiVersion, in the order asked for or listed.

    `resource_version` is the list's, empty for objects that were got by name; `date` is the server's
    Date header. `missing` are names that are not there, with `ReadOptions.ignore_not_found` only.
    `lacks` is what a dump says of a list that may not be whole.
    """

    objects: tuple[RawObject, ...]
    resource_version: str = ""
    date: str = ""
    missing: tuple[str, ...] = ()
    lacks: str = ""


def read_daemonset_objects(
    transport: Transport, scope: Scope, options: ReadOptions = AS_USUAL
) -> DaemonSetObjects:
    """The DaemonSets of a scope as the server has them, for what prints them whole.

    Raises `ApiError`, `NotFoundError` (with what is there instead), `ConnectionFailed`, `CredentialError`,
    `UnexpectedAnswer`.
    """
    if not scope.names:
        listed = _list(transport, scope.namespace, scope.label_selector, scope.field_selector, options)
        return DaemonSetObjects(
            objects=tuple(listed.items),
            resource_version=listed.resource_version,
            date=listed.date,
            lacks=listed.lacks,
        )
    names = tuple(dict.fromkeys(scope.names))
    if scope.namespace is None or len(names) > _GETS_AT_MOST:
        found, date = _picked_from_list(transport, scope.namespace, names, options)
    else:
        found, date = _got_by_name(transport, scope.namespace, names, options)
    missing = tuple(name for name in names if name not in {one["metadata"]["name"] for one in found})
    if missing and not options.ignore_not_found:
        raise not_found(transport, scope.namespace, missing, options)
    return DaemonSetObjects(objects=found, date=date, missing=missing)


def typed_daemonsets(objects: DaemonSetObjects) -> tuple[DaemonSet, ...]:
    """The same objects as the program uses them. Raises `UnexpectedAnswer`."""
    typed = []
    for raw in objects.objects:
        try:
            typed.append(typed_object(raw, DaemonSet))
        except msgspec.ValidationError as error:
            name = excerpt(str(raw["metadata"].get("name")).encode())
            raise UnexpectedAnswer(f"The DaemonSet {name} is not as the API has it: {error}") from error
    return tuple(typed)


def not_found(
    transport: Transport, namespace: str | None, missing: Sequence[str], options: ReadOptions = AS_USUAL
) -> NotFoundError:
    """The error for names that are not there; its hint names what is nearby, as far as it may be read."""
    said = [f'Error from server (NotFound): daemonsets.apps "{name}" not found' for name in missing]
    try:
        # One list answers both: other names here, and this name elsewhere.
        nearby = _list(transport, None, "", "", options).items
    except KubectlDsError:
        try:
            nearby = _list(transport, namespace, "", "", options).items if namespace else []
        except KubectlDsError:
            nearby = []
    return NotFoundError(said[0], further=said[1:], hint=_what_is_nearby(namespace, missing, nearby))


def _what_is_nearby(namespace: str | None, missing: Sequence[str], nearby: Sequence[RawObject]) -> str:
    homes: dict[str, list[str]] = {}
    for one in nearby:
        homes.setdefault(one["metadata"]["name"], []).append(one["metadata"].get("namespace", ""))
    elsewhere = next((name for name in missing if name in homes), "")
    if elsewhere:
        where = sorted(homes[elsewhere])
        return f"{elsewhere} is in namespace {', '.join(where[:_SHOWN])}: try -n {where[0]}"
    from difflib import get_close_matches

    here = sorted(name for name, where in homes.items() if namespace is None or namespace in where)
    close = get_close_matches(missing[0], here, n=1) or get_close_matches(missing[0], sorted(homes), n=1)
    if close:
        where = sorted(homes[close[0]])
        place = "" if namespace in where or namespace is None else f" -n {where[0]}"
        return f"Did you mean {close[0]}{place}?"
    if here:
        rest = f" and {len(here) - _SHOWN} more" if len(here) > _SHOWN else ""
        return f"There {'is' if len(here) == 1 else 'are'}: {', '.join(here[:_SHOWN])}{rest}"
    return f"There is no DaemonSet in namespace {namespace}: try -A" if nearby and namespace else ""


def _list(
    transport: Transport, namespace: str | None, labels: str, fields: str, options: ReadOptions
) -> Listed[RawObject]:
    request = list_of(
        transport, "daemonsets", namespace, decode_raw_daemonsets, options, labels=labels, fields=fields
    )
    try:
        return read_list(transport, request, options.patience)
    except ApiError as error:
        if error.status == _BAD_REQUEST and (labels or fields):
            raise _with_selectors(error, labels, fields) from error
        raise


def _with_selectors(error: ApiError, labels: str, fields: str) -> ApiError:
    """The refusal with the selectors in it (cli-runtime's pkg/resource/selector.go)."""
    import json

    spelled = [json.dumps(selector, ensure_ascii=False) for selector in (labels, fields)]
    found = f'Unable to find "apps/v1, Resource=daemonsets" that match label selector {spelled[0]}'
    return ApiError(
        f"Error from server (BadRequest): {found}, field selector {spelled[1]}: {error.server_message}",
        status=error.status,
        reason=error.reason,
        server_message=error.server_message,
        hint=error.hint,
    )


def _picked_from_list(
    transport: Transport, namespace: str | None, names: Sequence[str], options: ReadOptions
) -> tuple[tuple[RawObject, ...], str]:
    fields = f"metadata.name={names[0]}" if len(names) == 1 else ""
    listed = _list(transport, namespace, "", fields, options)
    order = {name: position for position, name in enumerate(names)}
    found = [one for one in listed.items if one["metadata"]["name"] in order]
    return tuple(sorted(found, key=lambda one: order[one["metadata"]["name"]])), listed.date


def _got_by_name(
    transport: Transport, namespace: str, names: Sequence[str], options: ReadOptions
) -> tuple[tuple[RawObject, ...], str]:
    others = [Pending(partial(_get, transport, namespace, name, options)) for name in names[1:]]
    answers = [_get(transport, namespace, names[0], options), *(other.result() for other in others)]
    return tuple(raw for raw, _ in answers if raw is not None), answers[-1][1]


def _get(
    transport: Transport, namespace: str, name: str, options: ReadOptions
) -> tuple[RawObject | None, str]:
    call = call_of(transport, "get", "daemonsets", namespace, name)
    query = [("resourceVersion", "0")] if options.fast else []
    try:
        response = fetch(transport, path_of("daemonsets", namespace, name), query, call, options.patience)
    except NotFoundError:
        return None, ""
    raw = decode_object(response, call, "DaemonSet")
    if not isinstance(raw.get("metadata"), dict) or raw["metadata"].get("name") != name:
        raise UnexpectedAnswer(
            f"The server at {transport.server} answered with another DaemonSet than {name}"
        )
    return raw, response.headers.get("date", "")
