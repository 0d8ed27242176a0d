"""`python -I -S meter.py OUTPUT ERRORS PROGRAM ARGUMENT…`: runs a program and prints what it took.

One line: exit code, seconds by the clock, seconds of processor time, peak memory in KiB. A process of its own,
and a small one, for the sake of the peak: Linux counts the memory of whoever starts a program into the
program's own `ru_maxrss`, so nothing below this interpreter's 9 MiB can be seen, and nothing above is ours.
"""

import os
import sys
import time

output, errors, *command = sys.argv[1:]
open_to_write = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
actions = [
    (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
    (os.POSIX_SPAWN_OPEN, 1, output, open_to_write, 0o600),
    (os.POSIX_SPAWN_OPEN, 2, errors, open_to_write, 0o600),
]
begin = time.perf_counter()
process = os.posix_spawn(command[0], command, os.environ, file_actions=actions)
_, status, usage = os.wait4(process, 0)
end = time.perf_counter()
print(os.waitstatus_to_exitcode(status), end - begin, usage.ru_utime + usage.ru_stime, usage.ru_maxrss)
