# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What powershell.exe is asked to run: the text of -Command, or a script file."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence


def powershell_text(arguments: Sequence[str]) -> str | None:
    """The text `powershell.exe` runs: of -Command, of -EncodedCommand, or bare; None for any other arguments."""
    rest = list(arguments)
    while rest:
        option = rest.pop(0)
        name = option.lower().lstrip("-/")
        if option[:1] not in "-/" or name in ("command", "c"):
            return " ".join(rest if option[:1] in "-/" else [option, *rest])
        if name in ("encodedcommand", "enc", "ec", "e"):
            return _decoded(rest[0]) if rest else None
        if name in ("executionpolicy", "ep", "inputformat", "outputformat", "windowstyle") and rest:
            rest.pop(0)
        elif name not in ("noprofile", "noninteractive", "nologo", "nop", "noni", "sta", "mta"):
            return None
    return None


def powershell_file(arguments: Sequence[str]) -> tuple[str, list[str]] | None:
    """The script file that `powershell.exe -File` runs, and its arguments; None without -File."""
    names = [argument.lower().lstrip("-/") if argument[:1] in "-/" else "" for argument in arguments]
    position = next((index for index, name in enumerate(names) if name in ("file", "f")), None)
    if position is None or position + 1 >= len(arguments) or powershell_text([*arguments[:position], "x"]) != "x":
        return None
    return arguments[position + 1], list(arguments[position + 2 :])


def _decoded(text: str) -> str | None:
    try:
        return base64.b64decode(text, validate=True).decode("utf-16-le")
    except (binascii.Error, UnicodeDecodeError):
        return None
