"""How a jsonpath filter compares two values: strictly by kind, as Go's text/template does.

Mirrors k8s.io/client-go/third_party/forked/golang/template/funcs.go.
"""

from typing import Any

from kubectl_ds.output.go_values import Byte, go_number
from kubectl_ds.output.jsonpath_nodes import JSONPathError

_OPERATORS = ("==", "!=", "<", "<=", ">", ">=")


def compare(left: Any, operator: str, right: Any) -> bool:
    """Whether `left operator right` holds. Raises `JSONPathError`: an unknown operator, kinds that do not compare."""
    if operator not in _OPERATORS:
        raise JSONPathError(f"unrecognized filter operator {operator}")
    left_kind, right_kind = _kind(left), _kind(right)
    if left_kind != right_kind and {left_kind, right_kind} != {"int", "uint"}:
        raise JSONPathError("incompatible types for comparison")
    if left_kind == "bool" and operator not in ("==", "!="):
        raise JSONPathError("invalid type for comparison")
    if left_kind in ("int", "float"):
        left, right = go_number(left), go_number(right)
    match operator:
        case "==":
            return bool(left == right)
        case "!=":
            return bool(left != right)
        case "<":
            return bool(left < right)
        case "<=":
            return bool(left <= right)
        case ">":
            return bool(left > right)
        case _:
            return bool(left >= right)


def _kind(value: Any) -> str:
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, Byte):
        return "uint"
    if isinstance(value, int | float):
        return "int" if isinstance(go_number(value), int) else "float"
    if isinstance(value, str):
        return "string"
    raise JSONPathError("invalid type for comparison")
