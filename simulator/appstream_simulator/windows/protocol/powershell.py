# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Bare PowerShell text: what Ansible and the action plugins of ansible.windows send outside of modules.

This is no interpreter. An ordered list of rules recognises whole texts; others are taken statement by statement, each
of which must be a cmdlet that there is a rule for, or a native command line. A text with anything else in it fails
loudly and is journalled as `unhandled`, before anything of it is done: a name that the simulator does not know is a
cmdlet or a program that Windows may well have.
"""

from __future__ import annotations

import functools
import ntpath
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from appstream_simulator.windows.protocol import clixml, powershell_cmdlets, powershell_statements, powershell_texts
from appstream_simulator.windows.protocol.host import Host, ProcessResult
from appstream_simulator.windows.protocol.powershell_invocation import (
    LITERAL,
    Invocation,
    Rule,
    run_line,
    unquoted,
)
from appstream_simulator.windows.protocol.powershell_statements import Statement, UnclosedError

# Characters. The longest texts that anybody's tasks have are some tens of thousands long.
_LONGEST = 100_000
# Scripts that call scripts; one may call itself.
_DEEPEST = 10
# What Ansible puts around every bare text.
_FRAME = (
    re.compile(r"\A\s*Set-StrictMode -Version Latest\r?\n"),
    re.compile(r"\A\s*try \{ \[Console\]::OutputEncoding = New-Object System\.Text\.UTF8Encoding \} catch \{\}\s*;?"),
)
_EXIT_CODE_KEPT = "If (-not $?) { If (Get-Variable LASTEXITCODE "
# One line that can only be a program or a script with its arguments.
_NATIVE = re.compile(
    r"\A(?:&\s*+)?(?P<program>'(?:[^']|'')++'|\"[^\"$`]+\"|[\w:\\/.~-]+)(?P<arguments>(?:[ \t][^\r\n]*+)?)\Z"
)
_SYNTAX = re.compile(r"[$`|;(){}@<>&]|\A\s*[#\[]|(?<!\S)--%")
_ARGUMENT_PART = re.compile(r"(?P<blank>[ \t]+)|'(?:[^']|'')*+'|\"(?P<double>(?:[^\"]|\"\")*+)\"|[^\s'\"]+")
# What ends a script.
_END = re.compile(
    rf"(?:exit(?:\s+(?:(?P<code>-?\d+)|(?P<last>\$LASTEXITCODE)))?|throw\s+(?P<text>{LITERAL}))", re.IGNORECASE
)
# Where all programs are Windows' own: a script does not bring any there.
_SYSTEM_FOLDERS = ("c:\\windows\\system32\\", "c:\\windows\\syswow64\\", "c:\\windows\\sysnative\\")

# What the exit code is when no `exit` says so. Of powershell.exe -Command and -EncodedCommand it is 0 or 1, as the last
# statement went; of -File it is 0 (about_PowerShell_exe). Ansible's own frame asks for the last program's after a
# failure; a script that another calls leaves it behind.
Ending = Literal["command", "file", "framed", "called"]


def run_text(
    host: Host,
    text: str,
    *,
    stdin: bytes = b"",
    user: str,
    environment: Mapping[str, str] | None = None,
    working_directory: str = "",
    script_folder: str = "",
    ending: Ending = "command",
    stops: bool = False,
) -> ProcessResult:
    """Run a text that a task gives, as win_shell and win_powershell do. Unknown text exits 1 and is journalled.

    Args:
        environment: variables on top of those the user's processes have.
        working_directory: the user's profile when empty.
        ending: what decides about the exit code.
        stops: errors end the text although it does not say so.
    """
    invocation = Invocation(host, user, lambda: stdin, environment or {}, working_directory, script_folder)
    return run(invocation, text, ending, stops=stops)


def run(invocation: Invocation, text: str, ending: Ending = "command", *, stops: bool = False) -> ProcessResult:
    """Run a text by the first rule that fits the whole of it, or else statement by statement."""
    if len(text) > _LONGEST:
        reason = f"the simulator takes no PowerShell text that is longer than {_LONGEST} characters"
        return _unhandled(invocation, f"{text[:1000]} …", reason)
    body = unframed(text)
    for rule in powershell_texts.RULES:
        if found := rule.find(body):
            return rule.action(invocation, found)
    try:
        steps = _plan(invocation, body, stops)
    except _UnknownError as error:
        return _unhandled(invocation, text, str(error))
    outcome = _carry_out(steps)
    code = outcome.exit_code("framed" if _EXIT_CODE_KEPT in text else ending)
    return ProcessResult(code, outcome.stdout, outcome.stderr, unhandled=outcome.unhandled)


def unframed(text: str) -> str:
    """The text without what Ansible puts around it."""
    for pattern in _FRAME:
        text = pattern.sub("", text)
    text, kept, _rest = text.partition(_EXIT_CODE_KEPT)
    return text.rstrip().removesuffix(";").strip() if kept else text.strip()


class _UnknownError(Exception):
    """Something in a text is not simulated."""


@dataclass
class _Outcome:
    """What a text, or one statement of it, leaves behind.

    Attributes:
        last: $LASTEXITCODE, None as long as no program has run.
        succeeded: $?.
        ended: the exit code that the text asked for.
        stopped: an error ended it.
    """

    stdout: bytes = b""
    stderr: bytes = b""
    last: int | None = None
    succeeded: bool = True
    ended: int | None = None
    stopped: bool = False
    unhandled: bool = False

    def exit_code(self, ending: Ending) -> int:
        """The exit code of the text."""
        if self.unhandled or self.stopped:
            return 1
        if self.ended is not None:
            return self.ended
        if ending == "called":
            return self.last or 0
        if ending == "file" or self.succeeded:
            return 0
        return 1 if ending == "command" or self.last is None else self.last

    def add(self, result: _Outcome, statement: Statement) -> None:
        """Take in what a statement has left behind."""
        self.stdout += b"" if statement.silent else result.stdout
        self.stderr += result.stderr
        self.last = self.last if result.last is None else result.last
        self.succeeded = result.succeeded or statement.expression
        self.stopped, self.unhandled = result.stopped, result.unhandled


@dataclass(frozen=True)
class _Step:
    """A statement and how it is run, given the $LASTEXITCODE so far."""

    statement: Statement
    run: Callable[[int | None], _Outcome]
    brings_programs: bool = False


def _carry_out(steps: Sequence[_Step]) -> _Outcome:
    """Run a script. As in PowerShell a program's exit code ends nothing, and an error only what asked for it.

    What turns out not to be simulated ends it all the same.
    """
    outcome = _Outcome()
    for step in steps:
        result = step.run(outcome.last)
        outcome.add(result, step.statement)
        outcome.ended = result.ended
        if outcome.unhandled or outcome.stopped or outcome.ended is not None:
            break
    return outcome


def _plan(invocation: Invocation, body: str, stops: bool, depth: int = 0) -> list[_Step]:
    """The steps of a script, none of which has been done yet. Raises _UnknownError."""
    variables = {**invocation.host.environment(invocation.user), **invocation.environment}
    try:
        statements = powershell_statements.statements(body, variables, invocation.script_folder)
    except UnclosedError as error:
        raise _UnknownError(f"the string or comment is missing its end: {error}") from error
    if not statements or depth > _DEEPEST:
        raise _UnknownError("the simulator has no rule for this PowerShell text")
    steps: list[_Step] = []
    for statement in statements:
        asked = replace(statement, stops=statement.stops or stops)
        steps.append(_step(invocation, asked, any(step.brings_programs for step in steps), depth))
    return steps


def _step(invocation: Invocation, statement: Statement, brought: bool, depth: int) -> _Step:
    if end := _END.fullmatch(statement.text):
        return _Step(statement, lambda last: _end(end, last))
    for rule in powershell_cmdlets.RULES:
        if found := rule.find(statement.text):
            if "program" in found.groupdict():
                _require_program(invocation, unquoted(found["program"]), brought)
            return _Step(
                statement,
                functools.partial(_run_cmdlet, invocation, rule, found, statement.stops),
                rule.brings_programs,
            )
    native = _NATIVE.fullmatch(statement.text)
    if native is None or _SYNTAX.search(native["arguments"]):
        raise _UnknownError("the simulator has no rule for this PowerShell text")
    program, arguments = unquoted(native["program"]), native["arguments"].strip()
    if program.lower().endswith(".ps1"):
        return _Step(statement, _script(invocation, program, arguments, statement.stops, depth), brings_programs=True)
    _require_program(invocation, program, brought)
    passed = _native_arguments(arguments)
    return _Step(statement, lambda _last: _run_native(invocation, program, passed), brings_programs=True)


def _end(end: re.Match[str], last: int | None) -> _Outcome:
    if end["text"]:
        return _Outcome(stderr=clixml.error(unquoted(end["text"])), succeeded=False, stopped=True)
    return _Outcome(ended=(last or 0) if end["last"] else int(end["code"] or 0))


def _run_cmdlet(invocation: Invocation, rule: Rule, found: re.Match[str], stops: bool, _last: int | None) -> _Outcome:
    result = rule.action(invocation, found)
    failed = result.exit_code != 0
    stopped = failed and stops
    return _Outcome(result.stdout, result.stderr, succeeded=not failed, stopped=stopped, unhandled=result.unhandled)


def _script(
    invocation: Invocation, name: str, arguments: str, stops: bool, depth: int
) -> Callable[[int | None], _Outcome]:
    """A script file that is called: its text is run like any other, which works as long as it takes no arguments."""
    path = invocation.path(name)
    if arguments:
        raise _UnknownError("the simulator runs no script with arguments")
    if not invocation.host.disk.is_file(path):
        raise _UnknownError(f"The term '{name}' is not recognized as the name of a script file")
    text = invocation.host.disk.read(path).decode("utf-8-sig")
    if len(text) > _LONGEST:
        raise _UnknownError(f"the simulator takes no script that is longer than {_LONGEST} characters")
    steps = _plan(replace(invocation, script_folder=ntpath.dirname(path)), text, stops, depth + 1)

    def call(_last: int | None) -> _Outcome:
        outcome = _carry_out(steps)
        code = outcome.ended
        return replace(outcome, last=outcome.last if code is None else code, succeeded=not code, ended=None)

    return call


def _require_program(invocation: Invocation, name: str, brought: bool) -> None:
    """Raise _UnknownError for a program that is not there, unless it is one that the script may bring itself."""
    if _is_there(invocation, name):
        return
    has_folder = "\\" in name or "/" in name
    if brought and has_folder and not name.lower().replace("/", "\\").startswith(_SYSTEM_FOLDERS):
        return
    raise _UnknownError(_not_recognised(name))


def _is_there(invocation: Invocation, name: str) -> bool:
    # PowerShell does not run what lies in the working directory by its bare name.
    folder = invocation.directory() if "\\" in name or "/" in name else "C:\\Windows\\System32"
    host, user = invocation.host, invocation.user
    variables = {**host.environment(user), **invocation.environment}
    return host.has_program(name, user=user, environment=variables, working_directory=folder)


def _not_recognised(name: str) -> str:
    return (
        f"The term '{name}' is not recognized as the name of a cmdlet, function, script file, or operable program, "
        "and the simulator has no rule for it"
    )


def _run_native(invocation: Invocation, program: str, arguments: str) -> _Outcome:
    quoted = f'"{program}"' if " " in program else program
    line = f"{quoted} {arguments}".strip()
    try:
        result = run_line(invocation, line)
    except FileNotFoundError:
        result = _unhandled(invocation, line, _not_recognised(program))
    return _Outcome(
        result.stdout,
        result.stderr,
        last=result.exit_code,
        succeeded=result.exit_code == 0,
        unhandled=result.unhandled,
    )


def _native_arguments(text: str) -> str:
    """Arguments as Windows PowerShell 5.1 hands them to a program (its NativeCommandParameterBinder).

    Their quotes are gone by then; what has blanks outside of quotes of its own gets new ones around all of it, so that
    `A="b c"` arrives as `"A=b c"`. Quotes within are not escaped, and empty arguments are lost.
    """
    values, begin = [""], 0
    for part in _ARGUMENT_PART.finditer(text):
        if part["blank"]:
            values.append("")
            begin = part.end()
        elif part.start() > begin and text[begin] in "'\"":
            raise _UnknownError("what follows a quoted argument without a blank is another argument in PowerShell")
        elif part["double"] is not None:
            values[-1] += part["double"].replace('""', '"')
        else:
            values[-1] += unquoted(part[0])
    return " ".join(_requoted(value) for value in values if value)


def _requoted(value: str) -> str:
    outside = "".join(value.split('"')[::2])
    return f'"{value}"' if any(character.isspace() for character in outside) else value


def _unhandled(invocation: Invocation, text: str, reason: str) -> ProcessResult:
    invocation.host.journal.record("unhandled", host=invocation.host.builder_name, what="powershell", text=text)
    return ProcessResult(1, b"", clixml.error(reason), unhandled=True)
