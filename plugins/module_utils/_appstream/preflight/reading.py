# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Reads what a preflight's checks about quotas, rights, roles and objects of S3 compare with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ..build_lock.holders import LOCK_TAG
from ..core.aws import to_ansible_dict
from ..core.calls import call, call_pages
from ..core.credentials import trouble_of
from ..core.errors import AppStreamError
from ..core.tags import EXPIRES_TAG, IMAGE_TAG, RECIPE_TAG, RUN_TAG
from . import quota_names
from .finding import Decision, Finding, Quotas, Role
from .iam_checks import assumed_role_name, is_root, is_user, role_name
from .inquiry import Inquiry
from .permissions import context, questions
from .source_checks import bucket_and_key

_NO_SUCH_ROLE = ("NoSuchEntity", "NoSuchEntityException")
_NO_SUCH_OBJECT = ("404", "NoSuchKey", "NoSuchBucket", "NotFound")
_NO_SUCH_ENDPOINT = ("InvalidVpcEndpointId.NotFound", "InvalidVpcEndpointId.Malformed")
_NO_IDENTITY: Mapping[str, Any] = {}


def read_identity(inquiry: Inquiry) -> Mapping[str, Any]:
    """``Account`` and ``Arn`` of the credentials in use; empty when they can't be known."""
    check = "permissions" if inquiry.is_on("permissions") else "iam_role"
    return inquiry.ask(
        check,
        lambda: call(inquiry.client("sts"), "get_caller_identity", "the credentials in use"),
        _NO_IDENTITY,
    )


def read_quotas(
    inquiry: Inquiry, image_builders: int | None, images: int | None, instance_types: Sequence[str]
) -> Quotas:
    """The quotas that are given, and those that are not as Service Quotas lists them.

    Where that can't be asked, AWS's defaults are taken, of the total numbers only.
    """
    if not inquiry.is_on("quotas"):
        return Quotas(0, 0)
    none: list[dict[str, Any]] = []
    is_given = image_builders is not None and images is not None
    listed = none if is_given else inquiry.ask("quotas", lambda: _list_quotas(inquiry), none)
    of_builders, builders_source = _quota(listed, image_builders, quota_names.IMAGE_BUILDERS, "image_builder_quota")
    of_images, images_source = _quota(listed, images, quota_names.IMAGES, "image_quota")
    by_type = {name: quota_names.of_instance_type(listed, name) for name in instance_types}
    return Quotas(
        image_builders=of_builders,
        images=of_images,
        by_instance_type={name: value for name, value in by_type.items() if value is not None},
        image_builders_source=builders_source,
        images_source=images_source,
    )


def _quota(listed: Sequence[Mapping[str, Any]], given: int | None, code: str, option: str) -> tuple[int, str]:
    """A quota, and where its number is from, in words."""
    if given is not None:
        return given, f"{option}, if yours is another"
    found = quota_names.total(listed, code)
    if found is not None:
        return found, "as Service Quotas has it"
    return quota_names.DEFAULT, f"AWS's default, because yours could not be read; {option}, if yours is another"


def _list_quotas(inquiry: Inquiry) -> list[dict[str, Any]]:
    return call_pages(
        inquiry.client("service-quotas"),
        "list_service_quotas",
        "the quotas of AppStream",
        "Quotas",
        ServiceCode=quota_names.SERVICE_CODE,
        PaginationConfig={"PageSize": 100},
    )


def read_roles(inquiry: Inquiry, findings: Sequence[Finding]) -> dict[str, Role]:
    """The IAM roles that recipes name, by ARN."""
    wanted = sorted({str(one.place["iam_role_arn"]) for one in findings if one.place.get("iam_role_arn")})
    roles: dict[str, Role] = {}
    for arn in wanted:
        name = role_name(arn)
        found = inquiry.ask("iam_role", lambda name=name: _read_role(inquiry, name), None) if name else None  # type: ignore[misc]
        if found is not None:
            roles[arn] = found
        elif name and inquiry.is_on("iam_role"):
            # What can't be asked of one can't be asked of the next: rights and connection are the same.
            break
    return roles


def _read_role(inquiry: Inquiry, name: str) -> Role | None:
    try:
        role = call(inquiry.client("iam"), "get_role", f"IAM role {name}", RoleName=name)["Role"]
    except AppStreamError as error:
        if error.code not in _NO_SUCH_ROLE:
            raise
        return Role(trust=None)
    return Role(trust=role.get("AssumeRolePolicyDocument") or {})


def read_decisions(
    inquiry: Inquiry, identity: Mapping[str, Any], findings: Sequence[Finding], prefix: str, region: str
) -> dict[tuple[str, str], Decision]:
    """What the credentials in use may do of what the run will do, by action and ARN, as IAM's policy simulator says.

    Nothing for an account's root user, whom no policy of IAM denies anything.
    """
    arn = str(identity.get("Arn", ""))
    if not arn or is_root(arn) or not inquiry.is_on("permissions"):
        return {}
    return inquiry.ask("permissions", lambda: _simulate(inquiry, arn, findings, prefix, region), {})


def _simulate(
    inquiry: Inquiry, identity: str, findings: Sequence[Finding], prefix: str, region: str
) -> dict[tuple[str, str], Decision]:
    source = _policy_source(inquiry, identity)
    asked = context(region, _tags(findings))
    decisions: dict[tuple[str, str], Decision] = {}
    for actions, arns in questions(findings, prefix).items():
        results = call_pages(
            inquiry.client("iam"),
            "simulate_principal_policy",
            f"{source}",
            "EvaluationResults",
            PolicySourceArn=source,
            ActionNames=list(actions),
            ResourceArns=sorted(arns),
            ContextEntries=asked,
        )
        for result in results:
            for decision in _decisions(result):
                decisions[decision.action, decision.resource] = decision
    return decisions


def _tags(findings: Sequence[Finding]) -> dict[str, str]:
    """Tags that the run writes on image builders and images.

    One answer is asked for all recipes, and where they have other values it is those of the first that count: policies
    that ask whether there is a tag are simulated right for all of them.
    """
    first = next(one for one in findings if one.needs_image)
    own = {
        RECIPE_TAG: first.name,
        IMAGE_TAG: first.image_name,
        RUN_TAG: "run",
        EXPIRES_TAG: "2026-01-01T00:00:00Z",
        f"{LOCK_TAG}run": "holding",
    }
    of_recipes = {str(key): str(value) for one in findings for key, value in (one.recipe.get("tags") or {}).items()}
    return {**of_recipes, **{str(key): str(value) for key, value in (first.recipe.get("tags") or {}).items()}, **own}


def _policy_source(inquiry: Inquiry, identity: str) -> str:
    """The ARN of the user or role whose policies count. Raises AppStreamError.

    That of a session has no path, which roles of IAM Identity Center have: the role itself knows it.
    """
    role = assumed_role_name(identity)
    if role:
        return str(call(inquiry.client("iam"), "get_role", f"IAM role {role}", RoleName=role)["Role"]["Arn"])
    if not is_user(identity):
        raise AppStreamError(f"{identity} is neither a user nor a role, whose policies could be simulated")
    return identity


def _decisions(result: Mapping[str, Any]) -> list[Decision]:
    """The decisions in one result: one for each resource where they are listed, otherwise one."""
    boundary = result.get("PermissionsBoundaryDecisionDetail") or {}
    organization = result.get("OrganizationsDecisionDetail") or {}
    is_above = not boundary.get("AllowedByPermissionsBoundary", True) or not organization.get(
        "AllowedByOrganizations", True
    )
    parts = result.get("ResourceSpecificResults") or [
        {
            "EvalResourceName": result.get("EvalResourceName", "*"),
            "EvalResourceDecision": result["EvalDecision"],
            "MissingContextValues": result.get("MissingContextValues"),
        }
    ]
    return [
        Decision(
            action=result["EvalActionName"],
            resource=part["EvalResourceName"],
            decision=part["EvalResourceDecision"],
            missing=tuple(part.get("MissingContextValues") or ()),
            by_organization=is_above,
        )
        for part in parts
    ]


def read_objects(inquiry: Inquiry, findings: Sequence[Finding]) -> tuple[dict[str, int | None], dict[str, str]]:
    """The size in bytes of each object of S3 that recipes fetch, None when there is none; and why others are unknown.

    Read with the credentials in use.
    """
    entries = {
        entry["source"]: entry.get("region")
        for one in findings
        if one.needs_image
        for entry in one.recipe.get("s3_sources") or []
    }
    sizes: dict[str, int | None] = {}
    unread: dict[str, str] = {}
    for source, region in sorted(entries.items()) if inquiry.is_on("sources") else []:
        try:
            sizes[source] = _size(inquiry, source, region)
        except AppStreamError as error:
            if error.cause is not None and trouble_of(error.cause):
                raise
            # The answer to HeadObject has no text that would name the right.
            needed = "; it needs s3:GetObject, and for what is not there s3:ListBucket" if error.code == "403" else ""
            unread[source] = f"{error}{needed}"
            if not error.code:
                # Without a connection there is none to the next object either.
                return sizes, {**unread, **{one: str(error) for one in entries if one not in sizes}}
    return sizes, unread


def _size(inquiry: Inquiry, source: str, region: str | None) -> int | None:
    bucket, key = bucket_and_key(source)
    try:
        answer = call(inquiry.client("s3", region), "head_object", source, Bucket=bucket, Key=key)
    except AppStreamError as error:
        if error.code not in _NO_SUCH_OBJECT:
            raise
        return None
    return int(answer["ContentLength"])


def read_route_tables(ec2_client: Any, subnets: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """The route table of each subnet: its own, or the main one of its VPC. Raises AppStreamError."""
    if not subnets:
        return {}
    own = _tables(ec2_client, "association.subnet-id", sorted(subnets))
    vpcs = sorted({str(one["vpc_id"]) for one in subnets.values()})
    main = _tables(ec2_client, "vpc-id", vpcs, {"Name": "association.main", "Values": ["true"]})
    of_vpc = {table["vpc_id"]: table for table in main}
    of_subnet = {
        association.get("subnet_id"): table for table in own for association in table.get("associations") or []
    }
    found = {one: of_subnet.get(one) or of_vpc.get(str(subnet["vpc_id"])) for one, subnet in subnets.items()}
    return {subnet_id: table for subnet_id, table in found.items() if table is not None}


def _tables(ec2_client: Any, name: str, values: Sequence[str], *more: Mapping[str, Any]) -> list[dict[str, Any]]:
    filters = [{"Name": name, "Values": list(values)}, *more]
    tables = call_pages(ec2_client, "describe_route_tables", ", ".join(values), "RouteTables", Filters=filters)
    return [to_ansible_dict(table) for table in tables]


def read_vpc_endpoints(ec2_client: Any, endpoint_ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    """The VPC endpoints that exist, by id. Raises AppStreamError."""
    wanted = sorted(set(endpoint_ids))
    try:
        found = call_pages(
            ec2_client, "describe_vpc_endpoints", ", ".join(wanted), "VpcEndpoints", VpcEndpointIds=wanted
        )
    except AppStreamError as error:
        if error.code not in _NO_SUCH_ENDPOINT:
            raise
        # One unknown id fails the whole call.
        return {} if len(wanted) == 1 else _merged(read_vpc_endpoints(ec2_client, [one]) for one in wanted)
    return {one["VpcEndpointId"]: to_ansible_dict(one) for one in found}


def _merged(parts: Iterable[Mapping[str, dict[str, Any]]]) -> dict[str, dict[str, Any]]:
    return {key: value for part in parts for key, value in part.items()}
