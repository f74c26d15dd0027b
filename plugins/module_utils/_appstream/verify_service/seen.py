# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What a probe has seen of the real service, in the form in which modules and tasks hand it on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

ACCEPTED = "accepted"
EMPTY = "an empty list"

Answer = Mapping[str, Any]
"""Either ``seen``, a value, with ``text``, the service's own words if there were any; or ``not_asked``, the reason."""

Answers = dict[str, Answer]
"""By the ids of assumptions."""


def seen(value: Any, text: str = "") -> Answer:
    """Return an answer that was seen."""
    return {"seen": value, "text": text}


def not_asked(reason: str) -> Answer:
    """Return an answer that nobody asked for, and why."""
    return {"not_asked": reason}


def why_nothing(about: str, answer: Answer) -> Answers:
    """Return why a probe asked nothing, of its first question: the call that it begins with got no answer.

    What AWS answered otherwise says nothing about that question.
    """
    return {about: answer} if "not_asked" in answer else {}
