# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Short lines that show on the screen what a long wait is at. For this collection only; may change at any time."""

from __future__ import annotations

import re
from typing import Any

from ansible import constants
from ansible.utils.display import Display

HEARTBEAT_SECONDS = 300


def show(text: str, display: Any = None) -> None:
    """Show text at normal verbosity: on stderr where stdout is JSON for another program."""
    callback = str(constants.config.get_config_value("DEFAULT_STDOUT_CALLBACK"))
    elsewhere = {"stderr": True} if re.search(r"(?i)(^|\.)jsonl?$", callback) else {}
    (display or Display()).display(text, **elsewhere)


def elapsed_text(seconds: float) -> str:
    """Return seconds as ``m:ss``, from an hour on as ``h:mm:ss``."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


class Progress:
    """Shows the states of one resource: changes always, every look from verbosity 1, and a sign of life in between."""

    def __init__(self, name: str, display: Any = None, heartbeat: float = HEARTBEAT_SECONDS) -> None:
        self._name = name
        self._display = display or Display()
        self._heartbeat = heartbeat
        self._shown_at = 0.0

    def show(self, text: str, elapsed: float, *, changed: bool) -> None:
        """Show ``text``, what the resource is at after ``elapsed`` seconds; ``changed``: for the first time."""
        line = f"{self._name}: {text} ({elapsed_text(elapsed)})"
        if not changed and elapsed - self._shown_at < self._heartbeat:
            self._display.v(line)
            return
        self._shown_at = elapsed
        show(line, self._display)
