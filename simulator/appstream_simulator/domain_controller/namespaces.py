# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Linux namespaces in which a domain controller and everything that talks to it see a network of their own.

A domain controller needs fixed ports (53, 88, 389, 445), a resolver that asks it, and folders Samba has compiled in.
In mount, network and process namespaces it gets all of that without touching the machine: other mounts over /etc and
Samba's folders, a loopback network of its own, and processes that end with the first one.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import socket
import struct
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

# The whole of 10.0.0.0/8 belongs to this computer inside, so that simulated networks look like real ones; what connects
# to them comes from this address.
CONTROLLER_ADDRESS = "10.0.0.1"
_SIOCSIFFLAGS = 0x8914
_SIOCSIFADDR = 0x8916  # a network of class A
_IFF_UP = 0x1
# Samba's folders, compiled in; what a machine keeps there is neither read nor changed.
_SAMBA_FOLDERS = ("/run/samba", "/var/lib/samba", "/var/cache/samba", "/var/log/samba")


def enter(arguments: Sequence[str]) -> int:
    """Run this Python with these arguments as the first process of new namespaces; returns its exit status.

    SIGTERM and SIGINT are left to it: when it ends, everything in the namespaces ends.

    Raises:
        OSError: not Linux, not root, or util-linux's `unshare` is missing.
    """
    unshare = shutil.which("unshare")
    if unshare is None or os.geteuid() != 0:
        raise PermissionError("a domain controller needs Linux, root and the command 'unshare' (util-linux)")
    kinds = ("--mount", "--net", "--pid", "--ipc", "--fork", "--kill-child", "--mount-proc", "--propagation", "private")
    process = subprocess.Popen([unshare, *kinds, sys.executable, *arguments])
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda received, _frame: _pass_on(process, received))
    return process.wait()


def _pass_on(process: subprocess.Popen[bytes], number: int) -> None:
    # `unshare` itself ignores SIGINT and SIGTERM while it waits: its child, the first process inside, gets them.
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text(encoding="ascii").split()
    for child in children:
        os.kill(int(child), number)


def furnish(folder: Path, files: Mapping[str, str]) -> None:
    """Inside: switch loopback on, put a copy of /etc with these files over it, and empty folders over Samba's.

    Args:
        folder: where the copy is kept; it must be empty or absent.
        files: content by name relative to /etc.

    Raises:
        OSError, subprocess.CalledProcessError: the machine does not allow it.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        fcntl.ioctl(sock, _SIOCSIFFLAGS, struct.pack("16sh", b"lo", _IFF_UP))
        address = struct.pack("16sHH4s8x", b"lo:1", socket.AF_INET, 0, socket.inet_aton(CONTROLLER_ADDRESS))
        fcntl.ioctl(sock, _SIOCSIFADDR, address)
    etc = folder / "etc"
    subprocess.run(["cp", "--archive", "/etc", str(etc)], check=True)
    for name, text in files.items():
        path = etc / name
        path.unlink(missing_ok=True)  # resolv.conf is often a link to elsewhere
        path.write_text(text, encoding="utf-8")
    subprocess.run(["mount", "--bind", str(etc), "/etc"], check=True)
    for name in _SAMBA_FOLDERS:
        if Path(name).is_dir():
            subprocess.run(["mount", "-t", "tmpfs", "-o", "mode=0755", "tmpfs", name], check=True)
