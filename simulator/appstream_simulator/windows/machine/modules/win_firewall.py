# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""ansible.windows.win_firewall: the firewall of the profiles switched on and off.

Other default actions than Windows' own are not simulated.
"""

from __future__ import annotations

from typing import Any

from .. import firewall_rules
from .task import Option, Task

OPTIONS = {"profiles": Option("list", default=["Domain", "Private", "Public"]), "state": Option()}
_KEYS = dict(zip(("Domain", "Private", "Public"), firewall_rules.PROFILE_KEYS, strict=True))


def run(task: Task) -> dict[str, Any]:
    """Switch the firewall of the profiles on or off."""
    task.refuse_other_options(OPTIONS)
    options = task.options(OPTIONS)
    wanted = options["state"] == "enabled"
    result: dict[str, Any] = {"restart_required": False, "profiles": options["profiles"], "state": options["state"]}
    changed = False
    for profile, name in _KEYS.items():
        key = f"{firewall_rules.POLICY_KEY}\\{name}"
        value = task.disk.registry.get(key, "EnableFirewall")
        enabled = value is None or value.data != 0
        considered = profile in options["profiles"]
        if considered and enabled != wanted:
            changed = True
            if not task.check_mode:
                task.disk.registry.set(key, "EnableFirewall", int(wanted), "DWord")
        after = wanted if considered else enabled
        result[profile] = {"enabled": after, "considered": considered, "currentstate": int(enabled)}
    return {**result, "changed": changed}
