# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Module preflight over a whole account."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timezone
from typing import Any

import pytest
from ansible_collections.euc.appstream.plugins.modules import preflight

Run = Callable[..., dict[str, Any]]
SUBNET = "subnet-0123456789abcdef0"
GROUP = "sg-0123456789abcdef0"
BASE = "AppStream-WinServer2022-09-01-2026"
UNIT = "OU=Builders,DC=corp,DC=example,DC=com"


@pytest.fixture(autouse=True)
def account(aws: Any) -> None:
    for month in (3, 9):
        released = datetime(2026, month, 1, tzinfo=timezone.utc)
        name = f"AppStream-WinServer2022-{month:02}-01-2026"
        aws.add_image(name, visibility="PUBLIC", PublicBaseImageReleasedDate=released)
    aws.subnets[SUBNET] = {"SubnetId": SUBNET, "VpcId": "vpc-1", "AvailableIpAddressCount": 10}
    aws.security_groups[GROUP] = {"GroupId": GROUP, "VpcId": "vpc-1"}
    config = {"DirectoryName": "corp.example.com", "OrganizationalUnitDistinguishedNames": [UNIT]}
    aws.directory_configs = [config]


def recipe(name: str = "design", **more: Any) -> dict[str, Any]:
    builder = {"instance_type": "stream.standard.large", "subnet_id": SUBNET, "security_group_ids": [GROUP]}
    builder.update(more.pop("builder", {}))
    return {"name": name, "base_image": {"platform": "WINDOWS_SERVER_2022"}, "builder": builder, **more}


def check(run: Run, *recipes: dict[str, Any], **options: Any) -> list[dict[str, Any]]:
    result = run(preflight, images=list(recipes), timestamp="20261122T124526Z", **options)
    found: list[dict[str, Any]] = result["images"]
    return found


def test_nothing_wrong(run: Run, aws: Any) -> None:
    domain = {"directory_name": "corp.example.com", "organizational_unit": UNIT.upper()}
    [found] = check(run, recipe(builder={"domain": domain}))
    assert (found["problems"], found["warnings"]) == ([], [])
    assert (found["builder_name"], found["image_name"]) == ("design", "design-20261122T124526Z")
    assert found["base_image"]["name"] == BASE
    assert (found["image"], found["image_builder"], found["replace_failed"]) == (None, None, False)
    assert aws.operations() == []


def test_one_look_for_all_recipes(run: Run, aws: Any) -> None:
    check(run, *(recipe(f"r{number}") for number in range(5)))
    # Images are looked at twice: own ones and public ones.
    expected = [
        "describe_image_builders",
        "describe_images",
        "describe_images",
        "describe_security_groups",
        "describe_subnets",
    ]
    assert sorted(name for name, parameters in aws.calls) == expected


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"builder": {"name": "-x"}}, "image builder name '-x' is not legal"),
        ({"image_name": "aws-x"}, "reserved"),
        ({"base_image": {"platform": "WINDOWS_SERVER_2016"}}, "no base image of platform WINDOWS_SERVER_2016"),
        ({"base_image": {"name_prefix": "Corp-"}}, "no base image of name_prefix Corp-"),
        ({"base_image": {"name": "none"}}, "base image none does not exist"),
        ({"base_image": {"arn": "arn:aws:appstream:eu-central-1:222222222222:image/x"}}, "not shared"),
        ({"base_image": {}}, "base_image is missing"),
        ({"builder": {"instance_type": "stream.graphics.g5.xlarge"}}, "supports stream.graphics.g5.xlarge"),
        (
            {"base_image": {"name": BASE}, "builder": {"instance_type": "stream.graphics.g5.xlarge"}},
            "does not support stream.graphics.g5.xlarge, only General Purpose, Memory Optimized",
        ),
        ({"builder": {"instance_type": ""}}, "instance_type is missing"),
        ({"builder": {"subnet_id": "subnet-00000000000000000"}}, "subnet-00000000000000000 does not exist"),
        ({"builder": {"security_group_ids": ["sg-00000000000000000"]}}, "sg-00000000000000000 does not exist"),
        ({"builder": {"subnet_id": "mine"}}, "not of the form"),
        (
            {"builder": {"domain": {"directory_name": "x.y", "organizational_unit": UNIT}}},
            "no directory config for x.y (there are: corp.example.com)",
        ),
        (
            {"builder": {"domain": {"directory_name": "CORP.example.com", "organizational_unit": "OU=x,DC=y"}}},
            "does not list OU=x,DC=y",
        ),
        (
            {"builder": {"domain": {"directory_name": "corp.example.com", "organizational_unit": "CN=x,DC=y"}}},
            "must start with OU=",
        ),
    ],
)
def test_problems_of_one_recipe(run: Run, changes: dict[str, Any], told: str) -> None:
    [found] = check(run, recipe(**changes))
    assert any(told in problem for problem in found["problems"]), found["problems"]


def test_a_security_group_of_another_vpc(run: Run, aws: Any) -> None:
    aws.security_groups[GROUP]["VpcId"] = "vpc-2"
    assert check(run, recipe())[0]["problems"] == [f"security group {GROUP} is in vpc-2, the subnet in vpc-1"]


def test_an_older_base_image_is_warned_of(run: Run) -> None:
    [found] = check(run, recipe(base_image={"name": "AppStream-WinServer2022-03-01-2026"}))
    assert found["problems"] == []
    assert found["warnings"] == [f"image AppStream-WinServer2022-03-01-2026 is not the newest of its series, {BASE} is"]


@pytest.mark.parametrize(
    ("state", "tags", "problem", "replaced"),
    [
        ("AVAILABLE", {"euc.appstream:recipe": "design"}, False, False),
        ("PENDING", {"euc.appstream:recipe": "design"}, False, False),
        ("AVAILABLE", {}, True, False),
        ("PENDING", {"euc.appstream:recipe": "other"}, True, False),
        ("FAILED", {"euc.appstream:recipe": "design"}, False, True),
        ("FAILED", {"euc.appstream:recipe": "other"}, True, False),
        ("FAILED", {}, True, False),
        ("DELETING", {}, True, False),
    ],
)
def test_an_image_of_that_name(
    run: Run, aws: Any, state: str, tags: dict[str, str], problem: bool, replaced: bool
) -> None:
    aws.add_image("fixed", state, Tags=tags)
    [found] = check(run, recipe(image_name="fixed"))
    assert (bool(found["problems"]), found["replace_failed"]) == (problem, replaced)
    assert found["image"]["state"] == state
    assert found["image"]["tags"] == tags


def test_nothing_is_checked_of_an_image_that_is_there(run: Run, aws: Any) -> None:
    aws.add_image("fixed", Tags={"euc.appstream:recipe": "design"})
    [found] = check(run, recipe(image_name="fixed", base_image={"name": "retired"}, builder={"subnet_id": "gone"}))
    assert found["problems"] == []


@pytest.mark.parametrize(
    ("image_state", "image_name"),
    [
        (None, "design-old"),
        ("PENDING", "design-old"),
        ("AVAILABLE", "design-old"),
        ("FAILED", "design-20261122T124526Z"),
    ],
)
def test_our_own_image_builder_is_continued(run: Run, aws: Any, image_state: str | None, image_name: str) -> None:
    tags = {"euc.appstream:recipe": "design", "euc.appstream:image": "design-old"}
    aws.add_image_builder("design", Tags=tags)
    if image_state:
        aws.add_image("design-old", image_state, Tags={"euc.appstream:recipe": "design"})
    [found] = check(run, recipe())
    assert (found["image_name"], found["problems"]) == (image_name, [])
    assert found["image_builder"]["tags"] == tags


def test_our_own_image_builder_stays_with_its_base_image(run: Run, aws: Any) -> None:
    older = "arn:aws:appstream:eu-central-1::image/AppStream-WinServer2022-03-01-2026"
    aws.add_image_builder("design", ImageArn=older, Tags={"euc.appstream:recipe": "design"})
    [found] = check(run, recipe())
    assert found["base_image"]["name"] == "AppStream-WinServer2022-03-01-2026"


def test_our_own_image_builder_with_other_settings_is_warned_of(run: Run, aws: Any) -> None:
    tags = {"euc.appstream:recipe": "design"}
    aws.add_image_builder("design", InstanceType="stream.standard.small", Tags=tags)
    [found] = check(run, recipe())
    assert any("instance_type 'stream.standard.small'" in warning for warning in found["warnings"])


@pytest.mark.parametrize("tags", [{}, {"euc.appstream:recipe": "other"}])
def test_an_image_builder_of_somebody_else(run: Run, aws: Any, tags: dict[str, str]) -> None:
    aws.add_image_builder("design", Tags={**tags, "euc.appstream:image": "other-1"})
    [found] = check(run, recipe())
    assert "was not made for recipe design" in found["problems"][0]
    assert found["image_name"] == "design-20261122T124526Z"


def test_a_quota_of_0_is_not_checked(run: Run, aws: Any) -> None:
    aws.add_image("own-1")
    aws.add_image_builder("other-1")
    [found] = check(run, recipe("one"), image_builder_quota=0, image_quota=0)
    assert found["problems"] == []


def test_quotas_count_over_all_recipes(run: Run, aws: Any) -> None:
    aws.add_image("own-1")
    aws.add_image_builder("other-1")
    found = check(run, *(recipe(f"r{number}") for number in range(3)), image_builder_quota=3, image_quota=2)
    assert [len(one["problems"]) for one in found] == [0, 1, 2]
    assert found[1]["problems"] == [
        "the quota of 2 images (image_quota, if yours is another) is not enough: 1 left for 3 more to be made"
    ]
    assert (
        "the quota of 3 image builders (image_builder_quota, if yours is another) is not enough: 2 left for 3"
        in found[2]["problems"][1]
    )


def test_addresses_count_over_all_recipes(run: Run, aws: Any) -> None:
    aws.subnets[SUBNET]["AvailableIpAddressCount"] = 1
    found = check(run, recipe("one"), recipe("two"))
    assert [bool(one["problems"]) for one in found] == [False, True]
    assert f"the free addresses of {SUBNET}" in found[1]["problems"][0]


def test_duplicates(run: Run) -> None:
    found = check(run, recipe("one", builder={"name": "same"}), recipe("two", builder={"name": "same"}))
    assert all("2 recipes have the same image builder name same" in one["problems"] for one in found)


@pytest.mark.parametrize("operation", ["describe_subnets", "describe_security_groups", "describe_directory_configs"])
def test_what_must_not_be_looked_at_is_a_warning(run: Run, aws: Any, operation: str) -> None:
    code = "AccessDeniedException" if operation == "describe_directory_configs" else "UnauthorizedOperation"
    aws.errors[operation] = [code]
    domain = {"directory_name": "corp.example.com", "organizational_unit": UNIT}
    [found] = check(run, recipe(builder={"domain": domain}))
    assert found["problems"] == []
    assert operation in found["warnings"][0]


def test_what_has_to_be_looked_at_is_a_failure(run: Run, aws: Any) -> None:
    aws.errors["describe_image_builders"] = ["AccessDeniedException"]
    assert run(preflight, images=[recipe()])["failed"]


def test_the_time_stamp_is_made_when_not_given(run: Run) -> None:
    result = run(preflight, images=[recipe()])
    assert result["images"][0]["image_name"] == f"design-{result['timestamp']}"
    assert datetime.strptime(result["timestamp"], "%Y%m%dT%H%M%SZ")


def test_throttled_at_every_call(run: Run, aws: Any) -> None:
    for operation in ("describe_image_builders", "describe_images", "describe_subnets", "describe_security_groups"):
        aws.errors[operation] = ["ThrottlingException", "RequestLimitExceeded"] * 3
    assert check(run, recipe())[0]["problems"] == []


def test_an_image_builder_without_an_image_arn_can_be_looked_at(run: Run, aws: Any) -> None:
    aws.add_image_builder("design", "PENDING")
    del aws.image_builders["design"]["ImageArn"]
    [found] = check(run, recipe("design"))
    assert found["image_builder"]["state"] == "PENDING"
