# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Module image_builder_info, against the simulated AWS."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.euc.appstream.plugins.modules import image_builder_info
from image_builder_account import add, count

Run = Callable[..., dict[str, Any]]


def test_all_image_builders(run_simulated: Run, simulated: Any) -> None:
    add(simulated, name="two", Tags={"a": "b"})
    add(simulated, "STOPPED", name="one")
    found = run_simulated(image_builder_info)["image_builders"]
    assert [(one["name"], one["state"], one["tags"]) for one in found] == [
        ("one", "STOPPED", {}),
        ("two", "RUNNING", {"a": "b"}),
    ]
    assert [one["temporary"] for one in found] == [False, False]


@pytest.mark.parametrize(
    ("asked", "found"), [(["one", "none"], ["one"]), (["none"], []), ([], []), (["one", "two"], ["one", "two"])]
)
def test_image_builders_by_name(run_simulated: Run, simulated: Any, asked: list[str], found: list[str]) -> None:
    add(simulated, name="one")
    add(simulated, name="two")
    result = run_simulated(image_builder_info, names=asked, include_tags=False)
    assert [one["name"] for one in result["image_builders"]] == found
    assert count(simulated, "ListTagsForResource") == 0


def test_errors_are_reported(run_simulated: Run, simulated: Any) -> None:
    simulated.fail(match="appstream:DescribeImageBuilders", code="AccessDeniedException")
    result = run_simulated(image_builder_info)
    assert result["failed"]
    assert result["error"]["code"] == "AccessDeniedException"
    assert "IAM policy" in result["remedy"]


def test_tags_that_may_not_be_read_are_null(run_simulated: Run, simulated: Any) -> None:
    add(simulated, name="one")
    simulated.fail(match="appstream:ListTagsForResource", code="AccessDeniedException")
    result = run_simulated(image_builder_info)
    assert [one["tags"] for one in result["image_builders"]] == [None]
    assert "image-builder/one can't be read" in str(result["warnings"])
