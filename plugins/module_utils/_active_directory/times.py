# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Times as the directory keeps them, returned in ISO 8601."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

# FILETIME counts tenths of microseconds from here (MS-DTYP 2.3.3).
_EPOCH = datetime(1601, 1, 1, tzinfo=timezone.utc)
_NEVER = 0x7FFFFFFFFFFFFFFF


def from_generalized_time(value: str) -> datetime:
    """Return the time of an attribute such as whenCreated, ``20261122124526.0Z`` (MS-ADTS 3.1.1.2.2.2)."""
    return datetime.strptime(value[:14], "%Y%m%d%H%M%S").replace(tzinfo=timezone.utc)


def from_filetime(value: str | None) -> datetime | None:
    """Return the time of an attribute such as pwdLastSet, None when it never happened."""
    number = int(value or 0)
    return None if number in (0, _NEVER) else _EPOCH + timedelta(microseconds=number // 10)


def iso(value: datetime | None) -> str | None:
    """Return a time as modules return it, to the second."""
    return None if value is None else value.replace(microsecond=0).isoformat()
