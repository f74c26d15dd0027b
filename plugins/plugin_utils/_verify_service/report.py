# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Compares what was seen with the list of assumptions, and says it to people, to a file, and to the simulator.

Private to the euc.appstream collection.
"""

from __future__ import annotations

import ipaddress
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import yaml

FORMAT = 1
SAME, DIFFERENT, NOT_ASKED = "same", "different", "not asked"

_FILE = Path(__file__).with_name("assumptions.yml")
_SHOWN = 60

Entry = Mapping[str, Any]
Answer = Mapping[str, Any]

_SECRETS = (
    (re.compile(r"arn:aws[a-z-]*:[^\s'\",;)\]]+"), "<arn>"),
    (re.compile(r"https?://[^\s'\"]+"), "<url>"),
    (re.compile(r"\b(?:AKIA|ASIA|AROA|AIDA)[A-Z0-9]{12,}\b"), "<key>"),
    (re.compile(r"\b[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}\b"), "<id>"),
    (re.compile(r"\b(ami|eni|i|igw|rtb|sg|subnet|vol|vpc|vpce|mi)-[0-9a-f]{8,17}\b"), r"<\1>"),
    (re.compile(r"(?<![0-9])[0-9]{12}(?![0-9])"), "<account>"),
    (re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"), "<user>"),
    (re.compile(r"S-1-5-21(?:-\d+)+"), "<sid>"),
)
_ADDRESSES = re.compile(
    r"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w.])|(?<![\w:])(?:[0-9a-fA-F]{0,4}:){3,7}[0-9a-fA-F]{0,4}"
)


@cache
def entries() -> Mapping[str, Entry]:
    """The list of assumptions by ids, each with its ``area``."""
    # libyaml reads it in a tenth of the time, where PyYAML has it.
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    areas = yaml.load(_FILE.read_text(encoding="utf-8"), Loader=loader)
    return {entry["id"]: {"area": area, **entry} for area, listed in areas.items() for entry in listed}


def verdict(entry: Entry, answer: Answer | None) -> str:
    """Whether what was seen is what is assumed; ``not asked`` when nothing was seen."""
    if answer is None or "seen" not in answer:
        return NOT_ASKED
    return SAME if _is_same(entry["assumed"], answer["seen"], entry.get("tolerance", 1)) else DIFFERENT


def rows(answers: Mapping[str, Answer]) -> list[dict[str, Any]]:
    """Every assumption with what was seen, in the order of the list."""
    return [_row(entry, answers.get(name)) for name, entry in entries().items()]


def document(answers: Mapping[str, Answer], words: Iterable[str], about: Mapping[str, Any]) -> dict[str, Any]:
    """What a user may publish: without account numbers, addresses, identifiers and ``words``, which are names.

    ``about``: further keys, such as when it was.
    """
    told = scrubbed({**about, "assumptions": rows(answers)}, words)
    return {"format": FORMAT, **told}


def simulator_settings(answers: Mapping[str, Answer], words: Iterable[str] = ()) -> dict[str, Any]:
    """Settings that make the simulator behave as was seen, of all that it can do otherwise."""
    seen = {name: answers[name]["seen"] for name, entry in entries().items() if _is_to_be_set(entry, answers.get(name))}
    return {"assumptions": scrubbed(seen, words)}


def lines(answers: Mapping[str, Answer]) -> list[str]:
    """The table for people: what is different first, then what is the same, and how much was not asked."""
    found = rows(answers)
    counts = Counter(row["verdict"] for row in found)
    told = [f"{counts[SAME]} as assumed, {counts[DIFFERENT]} different, {counts[NOT_ASKED]} not asked"]
    for kind in (DIFFERENT, SAME):
        for row in found:
            if row["verdict"] == kind:
                told.append(f"{kind:<10} {row['id']}: assumed {_shown(row['assumed'])}, seen {_shown(row['seen'])}")
    return told


def different(answers: Mapping[str, Answer]) -> list[str]:
    """The ids of assumptions that were seen to be wrong."""
    return [row["id"] for row in rows(answers) if row["verdict"] == DIFFERENT]


def scrubbed(value: Any, words: Iterable[str]) -> Any:
    """A value without what tells whose account it is, in all its texts."""
    names = sorted({word for word in words if len(word) > 2}, key=len, reverse=True)
    return _scrubbed(value, names)


def _scrubbed(value: Any, words: Sequence[str]) -> Any:
    if isinstance(value, Mapping):
        return {key: _scrubbed(one, words) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_scrubbed(one, words) for one in value]
    return _text(value, words) if isinstance(value, str) else value


def _text(text: str, words: Sequence[str]) -> str:
    for pattern, mask in _SECRETS:
        text = pattern.sub(mask, text)
    text = _ADDRESSES.sub(lambda found: "<address>" if _is_address(found[0]) else found[0], text)
    for word in words:
        text = re.sub(re.escape(word), "<name>", text, flags=re.IGNORECASE)
    return text


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _row(entry: Entry, answer: Answer | None) -> dict[str, Any]:
    row = {"id": entry["id"], "area": entry["area"], "question": entry["question"], "assumed": entry["assumed"]}
    found = verdict(entry, answer)
    if answer is not None and found != NOT_ASKED:
        return {**row, "verdict": found, "seen": answer["seen"], "text": answer.get("text", "")}
    probe = str(entry["probe"])
    usual = probe.partition("none: ")[2] or "this run did not come to it"
    return {**row, "verdict": found, "reason": (answer or {}).get("not_asked") or usual}


def _is_to_be_set(entry: Entry, answer: Answer | None) -> bool:
    if answer is None or verdict(entry, answer) == NOT_ASKED:
        return False
    seen, assumed = answer["seen"], entry["assumed"]
    if "duration" in entry:
        return isinstance(seen, (int, float))
    if verdict(entry, answer) == SAME:
        return False
    if "situation" in entry:
        may_be_accepted = str(entry["situation"]).endswith((" while moving", " in an idle state"))
        return isinstance(seen, str) and seen.isidentifier() and (seen != "accepted" or may_be_accepted)
    return bool(entry.get("settable")) and type(seen) is type(assumed)


def _is_same(assumed: Any, seen: Any, tolerance: float) -> bool:
    numbers = [isinstance(one, (int, float)) and not isinstance(one, bool) for one in (assumed, seen)]
    if all(numbers):
        low, high = sorted((assumed / tolerance, assumed * tolerance))
        return bool(low <= seen <= high)
    if isinstance(assumed, list) and isinstance(seen, list):
        return sorted(map(str, assumed)) == sorted(map(str, seen))
    return type(assumed) is type(seen) and bool(assumed == seen)


def _shown(value: Any) -> str:
    text = str(value)
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"
