# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The checks of a preflight on each recipe: compared with what is there. Nothing here calls AWS."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ..core import states, validation
from ..core.settings import changes
from ..core.tags import IMAGE_TAG, RECIPE_TAG
from ..core.troubleshooting import reported_errors
from ..image import selection as image_selection
from ..image_builder.settings import SETTINGS
from ..image_builder.temporary import is_temporary
from .finding import Facts, Finding, Recipe, Resource
from .iam_checks import check_iam
from .network_checks import check_network
from .source_checks import check_sources

_WINDOWS = "WINDOWS"
"""How the names of the platforms begin that this collection can build images of."""


def builder_name(recipe: Recipe) -> str:
    """Return the name of the recipe's image builder: the recipe's own unless it names another."""
    return str((recipe.get("builder") or {}).get("name") or recipe["name"])


def identify(recipe: Recipe, facts: Facts, timestamp: str, severities: Mapping[str, str]) -> Finding:
    """Find the recipe's image builder, and the image it is about.

    Without a name of its own the image is the one our image builder was at work on, unless that came to nothing, or a
    new one.
    """
    builder = facts.image_builders.get(builder_name(recipe))
    name_is_taken = builder is not None and is_temporary(builder)
    finding = Finding(recipe, builder_name(recipe), "", None, None if name_is_taken else builder, severities)
    if name_is_taken:
        finding.refuse(
            [
                f"image builder {finding.builder_name} is AppStream's own, made for a managed image update: use "
                "another builder name"
            ]
        )
    begun = (builder or {}).get("tags", {}).get(IMAGE_TAG) if finding.is_ours else None
    if begun and states.image_is(states.FAILED, states.state_of(facts.own_images.get(begun))):
        begun = None
    finding.image_name = recipe.get("image_name") or begun or f"{recipe['name']}-{timestamp}"
    finding.image = facts.own_images.get(finding.image_name)
    return finding


def check_each(findings: Iterable[Finding], facts: Facts, prefix: str) -> None:
    """Check every recipe on its own, adding problems and warnings to the findings.

    ``prefix`` is that of AppStream's ARNs in the account and Region, empty when the account is not known.
    """
    for finding in findings:
        finding.report("names", name_problems(finding))
        finding.report("image", image_state_problems(finding))
        finding.refuse(image_problems(finding))
        is_free = not [*image_problems(finding), *image_state_problems(finding)]
        finding.replace_failed = finding.needs_image and finding.image is not None and is_free
        if not finding.needs_image:
            continue
        for check, text in facts.unread:
            finding.warn(check, [text] if _concerns(check, finding) else [])
        _check_image_builder(finding)
        _check_base_image(finding, facts)
        finding.report("platform", platform_problems(finding))
        finding.report("catalog", catalog_problems(finding))
        check_network(finding, facts)
        finding.report("directory_config", domain_problems(finding, facts))
        unit = (finding.place.get("domain") or {}).get("organizational_unit")
        finding.warn("directory_config", validation.organizational_unit_warnings(unit))
        check_iam(finding, facts, prefix)
        check_sources(finding, facts)


_OPTION_OF = {
    "iam_role": "iam_role_arn",
    "vpc_endpoints": "access_endpoints",
    "directory_config": "domain",
    "network": "subnet_id",
}
"""The option of an image builder without which a check has nothing to look at."""


def _concerns(check: str, finding: Finding) -> bool:
    return check not in _OPTION_OF or bool(finding.place.get(_OPTION_OF[check]))


def name_problems(finding: Finding) -> list[str]:
    """Check the names of image builder and image."""
    return [
        *validation.image_builder_name_problems(finding.builder_name),
        *validation.image_name_problems(finding.image_name),
    ]


def image_state_problems(finding: Finding) -> list[str]:
    """Check that the image of that name is not about to go."""
    if (finding.image or {}).get("state") != "DELETING":
        return []
    return [f"image {finding.image_name} is just being deleted: try again soon, or use another image_name"]


def image_problems(finding: Finding) -> list[str]:
    """Check that the image's name is free, or belongs to an image of this recipe, whatever became of that."""
    image = finding.image
    if image is None or image.get("state") == "DELETING" or finding.image_is_ours:
        return []
    return [
        f"image {finding.image_name} exists ({image.get('state')}) and was not made for recipe {finding.name} (it has "
        f"no tag {RECIPE_TAG}={finding.name}): use another image_name, or delete it"
    ]


def _check_image_builder(finding: Finding) -> None:
    finding.refuse(image_builder_problems(finding))
    if finding.image_builder is None and not finding.place.get("instance_type"):
        finding.report("image_builder", ["builder.instance_type is missing"])
    finding.warn("image_builder", image_builder_warnings(finding))


def image_builder_problems(finding: Finding) -> list[str]:
    """Check that the image builder's name is free or our own."""
    if finding.image_builder is None or finding.is_ours:
        return []
    return [
        f"image builder {finding.builder_name} exists and was not made for recipe {finding.name} (it has no tag "
        f"{RECIPE_TAG}={finding.name}): delete it, or use another builder name"
    ]


def image_builder_warnings(finding: Finding) -> list[str]:
    """Tell about an image builder of ours that has FAILED, or is not as the recipe wants it."""
    builder = finding.image_builder
    if builder is None or not finding.is_ours:
        return []
    if states.image_builder_is(states.FAILED, builder.get("state")):
        reason = reported_errors(builder) or "AWS does not say why"
        return [f"image builder {finding.builder_name} has FAILED: {reason}; it is deleted and created again"]
    options = ("instance_type", "subnet_id", "security_group_ids", "iam_role_arn", "domain")
    wanted = {key: finding.place[key] for key in options if finding.place.get(key)}
    return [
        f"image builder {finding.builder_name} exists with {option} {change.current!r}, wanted is {change.desired!r}: "
        "delete it so that it is created as wanted, or put what it has into the recipe"
        for option, change in changes(SETTINGS, builder, wanted).items()
    ]


def _check_base_image(finding: Finding, facts: Facts) -> None:
    instance_type = finding.place.get("instance_type")
    finding.base_image, problem = base_image(finding, facts, instance_type)
    if problem:
        finding.report("base_image", [problem])
    if finding.base_image is None or finding.image_builder is not None:
        return
    name = finding.base_image["name"]
    reason = image_selection.unusable_because(finding.base_image)
    if reason:
        finding.report("base_image", [f"base image {name} cannot be used: {reason}"])
    refusal = image_selection.refused_because(finding.base_image, instance_type) if instance_type else None
    if refusal:
        finding.report("base_image", [f"base image {name} {refusal}"])
    if instance_type:
        finding.warn("base_image", image_selection.support_warnings(finding.base_image, instance_type))
    finding.warn("base_image", image_selection.choice_warnings(finding.base_image, facts.public_images))


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


def platform_problems(finding: Finding) -> Iterator[str]:
    """Check that the image is one of Windows: image builders of Linux are reached and captured in another way."""
    wanted = (finding.recipe.get("base_image") or {}).get("platform")
    platform = str((finding.base_image or {}).get("platform") or wanted or _WINDOWS)
    if not platform.startswith(_WINDOWS):
        yield f"the base image is of platform {platform}: images are built of Windows only"


def catalog_problems(finding: Finding) -> Iterator[str]:
    """Check that the image will have an application in its catalog, without which there is no image.

    Nothing is said where the recipe does not say which applications it registers.
    """
    registered = finding.recipe.get("catalog_applications")
    if registered is None or registered or finding.recipe.get("dynamic_app_catalog"):
        return
    inherited = [] if finding.recipe.get("purge_catalog") else (finding.base_image or {}).get("applications")
    if not inherited and (finding.base_image is not None or finding.recipe.get("purge_catalog")):
        yield (
            "the application catalog would be empty, and no image can be taken: no application of the recipe has "
            "launch, none comes with the base image, and dynamic_app_catalog is off"
        )


def domain_problems(finding: Finding, facts: Facts) -> list[str]:
    """Check that the directory config exists and lists the organizational unit (case does not matter, unproven
    [directory_units_case])."""
    domain = finding.place.get("domain") or {}
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
