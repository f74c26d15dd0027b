# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The rules on sharing an image, checked before anything is called (developer guide, "Service quotas")."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from ..core.validation import account_id_problems, existing_image_name_problems

MOST_ACCOUNTS = 100


def image_permission_problems(options: Mapping[str, Any]) -> list[str]:
    """Check the options of ``image_permission`` that the argument spec cannot check; returns what is wrong."""
    accounts: Sequence[Mapping[str, Any]] = options["accounts"]
    ids = [str(one["account_id"]) for one in accounts]
    found = existing_image_name_problems(options["name"])
    for account in ids:
        found += account_id_problems("account_id", account)
    found += [f"account_id {account} is listed {times} times" for account, times in Counter(ids).items() if times > 1]
    if options["state"] == "present":
        found += [
            f"account {one['account_id']} is allowed nothing: list it in a task with state=absent to stop sharing"
            for one in accounts
            if not one["allow_fleet"] and not one["allow_image_builder"]
        ]
    return found
