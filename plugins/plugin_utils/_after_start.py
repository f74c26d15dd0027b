# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Commands that run on the image builder in one go once the making of an image has begun.

They take away what the connection itself lives on, so there is only one chance: one process, one command line.

Private to the euc.appstream collection.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.euc.appstream.plugins.plugin_utils._image_assistant import connection_lost

_HARMLESS = re.compile(r"[\w .:/\\?=*+@${}-]+")
"""Characters of a token. None means anything to cmd.exe but the space, for which the token is quoted."""
_FAILED = re.compile(r"after_start (\d+) failed")


def problems(commands: Sequence[Sequence[str]]) -> list[str]:
    """What is wrong with the commands, as sentences.

    Each token must consist of letters, digits and a few signs: nothing that cmd.exe, which runs them, would interpret.
    """
    found = []
    for index, command in enumerate(commands):
        if not command:
            found.append(f"after_start[{index}] is empty")
        for token in command:
            if not _HARMLESS.fullmatch(token) or token.endswith("\\") or token != token.strip():
                found.append(
                    f"after_start[{index}]: {token!r} must consist of letters, digits, spaces and .:/\\?=*+@${{}}-_ "
                    "and neither end with a backslash nor begin or end with a space"
                )
    return found


def command_line(commands: Sequence[Sequence[str]]) -> str:
    """One command line that runs all commands in turn, whatever becomes of those before.

    A command that fails is named on standard output.
    """
    steps = [
        f"{' '.join(_quoted(token) for token in command)} || echo after_start {index} failed"
        for index, command in enumerate(commands)
    ]
    return f'cmd.exe /d /s /c "{" & ".join(steps)}"'


def _quoted(token: str) -> str:
    # cmd.exe passes the text on as it stands; the quotes are for the program that splits it into arguments.
    return f'"{token}"' if " " in token else token


def outcome(commands: Sequence[Sequence[str]], result: Mapping[str, Any]) -> dict[str, Any]:
    """What became of the commands, from ``win_command``'s result: ``status``, ``failed`` (commands), ``message``."""
    if connection_lost(result) or "stdout" not in result:
        reason = result.get("msg") or result.get("module_stderr") or "no reason given"
        return unknown(str(reason))
    text = f"{result['stdout']}\n{result.get('stderr') or ''}"
    failed = [" ".join(commands[int(number)]) for number in _FAILED.findall(text) if int(number) < len(commands)]
    return {"status": "failed" if failed else "done", "failed": failed, "message": text.strip() if failed else ""}


def unknown(reason: str) -> dict[str, Any]:
    """The outcome when no answer came."""
    return {"status": "unknown", "failed": [], "message": reason}


NOT_RUN: dict[str, Any] = {"status": "not_run", "failed": [], "message": ""}


def warning(result: Mapping[str, Any]) -> str | None:
    """What people have to know about an outcome; None when all is well."""
    if result["status"] == "unknown":
        return (
            "it is not known whether what was to be removed right after the start of the image is gone, because the "
            f"connection was lost ({result['message']}): look at a builder started from the image"
        )
    if result["status"] == "failed":
        return (
            f"not removed after the start of the image: {'; '.join(result['failed'])}: {result['message']}; these "
            "commands remove it on a builder started from the image, before an image is made of that one"
        )
    return None
