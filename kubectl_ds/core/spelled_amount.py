"""An amount of a resource as people read it."""

_BINARY_UNITS = ((2**50, "Pi"), (2**40, "Ti"), (2**30, "Gi"), (2**20, "Mi"), (2**10, "Ki"))
IN_BYTES = ("memory", "ephemeral-storage", "storage")


def spelled_amount(resource: str, amount: int) -> str:
    """Millicores as `250m` or `2`, bytes as `512Mi`, anything else as a number.

    Bytes that are no whole number of a unit are rounded down to one, with at least three digits kept:
    `1.5Gi` is spelled `1536Mi`.
    """
    if resource == "cpu":
        return str(amount // 1000) if amount % 1000 == 0 else f"{amount}m"
    if resource not in IN_BYTES and not resource.startswith("hugepages-"):
        return str(amount)
    sign, size = ("-", -amount) if amount < 0 else ("", amount)
    for unit, suffix in _BINARY_UNITS:
        if size and size % unit == 0:
            return f"{sign}{size // unit}{suffix}"
    for unit, suffix in _BINARY_UNITS:
        if size >= 100 * unit:
            return f"{sign}{size // unit}{suffix}"
    return f"{sign}{size}"
