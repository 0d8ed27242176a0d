"""Where the packaged program begins."""

from kubectl_ds.starting import run

run()
