# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Bare PowerShell text: what Ansible and the action plugins of ansible.windows send outside of modules.

This is no interpreter. An ordered list of rules recognises whole texts; a single native command line is run as such;
anything else fails loudly and is journalled as `unhandled`.
"""

from __future__ import annotations

import base64
import functools
import json
import ntpath
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from appstream_simulator.windows.protocol import clixml, environment, powershell_statements, transfers
from appstream_simulator.windows.protocol.host import Host, ProcessResult

# 100 ns intervals between 1601-01-01, where FILETIME begins, and 1970-01-01.
_FILETIME_EPOCH = 116444736000000000
# A PowerShell string without anything to expand, or a bare word.
_LITERAL = r"'(?:[^']|'')*'|\"[^\"$`]*\"|[\w:\\/.~-]+"
_PATH_ARGUMENT = rf"(?:-(?:Literal)?Path\s+)?(?P<path>{_LITERAL})"
# What Ansible puts around every bare text.
_FRAME = (
    re.compile(r"\A\s*Set-StrictMode -Version Latest\r?\n"),
    re.compile(r"\A\s*try \{ \[Console\]::OutputEncoding = New-Object System\.Text\.UTF8Encoding \} catch \{\}\s*;?"),
    re.compile(r";?\s*If \(-not \$\?\) \{ If \(Get-Variable LASTEXITCODE .*?\Z", re.DOTALL),
    re.compile(r"\r?\n\s*exit \$LASTEXITCODE\s*\Z", re.IGNORECASE),
)
# One line that can only be a program with its arguments.
_NATIVE = re.compile(
    r"\A(?:&\s*)?(?P<program>'(?:[^']|'')+'|\"[^\"$`]+\"|[\w:\\/.~-]+)(?P<arguments>(?:[ \t]+[^\r\n]*)?)\Z"
)
_SYNTAX = re.compile(r"[$`|;(){}@<>]|&(?!&)|\A\s*[#\[]")


@dataclass(frozen=True)
class Invocation:
    """A text to run: on which machine, as whom, and how to get what is piped into it.

    Attributes:
        environment: variables on top of those the user's processes have.
        working_directory: the user's profile when empty.
        script_folder: where the script file lies that the text is from.
    """

    host: Host
    user: str
    read_stdin: Callable[[], bytes]
    environment: Mapping[str, str] = field(default_factory=dict)
    working_directory: str = ""
    script_folder: str = ""

    def path(self, literal: str) -> str:
        """The path meant by a quoted string or a bare word; one on a PowerShell drive (`HKLM:`) is left alone."""
        value = unquoted(literal)
        return value if re.match(r"\w{2,}:", value) else ntpath.join(self.working_directory, value)


Rule = Callable[[Invocation, "re.Match[str]"], ProcessResult]


def run_text(
    host: Host,
    text: str,
    *,
    stdin: bytes = b"",
    user: str,
    environment: Mapping[str, str] | None = None,
    working_directory: str = "",
    script_folder: str = "",
) -> ProcessResult:
    """Run a text that a task gives, as win_shell and win_powershell do. Unknown text exits 1 and is journalled.

    Args:
        environment: variables on top of those the user's processes have.
        working_directory: the user's profile when empty.
    """
    return run(Invocation(host, user, lambda: stdin, environment or {}, working_directory, script_folder), text)


def run(invocation: Invocation, text: str) -> ProcessResult:
    """Run a text by the first rule that fits the whole of it, or else statement by statement."""
    body = unframed(text)
    known = None if _END.fullmatch(body) else _rule_for(body)
    if known:
        return known.run(invocation)
    return _run_statements(invocation, text, body) or _unhandled(
        invocation, text, "the simulator has no rule for this PowerShell text"
    )


@dataclass(frozen=True)
class _Known:
    """How a text is run, and whether it is a native program."""

    run: Callable[[Invocation], ProcessResult]
    native: bool = False


def _rule_for(body: str) -> _Known | None:
    for pattern, rule in _RULES:
        found = pattern.fullmatch(body)
        if found:
            return _Known(functools.partial(_apply, rule, found))
    native = _NATIVE.fullmatch(body)
    if native and not _SYNTAX.search(native["arguments"]):
        return _Known(lambda invocation: _run_native(invocation, body, native), native=True)
    return None


def _apply(rule: Rule, found: re.Match[str], invocation: Invocation) -> ProcessResult:
    return rule(invocation, found)


def _run_statements(invocation: Invocation, text: str, body: str) -> ProcessResult | None:
    """Run a script of several statements; None, and nothing has been done, when one of them is unknown.

    As in PowerShell a program's exit code ends nothing, and an error only what asked for it.
    """
    variables = {**invocation.host.environment(invocation.user), **invocation.environment}
    parts = powershell_statements.statements(body, variables, invocation.script_folder)
    if not parts or any(not _END.fullmatch(part) and _rule_for(part) is None for part in parts):
        return None
    stdout, stderr, last, exit_code = b"", b"", 0, 0
    for part in parts:
        end = _END.fullmatch(part)
        if end:
            stderr += clixml.error(unquoted(end["text"])) if end["text"] else b""
            exit_code = 1 if end["text"] else last if end["last"] else int(end["code"] or 0)
            break
        known = _rule_for(part)
        assert known is not None
        result = known.run(invocation)
        stdout, stderr = stdout + result.stdout, stderr + result.stderr
        last = result.exit_code if known.native else last
        if result.exit_code and not known.native and powershell_statements.stops_at_errors(body):
            exit_code = 1
            break
    return ProcessResult(exit_code, stdout, stderr)


def unframed(text: str) -> str:
    """The text without what Ansible puts around it."""
    for pattern in _FRAME:
        text = pattern.sub("", text)
    return text.strip()


def unquoted(literal: str) -> str:
    """The value of a quoted string or a bare word."""
    if literal[:1] == "'":
        return literal[1:-1].replace("''", "'")
    return literal[1:-1] if literal[:1] == '"' else literal


def _run_line(invocation: Invocation, line: str) -> ProcessResult:
    """Run a command line with the surroundings of the text; raises FileNotFoundError when there is no such program."""
    host, user = invocation.host, invocation.user
    return host.run_process(
        line,
        stdin=b"",
        user=user,
        environment={**host.environment(user), **invocation.environment},
        working_directory=invocation.working_directory,
    )


def _run_native(invocation: Invocation, text: str, found: re.Match[str]) -> ProcessResult:
    program, arguments = unquoted(found["program"]), found["arguments"].strip()
    quoted = f'"{program}"' if " " in program else program
    line = f"{quoted} {_native_quotes(arguments)}".strip()
    try:
        return _run_line(invocation, line)
    except FileNotFoundError:
        return _unhandled(
            invocation,
            text,
            f"The term '{program}' is not recognized as the name of a cmdlet, function, script file, or operable "
            "program, and the simulator has no rule for it",
        )


def _native_quotes(arguments: str) -> str:
    """Arguments with PowerShell's single quotes turned into the double quotes that a program understands."""
    return re.sub(r"(?<!\S)'((?:[^']|'')*)'(?!\S)", lambda found: _double_quoted(unquoted(found[0])), arguments)


def _double_quoted(value: str) -> str:
    return f'"{value}"' if not value or re.search(r"\s", value) else value


def _unhandled(invocation: Invocation, text: str, reason: str) -> ProcessResult:
    invocation.host.journal.record("unhandled", host=invocation.host.builder_name, what="powershell", text=text)
    return ProcessResult(1, b"", clixml.error(reason))


def _output(text: str) -> ProcessResult:
    return ProcessResult(0, f"{text}\r\n".encode())


def _boot_time(invocation: Invocation, found: re.Match[str]) -> ProcessResult:
    return _output(str(int(invocation.host.boot_time * 10_000_000) + _FILETIME_EPOCH))


def _reboot(invocation: Invocation, found: re.Match[str]) -> ProcessResult:
    invocation.host.journal.record(
        "process", host=invocation.host.builder_name, command_line=found["command"], exit_code=0
    )
    invocation.host.restart(float(found["delay"]))
    return _output(json.dumps({"stdout": "", "stderr": "", "rc": 0}))


def _literal_output(invocation: Invocation, found: re.Match[str]) -> ProcessResult:
    return _output(unquoted(found["text"]))


def _remove(invocation: Invocation, found: re.Match[str]) -> ProcessResult:
    path = invocation.path(found["path"])
    try:
        invocation.host.disk.remove(path)
    except FileNotFoundError:
        return ProcessResult(
            1, b"", clixml.error(f"Remove-Item : Cannot find path '{path}' because it does not exist.")
        )
    return ProcessResult(0)


def _make_temporary_directory(invocation: Invocation, found: re.Match[str]) -> ProcessResult:
    directory = environment.expand_variables(invocation.host, invocation.user, unquoted(found["directory"]))
    path = ntpath.join(directory, unquoted(found["name"]))
    invocation.host.disk.make_directories(path)
    return _output(path)


def _put(invocation: Invocation, found: re.Match[str]) -> ProcessResult:
    data = b"".join(base64.b64decode(line) for line in invocation.read_stdin().split())
    return transfers.put(invocation.host, unquoted(found["path"]), data)


def _fetch(invocation: Invocation, found: re.Match[str]) -> ProcessResult:
    return transfers.fetch_part(invocation.host, unquoted(found["path"]), int(found["size"]), int(found["offset"]))


def _home(invocation: Invocation, found: re.Match[str]) -> ProcessResult:
    home = invocation.working_directory or environment.expand_home(invocation.host, invocation.user, "~")
    return _output(home + unquoted(found["rest"] or "''"))


def _exit_by_existence(invocation: Invocation, found: re.Match[str]) -> ProcessResult:
    path, disk = invocation.path(found["path"]), invocation.host.disk
    return ProcessResult(0 if disk.is_file(path) or disk.is_directory(path) else 1)


def _test_path(invocation: Invocation, found: re.Match[str]) -> ProcessResult:
    path, disk = invocation.path(found["path"]), invocation.host.disk
    return _output(str(disk.is_file(path) or disk.is_directory(path)))


def _content(invocation: Invocation, found: re.Match[str]) -> ProcessResult:
    path, disk = invocation.path(found["path"]), invocation.host.disk
    if not disk.is_file(path):
        return ProcessResult(
            1, b"", clixml.error(f"Get-Content : Cannot find path '{path}' because it does not exist.")
        )
    return ProcessResult(
        0, "".join(f"{line}\r\n" for line in disk.read(path).decode("utf-8-sig").splitlines()).encode()
    )


def _exit_by_number(invocation: Invocation, found: re.Match[str]) -> ProcessResult:
    """win_updates' check that Windows services nothing: 0 unless the value is there and neither 0 nor 1."""
    number = invocation.host.registry_number(unquoted(found["key"]), unquoted(found["name"]))
    return ProcessResult(0 if number in (None, 0, 1) else number)


def _sleep(invocation: Invocation, found: re.Match[str]) -> ProcessResult:
    invocation.host.spend(float(found["seconds"]))
    return ProcessResult(0)


def _script_file(invocation: Invocation, found: re.Match[str]) -> ProcessResult:
    """A script transferred before: its text is run like any other, which works as long as it takes no arguments."""
    path = invocation.path(found["path"])
    if not invocation.host.disk.is_file(path):
        return ProcessResult(1, b"", clixml.error(f"The term '{path}' is not recognized as the name of a script file."))
    text = invocation.host.disk.read(path).decode("utf-8-sig")
    if found["arguments"].strip():
        return _unhandled(invocation, f"{found[0]}\n{text}", "the simulator runs no script with arguments")
    return run(replace(invocation, script_folder=ntpath.dirname(path)), text)


def _fails(text: str) -> ProcessResult:
    return ProcessResult(1, b"", clixml.error(text))


def _new_item(invocation: Invocation, found: re.Match[str]) -> ProcessResult:
    """A directory or an empty file, or one with a text; PowerShell then shows the item, which is left out here."""
    disk, path = invocation.host.disk, invocation.path(found["path"])
    force = re.search(r"(?i)\s-Force\b", found[0]) is not None
    if found["kind"].lower() == "directory":
        if disk.is_directory(path) and not force:
            return _fails(f"New-Item : An item with the specified name {path} already exists.")
        disk.make_directories(path)
        return ProcessResult(0)
    if disk.is_file(path) and not force:
        return _fails(f"New-Item : The file '{path}' already exists.")
    if force:
        disk.make_directories(ntpath.dirname(path))
    if not disk.is_directory(ntpath.dirname(path)):
        return _fails(f"New-Item : Could not find a part of the path '{path}'.")
    disk.write(path, unquoted(found["value"] or "''").encode())
    return ProcessResult(0)


def _set_content(invocation: Invocation, found: re.Match[str]) -> ProcessResult:
    disk, path = invocation.host.disk, invocation.path(found["path"])
    if not disk.is_directory(ntpath.dirname(path)):
        return _fails(f"{found['cmdlet']} : Could not find a part of the path '{path}'.")
    before = disk.read(path) if found["cmdlet"].lower() == "add-content" and disk.is_file(path) else b""
    disk.write(path, before + f"{unquoted(found['value'])}\r\n".encode())
    return ProcessResult(0)


def _copy_item(invocation: Invocation, found: re.Match[str]) -> ProcessResult:
    disk = invocation.host.disk
    source, target = invocation.path(found["path"]), invocation.path(found["target"])
    if disk.is_file(source):
        target = ntpath.join(target, ntpath.basename(source)) if disk.is_directory(target) else target
        if not disk.is_directory(ntpath.dirname(target)):
            return _fails(f"Copy-Item : Could not find a part of the path '{target}'.")
        disk.write(target, disk.read(source))
        return ProcessResult(0)
    if not disk.is_directory(source):
        return _fails(f"Copy-Item : Cannot find path '{source}' because it does not exist.")
    target = ntpath.join(target, ntpath.basename(source)) if disk.is_directory(target) else target
    disk.make_directories(target)
    if re.search(r"(?i)\s-Recurse\b", found[0]):
        _copy_below(invocation, source, target)
    return ProcessResult(0)


def _copy_below(invocation: Invocation, source: str, target: str) -> None:
    disk = invocation.host.disk
    for name in disk.list(source):
        path, copy = ntpath.join(source, name), ntpath.join(target, name)
        if disk.is_directory(path):
            disk.make_directories(copy)
            _copy_below(invocation, path, copy)
        else:
            disk.write(copy, disk.read(path))


def _start_process(invocation: Invocation, found: re.Match[str]) -> ProcessResult:
    """Start-Process -Wait: the program's exit code and output are nobody's."""
    literals = re.findall(_LITERAL, found["arguments"] or "")
    line = " ".join([_double_quoted(unquoted(found["path"])), *(unquoted(literal) for literal in literals)])
    try:
        _run_line(invocation, line)
    except FileNotFoundError:
        return _fails(
            "Start-Process : This command cannot be run due to the error: The system cannot find the file specified."
        )
    return ProcessResult(0)


_BOOT_TIME_COMMAND = (
    r"\((?:Get-CimInstance|Get-WmiObject) (?:-ClassName )?Win32_OperatingSystem(?: -Property LastBootUpTime)?\)"
    r"\.LastBootUpTime\.ToFileTime\(\)"
)
_MKDTEMP = (
    rf"\$tmp_path = \[System\.Environment\]::ExpandEnvironmentVariables\((?P<directory>{_LITERAL})\)\s*"
    rf"\$tmp = New-Item -Type Directory -Path \$tmp_path -Name (?P<name>{_LITERAL})\s*"
    r"Write-Output -InputObject \$tmp\.FullName"
)
_SERVICING_TEST = (
    r"try \{\s*\$propParams = @\{\s*LiteralPath = (?P<key>'[^']*')\s*Name = (?P<name>'[^']*')\s*"
    r"ErrorAction = 'Stop'\s*\}\s*\$val = Get-ItemPropertyValue @propParams\s*"
    r"if \(\$val -in @\(0, 1\)\) \{\s*exit 0\s*\}\s*else \{\s*exit \$val\s*\}\s*\}\s*catch \{\s*exit 0\s*\}"
)
_REBOOT = (
    r".*\$stderr = \. \{ (?P<command>\S*shutdown\.exe /r /t (?P<delay>\d+) /c .*?) \| Set-Variable stdout \}"
    r".*ConvertTo-Json -Compress -InputObject @\{.*"
)
_AUTO_LOGON = r"Get-Item -LiteralPath '[^']*\\AutoLogonChecked' -ErrorAction Stop;\s*(?P<text>'success-[0-9a-f-]+')"
_PUT = rf".*\$path = (?P<path>{_LITERAL})\s.*\[(?:System\.IO\.)?File\]::Create\(\$path\).*FromBase64String\(\$input\).*"
_FETCH = (
    rf"\$path = (?P<path>{_LITERAL})\s*If \(Test-Path -LiteralPath \$path -PathType Leaf\).*"
    r"\$buffer_size = (?P<size>\d+)\s.*\$offset = (?P<offset>\d+)\s.*"
)
_SCRIPT_FILE = (
    r"&\s+(?P<path>'(?:[^']|'')+\.ps1'|\"[^\"$`]+\.ps1\"|[^\s'\"]+\.ps1)"
    r"(?P<arguments>[^\r\n]*?);\s*exit \$LASTEXITCODE"
)
_NEW_ITEM = (
    r"New-Item\s+(?:-(?:ItemType|Type)\s+['\"]?(?P<kind>Directory|File)['\"]?|-Force|\s"
    rf"|(?:-Path\s+)?(?P<path>{_LITERAL})|-Value\s+(?P<value>{_LITERAL}))+"
)
_SET_CONTENT = (
    rf"(?P<cmdlet>Set-Content|Add-Content)\s+{_PATH_ARGUMENT}\s+(?:-Value\s+)?(?P<value>{_LITERAL})"
    r"(?:\s+-Encoding\s+['\"]?(?:ASCII|Default)['\"]?|\s+-Force)*"
)
_COPY_ITEM = rf"Copy-Item\s+{_PATH_ARGUMENT}\s+(?:-Destination\s+)?(?P<target>{_LITERAL})(?:\s+-(?:Force|Recurse))*"
_START_PROCESS = (
    rf"Start-Process\s+(?:-FilePath\s+)?(?P<path>{_LITERAL})"
    rf"(?:\s+-ArgumentList\s+(?P<arguments>(?:{_LITERAL})(?:\s*,\s*(?:{_LITERAL}))*))?"
    r"(?:\s+-NoNewWindow)?\s+-Wait(?:\s+-NoNewWindow)?"
)
# What ends a script.
_END = re.compile(
    rf"(?:exit(?:\s+(?:(?P<code>-?\d+)|(?P<last>\$LASTEXITCODE)))?|throw\s+(?P<text>{_LITERAL}))", re.IGNORECASE
)

_RULES: list[tuple[re.Pattern[str], Rule]] = [
    (re.compile(pattern, re.IGNORECASE | re.DOTALL), rule)
    for pattern, rule in (
        (_BOOT_TIME_COMMAND, _boot_time),
        (_SERVICING_TEST, _exit_by_number),
        (_REBOOT, _reboot),
        (_AUTO_LOGON, _literal_output),
        (rf"Remove-Item {_PATH_ARGUMENT}(?:\s+-(?:Force|Recurse))*\s*;?", _remove),
        (_MKDTEMP, _make_temporary_directory),
        (_PUT, _put),
        (_FETCH, _fetch),
        (r"(?:Write-Output )?\(Get-Location\)\.Path(?P<rest>)", _home),
        (rf"(?:Write-Output )?\(\(Get-Location\)\.Path \+ (?P<rest>{_LITERAL})\)", _home),
        (rf"exit -not \(Test-Path {_PATH_ARGUMENT}\)", _exit_by_existence),
        (rf"Test-Path {_PATH_ARGUMENT}", _test_path),
        (rf"Get-Content {_PATH_ARGUMENT}(?:\s+-Raw)?", _content),
        (rf"(?:Write-Output|Write-Host|echo)\s+(?:-InputObject\s+)?(?P<text>{_LITERAL})", _literal_output),
        (r"(?P<text>'(?:[^']|'')*'|\"[^\"$`]*\")", _literal_output),
        (r"Start-Sleep (?:-Seconds\s+)?(?P<seconds>\d+(?:\.\d+)?)", _sleep),
        (_SCRIPT_FILE, _script_file),
        (_NEW_ITEM, _new_item),
        (_SET_CONTENT, _set_content),
        (_COPY_ITEM, _copy_item),
        (_START_PROCESS, _start_process),
    )
]
