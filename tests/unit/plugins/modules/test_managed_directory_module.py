# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Modules managed_directory and managed_directory_info, against the simulated AWS.

There a directory is Active at once; how it gets there is tested with scripted stages, in
test_managed_directory_resource.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.euc.appstream.plugins.modules import managed_directory, managed_directory_info

Run = Callable[..., dict[str, Any]]

DOMAIN = "corp.example.com"
PASSWORD = "Zr7-directory-secret"


@pytest.fixture
def creation(simulated: Any) -> dict[str, Any]:
    subnets = simulated.client("ec2").describe_subnets()["Subnets"]
    subnets.sort(key=lambda subnet: str(subnet["AvailabilityZone"]))
    return {
        "name": DOMAIN,
        "short_name": "CORP",
        "password": PASSWORD,
        "vpc_id": subnets[0]["VpcId"],
        "subnet_ids": [subnets[1]["SubnetId"], subnets[0]["SubnetId"]],
        "tags": {"CostCenter": 42},
    }


def stored(simulated: Any) -> list[dict[str, Any]]:
    return simulated.client("ds").describe_directories()["DirectoryDescriptions"]


def test_created_once(run_simulated: Run, simulated: Any, creation: dict[str, Any]) -> None:
    predicted = run_simulated(managed_directory, check_mode=True, **creation)
    assert (predicted["changed"], stored(simulated)) == (True, [])
    result = run_simulated(managed_directory, **creation)
    directory = result["directory"]
    assert (result["changed"], result["actions"], directory["stage"]) == (True, ["create"], "Active")
    assert (result["diff"], result["diff"]["after"]["edition"]) == (predicted["diff"], "Standard")
    assert directory["tags"] == {"CostCenter": "42"}
    assert len(directory["dns_ip_addrs"]) == 2
    assert directory["vpc_settings"]["security_group_id"].startswith("sg-")
    assert directory["access_url"]
    for check_mode in (True, False):
        again = run_simulated(managed_directory, check_mode=check_mode, **{**creation, "name": DOMAIN.upper()})
        assert (again["changed"], again["actions"]) == (False, [])
        assert again["directory"]["directory_id"] == directory["directory_id"]
    assert simulated.operations() == ["CreateMicrosoftAD"]


def test_an_existing_directory_needs_its_name_only(
    run_simulated: Run, simulated: Any, creation: dict[str, Any]
) -> None:
    run_simulated(managed_directory, **creation)
    result = run_simulated(managed_directory, name=DOMAIN)
    assert (result["changed"], result["directory"]["short_name"]) == (False, "CORP")


def test_tags(run_simulated: Run, simulated: Any, creation: dict[str, Any]) -> None:
    run_simulated(managed_directory, **creation)
    added = run_simulated(managed_directory, name=DOMAIN, tags={"a": "b"}, purge_tags=False)
    assert (added["changed"], added["directory"]["tags"]) == (True, {"CostCenter": "42", "a": "b"})
    predicted = run_simulated(managed_directory, check_mode=True, name=DOMAIN, tags={"a": "c"})
    replaced = run_simulated(managed_directory, name=DOMAIN, tags={"a": "c"})
    assert (replaced["changed"], replaced["diff"]) == (True, predicted["diff"])
    tags = simulated.client("ds").list_tags_for_resource(ResourceId=replaced["directory"]["directory_id"])["Tags"]
    assert tags == [{"Key": "a", "Value": "c"}]
    assert not run_simulated(managed_directory, name=DOMAIN, tags={"a": "c"})["changed"]


@pytest.mark.parametrize("missing", ["password", "vpc_id", "subnet_ids"])
def test_creation_needs(run_simulated: Run, simulated: Any, creation: dict[str, Any], missing: str) -> None:
    creation.pop(missing)
    result = run_simulated(managed_directory, check_mode=True, **creation)
    assert result["failed"] and f"to create it {missing} must be set" in result["msg"]


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"name": "corp"}, "fully qualified"),
        ({"short_name": "CORP.EXAMPLE"}, "NetBIOS name"),
        ({"short_name": "A234567890123456"}, "NetBIOS name"),
        ({"password": "Aa1-"}, "password has 4 characters"),
        ({"password": "onlylowercase"}, "three of the four kinds"),
        ({"password": "1-TheAdministrator"}, "the word admin"),
        ({"description": "-x"}, "description"),
        ({"vpc_id": "vpc-x"}, "vpc_id"),
        ({"subnet_ids": ["subnet-0123456789abcdef0"]}, "exactly two subnets"),
        ({"subnet_ids": ["subnet-0123456789abcdef0"] * 2}, "exactly two subnets"),
        ({"tags": {"aws:x": "y"}}, "reserved"),
    ],
)
def test_bad_values_are_refused_before_aws_is_asked(
    run_simulated: Run, simulated: Any, creation: dict[str, Any], changes: dict[str, Any], text: str
) -> None:
    simulated.server.calls.clear()
    result = run_simulated(managed_directory, **{**creation, **changes})
    assert result["failed"] and text in result["msg"]
    assert creation["password"] not in result["msg"]
    assert list(simulated.server.calls.entries()) == []


def test_subnets_are_read_first(run_simulated: Run, simulated: Any, creation: dict[str, Any]) -> None:
    ec2 = simulated.client("ec2")
    first = creation["subnet_ids"][0]
    unknown = "subnet-0123456789abcdef0"
    vpc = ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    foreign = ec2.create_subnet(VpcId=vpc, CidrBlock="10.9.1.0/24", AvailabilityZone="eu-west-1c")["Subnet"]
    zone = ec2.describe_subnets(SubnetIds=[first])["Subnets"][0]["AvailabilityZone"]
    near = ec2.create_subnet(VpcId=creation["vpc_id"], CidrBlock="172.31.96.0/20", AvailabilityZone=zone)["Subnet"]
    for second, text in (
        (unknown, f"subnet {unknown} does not exist"),
        (foreign["SubnetId"], f"is in VPC {vpc}, not in"),
        (near["SubnetId"], f"both subnets are in Availability Zone {zone}"),
    ):
        for check_mode in (True, False):
            result = run_simulated(
                managed_directory, check_mode=check_mode, **{**creation, "subnet_ids": [first, second]}
            )
            assert result["failed"] and text in result["msg"], result["msg"]
    assert stored(simulated) == []
    simulated.fail(match="ec2:DescribeSubnets", code="UnauthorizedOperation")
    assert run_simulated(managed_directory, **creation)["changed"], "who may not read subnets may still create"


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"edition": "Enterprise"}, "edition is 'Standard', wanted 'Enterprise'"),
        ({"short_name": "OTHER"}, "short_name is 'CORP', wanted 'OTHER'"),
        ({"vpc_id": "vpc-0123456789abcdef0"}, "vpc_id is"),
        ({"description": "x"}, "description is ''"),
        ({"subnet_ids": ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"]}, "subnet_ids is"),
    ],
)
def test_what_cannot_be_changed_is_named(
    run_simulated: Run, simulated: Any, creation: dict[str, Any], changes: dict[str, Any], text: str
) -> None:
    run_simulated(managed_directory, **creation)
    for check_mode in (True, False):
        result = run_simulated(managed_directory, check_mode=check_mode, name=DOMAIN, tags={"x": "y"}, **changes)
        assert result["failed"] and text in result["msg"]
        assert list(result["drift"]) == list(changes)
        assert (result["changed"], result["directory"]["name"], result["actions"]) == (False, DOMAIN, [])
        assert result["state_changes"] == [{"state": "Active", "elapsed": 0}]
    assert simulated.operations() == ["CreateMicrosoftAD"]


def test_the_same_subnets_in_another_order_are_the_same(run_simulated: Run, creation: dict[str, Any]) -> None:
    run_simulated(managed_directory, **creation)
    creation["subnet_ids"].reverse()
    creation["short_name"] = "corp"
    assert not run_simulated(managed_directory, **creation)["changed"]


def test_deleted_once(run_simulated: Run, simulated: Any, creation: dict[str, Any]) -> None:
    run_simulated(managed_directory, **creation)
    predicted = run_simulated(managed_directory, check_mode=True, name=DOMAIN, state="absent", tags={"aws:x": "y"})
    assert predicted["changed"] and stored(simulated)
    result = run_simulated(managed_directory, name=DOMAIN, state="absent")
    assert (result["changed"], result["actions"], result["directory"]) == (True, ["delete"], None)
    assert result["diff"] == predicted["diff"]
    assert stored(simulated) == []
    assert not run_simulated(managed_directory, name=DOMAIN, state="absent")["changed"]


def test_a_directory_that_aws_applications_use_stays(
    run_simulated: Run, simulated: Any, creation: dict[str, Any]
) -> None:
    run_simulated(managed_directory, **creation)
    text = "Cannot delete the directory because it still has authorized applications."
    simulated.fail(match="ds:DeleteDirectory", code="ClientException", message=text, status=400)
    result = run_simulated(managed_directory, name=DOMAIN, state="absent")
    assert result["failed"] and text in result["msg"] and "AWS applications that use it" in result["remedy"]


def test_one_of_several_of_a_name(run_simulated: Run, simulated: Any, creation: dict[str, Any]) -> None:
    """Directory Service does not say that a name is unique."""
    run_simulated(managed_directory, **creation)
    ec2 = simulated.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    subnets = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.9.{number}.0/24", AvailabilityZone=f"eu-west-1{zone}")["Subnet"]
        for number, zone in enumerate("ab")
    ]
    settings = {"VpcId": vpc, "SubnetIds": [subnet["SubnetId"] for subnet in subnets]}
    other = simulated.client("ds").create_microsoft_ad(Name=DOMAIN, Password=PASSWORD, VpcSettings=settings)
    result = run_simulated(managed_directory, name=DOMAIN, state="absent")
    assert result["failed"] and f"Several directories are named {DOMAIN}" in result["msg"]
    assert "vpc_id" in result["remedy"]
    result = run_simulated(managed_directory, name=DOMAIN, vpc_id=vpc, state="absent")
    assert result["changed"]
    assert other["DirectoryId"] not in [one["DirectoryId"] for one in stored(simulated)]
    assert len(stored(simulated)) == 1


def test_other_kinds_of_directories_are_left_alone(
    run_simulated: Run, simulated: Any, creation: dict[str, Any]
) -> None:
    settings = {"VpcId": creation["vpc_id"], "SubnetIds": creation["subnet_ids"]}
    simulated.client("ds").create_directory(Name=DOMAIN, Password=PASSWORD, Size="Small", VpcSettings=settings)
    assert run_simulated(managed_directory_info)["directories"] == []
    assert not run_simulated(managed_directory, name=DOMAIN, state="absent")["changed"]


def test_a_lost_answer_makes_no_second_directory(run_simulated: Run, simulated: Any, creation: dict[str, Any]) -> None:
    simulated.fail(match="ds:CreateMicrosoftAD", drop="after")
    result = run_simulated(managed_directory, **creation)
    assert result["failed"] and "no answer came" in result["msg"] and "found by its name" in result["remedy"]
    assert simulated.operations() == ["CreateMicrosoftAD"]
    again = run_simulated(managed_directory, **creation)
    assert (again["changed"], again["actions"], len(stored(simulated))) == (False, [], 1)


def test_throttling_is_outlived(run_simulated: Run, simulated: Any, creation: dict[str, Any]) -> None:
    simulated.fail(match="ds:.*", per_operation=2)
    assert run_simulated(managed_directory, **creation)["changed"]
    assert len(stored(simulated)) == 1


def test_one_that_is_not_found_for_a_while(run_simulated: Run, simulated: Any, creation: dict[str, Any]) -> None:
    run_simulated(managed_directory, **creation)
    missing = {"code": "EntityDoesNotExistException", "status": 400}
    simulated.fail(match="ds:(AddTags|RemoveTags).*", per_operation=3, **missing)
    result = run_simulated(managed_directory, name=DOMAIN, tags={"a": "b"})
    assert (result["changed"], result["directory"]["tags"]) == (True, {"a": "b"})


def test_a_failure_says_what_was_done_before(run_simulated: Run, simulated: Any, creation: dict[str, Any]) -> None:
    directory = run_simulated(managed_directory, **creation)["directory"]
    denied = {"code": "AccessDeniedException", "status": 400}
    simulated.fail(match="ds:RemoveTags.*", **denied)
    refused = run_simulated(managed_directory, name=DOMAIN, tags={"a": "b"})
    assert (refused["failed"], refused["changed"], refused["directory"]) == (True, False, directory)
    assert refused["state_changes"] == [{"state": "Active", "elapsed": 0}]
    simulated.server.gateway.faults.clear()
    simulated.fail(match="ds:AddTags.*", **denied)
    refused = run_simulated(managed_directory, name=DOMAIN, tags={"a": "b"})
    directory = {**directory, "tags": {}}
    assert (refused["failed"], refused["changed"], refused["directory"]) == (True, True, directory)
    simulated.fail(match="ds:DeleteDirectory", **denied)
    refused = run_simulated(managed_directory, name=DOMAIN, state="absent")
    assert (refused["failed"], refused["changed"], refused["directory"]) == (True, False, directory)
    assert (refused["actions"], refused["state_changes"]) == ([], [{"state": "Active", "elapsed": 0}])


def test_quota_and_rights_are_told(run_simulated: Run, simulated: Any, creation: dict[str, Any]) -> None:
    simulated.fail(match="ds:CreateMicrosoftAD", code="DirectoryLimitExceededException", status=400)
    result = run_simulated(managed_directory, **creation)
    assert result["error"]["code"] == "DirectoryLimitExceededException"
    assert "Service Quotas" in result["remedy"]


@pytest.mark.parametrize("fault", [None, {"match": "ds:CreateMicrosoftAD", "code": "ClientException"}])
def test_nothing_shows_the_password(run_simulated: Run, simulated: Any, creation: Any, fault: Any) -> None:
    if fault:
        simulated.fail(**fault)
    result = run_simulated(managed_directory, **creation)
    assert bool(result.get("failed")) is bool(fault)
    assert PASSWORD not in str(result)


def test_info(run_simulated: Run, creation: dict[str, Any]) -> None:
    run_simulated(managed_directory, **creation)
    run_simulated(managed_directory, **{**creation, "name": "a.example.com", "short_name": "A", "tags": {}})
    for names, found in ((None, ["a.example.com", DOMAIN]), ([], []), (["CORP.EXAMPLE.COM", "none"], [DOMAIN])):
        result = run_simulated(managed_directory_info, **({} if names is None else {"names": names}))
        assert [one["name"] for one in result["directories"]] == found
    assert result["directories"][0]["tags"] == {"CostCenter": "42"}
    bare = run_simulated(managed_directory_info, include_tags=False)["directories"]
    assert not any("tags" in one for one in bare)
