# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What a reboot is pending for, in the places where the fact ``reboot_pending`` of ansible.windows comes from.

Private to the euc.appstream collection.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

SESSION_MANAGER_KEY = r"HKLM:\SYSTEM\CurrentControlSet\Control\Session Manager"
SERVICING_KEY = r"HKLM:\SOFTWARE\Microsoft\Windows\CurrentVersion\Component Based Servicing\RebootPending"
UNKNOWN = "something that Windows does not name"

_RENAMES = "pendingfilerenameoperations"
_PREFIX = "\\??\\"
_SHOWN = 5


def causes(values: Mapping[str, Mapping[str, Any]], is_servicing: bool) -> list[str]:
    """Names of what waits for a reboot: files that are to be replaced or deleted, and Windows' own servicing.

    ``values``: registry values by key. Files come in pairs, from and to, an empty one for a deletion.
    """
    session_manager = {name.lower(): value for name, value in values.get(SESSION_MANAGER_KEY, {}).items()}
    renames = session_manager.get(_RENAMES) or []
    paths = [renames] if isinstance(renames, str) else list(renames)
    files = dict.fromkeys(str(path).lstrip("!").removeprefix(_PREFIX) for path in paths[::2] if str(path).strip())
    return [*(["Windows' component servicing"] if is_servicing else []), *files] or [UNKNOWN]


def named(names: Sequence[str]) -> str:
    """The names in a sentence, the first few when there are many."""
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more


def is_known(names: Collection[str], before: Collection[str]) -> bool:
    """Whether all of it was pending before, too; what has no name can't be told apart."""
    return UNKNOWN not in names and set(names) <= set(before)
