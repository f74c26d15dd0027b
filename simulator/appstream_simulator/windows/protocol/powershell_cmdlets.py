# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Cmdlets in PowerShell texts."""

from __future__ import annotations

import ntpath
import re

from appstream_simulator.windows.protocol import clixml
from appstream_simulator.windows.protocol.host import ProcessResult
from appstream_simulator.windows.protocol.powershell_invocation import (
    LITERAL,
    PATH_ARGUMENT,
    Invocation,
    Rule,
    compiled,
    double_quoted,
    fails,
    literal_output,
    output,
    run_line,
    unquoted,
)


def _remove(invocation: Invocation, found: re.Match[str]) -> ProcessResult:
    path = invocation.path(found["path"])
    try:
        invocation.host.disk.remove(path)
    except FileNotFoundError:
        return ProcessResult(
            1, b"", clixml.error(f"Remove-Item : Cannot find path '{path}' because it does not exist.")
        )
    return ProcessResult(0)


def _test_path(invocation: Invocation, found: re.Match[str]) -> ProcessResult:
    path, disk = invocation.path(found["path"]), invocation.host.disk
    return output(str(disk.is_file(path) or disk.is_directory(path)))


def _content(invocation: Invocation, found: re.Match[str]) -> ProcessResult:
    path, disk = invocation.path(found["path"]), invocation.host.disk
    if not disk.is_file(path):
        return ProcessResult(
            1, b"", clixml.error(f"Get-Content : Cannot find path '{path}' because it does not exist.")
        )
    return ProcessResult(
        0, "".join(f"{line}\r\n" for line in disk.read(path).decode("utf-8-sig").splitlines()).encode()
    )


def _sleep(invocation: Invocation, found: re.Match[str]) -> ProcessResult:
    invocation.host.spend(float(found["seconds"]))
    return ProcessResult(0)


def _new_item(invocation: Invocation, found: re.Match[str]) -> ProcessResult:
    """A directory or an empty file, or one with a text; PowerShell then shows the item, which is left out here."""
    disk, path = invocation.host.disk, invocation.path(found["path"])
    force = re.search(r"(?i)\s-Force\b", found[0]) is not None
    if found["kind"].lower() == "directory":
        if disk.is_directory(path) and not force:
            return fails(f"New-Item : An item with the specified name {path} already exists.")
        disk.make_directories(path)
        return ProcessResult(0)
    if disk.is_file(path) and not force:
        return fails(f"New-Item : The file '{path}' already exists.")
    if force:
        disk.make_directories(ntpath.dirname(path))
    if not disk.is_directory(ntpath.dirname(path)):
        return fails(f"New-Item : Could not find a part of the path '{path}'.")
    disk.write(path, unquoted(found["value"] or "''").encode())
    return ProcessResult(0)


def _set_content(invocation: Invocation, found: re.Match[str]) -> ProcessResult:
    disk, path = invocation.host.disk, invocation.path(found["path"])
    if not disk.is_directory(ntpath.dirname(path)):
        return fails(f"{found['cmdlet']} : Could not find a part of the path '{path}'.")
    before = disk.read(path) if found["cmdlet"].lower() == "add-content" and disk.is_file(path) else b""
    disk.write(path, before + f"{unquoted(found['value'])}\r\n".encode())
    return ProcessResult(0)


def _copy_item(invocation: Invocation, found: re.Match[str]) -> ProcessResult:
    disk = invocation.host.disk
    source, target = invocation.path(found["path"]), invocation.path(found["target"])
    if disk.is_file(source):
        target = ntpath.join(target, ntpath.basename(source)) if disk.is_directory(target) else target
        if not disk.is_directory(ntpath.dirname(target)):
            return fails(f"Copy-Item : Could not find a part of the path '{target}'.")
        disk.write(target, disk.read(source))
        return ProcessResult(0)
    if not disk.is_directory(source):
        return fails(f"Copy-Item : Cannot find path '{source}' because it does not exist.")
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
    literals = re.findall(LITERAL, found["arguments"] or "")
    line = " ".join([double_quoted(unquoted(found["path"])), *(unquoted(literal) for literal in literals)])
    try:
        run_line(invocation, line)
    except FileNotFoundError:
        return fails(
            "Start-Process : This command cannot be run due to the error: The system cannot find the file specified."
        )
    return ProcessResult(0)


_NEW_ITEM = (
    r"New-Item(?:\s+(?:-(?:ItemType|Type)\s+['\"]?(?P<kind>Directory|File)['\"]?|-Force"
    rf"|(?:-Path\s+)?(?P<path>{LITERAL})|-Value\s+(?P<value>{LITERAL})))+"
)
_SET_CONTENT = (
    rf"(?P<cmdlet>Set-Content|Add-Content)\s+{PATH_ARGUMENT}\s+(?:-Value\s+)?(?P<value>{LITERAL})"
    r"(?:\s+-Encoding\s+['\"]?(?:ASCII|Default)['\"]?|\s+-Force)*"
)
_COPY_ITEM = rf"Copy-Item\s+{PATH_ARGUMENT}\s+(?:-Destination\s+)?(?P<target>{LITERAL})(?:\s+-(?:Force|Recurse))*"
_START_PROCESS = (
    rf"Start-Process\s+(?:-FilePath\s+)?(?P<path>{LITERAL})"
    rf"(?:\s+-ArgumentList\s+(?P<arguments>(?:{LITERAL})(?:\s*,\s*(?:{LITERAL}))*))?"
    r"(?:\s+-NoNewWindow)?\s+-Wait(?:\s+-NoNewWindow)?"
)

RULES: list[tuple[re.Pattern[str], Rule]] = compiled(
    (rf"Remove-Item {PATH_ARGUMENT}(?:\s+-(?:Force|Recurse))*\s*;?", _remove),
    (rf"Test-Path {PATH_ARGUMENT}", _test_path),
    (rf"Get-Content {PATH_ARGUMENT}(?:\s+-Raw)?", _content),
    (rf"(?:Write-Output|Write-Host|echo)\s+(?:-InputObject\s+)?(?P<text>{LITERAL})", literal_output),
    (r"(?P<text>'(?:[^']|'')*'|\"[^\"$`]*\")", literal_output),
    (r"Start-Sleep (?:-Seconds\s+)?(?P<seconds>\d+(?:\.\d+)?)", _sleep),
    (_NEW_ITEM, _new_item),
    (_SET_CONTENT, _set_content),
    (_COPY_ITEM, _copy_item),
    (_START_PROCESS, _start_process),
)
