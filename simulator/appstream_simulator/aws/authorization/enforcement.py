# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Whether the policies of whoever makes a call allow it, and what AWS answers when they do not.

Texts: IAM user guide, "Troubleshoot access denied error messages". That AppStream answers AccessDeniedException with
status 400, as other services of its protocol do, is unproven
[access_denied_status]. Not known are policies of resources (trust policies of roles among them), sessions, VPC
endpoints and an organization.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from moto.utilities.utils import get_partition
from werkzeug.wrappers import Request, Response

from appstream_simulator.aws import protocols
from appstream_simulator.aws.authorization import of_appstream, of_other_services, principals
from appstream_simulator.aws.authorization.need import ANYTHING, Need
from appstream_simulator.aws.authorization.principals import Principal
from appstream_simulator.aws.models import appstream_backends
from appstream_simulator.aws.policy_evaluation import ALLOWED, EXPLICIT, Statement, evaluate
from appstream_simulator.aws.requests import Caller
from appstream_simulator.aws.wire_errors import error_response

# By signing name: the code and status of a denial. All others answer as JSON services do.
_DENIALS: Mapping[str, tuple[str, int]] = MappingProxyType(
    {
        "ec2": ("UnauthorizedOperation", 403),
        "iam": ("AccessDenied", 403),
        "s3": ("AccessDenied", 403),
        "sts": ("AccessDenied", 403),
    }
)
# Condition keys that are answered for; about any other AWS may know what is not known here.
_KEYS = ("aws:requestedregion", "aws:tagkeys", "ec2:createaction", "iam:passedtoservice")
_KEYS_OF_TAGS = ("aws:requesttag/", "aws:resourcetag/", "ec2:resourcetag/")


@dataclass(frozen=True)
class Denial:
    """A right that is missing, and why."""

    need: Need
    reason: str


def needs(request: Request, caller: Caller) -> list[Need]:
    """The rights that a call needs.

    Raises:
        NotImplementedError: that is not known of this operation.
        ValueError: the request can't be read; whoever carries it out says why.
    """
    if caller.service != "appstream":
        return of_other_services.needs(caller, request)
    body = request.get_data(cache=True)
    content = protocols.answered_in(request.headers).read(body) if body else {}
    if not isinstance(content, dict):
        raise ValueError("the request is not a structure")
    return of_appstream.needs(appstream_backends[caller.account][caller.region], caller.operation, content)


def refusal(request: Request, caller: Caller, wanted: Iterable[Need] | None) -> Response | None:
    """The answer to a call that policies do not allow, None when they do. The root user may do everything.

    Args:
        wanted: the rights that it needs, None when that is not known.

    Raises:
        NotImplementedError: that is not known, or a policy has what is not simulated.
    """
    principal = principals.of_access_key(caller.account, get_partition(caller.region), caller.access_key)
    if principal is None:
        return None
    if wanted is None:
        raise NotImplementedError(f"the rights that {caller.call} needs")
    for need in wanted:
        denial = denied(principal, need, caller.region)
        if denial is not None:
            return _answer(request, caller, principal, denial)
    return None


def denied(principal: Principal, need: Need, region: str) -> Denial | None:
    """What is missing for a need, None when policies allow it.

    Raises:
        NotImplementedError: a policy has what is not simulated.
    """
    context = {"aws:requestedregion": [region], **need.context}
    for statement in [*principal.statements, *(principal.boundary or [])]:
        _check(statement)
    verdict = evaluate(principal.statements, need.action, need.resource, context)
    if verdict.decision == EXPLICIT:
        return Denial(need, "with an explicit deny in an identity-based policy")
    if verdict.decision != ALLOWED:
        return Denial(need, f"because no identity-based policy allows the {need.action} action")
    if principal.boundary is None:
        return None
    decision = evaluate(principal.boundary, need.action, need.resource, context).decision
    if decision == EXPLICIT:
        return Denial(need, "with an explicit deny in a permissions boundary")
    if decision != ALLOWED:
        return Denial(need, f"because no permissions boundary allows the {need.action} action")
    return None


def _check(statement: Statement) -> None:
    if "${" in json.dumps(statement):
        raise NotImplementedError("variables in policies")
    keys = {key.lower() for condition in (statement.get("Condition") or {}).values() for key in condition}
    unknown = sorted(key for key in keys if key not in _KEYS and not key.startswith(_KEYS_OF_TAGS))
    if unknown:
        raise NotImplementedError(f"the condition keys {', '.join(unknown)} of a policy")


def _answer(request: Request, caller: Caller, principal: Principal, denial: Denial) -> Response:
    need = denial.need
    # EC2 names no resource where an action knows none.
    about = "" if caller.service == "ec2" and need.resource == ANYTHING else f" on resource: {need.resource}"
    message = f"User: {principal.arn} is not authorized to perform: {need.action}{about} {denial.reason}"
    code, status = _DENIALS.get(caller.service, ("AccessDeniedException", 400))
    if caller.service == "ec2":
        message = f"You are not authorized to perform this operation. {message}"
    if caller.service == "s3" and request.method == "HEAD":
        return Response(status=status)
    return error_response(request, caller.service, code, message, status)


def described(wanted: Iterable[Need]) -> list[dict[str, Any]]:
    """Needs as the log of calls has them."""
    return [{"action": need.action, "resource": need.resource} for need in wanted]
