"""`python -m kubectl_ds` is `kubectl ds`."""

from kubectl_ds.cli import run

run()
