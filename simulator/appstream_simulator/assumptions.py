# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What nobody has proved of AppStream, Image Assistant and Windows, and what this simulator does about it.

The list is `assumptions.yml`, in a checkout a link to the collection's copy. A simulator can be told by the setting
`assumptions` what was seen of the real service instead; as moto's state, that is the process's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml

ACCEPTED = "accepted"
EMPTY = "an empty list"

Entry = Mapping[str, Any]

_FILE = Path(__file__).with_name("assumptions.yml")


class AssumptionError(ValueError):
    """There is no such assumption, or the simulator can't act on the answer given."""


def _read() -> Iterator[tuple[str, Entry]]:
    # libyaml reads the list in a tenth of the time, where PyYAML has it.
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    areas = yaml.load(_FILE.read_text(encoding="utf-8"), Loader=loader)
    for area, entries in areas.items():
        for entry in entries:
            yield entry["id"], MappingProxyType({"area": area, **entry})


ENTRIES: Mapping[str, Entry] = MappingProxyType(dict(_read()))
"""All assumptions by their ids."""

_seen: dict[str, Any] = {}


def answer(name: str) -> Any:
    """What the simulator is to do about an assumption: what was seen of the real service, or else what is assumed."""
    return _seen[name] if name in _seen else ENTRIES[name]["assumed"]


def use(seen: Mapping[str, Any]) -> None:
    """Act on these answers from now on, instead of all former ones.

    Raises:
        AssumptionError: see `check`.
    """
    check(seen)
    _seen.clear()
    _seen.update(seen)


def check(seen: Mapping[str, Any]) -> None:
    """See whether the simulator can act on these answers.

    Raises:
        AssumptionError: it can't; the text names what is wrong.
    """
    for name, value in seen.items():
        problem = _problem(name, value)
        if problem:
            raise AssumptionError(f"assumptions: {problem}")


def is_settable(entry: Entry) -> bool:
    """Whether the simulator can do otherwise than is assumed."""
    return bool(entry.get("settable")) or "situation" in entry or "duration" in entry


def durations(seen: Mapping[str, Any]) -> dict[str, float]:
    """Virtual seconds by the names of durations, of those answers that are times."""
    return {str(ENTRIES[name]["duration"]): float(value) for name, value in seen.items() if "duration" in ENTRIES[name]}


def _problem(name: str, value: Any) -> str:
    entry = ENTRIES.get(name)
    if entry is None:
        return f"there is none with the id {name}"
    if not is_settable(entry):
        return f"{name} cannot be changed in the simulator"
    if "situation" in entry:
        is_exception = isinstance(value, str) and value.isidentifier()
        if not is_exception or (value == ACCEPTED and not _may_be_accepted(entry)):
            return f"{name} has to be the name of an exception, not {value!r}"
        return ""
    expected = entry["assumed"]
    number = (int, float)
    if isinstance(value, bool) != isinstance(expected, bool):
        return f"{name} has to be like {expected!r}, not {value!r}"
    if not isinstance(value, number if isinstance(expected, number) else type(expected)):
        return f"{name} has to be like {expected!r}, not {value!r}"
    # The end of one thing counted from that of another may come before it.
    if "duration" in entry and value < 0 <= expected:
        return f"{name} has to be a time, not {value!r}"
    return ""


def _may_be_accepted(entry: Entry) -> bool:
    """Whether the simulator knows how to go on: where only the state speaks against an operation."""
    return str(entry["situation"]).endswith((" while moving", " in an idle state"))
