"""What is in an archive, as a CycloneDX 1.6 document."""

import json
import subprocess
from pathlib import Path

from distribution.platforms import NAME

_CHECK = """
import sys
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
error = JsonStrictValidator(SchemaVersion.V1_6).validate_str(sys.stdin.read())
sys.exit(str(error) if error else 0)
"""


def bill_of_materials(builder: Path, requirements: Path, version: str) -> str:
    """The distributions that are pinned in `requirements`, and the interpreter of `builder`, as JSON.

    Nothing in it changes from run to run. Raises `SystemExit` when it is no CycloneDX document.
    """
    words = [
        str(builder),
        "-m",
        "cyclonedx_py",
        "requirements",
        "--output-reproducible",
        "--spec-version=1.6",
    ]
    said = subprocess.run([*words, str(requirements)], capture_output=True, text=True, check=True).stdout
    document = json.loads(said)
    document["metadata"]["component"] = {
        "type": "application",
        "bom-ref": NAME,
        "name": NAME,
        "version": version,
        "licenses": [{"license": {"id": "Apache-2.0"}}],
        "purl": f"pkg:pypi/{NAME}@{version}",
    }
    document["components"].append(_interpreter(builder))
    references = [one["bom-ref"] for one in document["components"]]
    document["dependencies"] = [
        {"ref": NAME, "dependsOn": sorted(references)},
        *({"ref": reference} for reference in sorted(references)),
    ]
    text = json.dumps(document, indent=2, sort_keys=True) + "\n"
    checked = subprocess.run([builder, "-c", _CHECK], input=text, text=True, capture_output=True, check=False)
    if checked.returncode:
        raise SystemExit(f"the bill of materials is no CycloneDX document: {checked.stderr.strip()}")
    return text


def _interpreter(builder: Path) -> dict[str, object]:
    ask = "import platform; print(platform.python_version())"
    version = subprocess.run([builder, "-c", ask], capture_output=True, text=True, check=True).stdout.strip()
    return {
        "type": "platform",
        "bom-ref": "cpython",
        "name": "CPython",
        "version": version,
        "licenses": [{"license": {"id": "Python-2.0"}}],
        "cpe": f"cpe:2.3:a:python:python:{version}:*:*:*:*:*:*:*",
    }
