#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""locked.py PATH...: files and folders at and below PATH that somebody has locked.

One a line, with the kind of the lock: flock(2), or fcntl(2) of any byte. By asking
the kernel for the same lock: /proc/locks hides those whose taker has ended or is in
another PID namespace, and has inode numbers that stat(2) does not show on overlays.
"""
import fcntl
import os
import stat
import struct
import sys

F_OFD_GETLK = 36
FLOCK = "hhqqixxxx"  # struct flock: type, whence, start, length, pid


def kinds(fd):
    """The kinds of locks on an open file or folder."""
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        yield "flock"
    if not stat.S_ISREG(os.fstat(fd).st_mode):
        return
    want = struct.pack(FLOCK, fcntl.F_WRLCK, os.SEEK_SET, 0, 0, 0)
    if struct.unpack(FLOCK, fcntl.fcntl(fd, F_OFD_GETLK, want))[0] != fcntl.F_UNLCK:
        yield "fcntl"


def look(path):
    """Print the locks of one path; what has gone meanwhile has none."""
    try:
        fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return
    mode = os.fstat(fd).st_mode
    if stat.S_ISREG(mode) or stat.S_ISDIR(mode):
        for kind in kinds(fd):
            print(f"{path} ({kind})")
    os.close(fd)


for top in sys.argv[1:]:
    look(top)
    for folder, folders, files in os.walk(top):
        for name in sorted(folders + files):
            look(os.path.join(folder, name))
