# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""sc.exe, setx.exe and attrib.exe, as far as their simple forms go.

Sources: Microsoft's references of the commands; the texts are those the programs print in English. Anything else of
these programs is journalled as `unhandled`.
"""

from __future__ import annotations

import fnmatch
import ntpath
from typing import TYPE_CHECKING

from appstream_simulator.windows.protocol.host import ProcessResult

from . import environment
from .services import Service

if TYPE_CHECKING:
    from .processes import Process

_ACCESS_DENIED = 5
_NO_SERVICE = 1060
_RUNNING = 1056
_NOT_RUNNING = 1062
_DISABLED = 1058
_TEXTS = {
    _ACCESS_DENIED: "Access is denied.",
    _NO_SERVICE: "The specified service does not exist as an installed service.",
    _RUNNING: "An instance of the service is already running.",
    _NOT_RUNNING: "The service has not been started.",
    _DISABLED: "The service cannot be started, either because it is disabled or because it has no enabled devices "
    "associated with it.",
}
_START_MODES = {"auto": "auto", "delayed-auto": "delayed", "demand": "manual", "disabled": "disabled"}
_STATES = {"stopped": "1  STOPPED", "running": "4  RUNNING", "paused": "7  PAUSED"}
_MAXIMUM = 1024


def run_sc(process: Process) -> ProcessResult:
    """`sc config NAME start= MODE`, query, start, stop, delete, description, failure (which changes nothing here)."""
    words = process.arguments[1:]
    if len(words) < 2:
        return process.unhandled("program")
    command, name, rest = words[0].lower(), words[1], words[2:]
    service = process.machine.disk.services.get(name.lower())
    shown = {"config": "OpenService", "query": "EnumQueryServicesStatus:OpenService"}.get(command, "OpenService")
    if command not in ("config", "query", "start", "stop", "delete", "description", "failure"):
        return process.unhandled("program")
    if command != "query" and not process.administrator:
        return _failed(shown, _ACCESS_DENIED)
    if service is None:
        return _failed(shown, _NO_SERVICE)
    if command == "query":
        return _query(service) if not rest else process.unhandled("program")
    if command == "config":
        return _config(process, service, rest)
    if command in ("start", "stop"):
        return _start_or_stop(service, command)
    if command == "delete":
        del process.machine.disk.services[name.lower()]
        return ProcessResult(0, b"[SC] DeleteService SUCCESS\r\n")
    if command == "description":
        service.description = " ".join(rest)
    return ProcessResult(0, b"[SC] ChangeServiceConfig2 SUCCESS\r\n")


def _config(process: Process, service: Service, rest: list[str]) -> ProcessResult:
    """`start= disabled`, with the blank that sc.exe wants, or without it as newer ones take it."""
    words = " ".join(rest).replace("= ", "=").split()
    options = dict(word.lower().partition("=")[::2] for word in words)
    if set(options) != {"start"} or options["start"] not in _START_MODES:
        return process.unhandled("program")
    service.start_mode = _START_MODES[options["start"]]
    return ProcessResult(0, b"[SC] ChangeServiceConfig SUCCESS\r\n")


def _start_or_stop(service: Service, command: str) -> ProcessResult:
    if command == "start" and service.start_mode == "disabled":
        return _failed("StartService", _DISABLED)
    wanted = "running" if command == "start" else "stopped"
    if service.state == wanted:
        return _failed(
            "StartService" if command == "start" else "ControlService", _RUNNING if command == "start" else _NOT_RUNNING
        )
    service.state = wanted
    return _query(service)


def _query(service: Service) -> ProcessResult:
    text = f"\r\nSERVICE_NAME: {service.name}\r\n        STATE              : {_STATES[service.state]}\r\n"
    return ProcessResult(0, text.encode())


def _failed(what: str, code: int) -> ProcessResult:
    return ProcessResult(code, f"[SC] {what} FAILED {code}:\r\n\r\n{_TEXTS[code]}\r\n\r\n".encode())


def run_setx(process: Process) -> ProcessResult:
    """`setx NAME VALUE [/M]`."""
    words = [word for word in process.arguments[1:] if word.lower() not in ("/m", "-m")]
    machine_wide = len(words) < len(process.arguments) - 1
    if len(words) != 2 or words[0].startswith("/"):
        return process.unhandled("program")
    if machine_wide and not process.administrator:
        return ProcessResult(1, b"", b"ERROR: Access to the registry path is denied.\r\n")
    name, value = words
    warning = ""
    if len(value) > _MAXIMUM:
        # setx cuts a longer value off, which has cost many a PATH its end.
        value, warning = value[:_MAXIMUM], "WARNING: The data being saved is truncated to 1024 characters.\r\n"
    kind = "ExpandString" if "%" in value else "String"
    key = environment.MACHINE_KEY if machine_wide else environment.USER_KEY
    process.machine.disk.registry.set(key, name, value, kind)
    return ProcessResult(0, f"{warning}\r\nSUCCESS: Specified value was saved.\r\n".encode())


def run_attrib(process: Process) -> ProcessResult:
    """`attrib +h|-h|+r|-r FILE`."""
    changes = [word.lower() for word in process.arguments[1:] if word[:1] in "+-"]
    files = [word for word in process.arguments[1:] if word[:1] not in "+-"]
    known = {"+h": ("hidden", True), "-h": ("hidden", False), "+r": ("read_only", True), "-r": ("read_only", False)}
    if not changes or len(files) != 1 or set(changes) - set(known):
        return process.unhandled("program")
    disk, path = process.machine.disk, ntpath.join(process.working_directory, files[0])
    folder, pattern = ntpath.split(path)
    names = disk.list(folder) if disk.is_directory(folder) else []
    found = [name for name in names if fnmatch.fnmatchcase(name.lower(), pattern.lower())]
    if not found:
        return ProcessResult(0, f"File not found - {path}\r\n".encode())
    for name in found:
        for change in changes:
            disk.set_attribute(f"{folder}\\{name}", *known[change])
    return ProcessResult(0)
