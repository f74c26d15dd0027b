# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Checks many recipes at once against what AWS has: everything is read once, the rest is plain comparisons."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ..core import networks
from ..core.tags import with_tags
from ..directory_config.api import describe_directory_configs
from ..image import api as images
from ..image_builder import api as image_builders
from . import checks, reading
from .finding import Facts, Finding
from .hosts import resolve
from .iam_checks import partition_of
from .inquiry import Inquiry
from .network_checks import endpoint_ids, hosts_without_route
from .together import check_together


@dataclass(frozen=True)
class Settings:
    """What a preflight is told beside the recipes.

    Attributes:
        timestamp: what the names of new images end with.
        severities: of all checks.
        image_builder_quota, image_quota: None where Service Quotas is to be asked, 0 where nothing is checked.
    """

    timestamp: str
    severities: Mapping[str, str]
    image_builder_quota: int | None = None
    image_quota: int | None = None


def check(open_client: Callable[..., Any], recipes: Sequence[Mapping[str, Any]], settings: Settings) -> list[Finding]:
    """Check recipes and return one finding each, in their order.

    ``recipes`` have the shape of module ``preflight``'s option ``images``. ``open_client`` makes a client for an AWS
    service; only those that are needed are asked for.
    Raises AppStreamError when image builders or images cannot be read at all; what else can't be read becomes a
    warning.
    """
    client = open_client("appstream")
    inquiry = Inquiry(open_client, settings.severities)
    facts = read_facts(client, inquiry, recipes)
    findings = [checks.identify(recipe, facts, settings.timestamp, settings.severities) for recipe in recipes]
    for finding in findings:
        if finding.image is not None:
            finding.image = images.with_tags(client, finding.image)
    facts = replace(facts, on_the_internet=_resolve(facts, findings))
    for finding in findings:
        # The right to create an image builder is one to use its image as well.
        finding.base_image, _problem = checks.base_image(finding, facts, finding.place.get("instance_type"))
    region = str(client.meta.region_name)
    facts, prefix = _with_rights(inquiry, facts, findings, region)
    quotas = _read_quotas(inquiry, findings, settings)
    checks.check_each(findings, replace(facts, unread=inquiry.unread), prefix)
    check_together(findings, facts, quotas)
    return findings


def _resolve(facts: Facts, findings: Sequence[Finding]) -> dict[str, bool]:
    """Of hosts that there is no route to, whether they are on the internet."""
    tables = facts.route_tables or {}
    return resolve(host for one in findings if one.needs_image for host in hosts_without_route(one, tables))


def _read_quotas(inquiry: Inquiry, findings: Sequence[Finding], settings: Settings) -> Any:
    new = [one for one in findings if one.needs_image and one.image_builder is None]
    types = sorted({str(one.place["instance_type"]) for one in new if one.place.get("instance_type")})
    return reading.read_quotas(inquiry, settings.image_builder_quota, settings.image_quota, types)


def _with_rights(inquiry: Inquiry, facts: Facts, findings: Sequence[Finding], region: str) -> tuple[Facts, str]:
    """The facts with what IAM and S3 say, and what AppStream's ARNs begin with; empty when the account is unknown."""
    if not any(finding.needs_image for finding in findings):
        return facts, ""
    identity = reading.read_identity(inquiry)
    account = str(identity.get("Account", ""))
    prefix = f"arn:{partition_of(str(identity.get('Arn', '')))}:appstream:{region}:{account}:" if account else ""
    objects, unread = reading.read_objects(inquiry, findings)
    facts = replace(
        facts,
        account=account,
        roles=reading.read_roles(inquiry, findings),
        decisions=reading.read_decisions(inquiry, identity, findings, prefix, region),
        objects=objects,
        unread_objects=unread,
    )
    return facts, prefix


def read_facts(client: Any, inquiry: Inquiry, recipes: Sequence[Mapping[str, Any]]) -> Facts:
    """Read what AppStream and EC2 know of the recipes' resources. Raises AppStreamError."""
    builders = {one["name"]: one for one in image_builders.describe_image_builders(client)}
    ours = {checks.builder_name(recipe) for recipe in recipes} & set(builders)
    builders.update({name: with_tags(client, builders[name]) for name in ours})
    bases = [recipe.get("base_image") or {} for recipe in recipes]
    arns = {base.get("arn") for base in bases} | {builders[name].get("image_arn") for name in ours}
    any_base = any(value for base in bases for value in base.values())
    return replace(
        _read_network(inquiry, recipes),
        image_builders=builders,
        own_images={one["name"]: one for one in images.describe_images(client, visibility="PRIVATE")},
        public_images=images.describe_images(client, visibility="PUBLIC") if any_base else [],
        images_by_arn={one["arn"]: one for one in images.describe_images(client, arns=sorted(filter(None, arns)))},
        directory_configs=_read_directory_configs(client, inquiry, recipes),
    )


def _read_directory_configs(
    client: Any, inquiry: Inquiry, recipes: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]] | None:
    if not any((recipe.get("builder") or {}).get("domain") for recipe in recipes):
        return []
    return inquiry.ask("directory_config", lambda: describe_directory_configs(client), None)


def _read_network(inquiry: Inquiry, recipes: Sequence[Mapping[str, Any]]) -> Facts:
    places = [recipe.get("builder") or {} for recipe in recipes]
    subnet_ids = [place["subnet_id"] for place in places if place.get("subnet_id")]
    group_ids = [group for place in places for group in place.get("security_group_ids") or []]
    endpoints = [one for place in places for one in endpoint_ids(place)]
    needs_route = any(place.get("enable_default_internet_access") for place in places) or any(
        recipe.get("internet_hosts") for recipe in recipes
    )

    def ec2() -> Any:
        return inquiry.client("ec2")

    subnets: Any = (
        inquiry.ask("network", lambda: networks.describe_subnets(ec2(), subnet_ids), None) if subnet_ids else {}
    )
    groups: Any = (
        inquiry.ask("network", lambda: networks.describe_security_groups(ec2(), group_ids), None) if group_ids else {}
    )
    tables: Any = (
        inquiry.ask("internet_route", lambda: reading.read_route_tables(ec2(), subnets), None)
        if subnets and needs_route
        else None
    )
    found: Any = (
        inquiry.ask("vpc_endpoints", lambda: reading.read_vpc_endpoints(ec2(), endpoints), None) if endpoints else {}
    )
    return Facts(subnets=subnets, security_groups=groups, route_tables=tables, vpc_endpoints=found)
