# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Names that are no files in any directory."""

from __future__ import annotations

import ntpath

from .syntax import UnsupportedError

_PORTS = frozenset(f"{name}{number}" for name in ("com", "lpt") for number in range(1, 10))
_DEVICES = frozenset({"con", "prn", "aux", "conin$", "conout$"}) | _PORTS


def refuse_device(path: str) -> None:
    """Raise UnsupportedError for a device that is not simulated; NUL is."""
    if ntpath.basename(path).lower() in _DEVICES:
        raise UnsupportedError(f"the device {ntpath.basename(path)}")
