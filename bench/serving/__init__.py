"""A loopback API server of rendered pages, in a process of its own and with nothing to compute."""
