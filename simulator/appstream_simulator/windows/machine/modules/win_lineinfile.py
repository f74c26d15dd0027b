# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""community.windows.win_lineinfile.

As with the real one, `create` makes the file in check mode, too, and with one empty line in it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import regex

from appstream_simulator import given_patterns

from .. import dotnet_text
from . import backup, win_command
from .task import Option, Task

OPTIONS = {
    "path": Option("path", aliases=("dest", "destfile", "name")),
    "regex": Option(aliases=("regexp",)),
    "state": Option(default="present"),
    "line": Option(),
    "backrefs": Option("bool", False),
    "insertafter": Option(),
    "insertbefore": Option(),
    "create": Option("bool", False),
    "backup": Option("bool", False),
    "validate": Option(),
    "encoding": Option(default="auto"),
    "newline": Option(default="windows"),
}


@dataclass
class _File:
    """The file that is edited.

    Attributes:
        path: with backslashes.
        lines: what the task makes of its lines.
    """

    task: Task
    options: dict[str, Any]
    path: str
    encoding: dotnet_text.Encoding
    lines: list[str]

    @property
    def separator(self) -> str:
        return "\n" if self.options["newline"] == "unix" else "\r\n"


def run(task: Task) -> dict[str, Any]:
    """Put a line in its place, or remove lines."""
    task.refuse_other_options(OPTIONS)
    options = task.options(OPTIONS)
    path = options["path"]
    if task.disk.is_directory(path):
        task.fail(f"Path {path} is a directory")
    file = _File(task, options, path.replace("/", "\\"), _encoding(task, options), [])
    try:
        return _present(file) if options["state"] == "present" else _absent(file)
    except (regex.error, TimeoutError) as error:
        task.machine.record("unhandled", what="win_lineinfile pattern", text=str(error))
        return task.fail(f"appstream-simulator: the pattern is not simulated: {error}")


def _encoding(task: Task, options: dict[str, Any]) -> dotnet_text.Encoding:
    if options["encoding"] == "auto":
        found = dotnet_text.by_preamble(task.disk.read(options["path"])) if task.disk.is_file(options["path"]) else None
        return found or dotnet_text.UTF8
    named = dotnet_text.encoding(options["encoding"])
    if named is None:
        task.machine.record("unhandled", what="win_lineinfile encoding", text=options["encoding"])
        task.fail(f"appstream-simulator: the encoding {options['encoding']} is not simulated")
    return named


def _present(file: _File) -> dict[str, Any]:
    task, options = file.task, file.options
    if options["backrefs"] and not options["regex"]:
        task.fail("regexp= is required with backrefs=true")
    if not options["line"]:
        task.fail("line= is required with state=present")
    if options["insertbefore"] and options["insertafter"]:
        shown = f'ignoring "insertafter={options["insertafter"]}"'
        task.warnings.append(f"Both insertbefore and insertafter parameters found, {shown}")
    if not options["insertbefore"] and not options["insertafter"]:
        options["insertafter"] = "EOF"
    created = _create_if_missing(file)
    text = dotnet_text.decode(task.disk.read(file.path), file.encoding)
    ends_with_newline = not created and text.endswith(("\n", "\r"))
    before = dotnet_text.lines(text)
    file.lines = list(before)
    message = _edit(file)
    result: dict[str, Any] = {"changed": bool(message), "msg": message, "backup": ""}
    diff = {"before": file.separator.join([*before, ""] if ends_with_newline else before)}
    if message:
        file.lines += [""] if ends_with_newline else []
        diff["after"] = _save(file, result)
    return _finished(file, result, diff)


def _create_if_missing(file: _File) -> bool:
    task = file.task
    if task.disk.exists(file.path):
        return False
    if not file.options["create"]:
        task.fail(f"Path {file.options['path']} does not exist !")
    try:
        task.disk.write(file.path, dotnet_text.encode("\r\n", file.encoding))
    except FileNotFoundError:
        shown = f"\"Could not find a part of the path '{file.path}'.\""
        reason = f'Exception calling "WriteAllLines" with "3" argument(s): {shown}'
        task.fail(f"Unhandled exception while executing module: {reason}")
    return True


def _edit(file: _File) -> str:
    """Replace or add the line; what was done, empty for nothing."""
    options, line, lines = file.options, file.options["line"], file.lines
    matched, beside = _places(file)
    if matched is not None:
        new = line
        if options["backrefs"]:
            new = given_patterns.replaced(
                options["regex"], lines[matched], lambda match: dotnet_text.substituted(line, match)
            )
        if lines[matched] == new:
            return ""
        lines[matched] = new
        return "line replaced"
    if options["backrefs"]:
        return ""
    if "BOF" in (_upper(options["insertbefore"]), _upper(options["insertafter"])):
        lines.insert(0, line)
    elif _upper(options["insertafter"]) == "EOF" or beside is None:
        lines.append(line)
    else:
        lines.insert(beside, line)
    return "line added"


def _places(file: _File) -> tuple[int | None, int | None]:
    """Where the last line is that is to be replaced, and where a new one goes beside insertafter or insertbefore."""
    options = file.options
    after, before = options["insertafter"], options["insertbefore"]
    anchor = after if after and _upper(after) not in ("BOF", "EOF") else before if _upper(before) != "BOF" else None
    matched = beside = None
    for number, line in enumerate(file.lines):
        if _is_meant(options, line):
            matched = number
        elif anchor and given_patterns.found(anchor, line):
            # The module looks at both options, one after the other.
            beside = number if before else number + 1
    return matched, beside


def _is_meant(options: dict[str, Any], line: str) -> bool:
    if options["regex"]:
        return given_patterns.found(options["regex"], line)
    return bool(line == options["line"])


def _upper(text: str | None) -> str:
    return (text or "").upper()


def _absent(file: _File) -> dict[str, Any]:
    task, options = file.task, file.options
    if not options["regex"] and not options["line"]:
        task.fail("one of line= or regexp= is required with state=absent")
    if not task.disk.exists(file.path):
        task.fail(f"Path {options['path']} does not exist !")
    text = dotnet_text.decode(task.disk.read(file.path), file.encoding)
    before = dotnet_text.lines(text) + ([""] if text.endswith(("\n", "\r")) else [])
    file.lines = [line for line in before if not _is_meant(options, line)]
    found = len(before) - len(file.lines)
    result: dict[str, Any] = {"changed": found > 0, "backup": ""}
    diff = {"before": file.separator.join(before)}
    if found:
        diff["after"] = _save(file, result)
    result |= {"found": found, "msg": f"{found} line(s) removed"}
    return _finished(file, result, diff)


def _save(file: _File, result: dict[str, Any]) -> str:
    """Validate what is to be written, and write it; the text."""
    task, text = file.task, file.separator.join(file.lines)
    if file.options["backup"]:
        result["backup_file"] = backup.back_up(task, file.options["path"])
    content = dotnet_text.encode(text, file.encoding)
    if file.options["validate"]:
        _validate(task, file.options["validate"], content)
    if not task.check_mode:
        task.disk.write(file.path, content)
    return text


def _validate(task: Task, command: str, content: bytes) -> None:
    if "%s" not in command:
        task.fail(f"validate must contain %s: {command}")
    path = f"{task.variables['TEMP']}\\tmp4242.tmp"
    task.disk.write(path, content)
    line = command.replace("%s", path)
    try:
        exit_code = win_command.start_process(task, line).exit_code
    except FileNotFoundError:
        # It may be a program of Windows that is not simulated.
        task.machine.record("unhandled", what="program", text=line)
        reason = 'Exception calling "Start" with "2" argument(s): "The system cannot find the file specified"'
        task.fail(f"Unhandled exception while executing module: {reason}")
    task.disk.remove(path)
    if exit_code:
        # The module reads streams that it has not redirected.
        reason = "StandardOut has not been redirected or the process hasn't started yet."
        task.fail(f'Unhandled exception while executing module: Exception getting "StandardOutput": "{reason}"')


def _finished(file: _File, result: dict[str, Any], diff: dict[str, str]) -> dict[str, Any]:
    result["encoding"] = file.encoding.web_name
    return {**result, "diff": diff} if file.task.call.diff else result
