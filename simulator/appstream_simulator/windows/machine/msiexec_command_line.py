# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The command line of msiexec.exe, which Windows Installer takes apart itself, not by CommandLineToArgvW.

Known (Microsoft: "Command-Line Options", "MsiExec.exe and InstMsi.exe error messages"): options begin with `/` or `-`,
their case does not matter; the names of properties are taken as upper case; a value with blanks stands in quotes, in
which two quotes are one: `NAME="a ""b"" c"`; what is not understood ends with 1639.
Known from many reports: a quote before the name, as other programs take it (`"NAME=a b"`), is refused with 1639.
Assumed [msiexec_refusals]: also refused are a quote that does not close, a second action, a word that is none of these,
and a blank beside the equals sign; `NAME=` is an empty value; a quote may directly follow an option; backslashes mean
nothing. Quotes within a value, text directly behind a closing quote, and options in quotes are not decided here:
unhandled.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_BLANKS = re.compile(r"\s*+")
_SWITCH = re.compile(r"[/-](?P<name>[^\s\"]*+)")
_BARE = re.compile(r"[^\s\"]*+")
_QUOTED = re.compile(r'"(?P<value>(?:[^"]|"")*+)"')
_NAME = re.compile(r"(?P<name>[A-Za-z_][A-Za-z0-9_.]*+)=")
# The action and what it is about may stand without a blank between: /x{…}, /iC:\a.msi.
_ATTACHED = re.compile(r"(?P<action>[ix])(?P<target>(?:[a-z]:|\\\\|\{).*)", re.IGNORECASE | re.DOTALL)
_ACTIONS = {
    "i": "install",
    "package": "install",
    "x": "uninstall",
    "uninstall": "uninstall",
    "p": "patch",
    "update": "patch",
}
# Two actions that together take a patch off a product, in either order.
_OF_A_PATCH = frozenset({("install", "uninstall"), ("uninstall", "package")})
_LOG = re.compile(r"l[iwearucmopvx+!*]*|log")
_QUIET = re.compile(r"q[nbrf]?[+!-]*|quiet|passive")
# Whether an installer restarts the machine is as its entry on the shelf says.
_WITHOUT_EFFECT = frozenset({"norestart"})
# Administrative installation, advertising, repairs, language, product names, registration, restarts, help.
_NOT_SIMULATED = re.compile(r"a|j[um]?|g|t|f[pecmsoduva]*|n|y|z|m|c|(?:prompt|force)restart|(?:un)?regserver|help|h|\?")


class InvalidCommandLineError(ValueError):
    """Windows Installer refuses it: ERROR_INVALID_COMMAND_LINE."""


class NotSimulatedError(ValueError):
    """Something that msiexec can do, or may do, and the simulator cannot."""


@dataclass
class CommandLine:
    """What msiexec is to do.

    Attributes:
        action: install, uninstall or patch.
        target: a file, or a product code in braces; of a patch, one file or several with semicolons between.
        patch: the code of the patch that `/uninstall PATCH /package PRODUCT` takes off the product.
        properties: by upper-case name.
        log: path of the log file; empty without one.
        quiet: it shows no window that waits for somebody.
    """

    action: str = ""
    target: str = ""
    patch: str = ""
    properties: dict[str, str] = field(default_factory=dict)
    log: str = ""
    quiet: bool = False


def parse(text: str) -> CommandLine:
    """Take apart what follows the program's name.

    Raises:
        InvalidCommandLineError, NotSimulatedError.
    """
    line = CommandLine()
    position = _skip_blanks(text, 0)
    while position < len(text):
        if switch := _SWITCH.match(text, position):
            position = _take_switch(line, text, switch)
        elif name := _NAME.match(text, position):
            line.properties[name["name"].upper()], position = _argument(text, name.end())
        elif text.startswith(('"/', '"-'), position):
            raise NotSimulatedError
        else:
            raise InvalidCommandLineError
        position = _skip_blanks(text, position)
    if not line.action:
        raise InvalidCommandLineError
    return line


def _skip_blanks(text: str, position: int) -> int:
    found = _BLANKS.match(text, position)
    return found.end() if found else position


def _take_switch(line: CommandLine, text: str, switch: re.Match[str]) -> int:
    """Take in an option and what belongs to it; where it ends."""
    name, position = switch["name"].lower(), switch.end()
    attached = _ATTACHED.fullmatch(switch["name"])
    if line.action in ("install", "uninstall") and (line.action, name) in _OF_A_PATCH:
        other, position = _operand(text, position)
        line.target, line.patch = (line.target, other) if name == "uninstall" else (other, line.target)
        line.action = "uninstall"
    elif name in _ACTIONS or attached:
        if line.action:
            raise InvalidCommandLineError
        if attached:
            line.action, position = _ACTIONS[attached["action"].lower()], switch.start("name") + 1
        else:
            line.action = _ACTIONS[name]
        line.target, position = _operand(text, position)
    elif _LOG.fullmatch(name):
        line.log, position = _operand(text, position)
    elif _QUIET.fullmatch(name):
        line.quiet = True
    elif _NOT_SIMULATED.fullmatch(name):
        raise NotSimulatedError
    elif name not in _WITHOUT_EFFECT:
        raise InvalidCommandLineError
    return position


def _operand(text: str, position: int) -> tuple[str, int]:
    """The path or code that an option needs, and where it ends."""
    position = _skip_blanks(text, position)
    value, end = _argument(text, position)
    if not value or text.startswith("/", position):
        raise InvalidCommandLineError
    return value, end


def _argument(text: str, position: int) -> tuple[str, int]:
    """A value in quotes or without blanks, and where it ends."""
    found = _QUOTED.match(text, position)
    if found:
        value, end = found["value"].replace('""', '"'), found.end()
    elif text.startswith('"', position):
        raise InvalidCommandLineError
    else:
        bare = _BARE.match(text, position)
        value, end = (bare[0], bare.end()) if bare else ("", position)
    if end < len(text) and not text[end].isspace():
        raise NotSimulatedError
    return value, end
