# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tags of image builders and images."""

from __future__ import annotations

from typing import Any

import pytest
from simulated_aws import BASE_IMAGE, Network, Simulator, create_builder, describe_image, error_of, take_image


def tags(appstream: Any, arn: str) -> dict[str, str]:
    found: dict[str, str] = appstream.list_tags_for_resource(ResourceArn=arn)["Tags"]
    return found


def test_tags_of_a_builder(appstream: Any) -> None:
    arn = create_builder(appstream, Tags={"a": "1", "b": "2"})["Arn"]
    appstream.tag_resource(ResourceArn=arn, Tags={"b": "3", "euc.appstream:run": "r"})
    assert tags(appstream, arn) == {"a": "1", "b": "3", "euc.appstream:run": "r"}
    appstream.untag_resource(ResourceArn=arn, TagKeys=["a", "not there"])
    assert tags(appstream, arn) == {"b": "3", "euc.appstream:run": "r"}


def test_tags_are_the_builders_own(simulator: Simulator, appstream: Any, network: Network) -> None:
    create_builder(appstream, Tags={"of": "builder"}, VpcConfig=network.config)
    simulator.advance(600)
    take_image(simulator)
    arn = describe_image(appstream, "image")["Arn"]
    assert tags(appstream, arn) == {}
    appstream.tag_resource(ResourceArn=arn, Tags={"of": "image"})
    assert tags(appstream, arn) == {"of": "image"}


def test_image_has_no_tags_before_it_shows(simulator: Simulator, appstream: Any, network: Network) -> None:
    create_builder(appstream, VpcConfig=network.config)
    simulator.advance(600)
    simulator.machine("builder").create_image("image", tags={"of": "image"})
    arn = "arn:aws:appstream:eu-west-1:123456789012:image/image"
    simulator.advance(19)
    assert error_of(appstream.list_tags_for_resource, ResourceArn=arn)[0] == "ResourceNotFoundException"
    assert error_of(appstream.tag_resource, ResourceArn=arn, Tags={"k": "v"})[0] == "ResourceNotFoundException"
    simulator.advance(1)
    assert tags(appstream, arn) == {"of": "image"}


def test_no_more_than_50(appstream: Any) -> None:
    arn = create_builder(appstream, Tags={f"k{number}": "" for number in range(50)})["Arn"]
    assert error_of(appstream.tag_resource, ResourceArn=arn, Tags={"one": "more"})[0] == "LimitExceededException"
    appstream.tag_resource(ResourceArn=arn, Tags={"k0": "changed"})
    assert len(tags(appstream, arn)) == 50


@pytest.mark.parametrize(
    "arn",
    [
        "arn:aws:appstream:eu-west-1:123456789012:image-builder/nobody",
        "arn:aws:appstream:us-east-1:123456789012:image-builder/builder",
        f"arn:aws:appstream:eu-west-1::image/{BASE_IMAGE}",
    ],
)
def test_other_resources(appstream: Any, arn: str) -> None:
    create_builder(appstream)
    assert error_of(appstream.list_tags_for_resource, ResourceArn=arn)[0] == "ResourceNotFoundException"
    assert error_of(appstream.tag_resource, ResourceArn=arn, Tags={"k": "v"})[0] == "ResourceNotFoundException"
    assert error_of(appstream.untag_resource, ResourceArn=arn, TagKeys=["k"])[0] == "ResourceNotFoundException"


def test_tags_go_with_the_builder(simulator: Simulator, appstream: Any) -> None:
    arn = create_builder(appstream, Tags={"k": "v"})["Arn"]
    simulator.advance(600)
    appstream.stop_image_builder(Name="builder")
    simulator.advance(120)
    appstream.delete_image_builder(Name="builder")
    simulator.advance(120)
    assert error_of(appstream.list_tags_for_resource, ResourceArn=arn)[0] == "ResourceNotFoundException"
    assert tags(appstream, create_builder(appstream)["Arn"]) == {}
