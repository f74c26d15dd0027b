# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What all recipes of a run need together: names of their own, quotas, free addresses. Nothing here calls AWS."""

from __future__ import annotations

from collections.abc import Sequence

from ..core import states
from .finding import Facts, Finding, Quotas


def check_together(findings: Sequence[Finding], facts: Facts, quotas: Quotas) -> None:
    """Check what all recipes need together, and report it to those for whom nothing is left."""
    _check_duplicates(findings)
    new_images = [one for one in findings if one.image is None]
    new_builders = [one for one in findings if one.needs_image and one.image_builder is None]
    for quota, what, source, there, new in (
        (quotas.images, "images", quotas.images_source, len(facts.own_images), new_images),
        (
            quotas.image_builders,
            "image builders",
            quotas.image_builders_source,
            len(facts.image_builders),
            new_builders,
        ),
    ):
        if quota:
            _ration("quotas", new, quota - there, f"the quota of {quota} {what} ({source})")
    _check_instance_types(new_builders, facts, quotas)
    in_subnet: dict[str, list[Finding]] = {}
    for finding in findings:
        subnet_id = str(finding.place.get("subnet_id"))
        if subnet_id in (facts.subnets or {}) and finding.needs_image and not _has_address(finding):
            in_subnet.setdefault(subnet_id, []).append(finding)
    for subnet_id, tenants in in_subnet.items():
        subnet = (facts.subnets or {})[subnet_id]
        _ration("network", tenants, subnet["available_ip_address_count"], f"the free addresses of {subnet_id}")


def _check_instance_types(new_builders: Sequence[Finding], facts: Facts, quotas: Quotas) -> None:
    """Image builders that are there count whatever their state; that those that are stopped do is unproven
    [stopped_builders_count]."""
    for instance_type, quota in quotas.by_instance_type.items():
        alike = [one for one in new_builders if one.place.get("instance_type") == instance_type]
        there = [one for one in facts.image_builders.values() if one.get("instance_type") == instance_type]
        _ration("quotas", alike, quota - len(there), f"the quota of {quota} image builders of {instance_type}")


def _has_address(finding: Finding) -> bool:
    builder = finding.image_builder
    return builder is not None and states.image_builder_is(states.READY, builder.get("state"))


def _ration(check: str, findings: Sequence[Finding], free: int, of_what: str) -> None:
    """Give out what is free in the recipes' order; the others go away empty-handed."""
    for finding in findings[max(0, free) :]:
        text = f"{of_what} is not enough: {max(0, free)} left for {len(findings)} more to be made"
        finding.report(check, [text])


def _check_duplicates(findings: Sequence[Finding]) -> None:
    for what, key in (("recipe", "name"), ("image builder", "builder_name"), ("image", "image_name")):
        names = [getattr(finding, key) for finding in findings]
        for finding, name in zip(findings, names):
            if names.count(name) > 1:
                finding.refuse([f"{names.count(name)} recipes have the same {what} name {name}"])
