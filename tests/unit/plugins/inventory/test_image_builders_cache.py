# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The cache of inventory plug-in image_builders."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from inventory_account import OTHER_REGION, SECRET, Read, calls, groups, running
from simulated_account import Simulated


@pytest.fixture
def cache(tmp_path: Path) -> dict[str, Any]:
    """Options that turn the cache on."""
    folder = tmp_path / "cache"
    return {"cache": True, "cache_plugin": "ansible.builtin.jsonfile", "cache_connection": str(folder)}


def test_the_cache_saves_all_calls(simulated: Simulated, read: Read, cache: dict[str, Any]) -> None:
    running(simulated, "design", Tags={"a": "b"})
    first = read(**cache)
    assert len(calls(simulated)) == 2
    simulated.client("appstream").stop_image_builder(Name="design")
    simulated.server.calls.clear()
    second = read(**cache, hostvars_suffix="_x")
    assert calls(simulated) == []
    assert second.get_host("design").get_vars()["image_builder_tags_x"] == {"a": "b"}
    third = read(**cache)
    assert third.get_host("design").get_vars() == first.get_host("design").get_vars()
    assert groups(third, "design") == groups(first, "design")


def test_flushing_the_cache_reads_anew(simulated: Simulated, read: Read, cache: dict[str, Any]) -> None:
    running(simulated, "design")
    read(**cache)
    running(simulated, "office")
    assert set(read(**cache).hosts) == {"design"}
    assert set(read(flush=True, **cache).hosts) == {"design", "office"}
    assert set(read(**cache).hosts) == {"design", "office"}


@pytest.mark.parametrize(
    "change",
    [
        {"filters": {"name": "*"}},
        {"exclude_filters": [{"name": "x"}]},
        {"states": ["all"]},
        {"regions": [OTHER_REGION]},
        {"access_key": "AKIASIMULATEDACCESS2", "secret_key": SECRET},
        {"include_tags": False},
        {"include_temporary": True},
    ],
)
def test_other_questions_have_other_entries(
    simulated: Simulated, read: Read, cache: dict[str, Any], change: dict[str, Any]
) -> None:
    running(simulated, "design")
    read(**cache)
    simulated.server.calls.clear()
    read(**cache, **change)
    assert "DescribeImageBuilders" in calls(simulated)


def test_a_role_is_not_assumed_for_what_is_in_the_cache(
    simulated: Simulated, read: Read, cache: dict[str, Any]
) -> None:
    role = {"assume_role_arn": "arn:aws:iam::222222222222:role/images"}
    read(**cache, **role)
    assert "AssumeRole" in calls(simulated)
    simulated.server.calls.clear()
    read(**cache, **role)
    assert calls(simulated) == []


def test_no_secret_in_the_cache(simulated: Simulated, read: Read, cache: dict[str, Any]) -> None:
    running(simulated, "design")
    inventory = read(**cache, secret_key=SECRET, access_key="AKIASIMULATEDACCESS1")
    (entry,) = Path(cache["cache_connection"]).iterdir()
    for text in (entry.name, entry.read_text(), json.dumps(inventory.get_host("design").get_vars(), default=str)):
        assert SECRET not in text
        assert "AKIASIMULATEDACCESS1" not in text
