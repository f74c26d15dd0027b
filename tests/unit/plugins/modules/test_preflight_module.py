# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Module preflight over a whole account, against the simulated AWS and its public images."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from ansible_collections.euc.appstream.plugins.module_utils._appstream.core.aws import AnsibleAppStreamModule
from ansible_collections.euc.appstream.plugins.modules import preflight
from appstream_simulator.aws.image_builder import ImageBuilder
from simulated_account import add_image

Run = Callable[..., dict[str, Any]]
Recipe = Callable[..., dict[str, Any]]

BASE = "AppStream-WinServer2022-09-09-2026"
OLDER = "AppStream-WinServer2022-03-17-2026"
UNIT = "OU=Builders,DC=corp,DC=example,DC=com"


@pytest.fixture(autouse=True)
def network(simulated: Any) -> dict[str, Any]:
    """A subnet and a security group of its VPC, in an account that can join a domain."""
    ec2 = simulated.client("ec2")
    subnet = ec2.describe_subnets()["Subnets"][0]
    in_vpc = [{"Name": "vpc-id", "Values": [subnet["VpcId"]]}]
    group = ec2.describe_security_groups(Filters=in_vpc)["SecurityGroups"][0]
    simulated.client("appstream").create_directory_config(
        DirectoryName="corp.example.com", OrganizationalUnitDistinguishedNames=[UNIT]
    )
    simulated.server.calls.clear()
    return {"subnet_id": subnet["SubnetId"], "security_group_ids": [group["GroupId"]]}


@pytest.fixture
def recipe(network: dict[str, Any]) -> Recipe:
    """recipe(name, **more): a recipe that can be built, with further keys; those of ``builder`` are added to its."""

    def make(name: str = "design", **more: Any) -> dict[str, Any]:
        builder = {"instance_type": "stream.standard.large", **network, **more.pop("builder", {})}
        return {"name": name, "base_image": {"platform": "WINDOWS_SERVER_2022"}, "builder": builder, **more}

    return make


def add_image_builder(simulated: Any, name: str, **request: Any) -> None:
    """Make an image builder that is RUNNING."""
    request = {"InstanceType": "stream.standard.large", "ImageName": BASE, **request}
    simulated.client("appstream").create_image_builder(Name=name, **request)
    simulated.advance(3600)
    simulated.server.calls.clear()


def called(simulated: Any) -> Counter[str]:
    """How often each operation was called."""
    return Counter(str(call["operation"]) for call in simulated.server.calls.entries())


def check(run: Run, *recipes: dict[str, Any], **options: Any) -> list[dict[str, Any]]:
    result = run(preflight, images=list(recipes), timestamp="20261122T124526Z", **options)
    found: list[dict[str, Any]] = result["images"]
    return found


def test_nothing_wrong(run_simulated: Run, simulated: Any, recipe: Recipe) -> None:
    domain = {"directory_name": "corp.example.com", "organizational_unit": UNIT.upper()}
    [found] = check(run_simulated, recipe(builder={"domain": domain}))
    assert (found["problems"], found["warnings"]) == ([], [])
    assert (found["builder_name"], found["image_name"]) == ("design", "design-20261122T124526Z")
    assert found["base_image"]["name"] == BASE
    assert (found["image"], found["image_builder"], found["replace_failed"]) == (None, None, False)
    assert simulated.operations() == []


def test_everything_is_read_once_for_all_recipes(run_simulated: Run, simulated: Any, recipe: Recipe) -> None:
    check(run_simulated, recipe())
    pages = called(simulated)["DescribeImages"]
    simulated.server.calls.clear()
    check(run_simulated, *(recipe(f"r{number}") for number in range(5)))
    once = (
        "DescribeImageBuilders",
        "DescribeSecurityGroups",
        "DescribeSubnets",
        "GetCallerIdentity",
        "ListServiceQuotas",
    )
    assert called(simulated) == {**dict.fromkeys(once, 1), "DescribeImages": pages}


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"builder": {"name": "-x"}}, "image builder name '-x' is not legal"),
        ({"image_name": "aws-x"}, "reserved"),
        ({"base_image": {"platform": "WINDOWS_SERVER_2012"}}, "no base image of platform WINDOWS_SERVER_2012"),
        ({"base_image": {"name_prefix": "Corp-"}}, "no base image of name_prefix Corp-"),
        ({"base_image": {"name": "none"}}, "base image none does not exist"),
        ({"base_image": {"arn": "arn:aws:appstream:eu-central-1:222222222222:image/x"}}, "not shared"),
        ({"base_image": {}}, "base_image is missing"),
        (
            {
                "base_image": {"platform": "WINDOWS_SERVER_2019"},
                "builder": {"instance_type": "stream.graphics.g6.xlarge"},
            },
            "no base image of platform WINDOWS_SERVER_2019 supports stream.graphics.g6.xlarge",
        ),
        (
            {"base_image": {"name": BASE}, "builder": {"instance_type": "stream.graphics.g5.xlarge"}},
            "does not support stream.graphics.g5.xlarge, only General Purpose, Compute Optimized",
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
def test_problems_of_one_recipe(run_simulated: Run, recipe: Recipe, changes: dict[str, Any], problem: str) -> None:
    [found] = check(run_simulated, recipe(**changes))
    assert any(problem in one for one in found["problems"]), found["problems"]


def test_a_security_group_of_another_vpc(
    run_simulated: Run, simulated: Any, recipe: Recipe, network: dict[str, Any]
) -> None:
    ec2 = simulated.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    group = ec2.create_security_group(GroupName="other", Description="x", VpcId=vpc)["GroupId"]
    own = ec2.describe_subnets(SubnetIds=[network["subnet_id"]])["Subnets"][0]["VpcId"]
    [found] = check(run_simulated, recipe(builder={"security_group_ids": [group]}))
    assert found["problems"] == [f"security group {group} is in {vpc}, the subnet in {own} (check network)"]


def test_an_older_base_image_is_warned_of(run_simulated: Run, recipe: Recipe) -> None:
    [found] = check(run_simulated, recipe(base_image={"name": OLDER}))
    assert found["problems"] == []
    assert found["warnings"] == [
        f"image {OLDER} is not the newest of its series, {BASE} is: choose that one (check base_image)"
    ]


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
    run_simulated: Run, recipe: Recipe, state: str, tags: dict[str, str], problem: bool, replaced: bool
) -> None:
    add_image("fixed", state=state, tags=tags)
    [found] = check(run_simulated, recipe(image_name="fixed"))
    assert (bool(found["problems"]), found["replace_failed"]) == (problem, replaced)
    assert found["image"]["state"] == state
    assert found["image"]["tags"] == tags


def test_nothing_is_checked_of_an_image_that_is_there(run_simulated: Run, recipe: Recipe) -> None:
    add_image("fixed", tags={"euc.appstream:recipe": "design"})
    [found] = check(
        run_simulated, recipe(image_name="fixed", base_image={"name": "retired"}, builder={"subnet_id": "gone"})
    )
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
def test_our_own_image_builder_is_continued(
    run_simulated: Run, simulated: Any, recipe: Recipe, image_state: str | None, image_name: str
) -> None:
    tags = {"euc.appstream:recipe": "design", "euc.appstream:image": "design-old"}
    add_image_builder(simulated, "design", Tags=tags)
    if image_state:
        add_image("design-old", state=image_state, tags={"euc.appstream:recipe": "design"})
    [found] = check(run_simulated, recipe())
    assert (found["image_name"], found["problems"]) == (image_name, [])
    assert found["image_builder"]["tags"] == tags


def test_our_own_image_builder_stays_with_its_base_image(run_simulated: Run, simulated: Any, recipe: Recipe) -> None:
    add_image_builder(simulated, "design", ImageName=OLDER, Tags={"euc.appstream:recipe": "design"})
    [found] = check(run_simulated, recipe())
    assert found["base_image"]["name"] == OLDER


def test_our_own_image_builder_with_other_settings_is_warned_of(
    run_simulated: Run, simulated: Any, recipe: Recipe
) -> None:
    tags = {"euc.appstream:recipe": "design"}
    add_image_builder(simulated, "design", InstanceType="stream.standard.small", Tags=tags)
    [found] = check(run_simulated, recipe())
    assert any("instance_type 'stream.standard.small'" in warning for warning in found["warnings"])


@pytest.mark.parametrize("tags", [{}, {"euc.appstream:recipe": "other"}])
def test_an_image_builder_of_somebody_else(
    run_simulated: Run, simulated: Any, recipe: Recipe, tags: dict[str, str]
) -> None:
    add_image_builder(simulated, "design", Tags={**tags, "euc.appstream:image": "other-1"})
    [found] = check(run_simulated, recipe())
    assert "was not made for recipe design" in found["problems"][0]
    assert found["image_name"] == "design-20261122T124526Z"


def test_a_quota_of_0_is_not_checked(run_simulated: Run, simulated: Any, recipe: Recipe) -> None:
    add_image("own-1")
    add_image_builder(simulated, "other-1")
    [found] = check(run_simulated, recipe("one"), image_builder_quota=0, image_quota=0)
    assert found["problems"] == []


def test_quotas_count_over_all_recipes(run_simulated: Run, simulated: Any, recipe: Recipe) -> None:
    add_image("own-1")
    add_image_builder(simulated, "other-1")
    found = check(run_simulated, *(recipe(f"r{number}") for number in range(3)), image_builder_quota=3, image_quota=2)
    assert [len(one["problems"]) for one in found] == [0, 1, 2]
    assert found[1]["problems"] == [
        "the quota of 2 images (image_quota, if yours is another) is not enough: 1 left for 3 more to be made "
        "(check quotas)"
    ]
    assert (
        "the quota of 3 image builders (image_builder_quota, if yours is another) is not enough: 2 left for 3"
        in found[2]["problems"][1]
    )


def test_addresses_count_over_all_recipes(
    run_simulated: Run, simulated: Any, recipe: Recipe, network: dict[str, Any]
) -> None:
    ec2 = simulated.client("ec2")
    vpc = ec2.describe_subnets(SubnetIds=[network["subnet_id"]])["Subnets"][0]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="172.31.200.0/28")["Subnet"]
    for _address in range(subnet["AvailableIpAddressCount"] - 1):
        ec2.create_network_interface(SubnetId=subnet["SubnetId"])
    found = check(run_simulated, *(recipe(name, builder={"subnet_id": subnet["SubnetId"]}) for name in ("one", "two")))
    assert [bool(one["problems"]) for one in found] == [False, True]
    assert f"the free addresses of {subnet['SubnetId']}" in found[1]["problems"][0]


def test_duplicates(run_simulated: Run, recipe: Recipe) -> None:
    found = check(run_simulated, recipe("one", builder={"name": "same"}), recipe("two", builder={"name": "same"}))
    assert all("2 recipes have the same image builder name same" in one["problems"] for one in found)


@pytest.mark.parametrize(
    ("operation", "code"),
    [
        ("ec2:DescribeSubnets", "UnauthorizedOperation"),
        ("ec2:DescribeSecurityGroups", "UnauthorizedOperation"),
        ("appstream:DescribeDirectoryConfigs", "AccessDeniedException"),
    ],
)
def test_what_may_not_be_read_is_a_warning(
    run_simulated: Run, simulated: Any, recipe: Recipe, operation: str, code: str
) -> None:
    simulated.fail(match=operation, code=code, status=403)
    domain = {"directory_name": "corp.example.com", "organizational_unit": UNIT}
    [found] = check(run_simulated, recipe(builder={"domain": domain}))
    assert found["problems"] == []
    assert f"calling the {operation.split(':')[1]} operation" in found["warnings"][0]


def test_what_has_to_be_read_is_a_failure(run_simulated: Run, simulated: Any, recipe: Recipe) -> None:
    simulated.fail(match="appstream:DescribeImageBuilders", code="AccessDeniedException", status=400)
    assert run_simulated(preflight, images=[recipe()])["failed"]


def test_the_time_stamp_is_made_when_not_given(run_simulated: Run, recipe: Recipe) -> None:
    result = run_simulated(preflight, images=[recipe()])
    assert result["images"][0]["image_name"] == f"design-{result['timestamp']}"
    assert datetime.strptime(result["timestamp"], "%Y%m%dT%H%M%SZ")


def test_throttled_at_every_call(run_simulated: Run, simulated: Any, recipe: Recipe) -> None:
    simulated.fail(match=".*", code="RequestLimitExceededException", status=400, per_operation=6)
    assert check(run_simulated, recipe())[0]["problems"] == []


def test_an_image_builder_without_an_image_arn_can_be_read(
    run_simulated: Run, simulated: Any, recipe: Recipe, monkeypatch: pytest.MonkeyPatch
) -> None:
    describe = ImageBuilder.describe
    add_image_builder(simulated, "design")
    monkeypatch.setattr(
        ImageBuilder,
        "describe",
        lambda self: {member: value for member, value in describe(self).items() if member != "ImageArn"},
    )
    [found] = check(run_simulated, recipe("design"))
    assert found["image_builder"]["state"] == "RUNNING"
    assert "image_arn" not in found["image_builder"]


def test_credentials_that_end_soon(run_simulated: Run, recipe: Recipe, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(AnsibleAppStreamModule, "credentials_warning", lambda self: "the AWS credentials end")
    [found] = check(run_simulated, recipe())
    assert found["warnings"] == ["the AWS credentials end"]
