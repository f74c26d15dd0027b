# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The checks of a preflight about IAM: the role of image builders, and what the credentials may do. Calls no AWS."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any

from .finding import Decision, Facts, Finding, Role
from .permissions import ACTIONS, SERVICE, arns_of

_ROLE_ARN = re.compile(
    r"arn:(?P<partition>aws[a-z-]*):iam::(?P<account>\d{12}):role/(?:\S*/)?(?P<name>[\w+=,.@-]{1,64})"
)
_IDENTITY = re.compile(
    r"arn:(?P<partition>aws[a-z-]*):(?:iam|sts)::(?P<account>\d{12}):(?P<kind>[a-z-]+)(?:/(?P<name>\S*))?"
)


def role_name(arn: str) -> str | None:
    """The name in the ARN of a role, None when it is none."""
    found = _ROLE_ARN.fullmatch(arn)
    return found["name"] if found else None


def partition_of(identity: str) -> str:
    """The partition in an ARN, such as ``aws`` or ``aws-us-gov``."""
    found = _IDENTITY.fullmatch(identity)
    return found["partition"] if found else "aws"


def assumed_role_name(identity: str) -> str | None:
    """The name of the role whose session an ARN of STS is, None for any other identity.

    ``arn:aws:sts::111122223333:assumed-role/images/session``. It does not have the role's path.
    """
    found = _IDENTITY.fullmatch(identity)
    return found["name"].partition("/")[0] if found and found["kind"] == "assumed-role" else None


def is_user(identity: str) -> bool:
    """Whether an ARN is that of an IAM user."""
    found = _IDENTITY.fullmatch(identity)
    return found is not None and found["kind"] == "user"


def is_root(identity: str) -> bool:
    """Whether an ARN is that of an account's root user, whose calls no policy of IAM denies."""
    found = _IDENTITY.fullmatch(identity)
    return found is not None and found["kind"] == "root"


def check_iam(finding: Finding, facts: Facts, prefix: str) -> None:
    """Report what is wrong with the role of the recipe's image builder, and what the credentials may not do.

    ``prefix`` is that of AppStream's ARNs in the account, empty when that is not known.
    """
    finding.report("iam_role", role_problems(finding, facts))
    for decision in _denials(finding, facts.decisions, prefix):
        is_certain = ACTIONS[decision.action].is_certain(finding) and not decision.missing
        (finding.report if is_certain else finding.warn)("permissions", [denial(decision)])


def role_problems(finding: Finding, facts: Facts) -> Iterator[str]:
    """Check that the role is one of this account, exists, and trusts AppStream."""
    arn = str(finding.place.get("iam_role_arn") or "")
    if not arn or finding.image_builder is not None:
        return
    parts = _ROLE_ARN.fullmatch(arn)
    if parts is None:
        yield f"iam_role_arn {arn} is no ARN of an IAM role, arn:aws:iam::111122223333:role/name"
    elif facts.account and parts["account"] != facts.account:
        yield f"IAM role {arn} is one of account {parts['account']}, the image builder of {facts.account}"
    elif arn in facts.roles:
        yield from _trust_problems(arn, facts.roles[arn])


def _trust_problems(arn: str, role: Role) -> Iterator[str]:
    if role.trust is None:
        yield f"IAM role {arn} does not exist"
    elif not trusts(role.trust, SERVICE):
        yield f"IAM role {arn} does not trust {SERVICE}: its trust policy must allow that service sts:AssumeRole"


def trusts(policy: Mapping[str, Any], service: str) -> bool:
    """Whether a trust policy lets an AWS service assume the role; conditions are taken to hold."""
    return any(
        statement.get("Effect") == "Allow"
        and any(fnmatchcase("sts:assumerole", str(action).lower()) for action in _listed(statement.get("Action")))
        and _names(statement.get("Principal"), service)
        for statement in _listed(policy.get("Statement"))
    )


def _names(principal: Any, service: str) -> bool:
    if isinstance(principal, Mapping):
        return any(one in (service, "*") for one in _listed(principal.get("Service")))
    return bool(principal == "*")


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return list(value) if isinstance(value, (list, tuple)) else [value]


def _denials(finding: Finding, decisions: Mapping[tuple[str, str], Decision], prefix: str) -> Iterator[Decision]:
    if not finding.needs_image:
        return
    for action in ACTIONS:
        found = (decisions.get((action, arn)) for arn in arns_of(finding, action, prefix))
        denied = next((one for one in found if one is not None and one.decision != "allowed"), None)
        if denied is not None:
            yield denied


def denial(decision: Decision) -> str:
    """What a denied call means, in words."""
    about = "" if decision.resource == "*" else f" for {decision.resource}"
    if decision.missing:
        return (
            f"{decision.action} may be denied{about}: policies have conditions about {', '.join(decision.missing)}, "
            "which can't be simulated"
        )
    reason = {
        True: "by a policy of the organization or a permissions boundary",
        False: "explicitly by a policy" if decision.decision == "explicitDeny" else "because no policy allows it",
    }[decision.by_organization]
    return f"the credentials in use may not call {decision.action}{about}: it is denied {reason}"
