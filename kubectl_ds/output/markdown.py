"""Words as Markdown that says just these words, on GitHub, GitLab and wherever CommonMark is read.

What comes from a cluster may neither format nor link nor name anybody: a mention in a pull request sends mail. No
backslash helps against that, since mentions and links are looked for in what Markdown has become; only code is left
alone.
"""

import re

from kubectl_ds.output.terminal_text import safe

_PLAIN_CODE = re.compile("[^`|]+")
_WORDS_IN_CODE = re.compile("`([^`]+)`")
_ACTIVE = re.compile(r"(?:^|\W)[@#!~%&$^]\w|\w@\w|://|www\.", re.IGNORECASE)
"""A mention, a reference to an issue and the like, an address."""

_ENTITIES = {"<": "&lt;", ">": "&gt;", "&": "&amp;", "|": "&#124;"}
_SYNTAX = re.compile(r"[\\*_\[\]`~$<>&|]")


def prose(text: str) -> str:
    """Part of a paragraph. What stands between backticks is code, as the program's own sentences mean it."""
    parts = _WORDS_IN_CODE.split(safe(text))
    return "".join(code(part) if at % 2 else _words(part) for at, part in enumerate(parts))


def code(text: str) -> str:
    """`text` as code, also within a table."""
    plain = safe(text)
    if plain.strip() == plain and _PLAIN_CODE.fullmatch(plain):
        return f"`{plain}`"
    # A backtick would end it, and a table takes a bar for its own wherever it stands.
    return f"<code>{''.join(_entity(character) for character in plain)}</code>"


def _words(text: str) -> str:
    return " ".join(code(word) if _ACTIVE.search(word) else _escaped(word) for word in text.split(" "))


def _escaped(word: str) -> str:
    return _SYNTAX.sub(lambda found: _ENTITIES.get(found[0], "\\" + found[0]), word)


def _entity(character: str) -> str:
    return character if character.isalnum() or not character.isascii() else f"&#{ord(character)};"
