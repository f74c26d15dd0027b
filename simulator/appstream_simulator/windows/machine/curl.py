# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""curl.exe, which Windows has had since version 1803: `curl [-f] [-s] [-S] [-L] -o FILE URL`.

Options from curl's manual page, exit codes and texts from its list of them (everything.curl.dev, "Exit status"). Any
other option, and an error page that would be the file's content because `-f` is missing, are `unhandled`.
"""

from __future__ import annotations

import ntpath
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from appstream_simulator.windows.protocol.host import ProcessResult

from .disk import DiskFullError

if TYPE_CHECKING:
    from .processes import Process

_SHORT = {"f": "--fail", "s": "--silent", "S": "--show-error", "L": "--location", "o": "--output"}
_FLAGS = frozenset({"--fail", "--silent", "--show-error", "--location"})
# Exit codes.
_NO_HOST, _HTTP_ERROR, _WRITE_ERROR = 6, 22, 23


def run(process: Process) -> ProcessResult:
    """One download."""
    # The stand-ins for modules know the machine, and the machine its programs.
    from .modules import web_request

    command = _parsed(process.arguments[1:])
    if command is None:
        return process.unhandled("program")
    url, output, flags = command
    if urlsplit(url).scheme not in ("http", "https"):
        return process.unhandled("program")
    try:
        content = web_request.content(process.machine, url, web_request.Request())
    except web_request.WebRequestError as error:
        status = error.fields.get("status_code")
        if status is None:
            return _failed(flags, _NO_HOST, f"Could not resolve host: {urlsplit(url).hostname}")
        if "--fail" not in flags:
            return process.unhandled("program")
        return _failed(flags, _HTTP_ERROR, f"The requested URL returned error: {status}")
    path = ntpath.join(process.working_directory, output)
    try:
        if not process.machine.disk.is_directory(ntpath.dirname(path)):
            raise FileNotFoundError(path)
        process.machine.disk.write(path, content)
    except (DiskFullError, FileNotFoundError):
        return _failed(flags, _WRITE_ERROR, "Failure writing output to destination")
    return ProcessResult(0)


def _parsed(arguments: list[str]) -> tuple[str, str, set[str]] | None:
    """URL, output file and flags; None for what is not simulated."""
    words, output, flags, rest = [], "", set(), [name for argument in arguments for name in _long(argument)]
    while rest:
        argument = rest.pop(0)
        if argument == "--output" and rest:
            output = rest.pop(0)
        elif argument in _FLAGS:
            flags.add(argument)
        elif argument.startswith("-"):
            return None
        else:
            words.append(argument)
    return (words[0], output, flags) if len(words) == 1 and output else None


def _long(argument: str) -> list[str]:
    """The options that short ones such as `-fsSLo` stand for; anything else as it is."""
    letters = argument[1:] if argument.startswith("-") and not argument.startswith("--") else ""
    known = bool(letters) and all(letter in _SHORT for letter in letters)
    return [_SHORT[letter] for letter in letters] if known else [argument]


def _failed(flags: set[str], code: int, text: str) -> ProcessResult:
    shown = "--silent" not in flags or "--show-error" in flags
    return ProcessResult(code, b"", f"curl: ({code}) {text}\r\n".encode() if shown else b"")
