# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""From a checked recipe and what AWS has to the steps of its build and the variables of its host.

The variables are options of the roles that carry out the steps, under the roles' own names.

Private to the euc.appstream collection.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any

from ansible_collections.euc.appstream.plugins.module_utils._appstream.build_lock.holders import LOCK_TAG, live_holder
from ansible_collections.euc.appstream.plugins.module_utils._appstream.build_lock.lock import DYNAMODB
from ansible_collections.euc.appstream.plugins.module_utils._appstream.build_lock.tag_lock import refusal
from ansible_collections.euc.appstream.plugins.module_utils._appstream.core.tags import (
    EXPIRES_TAG,
    IMAGE_TAG,
    RECIPE_TAG,
    RUN_TAG,
)
from ansible_collections.euc.appstream.plugins.module_utils._appstream.preflight.severities import ERROR, OFF
from ansible_collections.euc.appstream.plugins.plugin_utils._recipe.checks import catalog
from ansible_collections.euc.appstream.plugins.plugin_utils._recipe.specification import PARTS

CONTENT_STEPS = ("windows", "roles", "install", "sessions", "catalog", "check", "seal")
"""What makes the content of an image, in this order."""
ROLES = "roles"
INSTALL = "install"
"""Steps that may run roles of the user's."""

SEALED_TAG = "euc.appstream:sealed"


@dataclass(frozen=True)
class Settings:
    """Options of role ``build_image`` for one image, from the variables of its host; times in seconds."""

    wait_delay: int
    connect_timeout: int
    image_wait_timeout: int
    from_step: str
    check_mode: bool = False
    lock: Mapping[str, Any] = field(default_factory=dict)
    """Settings of the build lock: ``type``, ``table`` and ``stale_after`` (minutes)."""


def steps(values: Mapping[str, Any], finding: Mapping[str, Any], settings: Settings) -> list[str]:
    """The steps of the build, in order, most of them a file of tasks of role ``build_image``; none in check mode."""
    if settings.check_mode or finding["problems"]:
        return []
    in_table = settings.lock.get("type") == DYNAMODB
    # Who creates the image builder has its lock, and with the builder the lock goes, where tags are all there is to it.
    lock = ["lock"] if in_table or finding["image_builder"] else []
    unlock = ["unlock"] if in_table else []
    state = _state(finding["image"])
    if state in ("ABSENT", "FAILED"):
        content = _content_steps(values, settings.from_step)
        return [*lock, "provision", "connect", *content, "capture", "remove", *unlock]
    if state != "AVAILABLE":
        return [*lock, "wait", "remove", *unlock]
    return [*lock, "remove", *unlock] if finding["image_builder"] else []


def is_to_be_built(finding: Mapping[str, Any]) -> bool:
    """Whether there is no image yet, nor one in the making."""
    return _state(finding["image"]) in ("ABSENT", "FAILED")


def step_problems(finding: Mapping[str, Any], settings: Settings) -> list[str]:
    """Why a build can't begin in the middle: the steps before it have not been done."""
    if settings.from_step == CONTENT_STEPS[0] or _state(finding["image"]) not in ("ABSENT", "FAILED"):
        return []
    name = finding["builder_name"]
    if finding["image_builder"] is None:
        reason = f"there is no image builder {name}"
    elif _recreate(finding):
        reason = f"image builder {name} has to be created again"
    else:
        return []
    return [
        f"build_image_from_step is {settings.from_step}, but {reason}, so that the steps before it have not been done. "
        "Leave build_image_from_step out."
    ]


def host_variables(
    values: Mapping[str, Any], finding: Mapping[str, Any], run: Mapping[str, Any], settings: Settings
) -> dict[str, Any]:
    """Variables of the image's host: the plan of the build, and options of the roles that carry it out."""
    builder_name, image_name = finding["builder_name"], finding["image_name"]
    builder = {key: value for key, value in values["builder"].items() if key != "name"}
    tags = {**values["tags"], RECIPE_TAG: values["name"], RUN_TAG: run["id"]}
    options = {
        "provision_image_builder": {
            **builder,
            "name": builder_name,
            "base_image": _base_image(values["base_image"], finding),
            "recreate": _recreate(finding),
            "tags": {**tags, EXPIRES_TAG: run["expires"], IMAGE_TAG: image_name, **run["lock_tag"]},
            "wait_delay": settings.wait_delay,
        },
        "connect_image_builder": {
            # With its name, the role looks up what the domain knows of it.
            **({"name": builder_name} if "domain" in builder else {}),
            "wait_timeout": settings.connect_timeout,
            "restart_delay": settings.wait_delay,
        },
        **{role: values[part] for part, role in PARTS.items() if part != "builder"},
        "install_applications": {"list": values["applications"], "image_builder_name": builder_name},
        "capture_image": {
            **{key: values[key] for key in ("display_name", "description") if key in values},
            "name": image_name,
            "image_builder_name": builder_name,
            "dynamic_app_catalog": values["dynamic_app_catalog"],
            "use_latest_agent_version": values["use_latest_agent_version"],
            "tags": tags,
            "wait_timeout": settings.image_wait_timeout,
            "wait_delay": settings.wait_delay,
        },
        "remove_image_builder": {
            "name": builder_name,
            "image_name": image_name,
            "recipe": values["name"],
            "run": run["id"],
            "wait_delay": settings.wait_delay,
        },
        "build_image": {
            "catalog": catalog(values["applications"]),
            "purge_catalog": values["purge_catalog"],
            "plan": image_plan(values, finding, settings),
            "run": {key: run[key] for key in ("id", "started", "stamp", "expires") if key in run},
        },
    }
    return {f"{role}_{option}": value for role, given in options.items() for option, value in given.items()}


def image_plan(values: Mapping[str, Any], finding: Mapping[str, Any], settings: Settings) -> dict[str, Any]:
    """What the build of one image consists of."""
    planned = steps(values, finding, settings)
    return {
        "name": values["name"],
        "builder_name": finding["builder_name"],
        "image_name": finding["image_name"],
        "image": finding["image"],
        "base_image": finding["base_image"],
        "builder_is_sealed": _is_sealed(finding),
        "on_error": values["on_error"],
        "problems": finding["problems"],
        "warnings": finding["warnings"],
        "steps": planned,
        "joins_domain": bool(values["builder"].get("domain")),
        "replaces_failed": bool(finding["replace_failed"]),
    }


def lock_finding(
    finding: Mapping[str, Any], run: str, stale_after: int, take_over: str, severity: str = ERROR
) -> dict[str, Any]:
    """The finding as it is in view of the run that is at work with the image builder, if there is one.

    ``take_over``: the id of a run that does not count. ``severity``: of the check ``build_lock``; the build itself
    refuses what the plan lets pass.
    """
    now = datetime.now(timezone.utc)
    builder = finding["image_builder"] or {}
    tags = {key: value for key, value in (builder.get("tags") or {}).items() if key != LOCK_TAG + take_over}
    holder = live_holder(tags, now, stale_after, but=run)
    if holder is None or severity == OFF:
        return dict(finding)
    if _state(finding["image"]) == "AVAILABLE":
        text = f"its image builder {finding['builder_name']} is left to {holder.describe(now)}"
        return {**finding, "image_builder": None, "warnings": [*finding["warnings"], text]}
    key = "problems" if severity == ERROR else "warnings"
    return {**finding, key: [*finding[key], str(refusal(holder, now))]}


def _content_steps(values: Mapping[str, Any], from_step: str) -> list[str]:
    wanted = {
        "windows": bool(values["windows"]),
        "roles": bool(values["roles"]),
        "install": bool(values["applications"]),
        "sessions": bool(values["sessions"]),
        "catalog": values["purge_catalog"] or bool(catalog(values["applications"])),
        "check": True,
        "seal": True,
    }
    first = CONTENT_STEPS.index(from_step) if from_step in CONTENT_STEPS else len(CONTENT_STEPS)
    return [step for step in CONTENT_STEPS[first:] if wanted[step]]


def _base_image(given: Mapping[str, Any], finding: Mapping[str, Any]) -> Mapping[str, Any]:
    """ "The newest" may have moved on since an adopted builder was made; that is no reason to refuse it."""
    if "name" in given or "arn" in given:
        return given
    arn = (finding["image_builder"] or {}).get("image_arn") or (finding["base_image"] or {}).get("arn")
    return {"arn": arn} if arn else given


def _state(image: Mapping[str, Any] | None) -> str:
    return str((image or {}).get("state") or "ABSENT")


def _is_sealed(finding: Mapping[str, Any]) -> bool:
    return SEALED_TAG in ((finding["image_builder"] or {}).get("tags") or {})


def _recreate(finding: Mapping[str, Any]) -> bool:
    # A builder whose access was removed lets nobody in again; nothing is lost with one that never came up.
    return _is_sealed(finding) or _state(finding["image_builder"]) == "FAILED"
