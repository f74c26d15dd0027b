# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""where.exe, timeout.exe, ping.exe, chcp.com, tasklist.exe and whoami.exe.

Sources: Microsoft's references of the commands; the texts are those the programs print in English. Anything else of
these programs is journalled as `unhandled`.
"""

from __future__ import annotations

import csv
import io
import ntpath
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from appstream_simulator.windows.protocol.host import ProcessResult

from ..cmd import wildcards
from . import security_identifiers
from .accounts import plain_name

if TYPE_CHECKING:
    from .processes import Process

_NOT_FOUND = b"INFO: Could not find files for the given pattern(s).\r\n"
_FILTER = re.compile(r"imagename\s++eq\s++(?P<name>[^\r\n]++)", re.IGNORECASE)


def run_where(process: Process) -> ProcessResult:
    """`where [/q] NAME…`: in the working directory and along PATH, with the extensions of PATHEXT."""
    words = process.arguments[1:]
    quiet = any(word.lower() == "/q" for word in words)
    names = [word for word in words if word.lower() != "/q"]
    if not names or any(name.startswith(("/", "$")) or ":" in name for name in names):
        return process.unhandled("program")
    found = [path for name in names for path in _found(process, name)]
    if not found:
        return ProcessResult(1, b"", b"" if quiet else _NOT_FOUND)
    return ProcessResult(0, b"" if quiet else "".join(f"{path}\r\n" for path in found).encode())


def _found(process: Process, name: str) -> list[str]:
    variables = {key.upper(): value for key, value in process.environment.items()}
    extensions = [item.lower() for item in variables.get("PATHEXT", ".COM;.EXE;.BAT;.CMD").split(";") if item]
    patterns = [name.lower(), *(f"{name.lower()}{extension}" for extension in extensions)]
    disk, found = process.machine.disk, []
    for folder in [
        process.working_directory,
        *(part.strip('"') for part in variables.get("PATH", "").split(";") if part),
    ]:
        if not disk.is_directory(folder):
            continue
        for item in disk.list(folder):
            path = ntpath.join(folder.rstrip("\\"), item)
            if any(wildcards.fits(item, pattern) for pattern in patterns) and disk.is_file(path):
                found.append(disk.stat(path).path)
    return list(dict.fromkeys(found))


def run_timeout(process: Process) -> ProcessResult:
    """`timeout /t SECONDS`, which needs a console: over WinRM, and in what Ansible starts, there is none."""
    return ProcessResult(1, b"", b"ERROR: Input redirection is not supported, exiting the process immediately.\r\n")


def run_ping(process: Process) -> ProcessResult:
    """`ping [-n COUNT] HOST` of this machine itself, with which scripts let a second pass for each answer."""
    words = [word.lower().replace("/", "-", 1) if word[:1] in "/-" else word for word in process.arguments[1:]]
    count = 4
    if "-n" in words[:-1]:
        position = words.index("-n")
        if not re.fullmatch(r"\d{1,5}", words[position + 1]):
            return process.unhandled("program")
        count = int(words[position + 1])
        del words[position : position + 2]
    itself = {"127.0.0.1", "localhost", "::1", process.machine.computer_name.lower(), process.machine.address}
    if len(words) != 1 or words[0].lower() not in itself or not count:
        return process.unhandled("program")
    process.machine.spend(count - 1)
    reply = "Reply from 127.0.0.1: bytes=32 time<1ms TTL=128\r\n"
    text = (
        f"\r\nPinging {words[0]} with 32 bytes of data:\r\n{reply * count}\r\nPing statistics for 127.0.0.1:\r\n"
        f"    Packets: Sent = {count}, Received = {count}, Lost = 0 (0% loss),\r\n"
        "Approximate round trip times in milli-seconds:\r\n    Minimum = 0ms, Maximum = 0ms, Average = 0ms\r\n"
    )
    return ProcessResult(0, text.encode())


def run_chcp(process: Process) -> ProcessResult:
    """`chcp NUMBER`; which one is in force is not simulated."""
    words = process.arguments[1:]
    if len(words) != 1 or not words[0].isdecimal():
        return process.unhandled("program")
    if words[0] not in ("437", "850", "852", "1250", "1252", "65001"):
        return process.unhandled("program")
    return ProcessResult(0, f"Active code page: {words[0]}\r\n".encode())


def run_tasklist(process: Process) -> ProcessResult:
    """`tasklist /fi "IMAGENAME eq NAME" [/fo csv] [/nh]`; processes of Windows itself are not simulated."""
    options, rest = _options(process.arguments[1:], ("/fi", "/fo"))
    found = _FILTER.fullmatch(options.get("/fi", ""))
    form = options.get("/fo", "table").lower()
    if found is None or form not in ("csv", "table") or set(rest) - {"/nh"}:
        return process.unhandled("program")
    name = found["name"].strip().lower()
    running = [item for item in process.machine.running.all() if wildcards.fits(ntpath.basename(item.image), name)]
    if not running:
        return ProcessResult(0, b"INFO: No tasks are running which match the specified criteria.\r\n")
    rows = [(ntpath.basename(item.image), str(item.identifier), "Services", "0", "10,000 K") for item in running]
    header = ("Image Name", "PID", "Session Name", "Session#", "Mem Usage")
    if form == "csv":
        return ProcessResult(0, _csv(rows if "/nh" in rest else [header, *rows]).encode())
    lines = [f"{row[0][:25]:25} {row[1]:>8} {row[2]:16} {row[3]:>11} {row[4]:>12}" for row in rows]
    heading = [] if "/nh" in rest else [f"{header[0]:25} {header[1]:>8} {header[2]:16} {header[3]:>11} {header[4]:>12}"]
    rule = [] if "/nh" in rest else [" ".join("=" * width for width in (25, 8, 16, 11, 12))]
    return ProcessResult(0, "".join(f"{line}\r\n" for line in ["", *heading, *rule, *lines]).encode())


def _options(words: list[str], with_value: tuple[str, ...]) -> tuple[dict[str, str], list[str]]:
    """Options with the word behind each, and the other words in lower case."""
    options: dict[str, str] = {}
    rest, waiting = [], list(words)
    while waiting:
        word = waiting.pop(0)
        if word.lower() in with_value and waiting:
            options[word.lower()] = waiting.pop(0)
        else:
            rest.append(word.lower())
    return options, rest


def _csv(rows: Iterable[tuple[str, ...]]) -> str:
    out = io.StringIO()
    csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerows(rows)
    return out.getvalue()


def run_whoami(process: Process) -> ProcessResult:
    """`whoami` and `whoami /user [/fo csv | list] [/nh]`."""
    words = [word.lower().replace("-", "/", 1) for word in process.arguments[1:]]
    name = _full_name(process)
    if not words:
        return ProcessResult(0, f"{name}\r\n".encode())
    form = words[words.index("/fo") + 1] if "/fo" in words[:-1] else ""
    rest = [word for word in words if word not in ("/user", "/fo", "/nh", form)]
    if "/user" not in words or form not in ("csv", "list") or rest:
        return process.unhandled("program")
    identifier = process.machine.identifier(process.user)
    if form == "list":
        text = f"\r\nUSER INFORMATION\r\n----------------\r\n\r\nUser Name: {name}\r\nSID:       {identifier}\r\n"
        return ProcessResult(0, text.encode())
    rows = [(name, identifier)]
    return ProcessResult(0, _csv(rows if "/nh" in words else [("User Name", "SID"), *rows]).encode())


def _full_name(process: Process) -> str:
    domain, _backslash, name = process.user.rpartition("\\")
    identifier = process.machine.identifier(process.user)
    if identifier in security_identifiers.SERVICE_ACCOUNTS:
        domain, name = security_identifiers.WELL_KNOWN[identifier].split("\\")
    return f"{domain or process.machine.computer_name}\\{plain_name(name)}".lower()
