# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
r"""How setup programs of the usual makers read their command lines.

* `nsis` (NSIS manual, "Installer Usage"; its source, exehead/Main.c): `/S` in this case is silent; `/D=` must come
  last, takes the rest of the line, blanks included, and must not be quoted. What stands in quotes is no option.
* `inno` (Inno Setup's help, "Setup Command Line Parameters"): `/SILENT` and `/VERYSILENT`, `/DIR="C:\A b"`,
  `/LOADINF=FILE`, in any case and also with the quotes around the whole; unknown ones are ignored.
* `installshield` (InstallShield's help, "Setup.exe and Update.exe Command-Line Parameters"): `/s`, and `/v` whose value
  follows directly, in which `\"` is a quote, and which msiexec gets; `/f1` names the answer file of an InstallScript
  setup, else setup.iss beside it. What it makes of `"/v\"…\""` is not known: not simulated.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from . import command_line, msiexec_command_line
from .msiexec_command_line import NotSimulatedError

_NSIS_WORD = re.compile(r'"[^"]*+"?|[^ ]++')
_V_OPTION = re.compile(r'(?:^|\s)/v(?P<value>"(?:\\"|[^"])*+"|[^\s"]++)', re.IGNORECASE)
# InstallShield's result code for a file that does not exist; that it is the exit code, too, is assumed
# [installshield_missing_answers].
_NO_ANSWERS = -5
_V_IN_QUOTES = re.compile(r'"/v', re.IGNORECASE)


@dataclass(frozen=True)
class SetupLine:
    """What a setup program is to do.

    Attributes:
        silent: it shows no window that waits for somebody.
        directory: where to install; empty for where it would by itself.
        answers: the file of answers that must be there; empty for none.
        without_answers: exit code without it.
        properties: what a setup program hands on to its MSI.
    """

    silent: bool
    directory: str = ""
    answers: str = ""
    without_answers: int = 1
    properties: Mapping[str, str] = field(default_factory=dict)


# What makes the programs of these makers silent.
_SILENT = {"nsis": ("/S",), "inno": ("/VERYSILENT",), "installshield": ("/s",)}


def silencing(form: str, silent_arguments: tuple[str, ...]) -> tuple[str, ...]:
    """What a package manager runs a setup program with, so that it asks nobody."""
    return _SILENT.get(form, silent_arguments[:1])


def read(form: str, arguments: str, silent_arguments: tuple[str, ...] = ()) -> SetupLine:
    """What follows the program's name, taken apart.

    Args:
        form: one of `FORMS`; empty for a program that knows nothing but its silent arguments.
        silent_arguments: without one of these such a program is not silent, unless it has none.

    Raises:
        InvalidCommandLineError: msiexec refuses what it gets.
        NotSimulatedError: what the program makes of it is not known.
    """
    if form:
        return FORMS[form](arguments)
    return SetupLine(not silent_arguments or contains(arguments, silent_arguments))


def contains(arguments: str, wanted: tuple[str, ...]) -> bool:
    """Whether one of these is among the arguments, in any case."""
    given = [argument.lower() for argument in words(arguments)]
    return any(argument.lower() in given for argument in wanted)


def words(arguments: str) -> list[str]:
    """The arguments without the program's name, as CommandLineToArgvW splits them."""
    return command_line.split(f"program {arguments}")[1:]


def _nsis(arguments: str) -> SetupLine:
    silent, directory = False, ""
    for word in _NSIS_WORD.finditer(arguments):
        if word[0].startswith("/D="):
            directory = arguments[word.start() + 3 :].rstrip()
            break
        silent = silent or word[0] == "/S"
    # Assumed [nsis_impossible_path]: a path that cannot be one is as good as none.
    return SetupLine(silent, "" if '"' in directory else directory.rstrip("\\"))


def _inno(arguments: str) -> SetupLine:
    silent, values = False, {}
    for word in words(arguments):
        name, _equals, value = word.partition("=")
        silent = silent or name.upper() in ("/SILENT", "/VERYSILENT")
        values[name.upper()] = value
    return SetupLine(silent, values.get("/DIR", "").rstrip("\\"), values.get("/LOADINF", ""))


def _installshield(arguments: str) -> SetupLine:
    if _V_IN_QUOTES.search(arguments):
        raise NotSimulatedError
    handed_on = _V_OPTION.search(arguments)
    own = words(arguments[: handed_on.start()] + arguments[handed_on.end() :] if handed_on else arguments)
    silent = any(word.lower() in ("/s", "-s") for word in own)
    if handed_on is None:
        answers = next((word[3:] for word in own if word[:3].lower() in ("/f1", "-f1")), "setup.iss")
        return SetupLine(silent, answers=answers, without_answers=_NO_ANSWERS)
    value = handed_on["value"]
    text = value[1:-1].replace('\\"', '"') if value.startswith('"') else value
    inner = msiexec_command_line.parse(f"/i setup.msi {text}")
    return SetupLine(silent and inner.quiet, properties=inner.properties)


FORMS: Mapping[str, Callable[[str], SetupLine]] = {"nsis": _nsis, "inno": _inno, "installshield": _installshield}
