"""Everything that ends the program early: one sentence for people, one exit code for scripts."""

from collections.abc import Sequence

from kubectl_ds.exit_codes import ExitCode


class KubectlDsError(Exception):
    """Says in one sentence what happened, and in `hint` what to do next.

    Any layer raises it; `cli.main` alone turns it into one line on standard error and an exit code.
    """

    exit_code = ExitCode.UNAVAILABLE

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(KubectlDsError):
    """The command line asks for something that cannot be: an unknown format, a bad selector."""

    exit_code = ExitCode.USAGE


class KubeconfigError(KubectlDsError):
    """The kubeconfig is missing, broken, or names a context, cluster or user that it does not hold."""


class CredentialError(KubectlDsError):
    """A credential could not be had. The program never goes on anonymously or as somebody else."""


class ConnectionFailed(KubectlDsError):
    """No conversation with the server came about: refused, timed out, wrong certificate, cut short."""


class ApiError(KubectlDsError):
    """The API server answered, and the answer is an error.

    `status` is the HTTP code; `reason` and `server_message` come from the server's Status object and
    are as hostile as any text of a cluster: whoever prints them strips control characters.
    """

    def __init__(
        self, message: str, *, status: int, reason: str = "", server_message: str = "", hint: str = ""
    ) -> None:
        super().__init__(message, hint=hint)
        self.status = status
        self.reason = reason
        self.server_message = server_message


class NotFoundError(KubectlDsError):
    """An object that was asked for by name is not there; `further` are the sentences for the others."""

    def __init__(self, message: str, *, hint: str = "", further: Sequence[str] = ()) -> None:
        super().__init__(message, hint=hint)
        self.further = tuple(further)


class NotHeld(KubectlDsError):
    """A dump does not hold what was asked of it: for an answer the same as a list that may not be read."""


class UnexpectedAnswer(KubectlDsError):
    """The answer is not Kubernetes' JSON: a login page, a cut body, another kind."""


class MalformedValue(KubectlDsError, ValueError):
    """A file holds, where an amount belongs, what no API server would have stored.

    Whoever can go on without the one amount catches it, as the ValueError that it is too.
    """

    def __init__(self, message: str) -> None:
        super().__init__(
            message, hint="No API server stores such a value: correct it in the file that was read."
        )
