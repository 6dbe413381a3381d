"""Runs a program on a terminal of its own: sends keys, waits for what it shows.

Standard input: one JSON object, {argv, env, cwd, columns, rows, steps, secondsMax}; a step is
["send", TEXT], ["expect", TEXT] (in what has been shown since the last expected text) or ["end"]
(waits for its end). Standard output: one JSON object, {shown, status, signal, failed}. Nothing
sleeps: a step that is not reached in time is named in "failed".
"""

import fcntl
import json
import os
import pty
import select
import signal
import struct
import sys
import termios
import time

task = json.load(sys.stdin)
pid, terminal = pty.fork()
if pid == 0:
    size = struct.pack("HHHH", task.get("rows", 50), task.get("columns", 80), 0, 0)
    fcntl.ioctl(0, termios.TIOCSWINSZ, size)
    os.chdir(task.get("cwd", "."))
    os.execvpe(task["argv"][0], task["argv"], task["env"])

deadline = time.monotonic() + task.get("secondsMax", 20)
shown = b""
at = 0
failed = None
open_ = True


def read_more():
    """Takes what is shown next; false at the end, or when the time is over."""
    global shown, open_
    left = deadline - time.monotonic()
    if left <= 0 or not select.select([terminal], [], [], left)[0]:
        return False
    try:
        more = os.read(terminal, 65536)
    except OSError:  # Linux says so when the last process has closed its end.
        more = b""
    shown += more
    open_ = more != b""
    return open_


for step in task["steps"]:
    if step[0] == "send":
        data = step[1].encode()
        while data:
            data = data[os.write(terminal, data):]
    elif step[0] == "expect":
        wanted = step[1].encode()
        while (found := shown.find(wanted, at)) < 0 and read_more():
            pass
        if found < 0:
            failed = step
            break
        at = found + len(wanted)
    else:
        while open_ and read_more():
            pass
        if open_:
            failed = step

if failed is not None or open_:
    os.kill(pid, signal.SIGKILL)
_, status = os.waitpid(pid, 0)
print(json.dumps({
    "shown": shown.decode(errors="replace"),
    "status": os.WEXITSTATUS(status) if os.WIFEXITED(status) else None,
    "signal": os.WTERMSIG(status) if os.WIFSIGNALED(status) else None,
    "failed": failed,
}))
