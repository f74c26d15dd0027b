# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Reader of scripts.ini and psscripts.ini (MS-GPSCR 2.2.2, 2.2.3): the start-up scripts of a computer."""

from __future__ import annotations

import re
from dataclasses import dataclass

from appstream_simulator.windows.domain.policy_files import PolicyFileError, assignments, sections_of, text_of

_KEY = re.compile(r"(\d+)(cmdline|parameters)")
_SECTIONS = ("startup", "shutdown", "scriptsconfig")


@dataclass(frozen=True)
class Script:
    """One line: a file below Machine\\Scripts\\Startup and its parameters."""

    name: str
    parameters: str


@dataclass(frozen=True)
class Scripts:
    """What a file says.

    Attributes:
        powershell_first: psscripts.ini asks for its scripts before those of scripts.ini, or after them; None when it
            does not say.
        ignored: what it holds that is not simulated.
    """

    startup: list[Script]
    powershell_first: bool | None
    ignored: list[str]


def parse(data: bytes) -> Scripts:
    """Read the file.

    Raises:
        PolicyFileError: it is malformed.
    """
    sections = sections_of(text_of(data))
    unknown = [name for name in sections if name not in _SECTIONS]
    if unknown:
        raise PolicyFileError(f"unknown sections: {', '.join(unknown)}")
    first = assignments(sections.get("scriptsconfig", [])).get("startexecutepsfirst")
    if first is not None and first.lower() not in ("true", "false"):
        raise PolicyFileError(f"StartExecutePSFirst is {first!r}")
    ignored = ["shutdown scripts"] if sections.get("shutdown") else []
    return Scripts(_startup(sections.get("startup", [])), first.lower() == "true" if first else None, ignored)


def _startup(lines: list[str]) -> list[Script]:
    values = assignments(lines)
    for key in values:
        if not _KEY.fullmatch(key):
            raise PolicyFileError(f"unknown key {key} in [Startup]")
    # Numbers begin with 0 and have no gaps; the order is that of the numbers (MS-GPSCR 2.2.2).
    scripts = []
    for number in range((len(values) + 1) // 2):
        command, parameters = values.get(f"{number}cmdline"), values.get(f"{number}parameters")
        if not command or parameters is None:
            raise PolicyFileError(f"the script number {number} of [Startup] is incomplete or its number is missing")
        scripts.append(Script(command, parameters))
    return scripts
