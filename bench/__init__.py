"""Speed and scale, measured: whole processes of `kubectl ds` against kubectl's on clusters that are made here.

`python -m bench` makes clusters (`clusters/`), serves them from a process of its own (`serving/`), times both
programs in turn (`measuring/`), checks what was said against its own reading of the rules (`checking.py`), and
writes docs/performance.md. It takes nothing from `kubectl_ds.core`: what checks may not be what is checked.
"""
