# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The operator `-f`, and the formats of numbers and times, in the invariant culture.

Sources: .NET's "Composite formatting", "Standard numeric format strings" and "Custom date and time format strings".
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from .errors import UnknownError, failure
from .values import DateTime, TimeSpan, number_of, to_text

_ITEM = re.compile(r"\{\{|\}\}|\{(\d{1,3})(?:,\s*(-?\d{1,4}))?(?::([^{}]*))?\}|[{}]")
_STANDARD = re.compile(r"([A-Za-z])(\d{0,2})")
_RUN = re.compile(
    r"(?P<run>(?P<letter>[A-Za-z])(?P=letter)*+)|'(?P<quoted>[^']*)'|\\(?P<escaped>.)|(?P<other>.)", re.DOTALL
)


def formatted(text: str, values: Sequence[Any]) -> str:
    """A composite format string with its items filled in."""

    def item(found: re.Match[str]) -> str:
        if found[0] in ("{{", "}}"):
            return found[0][0]
        if found[1] is None:
            raise failure("Error formatting a string: Input string was not in a correct format..")
        if int(found[1]) >= len(values):
            reason = (
                "Index (zero based) must be greater than or equal to zero and less than the size of the argument list."
            )
            raise failure(f"Error formatting a string: {reason}.")
        shown = one(values[int(found[1])], found[3] or "")
        width = int(found[2] or 0)
        return shown.ljust(-width) if width < 0 else shown.rjust(width)

    return _ITEM.sub(item, text)


def one(value: Any, form: str) -> str:
    """One value in a format."""
    if not form:
        return to_text(value)
    if isinstance(value, DateTime):
        return date_time(value, form)
    if isinstance(value, TimeSpan):
        if form in ("c", "g", "G"):
            return str(value)
        raise UnknownError(f"the format {form!r} of a time span")
    number = number_of(value) if isinstance(value, (int, float)) else None
    return to_text(value) if number is None else _number(number, form)


def _number(number: int | float, form: str) -> str:
    standard = _STANDARD.fullmatch(form)
    if not standard:
        if set(form) == {"0"}:
            return f"{round(number):0{len(form) + (number < 0)}d}"
        if re.fullmatch(r"0\.0+", form):
            return f"{number:.{len(form) - 2}f}"
        raise UnknownError(f"the format {form!r} of a number")
    letter, digits = standard[1].upper(), standard[2]
    if letter == "D" and isinstance(number, int):
        return f"{'-' if number < 0 else ''}{abs(number):0{int(digits or 0)}d}"
    if letter == "X" and isinstance(number, int):
        bits = number if number >= 0 else number + (1 << (32 if number >= -(1 << 31) else 64))
        text = f"{bits:0{int(digits or 0)}x}"
        return text.upper() if standard[1] == "X" else text
    if letter in "FN":
        return f"{number:{',' if letter == 'N' else ''}.{int(digits or 2)}f}"
    if letter == "G" and not digits:
        return to_text(number)
    raise UnknownError(f"the format {form!r} of a number")


_STANDARD_TIMES = {
    "s": "yyyy-MM-ddTHH:mm:ss",
    "u": "yyyy-MM-dd HH:mm:ssZ",
    "d": "MM/dd/yyyy",
    "T": "HH:mm:ss",
    "t": "HH:mm",
}


def date_time(value: DateTime, form: str) -> str:
    """A moment in a standard or custom format."""
    if form in ("o", "O"):
        ticks = f"{value.moment:%Y-%m-%dT%H:%M:%S}.{value.moment.microsecond:06}0"
        return ticks + {"Utc": "Z", "Local": "+00:00"}.get(value.kind, "")
    form = _STANDARD_TIMES.get(form, form)
    if len(form) == 1:
        raise UnknownError(f"the format {form!r} of a time")
    return "".join(_time_part(value, found) for found in _RUN.finditer(form))


def _time_part(value: DateTime, found: re.Match[str]) -> str:
    if not found["run"]:
        return found["quoted"] or found["escaped"] or found["other"] or ""
    moment, run = value.moment, found["run"]
    known = {
        "yyyy": f"{moment:%Y}",
        "yy": f"{moment:%y}",
        "MM": f"{moment:%m}",
        "dd": f"{moment:%d}",
        "HH": f"{moment:%H}",
        "hh": f"{moment:%I}",
        "mm": f"{moment:%M}",
        "ss": f"{moment:%S}",
        "M": str(moment.month),
        "d": str(moment.day),
        "H": str(moment.hour),
        "m": str(moment.minute),
        "s": str(moment.second),
        "tt": f"{moment:%p}",
        "T": "T",
        "Z": "Z",
    }
    if run in known:
        return known[run]
    if set(run) == {"f"} and len(run) <= 7:
        return f"{moment.microsecond:06}0"[: len(run)]
    raise UnknownError(f"the part {run!r} of a time's format")
