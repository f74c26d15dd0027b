# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Which steps a build has, and what its host is given."""

from __future__ import annotations

import dataclasses
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from ansible_collections.euc.appstream.plugins.module_utils._appstream.build_lock.holders import Holder
from ansible_collections.euc.appstream.plugins.plugin_utils._recipe import plan
from ansible_collections.euc.appstream.plugins.plugin_utils._recipe.plan import Settings
from ansible_collections.euc.appstream.plugins.plugin_utils._recipe.specification import recipe_options

SETTINGS = Settings(wait_delay=30, connect_timeout=900, image_wait_timeout=7200, from_step="windows")
IN_TABLE = dataclasses.replace(SETTINGS, lock={"type": "dynamodb", "table": "locks"})
BUILDER = {"state": "RUNNING", "image_arn": "arn:old", "tags": {}}
RUN = {"id": "run-1", "expires": "2026-12-01T00:00:00Z", "lock_tag": {"euc.appstream:lock:run-1": "now"}}
END = ["check", "seal", "capture", "remove"]


def values(**changes: Any) -> dict[str, Any]:
    defaults = {key: option["default"] for key, option in recipe_options().items() if "default" in option}
    return {**defaults, "name": "design", "base_image": {"platform": "p"}, "builder": {}, **changes}


def finding(**changes: Any) -> dict[str, Any]:
    nothing = dict.fromkeys(("image", "image_builder", "base_image"))
    return {
        "builder_name": "design",
        "image_name": "design-1",
        **nothing,
        "replace_failed": False,
        "problems": [],
        "warnings": [],
        **changes,
    }


EVERYTHING = values(
    windows={"time_zone": "UTC"},
    roles=[{"name": "r"}],
    applications=[{"name": "a", "launch": {"path": "C:\\a.exe", "parameters": "-x"}}],
    sessions={"default_profile": {}},
)


@pytest.mark.parametrize(
    ("recipe", "found", "settings", "steps"),
    [
        (values(), finding(), SETTINGS, ["provision", "connect", *END]),
        (
            EVERYTHING,
            finding(),
            SETTINGS,
            ["provision", "connect", "windows", "roles", "install", "sessions", "catalog", *END],
        ),
        (
            EVERYTHING,
            finding(image_builder=BUILDER),
            Settings(30, 900, 7200, "install"),
            ["lock", "provision", "connect", "install", "sessions", "catalog", *END],
        ),
        (
            EVERYTHING,
            finding(image_builder=BUILDER),
            Settings(30, 900, 7200, "capture"),
            ["lock", "provision", "connect", "capture", "remove"],
        ),
        (values(purge_catalog=True), finding(), SETTINGS, ["provision", "connect", "catalog", *END]),
        (values(), finding(image={"state": "FAILED"}), SETTINGS, ["provision", "connect", *END]),
        (values(), finding(image={"state": "PENDING"}), SETTINGS, ["wait", "remove"]),
        (values(), finding(image={"state": "NEW_STATE"}), SETTINGS, ["wait", "remove"]),
        (values(), finding(image={"state": "AVAILABLE"}), SETTINGS, []),
        (values(), finding(image={"state": "AVAILABLE"}, image_builder=BUILDER), SETTINGS, ["lock", "remove"]),
        (values(), finding(image={"state": "PENDING"}), IN_TABLE, ["lock", "wait", "remove", "unlock"]),
        (values(), finding(), IN_TABLE, ["lock", "provision", "connect", *END, "unlock"]),
        (values(), finding(problems=["no"]), SETTINGS, []),
        (values(), finding(), Settings(30, 900, 7200, "windows", check_mode=True), []),
    ],
)
def test_steps(recipe: dict[str, Any], found: dict[str, Any], settings: Settings, steps: list[str]) -> None:
    assert plan.steps(recipe, found, settings) == steps
    assert plan.image_plan(recipe, found, settings)["steps"] == steps


@pytest.mark.parametrize(
    ("builder", "reason"),
    [
        (None, "there is no image builder design"),
        ({**BUILDER, "tags": {"euc.appstream:sealed": "true"}}, "has to be created again"),
        ({**BUILDER, "state": "FAILED"}, "has to be created again"),
        (BUILDER, ""),
    ],
)
def test_a_build_begins_in_the_middle_only_where_the_rest_was_done(builder: Any, reason: str) -> None:
    problems = plan.step_problems(finding(image_builder=builder), Settings(30, 900, 7200, "seal"))
    assert bool(problems) is bool(reason) and reason in " ".join(problems)
    assert plan.step_problems(finding(image_builder=builder), SETTINGS) == []
    assert plan.step_problems(finding(image={"state": "AVAILABLE"}), Settings(30, 900, 7200, "seal")) == []


@pytest.mark.parametrize(
    ("given", "builder", "base", "expected"),
    [
        ({"platform": "p"}, None, {"arn": "arn:newest"}, {"arn": "arn:newest"}),
        ({"platform": "p"}, BUILDER, {"arn": "arn:newest"}, {"arn": "arn:old"}),
        ({"name_prefix": "n"}, BUILDER, None, {"arn": "arn:old"}),
        ({"name": "n"}, BUILDER, {"arn": "arn:newest"}, {"name": "n"}),
    ],
)
def test_a_builder_that_is_there_keeps_its_base_image(given: Any, builder: Any, base: Any, expected: Any) -> None:
    variables = plan.host_variables(
        values(base_image=given), finding(image_builder=builder, base_image=base), RUN, SETTINGS
    )
    assert variables["provision_image_builder_base_image"] == expected


def test_the_host_gets_options_only_where_the_recipe_has_them() -> None:
    recipe = values(builder={"instance_type": "t", "name": "b"}, windows={"time_zone": "UTC"}, description="d")
    variables = plan.host_variables(recipe, finding(), RUN, SETTINGS)
    assert variables["provision_image_builder_instance_type"] == "t"
    assert variables["configure_windows_time_zone"] == "UTC"
    assert variables["capture_image_description"] == "d"
    absent = ("capture_image_display_name", "connect_image_builder_name", "configure_windows_updates")
    assert not set(absent) & set(variables)
    joined = plan.host_variables(values(builder={"domain": {"directory_name": "d"}}), finding(), RUN, SETTINGS)
    assert joined["connect_image_builder_name"] == "design"


def test_entries_of_the_catalog() -> None:
    entries = plan.host_variables(EVERYTHING, finding(), RUN, SETTINGS)["build_image_catalog"]
    assert entries == [{"name": "a", "path": "C:\\a.exe", "launch_parameters": "-x"}]
    assert EVERYTHING["applications"][0]["launch"]["parameters"] == "-x", "the recipe stays as it was"


def locked(minutes: float, state: str = "", run: str = "other") -> dict[str, Any]:
    """A finding whose image builder another controller's run had its last sign of life on so long ago."""
    holder = Holder(run, datetime.now(timezone.utc) - timedelta(minutes=minutes), host="elsewhere")
    image = {"state": state} if state else None
    return finding(image=image, image_builder={**BUILDER, "tags": holder.tag})


@pytest.mark.parametrize(
    ("lock", "take_over", "problems", "warnings"),
    [
        ({"minutes": 5}, "", 1, 0),
        ({"minutes": 5, "state": "PENDING"}, "", 1, 0),
        ({"minutes": 31}, "", 0, 0),
        ({"minutes": 5}, "other", 0, 0),
        ({"minutes": 5}, "another", 1, 0),
        ({"minutes": 5, "run": "mine"}, "", 0, 0),
        ({"minutes": 5, "state": "AVAILABLE"}, "", 0, 1),
    ],
)
def test_a_run_that_builds_already(lock: dict[str, Any], take_over: str, problems: int, warnings: int) -> None:
    result = plan.lock_finding(locked(**lock), "mine", 30, take_over)
    assert (len(result["problems"]), len(result["warnings"])) == (problems, warnings)
    if problems or warnings:
        assert "run other on elsewhere, last sign of life 5 minutes ago" in str(result)
        assert plan.steps(values(), result, SETTINGS) == []


@pytest.mark.parametrize("builder", [None, BUILDER])
def test_a_builder_without_a_lock(builder: dict[str, Any] | None) -> None:
    found = finding(image_builder=builder)
    assert plan.lock_finding(found, "mine", 30, "") == found


@pytest.mark.parametrize(("severity", "problems", "warnings"), [("error", 1, 0), ("warning", 0, 1), ("off", 0, 0)])
def test_severity_of_a_run_that_builds_already(severity: str, problems: int, warnings: int) -> None:
    result = plan.lock_finding(locked(5), "mine", 30, "", severity)
    assert (len(result["problems"]), len(result["warnings"])) == (problems, warnings)
