# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What module image_copy asks for: names, Regions and tags."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.euc.appstream.plugins.module_utils._appstream.image_copy.resource import ImageCopy
from ansible_collections.euc.appstream.plugins.module_utils._appstream.image_copy.rules import image_copy_problems
from hypothesis import given
from hypothesis import strategies as st


def options(**changes: Any) -> dict[str, Any]:
    return {
        "name": "design-1",
        "destination_region": "us-east-1",
        "destination_name": None,
        "destination_description": None,
        "copy_tags": True,
        "tags": None,
        "purge_tags": True,
        "retry_failed": False,
        **changes,
    }


def copy(**changes: Any) -> ImageCopy:
    return ImageCopy(options(**changes), lambda service, **more: pytest.fail("AWS was asked"))


@pytest.mark.parametrize(
    "region", ["us-east-1", "ap-southeast-2", "us-gov-west-1", "cn-northwest-1", "eusc-de-east-1", "us-iso-east-1"]
)
def test_regions(region: str) -> None:
    assert image_copy_problems(options(destination_region=region), "eu-west-1") == []


@given(st.text(max_size=40))
def test_any_text_as_region(region: str) -> None:
    found = image_copy_problems(options(destination_region=region, destination_name="copy"), "eu-west-1")
    is_plain = all(part.isalnum() and part.isascii() for part in region.split("-")) and region == region.lower()
    assert found or is_plain or not region


@pytest.mark.parametrize(
    ("changes", "is_refused"),
    [
        ({"destination_region": None}, True),
        ({"destination_region": "eu-west-1"}, True),
        ({"destination_region": None, "destination_name": "design-1"}, True),
        ({"destination_region": None, "destination_name": "design-2"}, False),
        ({"destination_name": "design-1"}, False),
    ],
)
def test_no_image_is_copied_to_itself(changes: dict[str, Any], is_refused: bool) -> None:
    assert bool(image_copy_problems(options(**changes), "eu-west-1")) is is_refused


@pytest.mark.parametrize(
    ("changes", "copied", "tags", "purge"),
    [
        # Nothing is said about tags: what comes of the source is added.
        ({}, {"a": "1"}, {"a": "1"}, False),
        ({}, {}, None, False),
        ({"tags": {"b": "2"}}, {"a": "1"}, {"a": "1", "b": "2"}, True),
        ({"tags": {"a": "2"}}, {"a": "1"}, {"a": "2"}, True),
        ({"tags": {}}, {"a": "1"}, {"a": "1"}, True),
        ({"tags": {}}, {}, {}, True),
        ({"tags": {"b": "2"}, "purge_tags": False}, {"a": "1"}, {"a": "1", "b": "2"}, False),
        # The source is gone, and with it the knowledge of what was copied.
        ({"tags": {"b": "2"}}, None, {"b": "2"}, False),
        ({}, None, None, False),
    ],
)
def test_tags(changes: dict[str, Any], copied: Any, tags: Any, purge: bool) -> None:
    desired = copy(**changes).desired_tags(copied)
    assert (desired.tags, desired.purge) == (tags, purge)


def test_the_region_is_told_when_the_task_names_it() -> None:
    assert copy(destination_region="us-east-1").about == "Image design-1 in us-east-1"
    assert copy(destination_region=None).about == "Image design-1"
