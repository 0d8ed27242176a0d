"""`python -m kubectl_ds` is `kubectl ds`."""

from kubectl_ds.starting import run

run()
