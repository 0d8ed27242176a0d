"""Where the command's name stands among the words: before its flags, behind them or between. Without click."""

from collections.abc import Iterator, Sequence

# Flags that take the next word, so that a command's name can be found behind them ("-n kube-system get").
# A test holds this against the options of all commands.
TAKES_VALUE = frozenset(
    {
        *("--kubeconfig", "--context", "--cluster", "--user", "-s", "--server", "--token", "--username"),
        *("--password", "--as", "--as-group", "--as-uid", "--as-user-extra", "--certificate-authority"),
        *("--client-certificate", "--client-key", "--tls-server-name", "--proxy-url", "--request-timeout"),
        *("--cache-dir", "--kuberc", "-v", "--v", "--color", "-n", "--namespace", "-l", "--selector"),
        *("--field-selector", "--chunk-size", "-o", "--output", "--template", "--sort-by", "-L"),
        *("--label-columns", "--node", "--pod", "--state", "--timeout", "--revision", "--diff"),
        *("--image", "--from", "-f", "--filename", "--port", "--env", "--node-selector", "--toleration"),
        *("--mount-host", "--service-account", "--priority-class", "--max-unavailable", "--label"),
        *("--dry-run", "--field-manager", "--taint", "--nodes", "--add-node", "--remove-node", "--drain"),
        *("--contexts", "--contexts-file", "--clusters-at-once", "--cluster-timeout", "--compare"),
        *("--delete", "--require", "--fail-on", "--select", "--ignore"),
        *("--baseline", "--config", "--explain"),
    }
)


def with_hyphens(name: str) -> str:
    """component-base's WordSepNormalizeFunc: `--all_namespaces` is `--all-namespaces`."""
    return name.replace("_", "-")


def command_first(arguments: Sequence[str]) -> tuple[str, list[str]]:
    """The command's name and the rest, wherever the name stood among the flags.

    Without any word `get` is meant. A first word that is no command is returned as the name, for the caller
    to refuse.
    """
    position = next(plain_words(arguments), None)
    if position is None:
        return "get", list(arguments)
    return arguments[position], [*arguments[:position], *arguments[position + 1 :]]


def plain_words(arguments: Sequence[str]) -> Iterator[int]:
    """Positions of the words before `--` that are neither flags nor a flag's value."""
    position = 0
    while position < len(arguments) and arguments[position] != "--":
        word = arguments[position]
        if not word.startswith("-") or word == "-":
            yield position
        elif _takes_next_word(word):
            position += 1
        position += 1


def _takes_next_word(word: str) -> bool:
    """Whether a flag, or the last of several letters behind one hyphen, has its value in the next word."""
    if word.startswith("--"):
        return with_hyphens(word) in TAKES_VALUE
    for position in range(1, len(word)):
        rest = word[position + 1 :]
        if f"-{word[position]}" in TAKES_VALUE:
            return not rest
        if rest.startswith("="):
            return False
    return False
