# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""PowerShell texts that Ansible and the action plugins of ansible.windows send outside of modules."""

from __future__ import annotations

import base64
import json
import ntpath
import re

from appstream_simulator.windows.protocol import environment, transfers
from appstream_simulator.windows.protocol.host import ProcessResult
from appstream_simulator.windows.protocol.powershell_invocation import (
    LITERAL,
    PATH_ARGUMENT,
    Invocation,
    Rule,
    literal_output,
    output,
    rule,
    unquoted,
)

# 100 ns intervals between 1601-01-01, where FILETIME begins, and 1970-01-01.
_FILETIME_EPOCH = 116444736000000000


def _boot_time(invocation: Invocation, found: re.Match[str]) -> ProcessResult:
    return output(str(int(invocation.host.boot_time * 10_000_000) + _FILETIME_EPOCH))


def _reboot(invocation: Invocation, found: re.Match[str]) -> ProcessResult:
    invocation.host.journal.record(
        "process", host=invocation.host.builder_name, command_line=found["command"], exit_code=0
    )
    invocation.host.restart(float(found["delay"]))
    return output(json.dumps({"stdout": "", "stderr": "", "rc": 0}))


def _make_temporary_directory(invocation: Invocation, found: re.Match[str]) -> ProcessResult:
    directory = environment.expand_variables(invocation.host, invocation.user, unquoted(found["directory"]))
    path = ntpath.join(directory, unquoted(found["name"]))
    invocation.host.disk.make_directories(path)
    return output(path)


def _put(invocation: Invocation, found: re.Match[str]) -> ProcessResult:
    data = b"".join(base64.b64decode(line) for line in invocation.read_stdin().split())
    return transfers.put(invocation.host, unquoted(found["path"]), data)


def _fetch(invocation: Invocation, found: re.Match[str]) -> ProcessResult:
    return transfers.fetch_part(invocation.host, unquoted(found["path"]), int(found["size"]), int(found["offset"]))


def _home(invocation: Invocation, found: re.Match[str]) -> ProcessResult:
    return output(invocation.directory() + unquoted(found["rest"] or "''"))


def _exit_by_existence(invocation: Invocation, found: re.Match[str]) -> ProcessResult:
    path, disk = invocation.path(found["path"]), invocation.host.disk
    return ProcessResult(0 if disk.is_file(path) or disk.is_directory(path) else 1)


def _exit_by_number(invocation: Invocation, found: re.Match[str]) -> ProcessResult:
    """win_updates' check that Windows services nothing: 0 unless the value is there and neither 0 nor 1."""
    number = invocation.host.registry_number(unquoted(found["key"]), unquoted(found["name"]))
    return ProcessResult(0 if number in (None, 0, 1) else number)


_BOOT_TIME_COMMAND = (
    r"\((?:Get-CimInstance|Get-WmiObject) (?:-ClassName )?Win32_OperatingSystem(?: -Property LastBootUpTime)?\)"
    r"\.LastBootUpTime\.ToFileTime\(\)"
)
_MKDTEMP = (
    rf"\$tmp_path = \[System\.Environment\]::ExpandEnvironmentVariables\((?P<directory>{LITERAL})\)\s*"
    rf"\$tmp = New-Item -Type Directory -Path \$tmp_path -Name (?P<name>{LITERAL})\s*"
    r"Write-Output -InputObject \$tmp\.FullName"
)
_SERVICING_TEST = (
    r"try \{\s*\$propParams = @\{\s*LiteralPath = (?P<key>'[^']*')\s*Name = (?P<name>'[^']*')\s*"
    r"ErrorAction = 'Stop'\s*\}\s*\$val = Get-ItemPropertyValue @propParams\s*"
    r"if \(\$val -in @\(0, 1\)\) \{\s*exit 0\s*\}\s*else \{\s*exit \$val\s*\}\s*\}\s*catch \{\s*exit 0\s*\}"
)
_REBOOT = (
    r"(?>.*?\$stderr = \. \{ )(?P<command>\S*shutdown\.exe /r /t (?P<delay>\d+) /c "
    r"(?:(?! \| Set-Variable stdout \}).)*+) \| Set-Variable stdout \}"
    r"(?>.*?ConvertTo-Json -Compress -InputObject @\{).*"
)
_AUTO_LOGON = r"Get-Item -LiteralPath '[^']*\\AutoLogonChecked' -ErrorAction Stop;\s*(?P<text>'success-[0-9a-f-]+')"
# What is skipped goes up to the first place that fits: a second one is never tried.
_PUT = (
    rf"(?>.*?\$path = )(?P<path>{LITERAL})\s(?>.*?\[(?:System\.IO\.)?File\]::Create\(\$path\))"
    r"(?>.*?FromBase64String\(\$input\)).*"
)
_FETCH = (
    rf"\$path = (?P<path>{LITERAL})\s*If \(Test-Path -LiteralPath \$path -PathType Leaf\)"
    r"(?>.*?\$buffer_size = )(?P<size>\d+)\s(?>.*?\$offset = )(?P<offset>\d+)\s.*"
)

RULES: tuple[Rule, ...] = (
    rule(_BOOT_TIME_COMMAND, _boot_time),
    rule(_SERVICING_TEST, _exit_by_number),
    rule(_REBOOT, _reboot),
    rule(_AUTO_LOGON, literal_output),
    rule(_MKDTEMP, _make_temporary_directory),
    rule(_PUT, _put),
    rule(_FETCH, _fetch),
    rule(r"(?:Write-Output )?\(Get-Location\)\.Path(?P<rest>)", _home),
    rule(rf"(?:Write-Output )?\(\(Get-Location\)\.Path \+ (?P<rest>{LITERAL})\)", _home),
    rule(rf"exit -not \(Test-Path {PATH_ARGUMENT}\)", _exit_by_existence),
)
