# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A PowerShell text to run, and what all rules for such texts share."""

from __future__ import annotations

import ntpath
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from appstream_simulator.windows.protocol import clixml, environment
from appstream_simulator.windows.protocol.host import Host, ProcessResult

# A PowerShell string without anything to expand, or a bare word.
LITERAL = r"'(?:[^']|'')*+'|\"[^\"$`]*\"|(?!-[A-Za-z])[\w:\\/.~-]+"
PATH_ARGUMENT = rf"(?:-(?:Literal)?Path\s+)?(?P<path>{LITERAL})"


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
        return value if re.match(r"\w{2,}:", value) else ntpath.join(self.directory(), value)

    def directory(self) -> str:
        """The working directory."""
        return self.working_directory or environment.expand_home(self.host, self.user, "~")


# What a rule does with what its pattern found.
Action = Callable[[Invocation, "re.Match[str]"], ProcessResult]


@dataclass(frozen=True)
class Rule:
    """What is done about a text that a pattern matches the whole of, whatever its case.

    Attributes:
        accepts: whether a text that fits the pattern is one the action can do.
        brings_programs: a program that was not there before may be there afterwards.
    """

    pattern: re.Pattern[str]
    action: Action
    accepts: Callable[[re.Match[str]], bool]
    brings_programs: bool = False

    def find(self, text: str) -> re.Match[str] | None:
        """What the pattern finds in a text that the rule is for."""
        found = self.pattern.fullmatch(text)
        return found if found and self.accepts(found) else None


def rule(
    pattern: str,
    action: Action,
    accepts: Callable[[re.Match[str]], bool] = lambda _found: True,
    *,
    brings_programs: bool = False,
) -> Rule:
    """A rule by its pattern's text."""
    return Rule(re.compile(pattern, re.IGNORECASE | re.DOTALL), action, accepts, brings_programs)


def unquoted(literal: str) -> str:
    """The value of a quoted string or a bare word."""
    if literal[:1] == "'":
        return literal[1:-1].replace("''", "'")
    return literal[1:-1] if literal[:1] == '"' else literal


def run_line(invocation: Invocation, line: str) -> ProcessResult:
    """Run a command line with the surroundings of the text; raises FileNotFoundError when there is no such program."""
    host, user = invocation.host, invocation.user
    return host.run_process(
        line,
        stdin=b"",
        user=user,
        environment={**host.environment(user), **invocation.environment},
        working_directory=invocation.working_directory,
    )


def double_quoted(value: str) -> str:
    return f'"{value}"' if not value or re.search(r"\s", value) else value


def output(text: str) -> ProcessResult:
    return ProcessResult(0, f"{text}\r\n".encode())


def literal_output(invocation: Invocation, found: re.Match[str]) -> ProcessResult:
    """The rule of a text that is shown."""
    return output(unquoted(found["text"]))


def fails(text: str) -> ProcessResult:
    return ProcessResult(1, b"", clixml.error(text))
