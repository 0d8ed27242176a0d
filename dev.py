"""Everything that a contributor or CI types, with nothing but Python 3 and git on the machine.

    python3 dev.py demo [COMMAND ...]   install, then show the bundled sample cluster
    python3 dev.py test [PYTEST ...]    install, then run all tests
    python3 dev.py cluster [OPTION ...] install, then start a real cluster with a few DaemonSets to look at
    python3 dev.py lint                 ruff, both halves
    python3 dev.py types                mypy --strict
    python3 dev.py bench [OPTION ...]   install, then time it against kubectl on clusters made for it
    python3 dev.py build [FOLDER]       wheel and sdist, checked as the package index does, in dist/ or FOLDER
    python3 dev.py release X.Y.Z        write the version into every place and build it; --check compares them
    python3 dev.py lock                 requirements-packaged.txt anew, from constraints.txt
    python3 dev.py archive              what krew installs: this platform's archive, into dist/
    python3 dev.py compat               the ApiClient session on kubernetes 35, 36 and 37

Inside an activated virtual environment it uses that one; otherwise it makes `.venv` here.
"""

from __future__ import annotations

import configparser
import hashlib
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent
CONSTRAINTS = ROOT / "constraints.txt"
PACKAGED = ROOT / "requirements-packaged.txt"
PACKAGED_HEAD = """# What a packaged program needs: the run-time requirements less the official client and urllib3
# below it, whose sessions only Python programs hand over. Made from constraints.txt by `python3 dev.py lock`.
"""
NOT_PACKAGED = ("kubernetes", "urllib3")
LOCKING = ("--generate-hashes", "--universal", "--python-version=3.11", "--no-header", "--no-annotate", "-q")
KUBERNETES_VERSIONS = ("35.0.0", "36.0.3", "37.0.2")
SESSION_TESTS = "tests/kube/test_api_client_session.py"


def main(arguments: list[str]) -> int:
    if sys.version_info < (3, 11):  # noqa: UP036 - people run this with whatever python3 they have
        print(f"kubectl-ds needs Python 3.11 or newer; this is {sys.version.split()[0]}.", file=sys.stderr)
        return 2
    verbs = {
        "demo": demo,
        "test": test,
        "cluster": cluster,
        "lint": lint,
        "types": types,
        "bench": bench,
        "build": build,
        "release": release,
        "lock": lock,
        "archive": archive,
        "compat": compat,
    }
    if not arguments or arguments[0] not in verbs:
        print(__doc__, file=sys.stderr)
        return 2
    return verbs[arguments[0]](arguments[1:])


def demo(arguments: list[str]) -> int:
    environment = installed(extras="")
    return run([script(environment, "kubectl-ds"), "demo", *(arguments or ["coverage"])])


def test(arguments: list[str]) -> int:
    environment = installed(extras="[test]")
    return run([python(environment), "-m", "pytest", *arguments])


def cluster(arguments: list[str]) -> int:
    """Ctrl-C stops it. The options are those of `python -m tests.controlplane start`."""
    program = python(installed(extras="[test]"))
    command = [program, "-m", "tests.controlplane", "start", "--examples", "--nodes=5", *arguments]
    if os.name != "nt":
        # In place of this process, so that a signal to it reaches the cluster.
        os.chdir(ROOT)
        os.execv(program, command)  # noqa: S606
    return run(command)


def lint(_: list[str]) -> int:
    ruff = script(installed(extras="[test]"), "ruff")
    return run([ruff, "check", "."]) or run([ruff, "format", "--check", "."])


def types(_: list[str]) -> int:
    return run([script(installed(extras="[test]"), "mypy")])


def bench(arguments: list[str]) -> int:
    extras = "[test,bench]" if {"--write", "--render"} & set(arguments) else "[test]"
    environment = installed(extras=extras)
    program = script(packaged(), "kubectl-ds")
    return run([python(environment), "-m", "bench", "--program", program, *arguments])


def build(arguments: list[str]) -> int:
    """The wheel is built from the sdist: whoever builds from that gets the same."""
    environment = installed(extras="[test]")
    folder = Path(arguments[0] if arguments else "dist").resolve()
    for left in folder.glob("kubectl_ds-*"):
        left.unlink()
    os.environ["PIP_CONSTRAINT"] = str(CONSTRAINTS)
    code = run([python(environment), "-m", "build", "--outdir", str(folder)])
    made = [str(path) for path in folder.glob("kubectl_ds-*")]
    return code or run([python(environment), "-m", "twine", "check", "--strict", *made])


def release(arguments: list[str]) -> int:
    """Refused where something is amiss. Nothing is committed or published: what to type for that is said last."""
    program = [python(installed(extras="[test]")), "-m", "release"]
    code = run([*program, *arguments])
    if code or len(arguments) != 1 or arguments[0].startswith("-"):
        return code
    # The version stands in setup.cfg, which the environment was made from.
    return build([]) or run([*program, "--next", arguments[0]])


def lock(_: list[str]) -> int:
    """What a packaged program needs, each with the hashes of its files."""
    environment = installed(extras="[test]")
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg", encoding="utf-8")
    required = config["options"]["install_requires"].split()
    wanted = [line for line in required if not line.startswith(NOT_PACKAGED)]
    command = [script(environment, "uv"), "pip", "compile", "-", "-c", str(CONSTRAINTS), *LOCKING]
    done = subprocess.run(command, input="\n".join(wanted), text=True, stdout=subprocess.PIPE, check=False)
    if done.returncode == 0:
        PACKAGED.write_text(PACKAGED_HEAD + done.stdout, encoding="utf-8")
    return done.returncode


def archive(arguments: list[str]) -> int:
    return run([sys.executable, "-m", "distribution", "archive", *arguments])


def packaged() -> Path:
    """An environment with what users install, and nothing else: an editable install starts more slowly."""
    environment = ROOT / ".venv-bench"
    stamp = environment / ".kubectl-ds.stamp"
    wanted = fingerprint(*sorted((ROOT / "kubectl_ds").rglob("*.py")))
    if not stamp.exists() or stamp.read_text() != wanted:
        print(f"Installing kubectl-ds into {environment} ...", file=sys.stderr, flush=True)
        create(environment)
        shutil.rmtree(ROOT / "build", ignore_errors=True)
        pip_install(environment, "-c", str(CONSTRAINTS), str(ROOT))
        stamp.write_text(wanted)
    return environment


def compat(_: list[str]) -> int:
    """Three releases, three different libraries below their typed methods: each gets its own environment."""
    worst = 0
    for version in KUBERNETES_VERSIONS:
        environment = ROOT / f".venv-kubernetes-{version}"
        create(environment)
        # The constraints pin one release of the client and what that one needs; the others bring their own.
        pip_install(environment, f"kubernetes=={version}", "-e", ".[session-test]")
        print(f"--- kubernetes {version}", flush=True)
        worst = run([python(environment), "-m", "pytest", SESSION_TESTS]) or worst
    return worst


def installed(*, extras: str) -> Path:
    """The environment, with this checkout installed into it; pip runs only when something changed."""
    environment = Path(sys.prefix) if sys.prefix != sys.base_prefix else ROOT / ".venv"
    if environment != Path(sys.prefix):
        create(environment)
    stamp = environment / f".kubectl-ds{extras}.stamp"
    wanted = fingerprint()
    if not stamp.exists() or stamp.read_text() != wanted:
        print(f"Installing kubectl-ds{extras} into {environment} ...", file=sys.stderr, flush=True)
        pip_install(environment, "-c", str(CONSTRAINTS), "-e", f"{ROOT}{extras}")
        compiled(environment)
        stamp.write_text(wanted)
    return environment


def compiled(environment: Path) -> None:
    """Bytecode for the checkout: pip makes it for a real install and not for an editable one, and where
    PYTHONDONTWRITEBYTECODE is set every start of the program would compile it all again."""
    variables = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    command = [python(environment), "-m", "compileall", "-q", str(ROOT / "kubectl_ds")]
    subprocess.run(command, env=variables, check=False)


def create(environment: Path) -> None:
    if Path(python(environment)).exists():
        return
    try:
        venv.create(environment, with_pip=True)
    except (subprocess.CalledProcessError, ImportError) as error:
        raise SystemExit(
            f"Python's venv module could not make {environment} ({error}). "
            "On Debian and Ubuntu: apt install python3-venv. Or activate a virtual environment and run this again."
        ) from error


def pip_install(environment: Path, *arguments: str) -> None:
    run_or_stop([python(environment), "-m", "pip", "install", "-q", *arguments])


def fingerprint(*more: Path) -> str:
    sources = (ROOT / "setup.cfg", ROOT / "pyproject.toml", CONSTRAINTS, *more)
    return hashlib.sha256(
        b"".join(source.read_bytes() for source in sources) + str(ROOT).encode()
    ).hexdigest()


def python(environment: Path) -> str:
    return script(environment, "python")


def script(environment: Path, name: str) -> str:
    windows = os.name == "nt"
    return str(environment / ("Scripts" if windows else "bin") / (f"{name}.exe" if windows else name))


def run(command: list[str]) -> int:
    return subprocess.run(command, cwd=ROOT, check=False).returncode


def run_or_stop(command: list[str]) -> None:
    code = run(command)
    if code:
        raise SystemExit(f"this failed with exit code {code}: {' '.join(command)}")


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
