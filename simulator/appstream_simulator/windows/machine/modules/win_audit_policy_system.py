# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""ansible.windows.win_audit_policy_system, which runs auditpol."""

from __future__ import annotations

from typing import Any

from .. import audit_policy
from .task import Option, Task

OPTIONS = {"category": Option(), "subcategory": Option(), "audit_type": Option("list")}


def run(task: Task) -> dict[str, Any]:
    """Set what is audited of a category or a subcategory."""
    options = task.options(OPTIONS)
    registry = task.disk.registry
    key, name = ("category", options["category"]) if options["category"] else ("name", options["subcategory"])
    chosen = [one for one in audit_policy.SUBCATEGORIES if str(getattr(one, key)).lower() == str(name).lower()]
    if not chosen:
        task.fail(f"Invalid {'category' if key == 'category' else 'sub category'} provided")
    types = [str(item).lower() for item in options["audit_type"]]
    wanted = ("success" in types) + 2 * ("failure" in types)
    changed = any(audit_policy.setting(registry, one) != wanted for one in chosen)
    if changed and not task.check_mode:
        for one in chosen:
            registry.set(audit_policy.KEY, one.guid, wanted, "DWord")
    shown = {one.name.lower(): audit_policy.NAMES[audit_policy.setting(registry, one)].lower() for one in chosen}
    return {"changed": changed, "current_audit_policy": shown}
