# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What became of an image, for the report: from the variables of its host and the last failure of its tasks.

Private to the euc.appstream collection.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any

from ansible_collections.euc.appstream.plugins.plugin_utils._after_start import warning
from ansible_collections.euc.appstream.plugins.plugin_utils._recipe.failures import Failure, History

LEFT = ("build_image_left", "remove_image_builder_left")
"""Variables that say what is left to do for an image that is AVAILABLE."""
PREFLIGHT = "preflight"
"""The step before the first one: nothing of this run exists when an image fails there."""


def built(variables: Mapping[str, Any]) -> dict[str, Any]:
    """The result of an image that did not fail. ``variables`` are those that the roles of the build leave behind."""
    plan = variables["build_image_plan"]
    phases = variables.get("build_image_phases") or []
    sealed = variables.get("seal_image_builder_result") or {}
    captured = (variables.get("capture_image_result") or {}).get("image")
    return {
        "name": plan["name"],
        "image": captured or plan["image"] or {"name": plan["image_name"], "state": "ABSENT"},
        "base_image": plan["base_image"] or {},
        "builder_name": plan["builder_name"],
        "applications": variables.get("install_applications_result") or [],
        "seal": {key: sealed[key] for key in ("removed", "kept") if key in sealed},
        "phases": phases,
        "finished": datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        "changed": bool(phases),
        "failed": False,
        "on_error": plan["on_error"],
        "builder_outcome": "",
        "left_to_do": [str(variables[name]) for name in LEFT if variables.get(name)],
        "warnings": [*plan["warnings"], *_warnings(variables)],
    }


def _warnings(variables: Mapping[str, Any]) -> list[str]:
    """What was warned of during the build, with its remedy."""
    checked = (variables.get("build_image_check") or {}).get("warnings") or []
    start = variables.get("capture_image_start") or {}
    after_start = start.get("after_start")
    texts = [warning(after_start) if after_start else None, start.get("builder_tags_missing")]
    captured = (variables.get("capture_image_result") or {}).get("image") or {}
    if captured and captured.get("tags", {}) is None:
        texts.append("the tags of the image can't be read with these credentials")
    return [*checked, *(text for text in texts if text)]


def failed(variables: Mapping[str, Any], failure: Failure) -> dict[str, Any]:
    """The result of an image whose build has failed with this failure."""
    phases = variables.get("build_image_phases") or [{"name": PREFLIGHT}]
    return {
        **built(variables),
        "failed": True,
        "failed_step": phases[-1]["name"],
        "failed_task": failure.task,
        "failed_role": failure.role,
        "failed_place": failure.place,
        "message": failure.message,
        "stdout": failure.stdout,
        "stderr": failure.stderr,
    }


def lost(variables: Mapping[str, Any], history: History | None) -> dict[str, Any]:
    """The result of an image whose host left the play without a result of its own."""
    if history is not None and history.failure is not None and history.ended_by_failure:
        return failed(variables, history.failure)
    limit = variables.get("ansible_limit")
    if history is not None and history.last_task:
        cause = Failure(
            history.last_task,
            history.last_role,
            "",
            "a role ended the host with meta: end_host, end_batch or end_play after this task, which did not fail; use "
            "meta: end_role or a condition instead",
        )
    elif limit:
        cause = Failure("", "", "", f"It was not begun, because --limit {limit} leaves it out.")
    else:
        cause = Failure("", "", "", "It was not begun, because the play ended before.")
    return failed(variables, cause)
