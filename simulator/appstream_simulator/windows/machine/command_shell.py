# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""cmd.exe: `/c` with its simplest built-in commands and programs, chained with `&`, `&&` and `||`, and batch files.

Output may be redirected to files. Pipes, blocks in parentheses, loops, labels and delayed expansion are not simulated;
using them is journalled as `unhandled` and fails.
"""

from __future__ import annotations

import base64
import binascii
import ntpath
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from appstream_simulator.windows.protocol.host import ProcessResult

from . import batch_conditions, batch_lines, command_line, environment, stock
from .batch_lines import UnsupportedError

if TYPE_CHECKING:
    from .processes import Process

# /c or /k after other switches, and the text to run.
_OPTIONS = re.compile(r"(?:/[dqsa]\s+)*/[ck]\s*(.*)", re.IGNORECASE | re.DOTALL)
_NOT_SIMULATED = re.compile(
    "assoc|break|chcp|color|date|dir|dpath|for|ftype|goto|mklink|move|path|pause|popd|prompt|pushd|ren|rename|shift|time"
    "|title|verify|vol"
)
_NOT_RECOGNISED = "'{}' is not recognized as an internal or external command,\r\noperable program or batch file.\r\n"
_BATCH_EXTENSIONS = (".cmd", ".bat")
_KEEPS_LEVEL = frozenset({"cls", "echo", "endlocal", "rem", "set", "setlocal"})
_CANNOT_FIND_PATH = b"The system cannot find the path specified.\r\n"
_CANNOT_FIND_FILE = b"The system cannot find the file specified.\r\n"


class _Exit(Exception):
    """`exit`: the end of the batch file, or of cmd.exe altogether; or a program can do no more, which ends all."""

    def __init__(self, exit_code: int, *, whole: bool, unhandled: bool = False) -> None:
        super().__init__(exit_code)
        self.exit_code = exit_code
        self.whole = whole
        self.unhandled = unhandled


@dataclass
class Session:
    """A running cmd.exe.

    Attributes:
        variables: its environment, which `set` changes.
        directory: the current one.
        arguments: %0 to %9 of the batch file that runs; empty when none does.
        tail: all of them as they were written.
        level: ERRORLEVEL.
        result: what the last command returned, which some commands do without touching ERRORLEVEL.
        echo: whether a batch file shows its lines.
    """

    process: Process
    variables: dict[str, str]
    directory: str
    arguments: list[str] = field(default_factory=list)
    level: int = 0
    result: int = 0
    echo: bool = True
    tail: str = ""
    stdout: bytes = b""
    stderr: bytes = b""

    def path(self, text: str) -> str:
        """The full path of a name, quoted or not."""
        return ntpath.normpath(ntpath.join(self.directory, text.strip().strip('"').replace("/", "\\")))

    def expanded(self, text: str) -> str:
        """The text with variables, and the arguments of a batch file."""
        values = {**self.variables, "ERRORLEVEL": str(self.level), "CD": self.directory}
        if self.arguments:
            return batch_lines.expand_in_batch(text, values, self.arguments, self.tail)
        return environment.expand(text, values)


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
    session = Session(process, dict(process.environment), process.working_directory)
    try:
        _run_line(session, text)
    except _Exit as end:
        return ProcessResult(end.exit_code, session.stdout, session.stderr, unhandled=end.unhandled)
    except UnsupportedError:
        return _unhandled(process)
    return ProcessResult(session.result, session.stdout, session.stderr)


def _is_program(process: Process, name: str) -> bool:
    return process.machine.disk.is_file(name)


def _run_line(session: Session, line: str) -> None:
    condition, text = batch_conditions.split(session.expanded(line))
    if condition is not None and not batch_conditions.holds(condition, session):
        return
    for operator, command in batch_lines.commands(text):
        if operator == "&" or (operator == "&&") == (session.result == 0):
            _run_redirected(session, command)


def _run_redirected(session: Session, text: str) -> None:
    command, redirections = batch_lines.redirections(text)
    result = _run_one(session, command)
    # As cmd.exe does, from left to right: `> file 2>&1` sends both there, `2>&1 > file` only the first.
    targets = {1: "&1", 2: "&2"}
    appends = set()
    for redirection in redirections:
        target = redirection.target
        targets[redirection.stream] = targets[int(target[1])] if target in ("&1", "&2") else target
        appends |= {target} if redirection.append else set()
    output = {"&1": b"", "&2": b"", **dict.fromkeys((one.target for one in redirections if one.target[0] != "&"), b"")}
    for stream, data in ((1, result.stdout), (2, result.stderr)):
        output[targets[stream]] += data
    stdout, stderr = output.pop("&1"), output.pop("&2")
    for target, data in output.items():
        if target.lower() == "nul":
            continue
        path, disk = session.path(target), session.process.machine.disk
        if not disk.is_directory(ntpath.dirname(path)):
            result, stderr = ProcessResult(1, unhandled=result.unhandled), stderr + _CANNOT_FIND_PATH
            continue
        before = disk.read(path) if target in appends and disk.is_file(path) else b""
        disk.write(path, before + data)
    session.stdout += stdout
    session.stderr += stderr
    session.result = result.exit_code
    if result.unhandled:
        raise _Exit(result.exit_code, whole=True, unhandled=True)
    if batch_lines.name(command) not in _KEEPS_LEVEL:
        session.level = result.exit_code


def _run_one(session: Session, text: str) -> ProcessResult:
    text = text.lstrip().lstrip("@")
    name = batch_lines.name(text)
    built_in = _BUILT_INS.get(name)
    if built_in is not None:
        return built_in(session, text[len(name) :])
    if _NOT_SIMULATED.fullmatch(name) or text.startswith("("):
        raise UnsupportedError
    return _run_program(session, text.strip())


def _run_program(session: Session, text: str) -> ProcessResult:
    batch = _batch_file(session, command_line.split(text)[0])
    if batch:
        # Without `call` a batch file does not come back to the one that started it.
        result = _run_batch(session, batch, text)
        if session.arguments:
            session.stdout, session.stderr = session.stdout + result.stdout, session.stderr + result.stderr
            raise _Exit(result.exit_code, whole=True)
        return result
    process = replace(session.process, environment=session.variables, working_directory=session.directory)
    try:
        return process.child(text)
    except FileNotFoundError:
        name = command_line.split(text)[0]
        text, exit_code = _NOT_RECOGNISED.format(name), 9009 if session.arguments else 1
        if ntpath.dirname(name):
            return ProcessResult(exit_code, b"", text.encode())
        # A bare name may be a program of Windows that is not simulated.
        session.process.record("unhandled", what="cmd.exe", text=session.process.command_line)
        return ProcessResult(exit_code, b"", text.encode(), unhandled=True)


def _batch_file(session: Session, name: str) -> str | None:
    extension = ntpath.splitext(name)[1].lower()
    if extension and extension not in _BATCH_EXTENSIONS:
        return None
    names = [name] if extension else [f"{name}{suffix}" for suffix in _BATCH_EXTENSIONS]
    folders = [session.directory]
    if not ntpath.dirname(name):
        path = next((value for key, value in session.variables.items() if key.upper() == "PATH"), "")
        folders += [folder for folder in path.split(";") if folder]
    candidates = (ntpath.normpath(ntpath.join(folder, item)) for folder in folders for item in names)
    return next((path for path in candidates if session.process.machine.disk.is_file(path)), None)


def run_batch_file(process: Process) -> ProcessResult:
    """A batch file that is started like a program: Windows hands it to cmd.exe /c."""
    session = Session(process, dict(process.environment), process.working_directory)
    try:
        return _run_batch(session, process.program, process.command_line)
    except _Exit as end:
        return ProcessResult(end.exit_code, session.stdout, session.stderr, unhandled=end.unhandled)
    except UnsupportedError:
        return _unhandled(process)


def _run_batch(caller: Session, path: str, text: str) -> ProcessResult:
    arguments = [path, *batch_lines.arguments(command_line.after_program(text))]
    session = Session(caller.process, caller.variables, caller.directory, arguments, caller.level, echo=caller.echo)
    session.tail = command_line.after_program(text).strip()
    content = caller.process.machine.disk.read(path).decode("utf-8-sig", errors="replace")
    try:
        for line in content.splitlines():
            _run_batch_line(session, line.strip())
    except _Exit as end:
        session.level = end.exit_code
        if end.whole:
            caller.stdout, caller.stderr = caller.stdout + session.stdout, caller.stderr + session.stderr
            raise
    caller.directory = session.directory
    return ProcessResult(session.level, session.stdout, session.stderr)


def _run_batch_line(session: Session, line: str) -> None:
    if not line or line.startswith(":"):
        return
    if line.rstrip().endswith("^") or line.startswith((")", "(")):
        raise UnsupportedError
    if session.echo and not line.startswith("@"):
        session.stdout += f"\r\n{session.directory}>{session.expanded(line)} \r\n".encode()
    if re.match(r"@?rem\b", line, re.IGNORECASE):
        return
    if re.fullmatch(r"@?goto\s*:?eof", line, re.IGNORECASE):
        raise _Exit(session.level, whole=False)
    _run_line(session, line.lstrip("@"))


def _echo(session: Session, rest: str) -> ProcessResult:
    text = rest[1:] if rest[:1] in (" ", "\t", ".", ":", ",", ";", "=", "/") else rest
    if not rest.strip():
        return ProcessResult(0, f"ECHO is {'on' if session.echo else 'off'}.\r\n".encode())
    if text.strip().lower() in ("on", "off"):
        session.echo = text.strip().lower() == "on"
        return ProcessResult(0)
    return ProcessResult(0, f"{text}\r\n".encode())


def _exit(session: Session, rest: str) -> ProcessResult:
    only_batch = re.match(r"\s*/b\b", rest, re.IGNORECASE) is not None
    code = re.sub(r"^\s*/b\s*", "", rest, flags=re.IGNORECASE).strip()
    number = int(code) if re.fullmatch(r"-?\d+", code) else session.level
    raise _Exit(number, whole=not only_batch)


def _type(session: Session, rest: str) -> ProcessResult:
    path = session.path(rest)
    if not session.process.machine.disk.is_file(path):
        return ProcessResult(1, b"", _CANNOT_FIND_FILE)
    return ProcessResult(0, session.process.machine.disk.read(path))


def _make_directory(session: Session, rest: str) -> ProcessResult:
    path = session.path(rest)
    if session.process.machine.disk.exists(path):
        name = rest.strip().strip('"')
        return ProcessResult(1, b"", f"A subdirectory or file {name} already exists.\r\n".encode())
    session.process.machine.disk.make_directories(path)
    return ProcessResult(0)


def _remove_directory(session: Session, rest: str) -> ProcessResult:
    switches, disk = re.findall(r"(?i)/([sq])\b", rest), session.process.machine.disk
    path = session.path(re.sub(r"(?i)/[sq]\b", "", rest))
    if not disk.is_directory(path):
        return ProcessResult(2, b"", _CANNOT_FIND_FILE)
    if disk.list(path) and "s" not in [switch.lower() for switch in switches]:
        return ProcessResult(145, b"", b"The directory is not empty.\r\n")
    disk.remove(path)
    return ProcessResult(0)


def _delete(session: Session, rest: str) -> ProcessResult:
    if "*" in rest or "?" in rest:
        raise UnsupportedError
    path = session.path(re.sub(r"^(\s*/[fqs])+\s", "", rest, flags=re.IGNORECASE))
    if not session.process.machine.disk.is_file(path):
        return ProcessResult(0, b"", f"Could Not Find {path}\r\n".encode())
    session.process.machine.disk.remove(path)
    return ProcessResult(0)


def _copy(session: Session, rest: str) -> ProcessResult:
    names = [name for name in batch_lines.arguments(rest) if name.lower() not in ("/y", "/-y", "/v", "/b")]
    if len(names) != 2 or any(character in rest for character in "*?+"):
        raise UnsupportedError
    source, target = (session.path(name) for name in names)
    disk = session.process.machine.disk
    if not disk.is_file(source):
        return ProcessResult(1, b"        0 file(s) copied.\r\n", _CANNOT_FIND_FILE)
    target = ntpath.join(target, ntpath.basename(source)) if disk.is_directory(target) else target
    if not disk.is_directory(ntpath.dirname(target)):
        return ProcessResult(1, b"        0 file(s) copied.\r\n", _CANNOT_FIND_PATH)
    disk.write(target, disk.read(source))
    return ProcessResult(0, b"        1 file(s) copied.\r\n")


def _set(session: Session, rest: str) -> ProcessResult:
    """`set NAME=VALUE` and `set "NAME=VALUE"`; options, and a display of variables, are not simulated."""
    given, equals, value = rest.lstrip().partition("=")
    if given.startswith('"'):
        given, value = given[1:], value.rpartition('"')[0] if '"' in value else value
    if not equals or not given or any(character in given for character in '"/'):
        raise UnsupportedError
    for name in [name for name in session.variables if name.upper() == given.upper()]:
        del session.variables[name]
    if value:
        session.variables[given] = value
    return ProcessResult(0)


def _set_local(session: Session, rest: str) -> ProcessResult:
    if "delayed" in rest.lower():
        raise UnsupportedError
    return ProcessResult(0)


def _change_directory(session: Session, rest: str) -> ProcessResult:
    path = re.sub(r"(?i)^\s*/d\b", "", rest)
    if not path.strip():
        return ProcessResult(0, f"{session.directory}\r\n".encode())
    if not session.process.machine.disk.is_directory(session.path(path)):
        return ProcessResult(1, b"", _CANNOT_FIND_PATH)
    session.directory = session.process.machine.disk.stat(session.path(path)).path
    return ProcessResult(0)


def _call(session: Session, rest: str) -> ProcessResult:
    batch = _batch_file(session, command_line.split(rest.strip())[0])
    return _run_batch(session, batch, rest.strip()) if batch else _run_one(session, rest)


def _start(session: Session, rest: str) -> ProcessResult:
    """`start /wait "title" PROGRAM ARGUMENTS`; without /wait nobody would wait for the program here."""
    found = re.fullmatch(
        r'\s*+(?:"[^"]*"\s++)?(?P<options>(?:/(?:wait|b|min)\s++)++)(?:"[^"]*"\s++(?=\S))?(?P<command>.+)', rest, re.I
    )
    if found is None or "/wait" not in found["options"].lower().split():
        raise UnsupportedError
    return _run_one(session, found["command"])


def _version(session: Session, _rest: str) -> ProcessResult:
    version = stock.PLATFORMS[session.process.machine.request.platform].version
    return ProcessResult(0, f"\r\nMicrosoft Windows [Version {version}]\r\n".encode())


_BUILT_INS: dict[str, Callable[[Session, str], ProcessResult]] = {
    "call": _call,
    "cd": _change_directory,
    "chdir": _change_directory,
    "cls": lambda _session, _rest: ProcessResult(0),
    "copy": _copy,
    "del": _delete,
    "echo": _echo,
    "endlocal": lambda _session, _rest: ProcessResult(0),
    "erase": _delete,
    "exit": _exit,
    "md": _make_directory,
    "mkdir": _make_directory,
    "rd": _remove_directory,
    "rem": lambda _session, _rest: ProcessResult(0),
    "rmdir": _remove_directory,
    "set": _set,
    "setlocal": _set_local,
    "start": _start,
    "type": _type,
    "ver": _version,
}


def _unhandled(process: Process) -> ProcessResult:
    return process.unhandled("cmd.exe")


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


def powershell_file(arguments: Sequence[str]) -> tuple[str, list[str]] | None:
    """The script file that `powershell.exe -File` runs, and its arguments; None without -File."""
    names = [argument.lower().lstrip("-/") if argument[:1] in "-/" else "" for argument in arguments]
    position = next((index for index, name in enumerate(names) if name in ("file", "f")), None)
    if position is None or position + 1 >= len(arguments) or powershell_text([*arguments[:position], "x"]) != "x":
        return None
    return arguments[position + 1], list(arguments[position + 2 :])


def _decoded(text: str) -> str | None:
    try:
        return base64.b64decode(text, validate=True).decode("utf-16-le")
    except (binascii.Error, UnicodeDecodeError):
        return None
