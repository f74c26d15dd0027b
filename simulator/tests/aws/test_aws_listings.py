# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""DescribeImageBuilders and DescribeImages: selection and pages; the public base images."""

from __future__ import annotations

from typing import Any

import pytest
from simulated_aws import BASE_IMAGE, Simulator, all_images, create_builder, error_of


def test_pages_of_builders(simulator: Simulator, appstream: Any) -> None:
    names = [f"builder-{number}" for number in range(7)]
    for name in names:
        create_builder(appstream, name)
    pages = list(appstream.get_paginator("describe_image_builders").paginate(PaginationConfig={"PageSize": 3}))
    assert [len(page["ImageBuilders"]) for page in pages] == [3, 3, 1]
    assert [builder["Name"] for page in pages for builder in page["ImageBuilders"]] == names


def test_page_goes_on_where_the_last_one_ended_though_builders_went(simulator: Simulator, appstream: Any) -> None:
    simulator.control("POST", "outcomes", {"builder": ".*", "error_code": "INTERNAL_SERVICE_ERROR"})
    for number in range(4):
        create_builder(appstream, f"builder-{number}")
    simulator.advance(600)
    first = appstream.describe_image_builders(MaxResults=2)
    for name in ("builder-0", "builder-1"):
        appstream.delete_image_builder(Name=name)
    simulator.advance(120)
    second = appstream.describe_image_builders(MaxResults=2, NextToken=first["NextToken"])
    assert [builder["Name"] for builder in second["ImageBuilders"]] == ["builder-2", "builder-3"]
    assert "NextToken" not in second


def test_token_is_opaque_and_belongs_to_its_listing(appstream: Any) -> None:
    token = appstream.describe_images(MaxResults=2)["NextToken"]
    assert not token.isdigit()
    for operation, bad in ((appstream.describe_image_builders, token), (appstream.describe_images, "2")):
        assert error_of(operation, NextToken=bad)[0] == "InvalidParameterCombinationException"


def test_builders_by_name(appstream: Any) -> None:
    for name in ("one", "two", "three"):
        create_builder(appstream, name)
    found = appstream.describe_image_builders(Names=["three", "one"])["ImageBuilders"]
    assert {builder["Name"] for builder in found} == {"one", "three"}
    assert error_of(appstream.describe_image_builders, Names=["one", "four"])[0] == "ResourceNotFoundException"


@pytest.mark.parametrize(
    "request_body",
    [
        {"Names": [BASE_IMAGE], "Type": "PUBLIC"},
        {"Names": [BASE_IMAGE], "Arns": [f"arn:aws:appstream:eu-west-1::image/{BASE_IMAGE}"]},
        {"Arns": [f"arn:aws:appstream:eu-west-1::image/{BASE_IMAGE}"], "Type": "PUBLIC"},
    ],
)
def test_image_selectors_exclude_each_other(appstream: Any, request_body: dict[str, Any]) -> None:
    assert error_of(appstream.describe_images, **request_body)[0] == "InvalidParameterCombinationException"


@pytest.mark.parametrize(
    "request_body", [{"Names": ["nothing"]}, {"Arns": ["arn:aws:appstream:eu-west-1:123456789012:image/nothing"]}]
)
def test_missing_images(appstream: Any, request_body: dict[str, Any]) -> None:
    assert error_of(appstream.describe_images, **request_body)[0] == "ResourceNotFoundException"


def test_images_by_type(appstream: Any) -> None:
    public = all_images(appstream, Type="PUBLIC")
    assert public == all_images(appstream)
    # No page has more.
    assert len(public) > len(appstream.describe_images()["Images"]) == 25
    assert appstream.describe_images(Type="PRIVATE")["Images"] == []
    assert appstream.describe_images(Type="SHARED")["Images"] == []


def test_pages_of_images(appstream: Any) -> None:
    small = all_images(appstream, PaginationConfig={"PageSize": 4})
    assert [image["Name"] for image in small] == [image["Name"] for image in all_images(appstream)]


@pytest.mark.parametrize("platform", ["WINDOWS_SERVER_2019", "WINDOWS_SERVER_2022", "WINDOWS_SERVER_2025"])
def test_base_images_come_in_several_releases(appstream: Any, platform: str) -> None:
    images = [image for image in all_images(appstream) if image["Platform"] == platform]
    usable = [image for image in images if image["State"] == "AVAILABLE" and image["ImageBuilderSupported"]]
    assert len({image["PublicBaseImageReleasedDate"] for image in usable}) >= 2
    for image in images:
        assert image["Arn"] == f"arn:aws:appstream:eu-west-1::image/{image['Name']}"
        assert image["Name"].endswith(f"{image['PublicBaseImageReleasedDate']:%m-%d-%Y}")
        assert image["Visibility"] == "PUBLIC"


@pytest.mark.parametrize("platform", ["WINDOWS_SERVER_2019", "WINDOWS_SERVER_2022"])
def test_newest_base_image_is_not_the_newest_usable_one(appstream: Any, platform: str) -> None:
    images = [image for image in all_images(appstream) if image["Platform"] == platform]
    newest = max(images, key=lambda image: image["PublicBaseImageReleasedDate"])
    assert newest["State"] != "AVAILABLE" or not newest["ImageBuilderSupported"]
    # Nor do the names sort by date.
    assert sorted(images, key=lambda image: image["Name"]) != sorted(images, key=lambda image: image["CreatedTime"])
