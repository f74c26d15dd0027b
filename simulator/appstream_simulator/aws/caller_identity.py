# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Who the caller is (STS).

An access key that nobody made is that of the account's root user, who may do everything, as everybody may here: moto
makes up a user of STS, which AWS does not have.
"""

from __future__ import annotations

from typing import Any

from moto.sts.models import sts_backends

from appstream_simulator.aws.requests import Caller
from appstream_simulator.aws.simulation import Simulation

_MADE_UP = ":user/moto"


def get_caller_identity(caller: Caller, simulation: Simulation, request: dict[str, Any]) -> dict[str, Any]:
    """GetCallerIdentity."""
    backend = sts_backends[caller.account]["aws"]
    user_id, arn, account = backend.get_caller_identity(caller.access_key, caller.region)
    if arn.endswith(_MADE_UP):
        partition = arn.split(":")[1]
        user_id, arn = account, f"arn:{partition}:iam::{account}:root"
    return {"UserId": user_id, "Account": account, "Arn": arn}
