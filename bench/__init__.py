"""Speed and scale, measured: whole processes of `kubectl ds` against kubectl's on clusters that are made here.

`python -m bench` makes clusters (`clusters/`), serves them from a process of its own (`serving/`), times both
programs in turn (`measuring/`), checks what was said against its own reading of the rules (`checking.py`), and
writes docs/performance.md. What checks takes nothing from `kubectl_ds.core`, which is what is checked;
`computation.py` alone runs it, to time it.
"""
