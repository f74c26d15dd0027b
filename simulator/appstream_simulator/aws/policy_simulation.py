# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""SimulatePrincipalPolicy: what the policies of a user or a role, and its permissions boundary, say of calls.

Policies are moto's; there are no policies of an organization. Every action is answered for with every resource. That
each pair is a result of its own, without ResourceSpecificResults, is unproven [simulated_policy_pairs].
"""

from __future__ import annotations

import base64
import binascii
import re
from typing import Any

from moto.iam.exceptions import NoSuchEntity, NotFoundException
from moto.iam.models import iam_backends

from appstream_simulator.aws.authorization import principals
from appstream_simulator.aws.policy_evaluation import ALLOWED, Context, Statement, evaluate
from appstream_simulator.aws.requests import Caller
from appstream_simulator.aws.service_error import ServiceError
from appstream_simulator.aws.simulation import Simulation

_PRINCIPAL = re.compile(
    r"arn:(?P<partition>[a-z-]+):iam::(?P<account>\d{12}):(?P<kind>user|role)/(?:.*/)?(?P<name>[^/]+)"
)
# What could be asked as well, and is not simulated.
_NOT_SIMULATED = (
    "PolicyInputList",
    "PermissionsBoundaryPolicyInputList",
    "PolicyExclusionList",
    "ResourcePolicy",
    "ResourceOwner",
    "CallerArn",
    "ResourceHandlingOption",
)
_ACTION = re.compile(r"[a-z0-9-]+:[A-Za-z0-9]+")
_PAGE = 100


def simulate_principal_policy(caller: Caller, simulation: Simulation, request: dict[str, Any]) -> dict[str, Any]:
    """SimulatePrincipalPolicy."""
    asked = [name for name in _NOT_SIMULATED if request.get(name)]
    if asked:
        raise NotImplementedError(f"SimulatePrincipalPolicy with {', '.join(asked)}")
    malformed = [action for action in request["ActionNames"] if not _ACTION.fullmatch(action)]
    if malformed:
        raise ServiceError("InvalidInput", f"Invalid Input: {', '.join(malformed)}: not a valid action name")
    policies, boundary = _principal(caller.account, request["PolicySourceArn"])
    context = {
        one["ContextKeyName"].lower(): one.get("ContextKeyValues", []) for one in request.get("ContextEntries", [])
    }
    results = [
        _result(action, resource, policies, boundary, context)
        for action in request["ActionNames"]
        for resource in request.get("ResourceArns") or ["*"]
    ]
    start = _position(request["Marker"]) if "Marker" in request else 0
    end = start + request.get("MaxItems", _PAGE)
    is_truncated = end < len(results)
    marker = {"Marker": base64.b64encode(str(end).encode()).decode()} if is_truncated else {}
    return {"EvaluationResults": results[start:end], "IsTruncated": is_truncated, **marker}


def _position(marker: str) -> int:
    try:
        return int(base64.b64decode(marker.encode(), validate=True))
    except (binascii.Error, ValueError):
        raise ServiceError("InvalidInput", "Invalid Marker.") from None


def _result(
    action: str, resource: str, policies: list[Statement], boundary: list[Statement] | None, context: Context
) -> dict[str, Any]:
    verdict = evaluate(policies, action, resource, context)
    limit = evaluate(boundary, action, resource, context) if boundary is not None else None
    is_within = limit is None or limit.decision == ALLOWED
    decision = verdict.decision if is_within or verdict.decision != ALLOWED or limit is None else limit.decision
    result: dict[str, Any] = {
        "EvalActionName": action,
        "EvalResourceName": resource,
        "EvalDecision": decision,
        "MatchedStatements": [],
        "MissingContextValues": sorted(verdict.missing | (limit.missing if limit else set())),
    }
    if limit is not None:
        result["PermissionsBoundaryDecisionDetail"] = {"AllowedByPermissionsBoundary": is_within}
    return result


def _principal(account: str, arn: str) -> tuple[list[Statement], list[Statement] | None]:
    """Statements of the policies of a user or role, and those of its permissions boundary, None when it has none."""
    found = _PRINCIPAL.fullmatch(arn)
    if found is None:
        raise ServiceError("InvalidInput", f"Invalid Input: {arn} is not the ARN of a user, group or role.")
    backend = iam_backends[found["account"]][found["partition"]]
    try:
        principal = (
            backend.get_role(found["name"]) if found["kind"] == principals.ROLE else backend.get_user(found["name"])
        )
    except (NoSuchEntity, NotFoundException):
        principal = None
    # IAM takes the ARN as it is: without its path a role does not exist.
    if principal is None or principal.arn != arn or found["account"] != account:
        raise ServiceError("NoSuchEntity", f"The {found['kind']} with ARN {arn} cannot be found.", 404)
    return principals.of_name(backend, found["kind"], found["name"])
