"""Text of a cluster made fit for a terminal: the one place where control characters are taken out.

Names, labels, annotations and messages are written by whoever may write to the cluster, and a terminal obeys
control characters: they can hide, forge or type. kubectl shows ESC as `^[` (cli-runtime's terminal writer);
the same is done here, and the rest that can mislead is spelled out too. JSON and YAML keep everything as is.
"""

# Cc: C0, DEL, C1. Cf: bidi controls, zero-width and tag characters. Cs: lone surrogates, which no stream can
# encode. Zl, Zp: line and paragraph separators.
_MISLEADING = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_NAMED = {"\x1b": "^[", "\r": "\\r", "\n": "\\n", "\t": "\\t"}
_TAB_STOP = 8


def safe(text: str) -> str:
    """`text` on one line with every control, format and lone surrogate character spelled out.

    The answer never holds a character of the Unicode categories Cc, Cf, Cs, Zl or Zp. Harmless text comes
    back as it is.
    """
    if text.isprintable():
        return text
    import unicodedata

    return "".join(
        _spelled(character) if unicodedata.category(character) in _MISLEADING else character
        for character in text
    )


def safe_lines(text: str) -> list[str]:
    """`text` cut at its line feeds, each line safe, tabs as blanks: for what may be printed on several lines.

    A trailing line feed gives no empty last line; an empty text gives one empty line.
    """
    lines = text.split("\n")
    if len(lines) > 1 and not lines[-1]:
        lines.pop()
    return [safe(line.removesuffix("\r").expandtabs(_TAB_STOP)) for line in lines]


def safe_json(text: str) -> str:
    """A JSON text with every control and format character in its strings escaped: another spelling, the same data."""
    if text.replace("\n", "").isprintable():
        return text
    return "".join(
        character if character == "\n" or character.isprintable() else _escaped(character)
        for character in text
    )


def _escaped(character: str) -> str:
    code = ord(character)
    if code <= 0xFFFF:
        return f"\\u{code:04x}"
    code -= 0x10000
    return f"\\u{0xD800 + (code >> 10):04x}\\u{0xDC00 + (code & 0x3FF):04x}"


def display_width(text: str) -> int:
    """How many terminal columns a safe text takes: East Asian wide characters two, combining marks none."""
    if text.isascii():
        return len(text)
    import unicodedata

    columns = 0
    for character in text:
        if unicodedata.category(character) in {"Mn", "Me"}:
            continue
        columns += 2 if unicodedata.east_asian_width(character) in {"W", "F"} else 1
    return columns


def padded(text: str, columns: int) -> str:
    """`text` filled up with blanks to `columns` terminal columns; longer text stays as it is."""
    return text + " " * max(0, columns - display_width(text))


def shortened(text: str, columns: int) -> str:
    """`text` cut to `columns` terminal columns, the last one an ellipsis when something was cut."""
    if display_width(text) <= columns:
        return text
    kept, used = [], 0
    for character in text:
        used += display_width(character)
        if used > columns - 1:
            break
        kept.append(character)
    return "".join(kept).rstrip() + "…"


def wrapped(text: str, columns: int) -> list[str]:
    """A safe text in lines of at most `columns` terminal columns, cut at blanks.

    A word longer than a line stays whole: names and commands have to survive copy and paste.
    """
    if display_width(text) <= columns:
        return [text]
    lines: list[str] = []
    line = ""
    for word in text.split(" "):
        candidate = f"{line} {word}" if line else word
        if line and display_width(candidate) > columns:
            lines.append(line)
            candidate = word
        line = candidate
    lines.append(line)
    return lines


def paragraph(text: str, columns: int, *, first: str = "", rest: str | None = None) -> str:
    """`text` wrapped to `columns`: the first line after `first`, the others after `rest` (default: blanks).

    `text` is made safe here; `first` and `rest` are the program's own words and may carry colour.
    """
    from kubectl_ds.output.tables import visible_width

    margin = visible_width(first)
    following = " " * margin if rest is None else rest
    lines = wrapped(safe(text), max(20, columns - max(margin, visible_width(following))))
    return "\n".join((first if position == 0 else following) + line for position, line in enumerate(lines))


def _spelled(character: str) -> str:
    if (named := _NAMED.get(character)) is not None:
        return named
    code = ord(character)
    if code <= 0xFF:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
