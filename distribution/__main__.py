"""`python -m distribution`: the archive of this platform, and krew's manifests.

python -m distribution archive [--out FOLDER]        this platform's archive, its sum, its bill of materials
python -m distribution manifests --sums FILE...      krew's manifests with the sums of a release
"""

import argparse
import shutil
import subprocess
import tempfile
from pathlib import Path

from distribution.archive import write_archive
from distribution.freezing import PACKAGED, ROOT, builder_in, freeze
from distribution.krew_manifests import version, write_manifests
from distribution.licences import packaged_names, third_party_licences
from distribution.platforms import NAME, PLATFORMS, this_platform
from distribution.sbom import bill_of_materials
from distribution.sums import read_sums, write_sums

_FIRST_ZIP_DATE = 315_532_800
"""1980: a zip cannot say an earlier one."""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m distribution", description=__doc__.partition("\n")[0])
    verbs = parser.add_subparsers(dest="verb", required=True)
    archive = verbs.add_parser("archive", help="this platform's archive, its sum, its bill of materials")
    archive.add_argument("--out", type=Path, default=ROOT / "dist")
    manifests = verbs.add_parser("manifests", help="krew's manifests, with the sums of a release")
    manifests.add_argument("--sums", type=Path, nargs="*", default=[], metavar="FILE")
    manifests.add_argument("--out", type=Path, default=ROOT)
    manifests.add_argument(
        "--complete", action="store_true", help="fail where a platform's archive has no sum"
    )
    arguments = parser.parse_args()
    if arguments.verb == "archive":
        print(make_archive(arguments.out.resolve(), moment_of_commit()))
    else:
        sums = {name: digest for path in arguments.sums for name, digest in read_sums(path).items()}
        if arguments.complete and (lacking := {one.archive(version()) for one in PLATFORMS} - set(sums)):
            raise SystemExit(f"no sum for {', '.join(sorted(lacking))}")
        write_manifests(arguments.out, sums)


def make_archive(out: Path, moment: int) -> Path:
    """The archive of this platform in `out`, with its sum and its bill of materials beside it."""
    out.mkdir(parents=True, exist_ok=True)
    target = out / this_platform().archive(version())
    with tempfile.TemporaryDirectory(prefix="kubectl-ds-archive-") as folder:
        work = Path(folder)
        builder = builder_in(work)
        content = work / "content"
        content.mkdir()
        shutil.move(freeze(builder, work, moment), content / NAME)
        shutil.copy(ROOT / "LICENSE", content / "LICENSE")
        # The packager too: its boot loader is part of the program.
        told = third_party_licences(builder, [*packaged_names(PACKAGED), "pyinstaller"])
        (content / "THIRD_PARTY_LICENSES").write_text(told, encoding="utf-8", newline="\n")
        write_archive(content, target, moment)
        bill = bill_of_materials(builder, PACKAGED, version())
    name = f"{target.name}.cdx.json"
    (out / name).write_text(bill, encoding="utf-8", newline="\n")
    write_sums(out, [path for path in out.iterdir() if path.name.startswith(f"{NAME}_v{version()}_")])
    return target


def moment_of_commit() -> int:
    """When what is packaged was committed, in seconds of Unix time: the same for everybody who builds it."""
    words = ["git", "log", "-1", "--format=%ct"]
    said = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False).stdout.strip()
    return max(int(said), _FIRST_ZIP_DATE) if said.isdigit() else _FIRST_ZIP_DATE


main()
