"""`--sort-by`, as kubectl sorts: by one jsonpath, numbers and quantities by size, the rest as text.

Mirrors k8s.io/kubectl/pkg/cmd/get/sorter.go.
"""

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from kubectl_ds.core.quantity import parse_quantity
from kubectl_ds.errors import UsageError
from kubectl_ds.output.custom_columns import relaxed_jsonpath
from kubectl_ds.output.go_sort import go_sorted
from kubectl_ds.output.go_values import Byte, go_number, quoted, type_name
from kubectl_ds.output.jsonpath import JSONPath, JSONPathError

Object = TypeVar("Object", bound=Mapping[str, Any])


def sort_objects(objects: Sequence[Object], sort_by: str) -> list[Object]:
    """The objects in the order of the field that `sort_by` names; those without it first.

    Equal ones stand as Go's unstable sort leaves them, which is what kubectl shows. As in kubectl, a table of
    one row is not to be sorted at all, so a wrong field goes unnoticed there: that is the caller's choice.
    Raises `UsageError` for a bad path, a field that no object has, values that have no order.
    """
    if not objects:
        return []
    path = relaxed_jsonpath(sort_by)
    try:
        parsed = JSONPath(path)
        keys = [_first(parsed.results(item)) for item in objects]
    except JSONPathError as error:
        raise UsageError(str(error)) from None
    if all(key is _MISSING for key in keys):
        raise UsageError(f"couldn't find any field with path {quoted(path)} in the list of objects")
    order = go_sorted(range(len(objects)), lambda left, right: _less(keys[left], keys[right], path))
    return [objects[index] for index in order]


class _Missing:
    """The object does not have the field; null is a value."""


_MISSING = _Missing()


def _first(results: Sequence[Sequence[Any]]) -> Any:
    return results[0][0] if results and results[0] else _MISSING


def _less(left: Any, right: Any, path: str) -> bool:
    if left is _MISSING:
        return True
    if right is _MISSING:
        return False
    if left is None or right is None:
        return left is None and right is not None
    left_type, right_type = type_name(left), type_name(right)
    if left_type not in ("string", "int64", "float64", "uint8"):
        raise UsageError(
            f"Field {path} is an unsortable type: {left_type}", hint="sort by a number or a text"
        )
    if left_type != right_type:
        raise UsageError(
            f"Field {path} is an unsortable type: {left_type} in one object, {right_type} in another",
            hint="sort by a field that has the same type everywhere",
        )
    if isinstance(left, str):
        return _less_text(left, right)
    if isinstance(left, Byte):
        return left < int(right)
    return bool(go_number(left) < go_number(right))


def _less_text(left: str, right: str) -> bool:
    """Two quantities by amount, any other two texts by their bytes."""
    try:
        return parse_quantity(left) < parse_quantity(right)
    except ValueError:
        return left < right
