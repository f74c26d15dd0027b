# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Bare PowerShell text: what Ansible and the action plugins of ansible.windows send outside of modules.

This is no interpreter. An ordered list of rules recognises whole texts; a single native command line is run as such;
anything else fails loudly and is journalled as `unhandled`.
"""

from __future__ import annotations

import functools
import ntpath
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from appstream_simulator.windows.protocol import (
    clixml,
    powershell_cmdlets,
    powershell_invocation,
    powershell_statements,
    powershell_texts,
)
from appstream_simulator.windows.protocol.host import Host, ProcessResult
from appstream_simulator.windows.protocol.powershell_invocation import (
    LITERAL,
    Action,
    Invocation,
    double_quoted,
    run_line,
    unquoted,
)

# Characters. The longest texts that anybody's tasks have are some tens of thousands long.
_LONGEST = 100_000
# What Ansible puts around every bare text.
_FRAME = (
    re.compile(r"\A\s*Set-StrictMode -Version Latest\r?\n"),
    re.compile(r"\A\s*try \{ \[Console\]::OutputEncoding = New-Object System\.Text\.UTF8Encoding \} catch \{\}\s*;?"),
)
_EXIT_CODE_KEPT = "If (-not $?) { If (Get-Variable LASTEXITCODE "
# One line that can only be a program with its arguments.
_NATIVE = re.compile(
    r"\A(?:&\s*+)?(?P<program>'(?:[^']|'')++'|\"[^\"$`]+\"|[\w:\\/.~-]+)(?P<arguments>(?:[ \t][^\r\n]*+)?)\Z"
)
_SYNTAX = re.compile(r"[$`|;(){}@<>]|&(?!&)|\A\s*[#\[]")


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
    if len(text) > _LONGEST:
        reason = f"the simulator takes no PowerShell text that is longer than {_LONGEST} characters"
        return _unhandled(invocation, f"{text[:1000]} …", reason)
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
    for rule in _RULES:
        found = rule.find(body)
        if found:
            return _Known(functools.partial(_apply, rule.action, found))
    native = _NATIVE.fullmatch(body)
    if native and not _SYNTAX.search(native["arguments"]):
        return _Known(lambda invocation: _run_native(invocation, body, native), native=True)
    return None


def _apply(action: Action, found: re.Match[str], invocation: Invocation) -> ProcessResult:
    return action(invocation, found)


def _run_statements(invocation: Invocation, text: str, body: str) -> ProcessResult | None:
    """Run a script of several statements; None, and nothing has been done, when one of them is unknown.

    As in PowerShell a program's exit code ends nothing, and an error only what asked for it.
    """
    variables = {**invocation.host.environment(invocation.user), **invocation.environment}
    try:
        parts = powershell_statements.statements(body, variables, invocation.script_folder)
    except powershell_statements.UnclosedError:
        return None
    if not parts or any(not _END.fullmatch(part.text) and _rule_for(part.text) is None for part in parts):
        return None
    stdout, stderr, last, exit_code = b"", b"", 0, 0
    for part in parts:
        end = _END.fullmatch(part.text)
        if end:
            stderr += clixml.error(unquoted(end["text"])) if end["text"] else b""
            exit_code = 1 if end["text"] else last if end["last"] else int(end["code"] or 0)
            break
        known = _rule_for(part.text)
        assert known is not None
        result = known.run(invocation)
        stdout, stderr = stdout + (b"" if part.silent else result.stdout), stderr + result.stderr
        last = result.exit_code if known.native else last
        if result.exit_code and not known.native and part.stops:
            exit_code = 1
            break
    return ProcessResult(exit_code, stdout, stderr)


def unframed(text: str) -> str:
    """The text without what Ansible puts around it."""
    for pattern in _FRAME:
        text = pattern.sub("", text)
    text, kept, _rest = text.partition(_EXIT_CODE_KEPT)
    return text.rstrip().removesuffix(";").strip() if kept else text.strip()


def _run_native(invocation: Invocation, text: str, found: re.Match[str]) -> ProcessResult:
    program, arguments = unquoted(found["program"]), found["arguments"].strip()
    quoted = f'"{program}"' if " " in program else program
    line = f"{quoted} {_native_quotes(arguments)}".strip()
    try:
        return run_line(invocation, line)
    except FileNotFoundError:
        return _unhandled(
            invocation,
            text,
            f"The term '{program}' is not recognized as the name of a cmdlet, function, script file, or operable "
            "program, and the simulator has no rule for it",
        )


def _native_quotes(arguments: str) -> str:
    """Arguments with PowerShell's single quotes turned into the double quotes that a program understands."""
    return re.sub(r"(?<!\S)'((?:[^']|'')*)'(?!\S)", lambda found: double_quoted(unquoted(found[0])), arguments)


def _unhandled(invocation: Invocation, text: str, reason: str) -> ProcessResult:
    invocation.host.journal.record("unhandled", host=invocation.host.builder_name, what="powershell", text=text)
    return ProcessResult(1, b"", clixml.error(reason))


def _script_file(invocation: Invocation, found: re.Match[str]) -> ProcessResult:
    """A script transferred before: its text is run like any other, which works as long as it takes no arguments."""
    path = invocation.path(found["path"])
    if not invocation.host.disk.is_file(path):
        return ProcessResult(1, b"", clixml.error(f"The term '{path}' is not recognized as the name of a script file."))
    text = invocation.host.disk.read(path).decode("utf-8-sig")
    if found["arguments"].strip():
        return _unhandled(invocation, f"{found[0]}\n{text}", "the simulator runs no script with arguments")
    return run(replace(invocation, script_folder=ntpath.dirname(path)), text)


_SCRIPT_FILE = (
    r"&\s+(?P<path>'(?:[^']|'')++'(?<=\.ps1')|\"[^\"$`]+\.ps1\"|[^\s'\";]++(?<=\.ps1))"
    r"(?P<arguments>[^\r\n;]*);\s*exit \$LASTEXITCODE"
)
# What ends a script.
_END = re.compile(
    rf"(?:exit(?:\s+(?:(?P<code>-?\d+)|(?P<last>\$LASTEXITCODE)))?|throw\s+(?P<text>{LITERAL}))", re.IGNORECASE
)
_RULES = [*powershell_texts.RULES, *powershell_cmdlets.RULES, powershell_invocation.rule(_SCRIPT_FILE, _script_file)]
