# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""cmd.exe: `/c` with its simplest built-in commands, and programs chained with `&`, `&&` and `||`.

Redirection, pipes, variables and scripts are not simulated; using them is journalled as `unhandled` and fails.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from appstream_simulator.windows.protocol.host import ProcessResult

from . import command_line, environment, stock

if TYPE_CHECKING:
    from .processes import Process

# Chained commands: a separator outside of quotes.
_SEPARATOR = re.compile(r'((?:"[^"]*"?|[^"&|<>])*)(&&|\|\||&|[|<>]|$)')


# /c or /k after other switches, and the text to run.
_OPTIONS = re.compile(r"(?:/[dqsa]\s+)*/[ck]\s*(.*)", re.IGNORECASE | re.DOTALL)
_NOT_SIMULATED = re.compile(
    "call|cd|chdir|copy|dir|for|ftype|goto|if|move|popd|pushd|rd|ren|rename|rmdir|set|setlocal|start"
)
_NOT_RECOGNISED = "'{}' is not recognized as an internal or external command,\r\noperable program or batch file.\r\n"


class _UnsupportedError(Exception):
    pass


def run(process: Process) -> ProcessResult:
    """One run of cmd.exe."""
    match = _OPTIONS.match(command_line.after_program(process.command_line))
    if match is None:
        return _unhandled(process)
    text = match[1].strip()
    if text.startswith('"') and text.endswith('"') and text.count('"') != 2:
        text = text[1:-1]  # cmd drops the outer quotes unless they enclose just a program's name
    elif text.startswith('"') and text.endswith('"') and not _is_program(process, text.strip('"')):
        text = text[1:-1]
    try:
        return _run_chain(process, environment.expand(text, process.environment))
    except _UnsupportedError:
        return _unhandled(process)


def _is_program(process: Process, name: str) -> bool:
    return process.machine.disk.is_file(name)


def _run_chain(process: Process, text: str) -> ProcessResult:
    stdout, stderr, exit_code, condition = b"", b"", 0, "&"
    for match in _SEPARATOR.finditer(text):
        if match[2] in ("|", "<", ">") and match[2]:
            raise _UnsupportedError
        wanted = condition == "&" or (condition == "&&") == (exit_code == 0)
        if match[1].strip() and wanted:
            result = _run_one(process, match[1].strip())
            stdout, stderr, exit_code = stdout + result.stdout, stderr + result.stderr, result.exit_code
        condition = match[2] or condition
        if match.end() == len(text):
            break
    return ProcessResult(exit_code, stdout, stderr)


def _run_one(process: Process, text: str) -> ProcessResult:
    name = re.split(r"[\s,;=]", text, maxsplit=1)[0].lower().lstrip("@")
    built_in = _BUILT_INS.get(name)
    if built_in is not None:
        return built_in(process, text[len(name) :].strip())
    if _NOT_SIMULATED.fullmatch(name):
        raise _UnsupportedError
    try:
        return process.child(text)
    except FileNotFoundError:
        return ProcessResult(1, b"", _NOT_RECOGNISED.format(name).encode())


def _echo(_process: Process, rest: str) -> ProcessResult:
    return ProcessResult(0, f"{rest}\r\n".encode())


def _exit(_process: Process, rest: str) -> ProcessResult:
    code = re.sub(r"^/b\s*", "", rest, flags=re.IGNORECASE)
    return ProcessResult(int(code) if code.lstrip("-").isdigit() else 0)


def _type(process: Process, rest: str) -> ProcessResult:
    path = rest.strip('"')
    if not process.machine.disk.is_file(path):
        return ProcessResult(1, b"", b"The system cannot find the file specified.\r\n")
    return ProcessResult(0, process.machine.disk.read(path))


def _make_directory(process: Process, rest: str) -> ProcessResult:
    path = rest.strip('"')
    if process.machine.disk.exists(path):
        return ProcessResult(1, b"", f"A subdirectory or file {path} already exists.\r\n".encode())
    process.machine.disk.make_directories(path)
    return ProcessResult(0)


def _delete(process: Process, rest: str) -> ProcessResult:
    path = re.sub(r"^(/[fqs]\s+)*", "", rest, flags=re.IGNORECASE).strip('"')
    if not process.machine.disk.is_file(path):
        return ProcessResult(0, b"", f"Could Not Find {path}\r\n".encode())
    process.machine.disk.remove(path)
    return ProcessResult(0)


def _version(process: Process, _rest: str) -> ProcessResult:
    version = stock.PLATFORMS[process.machine.request.platform].version
    return ProcessResult(0, f"\r\nMicrosoft Windows [Version {version}]\r\n".encode())


_BUILT_INS: dict[str, Callable[[Process, str], ProcessResult]] = {
    "echo": _echo,
    "exit": _exit,
    "type": _type,
    "mkdir": _make_directory,
    "md": _make_directory,
    "del": _delete,
    "erase": _delete,
    "ver": _version,
    "rem": lambda _process, _rest: ProcessResult(0),
}


def _unhandled(process: Process) -> ProcessResult:
    message = f"appstream-simulator: this use of cmd.exe is not simulated: {process.command_line}"
    process.record("unhandled", what="cmd.exe", text=process.command_line)
    return ProcessResult(1, b"", f"{message}\r\n".encode())


def powershell_text(arguments: Sequence[str]) -> str | None:
    """The text `powershell.exe` runs: of -Command, of -EncodedCommand, or bare; None for any other arguments."""
    rest = list(arguments)
    while rest:
        option = rest.pop(0)
        name = option.lower().lstrip("-/")
        if option[:1] not in "-/" or name in ("command", "c"):
            return " ".join(rest if option[:1] in "-/" else [option, *rest])
        if name in ("encodedcommand", "enc", "ec", "e"):
            return _decoded(rest[0]) if rest else None
        if name in ("executionpolicy", "ep", "inputformat", "outputformat", "windowstyle") and rest:
            rest.pop(0)
        elif name not in ("noprofile", "noninteractive", "nologo", "nop", "noni", "sta", "mta"):
            return None
    return None


def _decoded(text: str) -> str | None:
    try:
        return base64.b64decode(text, validate=True).decode("utf-16-le")
    except (binascii.Error, UnicodeDecodeError):
        return None
