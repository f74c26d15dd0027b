# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The options that modules ``leftover_info`` and ``leftover`` have in common."""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from ..build_lock.holders import STALE_AFTER
from ..core.calls import call
from ..core.errors import AppStreamError
from ..core.reconcile import Connect, Module
from .rules import Policy

ARGUMENTS: dict[str, Any] = {
    "grace": {"type": "float", "default": 6},
    "stale_after": {"type": "int", "default": STALE_AFTER},
    "transfer_buckets": {
        "type": "list",
        "elements": "dict",
        "default": [],
        "options": {"bucket": {"type": "str", "required": True}, "prefix": {"type": "str", "required": True}},
    },
    "hourly_prices": {"type": "dict", "default": {}},
    "assume_role_arn": {"type": "str"},
}

_LONGEST_GRACE = 24 * 3650


def policy_of(options: Mapping[str, Any]) -> Policy:
    """When something counts as left over. Raises AppStreamError."""
    grace, stale_after = options["grace"], options["stale_after"]
    # Not a number is neither.
    if not 0 <= grace <= _LONGEST_GRACE:
        raise AppStreamError(f"grace {grace} is not between 0 and {_LONGEST_GRACE} hours")
    if stale_after < 1:
        raise AppStreamError(f"stale_after {stale_after} is less than 1 minute")
    return Policy(timedelta(hours=grace), stale_after)


def prices_of(options: Mapping[str, Any]) -> dict[str, float]:
    """Prices of an hour by instance type. Raises AppStreamError naming every one that is no amount of money."""
    prices = {str(name): _number(value) for name, value in options["hourly_prices"].items()}
    wrong = [f"{name}: {options['hourly_prices'][name]}" for name, price in prices.items() if price is None]
    if wrong:
        raise AppStreamError(f"hourly_prices has what is no price: {', '.join(wrong)}")
    return {name: price for name, price in prices.items() if price is not None}


def connection(module: Module) -> Connect:
    """What opens clients for a module, in the role of ``assume_role_arn`` if that is set; each is opened once."""
    keys = functools.cache(lambda: _assumed(module, module.params["assume_role_arn"]))

    @functools.cache
    def connect(service: str, **more: Any) -> Any:
        return module.client(service, **keys(), **more)

    return connect


def _assumed(module: Module, role: str | None) -> dict[str, str]:
    """Credentials of a role as keywords of boto3's ``client``; none without a role. Raises AppStreamError."""
    if not role:
        return {}
    request = {"RoleArn": role, "RoleSessionName": "euc.appstream"}
    found = call(module.client("sts"), "assume_role", f"role {role}", **request)["Credentials"]
    return {
        "aws_access_key_id": found["AccessKeyId"],
        "aws_secret_access_key": found["SecretAccessKey"],
        "aws_session_token": found["SessionToken"],
    }


def _number(value: Any) -> float | None:
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if math.isfinite(number) and number >= 0 else None
