# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Cmdlets in PowerShell texts."""

from __future__ import annotations

import ntpath
import re

from appstream_simulator.windows.protocol import clixml
from appstream_simulator.windows.protocol.host import ModuleCall, ProcessResult
from appstream_simulator.windows.protocol.powershell_invocation import (
    LITERAL,
    PATH_ARGUMENT,
    Invocation,
    Rule,
    double_quoted,
    fails,
    literal_output,
    output,
    rule,
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


def _interpreted(invocation: Invocation, found: re.Match[str]) -> ProcessResult:
    """What the interpreter does; a cmdlet that fails is an error each, and none of these writes anything."""
    arguments = {"script": found[0], "error_action": "continue"}
    result = invocation.host.run_module(ModuleCall("ansible.windows.win_powershell", arguments, invocation.user))
    errors = [str(error["exception"]["message"]) for error in result.get("error") or []]
    if result.get("failed") or errors:
        return fails("; ".join(errors) or str(result.get("msg")))
    return ProcessResult(0)


def _sleep(invocation: Invocation, found: re.Match[str]) -> ProcessResult:
    invocation.host.spend(float(found["seconds"]))
    return ProcessResult(0)


def _new_item(invocation: Invocation, found: re.Match[str]) -> ProcessResult:
    """A directory or an empty file, or one with a text; PowerShell then shows the item, which is left out here."""
    given = _new_item_parameters(found)
    assert given is not None
    folder = invocation.path(given["path"]) if "path" in given else invocation.directory()
    path = ntpath.normpath(ntpath.join(folder, unquoted(given.get("name", "''"))))
    disk, force = invocation.host.disk, "force" in given
    if unquoted(given["kind"]).lower() == "directory":
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
    disk.write(path, unquoted(given.get("value", "''")).encode())
    return ProcessResult(0)


def _new_item_parameters(found: re.Match[str]) -> dict[str, str] | None:
    """The parameters of a New-Item by name; None for what PowerShell or the file system has another answer to."""
    given: dict[str, str] = {}
    for parameter in _NEW_ITEM_PARAMETERS.finditer(found["parameters"]):
        name = str(parameter.lastgroup)
        if name in given:
            return None
        given[name] = parameter[name]
    plain = all(_is_plain(given[name]) for name in ("path", "name") if name in given)
    if not plain or "kind" not in given or not given.keys() & {"path", "name"}:
        return None
    return None if "value" in given and unquoted(given["kind"]).lower() == "directory" else given


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
    line = " ".join([double_quoted(unquoted(found["program"])), *(unquoted(literal) for literal in literals)])
    try:
        result = run_line(invocation, line)
    except FileNotFoundError:
        return fails(
            "Start-Process : This command cannot be run due to the error: The system cannot find the file specified."
        )
    return ProcessResult(0, stderr=result.stderr if result.unhandled else b"", unhandled=result.unhandled)


def _set_winrm(invocation: Invocation, found: re.Match[str]) -> ProcessResult:
    """A setting of the WinRM service by the provider WSMan:."""
    path = "/".join(["service", *found["setting"].split("\\")])
    on = unquoted(found["value"]).lstrip("$").lower() == "true"
    if not invocation.host.set_winrm(path, on=on):
        return fails("Set-Item : The config setting is controlled by policies.")
    return ProcessResult(0)


def _on_the_disk(found: re.Match[str]) -> bool:
    """Whether all paths are plain ones of the file system."""
    literal = "-literalpath" in found[0].lower()
    paths = (found.groupdict().get(name) for name in ("path", "target"))
    return all(_is_plain(path, literal=literal) for path in paths if path)


def _is_plain(path: str, *, literal: bool = False) -> bool:
    """Whether it is a path of the file system without wildcards or `~`, as the simulator takes them."""
    value = unquoted(path)
    return not (_OTHER_DRIVE.match(value) or value.startswith("~") or (not literal and _WILDCARD.search(value)))


_OTHER_DRIVE = re.compile(r"\w{2,}:")
_WILDCARD = re.compile(r"[*?\[]")
_NEW_ITEM_PARAMETER = (
    r"(?<!\s)\s+(?:-(?:Item)?Type\s+(?P<kind>Directory|'Directory'|\"Directory\"|File|'File'|\"File\")(?!\S)|(?P<force>-Force)"
    rf"|-Name\s+(?P<name>{LITERAL})|-Value\s+(?P<value>{LITERAL})|(?:-Path\s+)?(?P<path>{LITERAL}))"
)
# One by one with names for its parts, and all of them without.
_NEW_ITEM_PARAMETERS = re.compile(_NEW_ITEM_PARAMETER, re.IGNORECASE)
_NEW_ITEM = r"New-Item(?P<parameters>(?:" + re.sub(r"\?P<\w+>", "?:", _NEW_ITEM_PARAMETER) + ")+)"
_SET_CONTENT = (
    rf"(?P<cmdlet>Set-Content|Add-Content)\s+{PATH_ARGUMENT}\s+(?:-Value\s+)?(?P<value>{LITERAL})"
    r"(?:\s+-Encoding\s+['\"]?(?:ASCII|Default)['\"]?|\s+-Force)*"
)
_COPY_ITEM = rf"Copy-Item\s+{PATH_ARGUMENT}\s+(?:-Destination\s+)?(?P<target>{LITERAL})(?:\s+-(?:Force|Recurse))*"
# Cmdlets that the interpreter of win_powershell has, here with nothing but words.
_INTERPRETED = r"(?:Remove-LocalGroupMember|Add-AppxPackage|Remove-AppxPackage)(?:\s+[\w:\\./,-]+)+"
_START_PROCESS = (
    rf"Start-Process\s+(?:-FilePath\s+)?(?P<program>{LITERAL})"
    rf"(?:\s+-ArgumentList\s+(?P<arguments>(?:{LITERAL})(?:\s*,\s*(?:{LITERAL}))*))?"
    r"(?:\s+-NoNewWindow)?\s+-Wait(?:\s+-NoNewWindow)?"
)

_SET_WINRM = (
    r"Set-Item\s+(?:-(?:Literal)?Path\s+)?(?P<quote>['\"]?)WSMan:\\localhost\\Service\\"
    r"(?P<setting>AllowUnencrypted|Auth\\(?:Basic|Kerberos|Negotiate|Certificate|CredSSP))(?P=quote)\s+(?:-Value\s+)?"
    r"(?P<value>\$?(?:true|false)|'(?:true|false)'|\"(?:true|false)\")(?:\s+-Force)?"
)

RULES: tuple[Rule, ...] = (
    rule(rf"Remove-Item {PATH_ARGUMENT}(?:\s+-(?:Force|Recurse))*", _remove, _on_the_disk),
    rule(rf"Test-Path {PATH_ARGUMENT}", _test_path, _on_the_disk),
    rule(rf"Get-Content {PATH_ARGUMENT}(?:\s+-Raw)?", _content, _on_the_disk),
    rule(rf"(?:Write-Output|Write-Host|echo)\s+(?:-InputObject\s+)?(?P<text>{LITERAL})", literal_output),
    rule(r"(?P<text>'(?:[^']|'')*'|\"[^\"$`]*\")", literal_output),
    rule(r"Start-Sleep (?:-Seconds\s+)?(?P<seconds>\d+(?:\.\d+)?)", _sleep),
    rule(_NEW_ITEM, _new_item, lambda found: _new_item_parameters(found) is not None),
    rule(_SET_CONTENT, _set_content, _on_the_disk, brings_programs=True),
    rule(_COPY_ITEM, _copy_item, _on_the_disk, brings_programs=True),
    rule(_SET_WINRM, _set_winrm),
    rule(_START_PROCESS, _start_process, brings_programs=True),
    rule(_INTERPRETED, _interpreted),
)
