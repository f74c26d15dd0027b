# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The checks of a preflight: recipes compared with what is there. Nothing here calls AWS."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Optional

from ..core import states, validation
from ..core.settings import changes
from ..core.tags import IMAGE_TAG, RECIPE_TAG
from ..core.troubleshooting import reported_errors
from ..image import selection as image_selection
from ..image_builder.settings import SETTINGS
from ..image_builder.temporary import is_temporary

Recipe = Mapping[str, Any]
Resource = Optional[dict[str, Any]]


@dataclass(frozen=True)
class Quotas:
    """How many image builders and images the account may have in the Region; 0 where that is not to be checked."""

    image_builders: int
    images: int


@dataclass(frozen=True)
class Facts:
    """What there is, in snake_case form. None stands for what the credentials may not look at.

    ``unread`` says why, in words.
    """

    image_builders: Mapping[str, dict[str, Any]] = field(default_factory=dict)
    own_images: Mapping[str, dict[str, Any]] = field(default_factory=dict)
    public_images: Sequence[dict[str, Any]] = ()
    images_by_arn: Mapping[str, dict[str, Any]] = field(default_factory=dict)
    subnets: Mapping[str, dict[str, Any]] | None = field(default_factory=dict)
    security_groups: Mapping[str, dict[str, Any]] | None = field(default_factory=dict)
    directory_configs: Sequence[dict[str, Any]] | None = ()
    unread: Sequence[str] = ()


@dataclass
class Finding:
    """What was found out about one recipe."""

    recipe: Recipe
    builder_name: str
    image_name: str
    image: Resource
    image_builder: Resource
    base_image: Resource = None
    replace_failed: bool = False
    problems: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The recipe's name."""
        return str(self.recipe["name"])

    @property
    def needs_image(self) -> bool:
        """Whether an image has still to be begun."""
        return self.image is None or states.image_is(states.FAILED, self.image.get("state"))

    @property
    def is_ours(self) -> bool:
        """Whether the image builder of this name was made for this recipe."""
        tags: Mapping[str, str] = (self.image_builder or {}).get("tags", {})
        return tags.get(RECIPE_TAG) == self.name

    @property
    def image_is_ours(self) -> bool:
        """Whether the image of this name was made for this recipe, or is being made by its image builder."""
        if (self.image or {}).get("tags", {}).get(RECIPE_TAG) == self.name:
            return True
        return self.is_ours and (self.image_builder or {}).get("tags", {}).get(IMAGE_TAG) == self.image_name

    def values(self) -> dict[str, Any]:
        """Return the finding as a return value of module ``preflight``."""
        return {
            "name": self.name,
            "builder_name": self.builder_name,
            "image_name": self.image_name,
            "image": self.image,
            "image_builder": self.image_builder,
            "base_image": self.base_image,
            "replace_failed": self.replace_failed,
            "problems": self.problems,
            "warnings": self.warnings,
        }


def _place(recipe: Recipe) -> Mapping[str, Any]:
    return recipe.get("builder") or {}


def builder_name(recipe: Recipe) -> str:
    """Return the name of the recipe's image builder: the recipe's own unless it names another."""
    return str(_place(recipe).get("name") or recipe["name"])


def identify(recipe: Recipe, facts: Facts, timestamp: str) -> Finding:
    """Find the recipe's image builder, and the image it is about.

    Without a name of its own the image is the one our image builder was at work on, unless that came to nothing, or a
    new one.
    """
    builder = facts.image_builders.get(builder_name(recipe))
    name_is_taken = builder is not None and is_temporary(builder)
    finding = Finding(recipe, builder_name(recipe), "", None, None if name_is_taken else builder)
    if name_is_taken:
        finding.problems.append(
            f"image builder {finding.builder_name} is AppStream's own, made for a managed image update: use another "
            "builder name"
        )
    begun = (builder or {}).get("tags", {}).get(IMAGE_TAG) if finding.is_ours else None
    if begun and states.image_is(states.FAILED, states.state_of(facts.own_images.get(begun))):
        begun = None
    finding.image_name = recipe.get("image_name") or begun or f"{recipe['name']}-{timestamp}"
    finding.image = facts.own_images.get(finding.image_name)
    return finding


def check_each(findings: Iterable[Finding], facts: Facts) -> None:
    """Check every recipe on its own, adding problems and warnings to the findings."""
    for finding in findings:
        finding.problems += name_problems(finding)
        finding.problems += image_problems(finding)
        finding.replace_failed = finding.needs_image and finding.image is not None and not image_problems(finding)
        finding.warnings += facts.unread
        if not finding.needs_image:
            continue
        finding.problems += image_builder_problems(finding)
        finding.warnings += image_builder_warnings(finding)
        _check_base_image(finding, facts)
        finding.problems += network_problems(finding, facts)
        finding.problems += domain_problems(finding, facts)
        unit = (_place(finding.recipe).get("domain") or {}).get("organizational_unit")
        finding.warnings += validation.organizational_unit_warnings(unit)


def check_together(findings: Sequence[Finding], facts: Facts, quotas: Quotas) -> None:
    """Check what all recipes need together, adding problems to the findings of those for whom nothing is left."""
    _check_duplicates(findings)
    new_images = [one for one in findings if one.image is None]
    new_builders = [one for one in findings if one.needs_image and one.image_builder is None]
    for quota, option, there, new in (
        (quotas.images, "image_quota", facts.own_images, new_images),
        (quotas.image_builders, "image_builder_quota", facts.image_builders, new_builders),
    ):
        if quota:
            what = option.replace("_quota", "s").replace("_", " ")
            _ration(new, quota - len(there), f"the quota of {quota} {what} ({option}, if yours is another)")
    in_subnet: dict[str, list[Finding]] = {}
    for finding in findings:
        subnet_id = str(_place(finding.recipe).get("subnet_id"))
        if subnet_id in (facts.subnets or {}) and finding.needs_image and not _has_address(finding):
            in_subnet.setdefault(subnet_id, []).append(finding)
    for subnet_id, tenants in in_subnet.items():
        subnet = (facts.subnets or {})[subnet_id]
        _ration(tenants, subnet["available_ip_address_count"], f"the free addresses of {subnet_id}")


def _has_address(finding: Finding) -> bool:
    builder = finding.image_builder
    return builder is not None and states.image_builder_is(states.READY, builder.get("state"))


def _ration(findings: Sequence[Finding], free: int, of_what: str) -> None:
    """Give out what is free in the recipes' order; the others go away empty-handed."""
    for finding in findings[max(0, free) :]:
        finding.problems.append(f"{of_what} is not enough: {max(0, free)} left for {len(findings)} more to be made")


def _check_duplicates(findings: Sequence[Finding]) -> None:
    for what, key in (("recipe", "name"), ("image builder", "builder_name"), ("image", "image_name")):
        names = [getattr(finding, key) for finding in findings]
        for finding, name in zip(findings, names):
            if names.count(name) > 1:
                finding.problems.append(f"{names.count(name)} recipes have the same {what} name {name}")


def name_problems(finding: Finding) -> list[str]:
    """Check the names of image builder and image."""
    return [
        *validation.image_builder_name_problems(finding.builder_name),
        *validation.image_name_problems(finding.image_name),
    ]


def image_problems(finding: Finding) -> list[str]:
    """Check that the image's name is free, or belongs to an image of this recipe, whatever became of that."""
    image = finding.image
    if image is None:
        return []
    if image.get("state") == "DELETING":
        return [f"image {finding.image_name} is just being deleted: try again soon, or use another image_name"]
    if finding.image_is_ours:
        return []
    return [
        f"image {finding.image_name} exists ({image.get('state')}) and was not made for recipe {finding.name} (it has "
        f"no tag {RECIPE_TAG}={finding.name}): use another image_name, or delete it"
    ]


def image_builder_problems(finding: Finding) -> list[str]:
    """Check that the image builder's name is free or our own, and that the recipe says enough to create one."""
    if finding.image_builder is not None:
        if finding.is_ours:
            return []
        return [
            f"image builder {finding.builder_name} exists and was not made for recipe {finding.name} (it has no tag "
            f"{RECIPE_TAG}={finding.name}): delete it, or use another builder name"
        ]
    return [] if _place(finding.recipe).get("instance_type") else ["builder.instance_type is missing"]


def image_builder_warnings(finding: Finding) -> list[str]:
    """Tell about an image builder of ours that has FAILED, or is not as the recipe wants it."""
    builder = finding.image_builder
    if builder is None or not finding.is_ours:
        return []
    if states.image_builder_is(states.FAILED, builder.get("state")):
        reason = reported_errors(builder) or "AWS does not say why"
        return [f"image builder {finding.builder_name} has FAILED: {reason}; it is deleted and created again"]
    options = ("instance_type", "subnet_id", "security_group_ids", "iam_role_arn", "domain")
    wanted = {key: _place(finding.recipe)[key] for key in options if _place(finding.recipe).get(key)}
    return [
        f"image builder {finding.builder_name} exists with {option} {change.current!r}, wanted is {change.desired!r}: "
        "delete it so that it is created as wanted, or put what it has into the recipe"
        for option, change in changes(SETTINGS, builder, wanted).items()
    ]


def _check_base_image(finding: Finding, facts: Facts) -> None:
    instance_type = _place(finding.recipe).get("instance_type")
    finding.base_image, problem = base_image(finding, facts, instance_type)
    if problem:
        finding.problems.append(problem)
    if finding.base_image is None or finding.image_builder is not None:
        return
    name = finding.base_image["name"]
    reason = image_selection.unusable_because(finding.base_image)
    if reason:
        finding.problems.append(f"base image {name} cannot be used: {reason}")
    refusal = image_selection.refused_because(finding.base_image, instance_type) if instance_type else None
    if refusal:
        finding.problems.append(f"base image {name} {refusal}")
    if instance_type:
        finding.warnings += image_selection.support_warnings(finding.base_image, instance_type)
    finding.warnings += image_selection.choice_warnings(finding.base_image, facts.public_images)


def base_image(finding: Finding, facts: Facts, instance_type: str | None) -> tuple[Resource, str | None]:
    """Find the image to start from; returns it, or None and what is wrong.

    An image builder of ours that exists already stays with the image it was started from, as long as that is what the
    recipe asks for; a newer base image that came out meanwhile does not matter to it.
    """
    wanted = finding.recipe.get("base_image") or {}
    adopted = facts.images_by_arn.get((finding.image_builder or {}).get("image_arn", ""))
    if adopted and finding.is_ours and _is_wanted(adopted, wanted):
        return adopted, None
    if wanted.get("arn"):
        found: Resource = facts.images_by_arn.get(wanted["arn"])
        return found, None if found else f"base image {wanted['arn']} does not exist or is not shared with this account"
    if wanted.get("name"):
        known = [*facts.own_images.values(), *facts.public_images]
        found = next((image for image in known if image["name"] == wanted["name"]), None)
        return found, None if found else f"base image {wanted['name']} does not exist"
    if not wanted.get("platform") and not wanted.get("name_prefix"):
        return None, "base_image is missing: it needs platform, name_prefix, name or arn"
    return _newest(wanted, facts, instance_type)


def _newest(wanted: Mapping[str, Any], facts: Facts, instance_type: str | None) -> tuple[Resource, str | None]:
    """Find the newest base image of a platform among AWS's own, by prefix among this account's too."""
    candidates = list(facts.public_images)
    if wanted.get("name_prefix"):
        candidates += facts.own_images.values()
    criteria: dict[str, Any] = {"platform": wanted.get("platform"), "name_prefix": wanted.get("name_prefix")}
    found = image_selection.choose(candidates, instance_type=instance_type, **criteria)
    if found:
        return found, None
    wanted_text = " and ".join(f"{key} {value}" for key, value in criteria.items() if value)
    if instance_type and image_selection.choose(candidates, **criteria):
        return None, f"no base image of {wanted_text} supports {instance_type}"
    return None, f"there is no base image of {wanted_text} an image builder can be started from"


def _is_wanted(image: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    return (
        (not wanted.get("arn") or image["arn"] == wanted["arn"])
        and (not wanted.get("name") or image["name"] == wanted["name"])
        and (not wanted.get("platform") or image.get("platform") == wanted["platform"])
        and (not wanted.get("name_prefix") or image["name"].startswith(wanted["name_prefix"]))
    )


def network_problems(finding: Finding, facts: Facts) -> list[str]:
    """Check that subnet and security groups exist, in one VPC."""
    subnet_id = _place(finding.recipe).get("subnet_id")
    groups = _place(finding.recipe).get("security_group_ids") or []
    problems = validation.network_problems(subnet_id, groups)
    if problems:
        return problems
    subnet = (facts.subnets or {}).get(subnet_id or "")
    if subnet_id and facts.subnets is not None and subnet is None:
        problems.append(f"subnet {subnet_id} does not exist in this account and Region")
    for group_id in groups if facts.security_groups is not None else []:
        group = (facts.security_groups or {}).get(group_id)
        if group is None:
            problems.append(f"security group {group_id} does not exist in this account and Region")
        elif subnet and group.get("vpc_id") != subnet.get("vpc_id"):
            vpcs = f"{group.get('vpc_id')}, the subnet in {subnet.get('vpc_id')}"
            problems.append(f"security group {group_id} is in {vpcs}")
    return problems


def domain_problems(finding: Finding, facts: Facts) -> list[str]:
    """Check that the directory config exists and lists the organizational unit (case does not matter, unproven)."""
    domain = _place(finding.recipe).get("domain") or {}
    if not domain:
        return []
    directory, unit = domain.get("directory_name") or "", domain.get("organizational_unit") or ""
    problems = validation.organizational_unit_problems(unit)
    if facts.directory_configs is None:
        return problems
    config = next((one for one in facts.directory_configs if _same(one["directory_name"], directory)), None)
    if config is None:
        known = ", ".join(one["directory_name"] for one in facts.directory_configs) or "none"
        return [*problems, f"there is no directory config for {directory} (there are: {known})"]
    units = config.get("organizational_unit_distinguished_names") or []
    if unit and not any(_same(one, unit) for one in units):
        problems.append(f"the directory config for {directory} does not list {unit} (it lists: {'; '.join(units)})")
    return problems


def _same(one: str, other: str) -> bool:
    return one.casefold() == other.casefold()
