# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Regular expressions that somebody gives: a task, a shelf file, a rule of the control plane, the service's model.

How long one of them takes is not in our hands, and Python's own engine holds the global lock meanwhile: all machines,
the AWS endpoint and the control plane would stop. Here it is given up after a while. The patterns of the simulator's
own are held to take no long time by a test of them all.
"""

from __future__ import annotations

import re
from collections.abc import Callable

# Python's own engine knows no time limit, and nothing of what some of the model's patterns have in them (\p{L}).
import regex

# Real seconds; what anybody means takes some milliseconds.
_SECONDS = 5.0


def check(pattern: str) -> None:
    """Raise re.error for what is no regular expression."""
    re.compile(pattern)


def found(pattern: str, text: str, *, ignore_case: bool = False) -> bool:
    """Whether the pattern matches anywhere in the text.

    Raises:
        TimeoutError: it takes too long.
    """
    return regex.search(pattern, text, regex.IGNORECASE if ignore_case else 0, timeout=_SECONDS) is not None


def fits(pattern: str, text: str) -> bool:
    """Whether the pattern matches the whole text.

    Raises:
        TimeoutError: it takes too long.
    """
    return regex.fullmatch(pattern, text, timeout=_SECONDS) is not None


def replaced(pattern: str, text: str, replacement: Callable[[regex.Match[str]], str]) -> str:
    """The text with everything that the pattern matches replaced.

    Raises:
        TimeoutError: it takes too long.
    """
    changed: str = regex.sub(pattern, replacement, text, timeout=_SECONDS)
    return changed
