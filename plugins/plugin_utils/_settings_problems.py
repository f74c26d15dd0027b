# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Runs the checks of a role's options, whichever of them are given.

Private to the euc.appstream collection.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

Check = Callable[[Any], Sequence[str]]
"""Takes the value of an option and returns sentences about what is wrong with it."""


def problems_of(settings: Mapping[str, Any], checks: Mapping[str, Check]) -> list[str]:
    """Sentences about everything wrong with options, each beginning with the option's name; any may be missing."""
    problems: list[str] = []
    for key, check in checks.items():
        value = settings.get(key)
        if value:
            problems += [f"{key}: {problem}" for problem in check(value)]
    return problems
