"""Dumps in place of a cluster: files, folders and archives that answer what an API server would be asked.

`opening.open_dump` is the one door: a path in, a session out, with which everything else works as it does live.
"""
