# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Checks many recipes at once against what AWS has: one look at everything, then plain comparisons."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ..core import networks
from ..core.calls import ACCESS_DENIED_CODES
from ..core.errors import AppStreamError
from ..core.tags import with_tags
from ..directory_config.api import describe_directory_configs
from ..image import api as images
from ..image_builder import api as image_builders
from . import checks as preflight_checks
from .checks import Facts, Finding, Quotas


def check(
    client: Any, ec2_client: Callable[[], Any], recipes: Sequence[Mapping[str, Any]], quotas: Quotas, timestamp: str
) -> list[Finding]:
    """Check recipes and return one finding each, in their order.

    ``recipes`` have the shape of module ``preflight``'s option ``images``. ``ec2_client`` makes a client for Amazon
    EC2, and is called only when a recipe names a subnet or a security group. ``timestamp`` ends the names of new
    images.
    Raises AppStreamError when image builders or images cannot be read at all; what else must not be looked at becomes
    a warning.
    """
    facts = read_facts(client, ec2_client, recipes)
    findings = [preflight_checks.identify(recipe, facts, timestamp) for recipe in recipes]
    for finding in findings:
        if finding.image is not None:
            finding.image = images.with_tags(client, finding.image)
    preflight_checks.check_each(findings, facts)
    preflight_checks.check_together(findings, facts, quotas)
    return findings


def read_facts(client: Any, ec2_client: Callable[[], Any], recipes: Sequence[Mapping[str, Any]]) -> Facts:
    """Read everything the checks compare with. Raises AppStreamError."""
    unread: list[str] = []

    def allowed(read: Callable[[], Any]) -> Any:
        try:
            return read()
        except AppStreamError as error:
            if error.code not in ACCESS_DENIED_CODES:
                raise
            unread.append(str(error))
            return None

    builders = {one["name"]: one for one in image_builders.describe_image_builders(client)}
    ours = {preflight_checks.builder_name(recipe) for recipe in recipes} & set(builders)
    builders.update({name: with_tags(client, builders[name]) for name in ours})
    bases = [recipe.get("base_image") or {} for recipe in recipes]
    arns = {base.get("arn") for base in bases} | {builders[name].get("image_arn") for name in ours}
    places = [recipe.get("builder") or {} for recipe in recipes]
    subnets = [place["subnet_id"] for place in places if place.get("subnet_id")]
    groups = [group for place in places for group in place.get("security_group_ids") or []]
    joins = any(place.get("domain") for place in places)
    any_base = any(value for base in bases for value in base.values())
    return Facts(
        image_builders=builders,
        own_images={one["name"]: one for one in images.describe_images(client, visibility="PRIVATE")},
        public_images=images.describe_images(client, visibility="PUBLIC") if any_base else [],
        images_by_arn={one["arn"]: one for one in images.describe_images(client, arns=sorted(filter(None, arns)))},
        subnets=allowed(lambda: networks.describe_subnets(ec2_client(), subnets)) if subnets else {},
        security_groups=allowed(lambda: networks.describe_security_groups(ec2_client(), groups)) if groups else {},
        directory_configs=allowed(lambda: describe_directory_configs(client)) if joins else [],
        unread=unread,
    )
