# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Sharing images: who may be given what, what the other account then sees and can do, and what taking it away does."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import pytest
from fleet_requests import begin_session, create_fleet, describe_fleet
from simulated_aws import (
    BASE_IMAGE,
    Network,
    Simulator,
    all_images,
    create_builder,
    describe_builder,
    describe_image,
    error_of,
    make_network,
    take_image,
)

OWN = "123456789012"
OTHER = "222222222222"
THIRD = "333333333333"
ARN = f"arn:aws:appstream:eu-west-1:{OWN}:image/design"

Client = Callable[..., Any]


def credentials(simulator: Simulator, account: str = OTHER) -> dict[str, str]:
    """The keys of a role in another account."""
    role = f"arn:aws:iam::{account}:role/images"
    keys = simulator.client("sts").assume_role(RoleArn=role, RoleSessionName="test")["Credentials"]
    return {
        "aws_access_key_id": keys["AccessKeyId"],
        "aws_secret_access_key": keys["SecretAccessKey"],
        "aws_session_token": keys["SessionToken"],
    }


@pytest.fixture
def client_of(simulator: Simulator) -> Client:
    """client_of(account id, Region): a client of another account."""

    def client(account: str = OTHER, region: str = "eu-west-1") -> Any:
        return simulator.client(region=region, **credentials(simulator, account))

    return client


@pytest.fixture
def their_network(simulator: Simulator) -> dict[str, list[str]]:
    """The VpcConfig of another account."""
    return make_network(simulator, **credentials(simulator)).config


@pytest.fixture
def design(simulator: Simulator, appstream: Any, network: Network) -> None:
    """An AVAILABLE image of this account."""
    create_builder(appstream, VpcConfig=network.config)
    simulator.advance(600)
    take_image(simulator, "design")


def share(appstream: Any, account: str = OTHER, *, fleet: bool = True, builder: bool = True) -> None:
    permissions = {"allowFleet": fleet, "allowImageBuilder": builder}
    appstream.update_image_permissions(Name="design", SharedAccountId=account, ImagePermissions=permissions)


def revoke(appstream: Any, account: str = OTHER) -> None:
    appstream.delete_image_permissions(Name="design", SharedAccountId=account)


def permissions_of(appstream: Any, **request: Any) -> dict[str, dict[str, bool]]:
    answer = appstream.describe_image_permissions(Name="design", **request)
    assert answer["Name"] == "design"
    return {one["sharedAccountId"]: one["imagePermissions"] for one in answer["SharedImagePermissionsList"]}


@pytest.mark.usefixtures("design")
def test_permissions_are_given_changed_and_taken(appstream: Any) -> None:
    assert permissions_of(appstream) == {}
    share(appstream, THIRD, builder=False)
    share(appstream, OTHER)
    share(appstream, OTHER, fleet=False)
    assert permissions_of(appstream) == {
        OTHER: {"allowFleet": False, "allowImageBuilder": True},
        THIRD: {"allowFleet": True, "allowImageBuilder": False},
    }
    revoke(appstream)
    assert list(permissions_of(appstream)) == [THIRD]


@pytest.mark.usefixtures("design")
def test_permissions_are_listed_in_pages_and_by_account(appstream: Any) -> None:
    accounts = [f"{number:012}" for number in (7, 5, 6)]
    for account in accounts:
        share(appstream, account)
    assert list(permissions_of(appstream, SharedAwsAccountIds=[accounts[0], "999999999999"])) == [accounts[0]]
    seen: list[str] = []
    token: dict[str, str] = {}
    while True:
        answer = appstream.describe_image_permissions(Name="design", MaxResults=1, **token)
        seen += [one["sharedAccountId"] for one in answer["SharedImagePermissionsList"]]
        if "NextToken" not in answer:
            break
        token = {"NextToken": answer["NextToken"]}
    assert seen == sorted(accounts)


@pytest.mark.usefixtures("design")
def test_what_a_request_may_hold(appstream: Any) -> None:
    describe = appstream.describe_image_permissions
    assert error_of(describe, Name="design", SharedAwsAccountIds=[f"{one:012}" for one in range(6)])[0] == (
        "ValidationException"
    )
    update, request = appstream.update_image_permissions, {"allowFleet": True, "allowImageBuilder": True}
    assert error_of(update, Name="design", SharedAccountId="me", ImagePermissions=request)[0] == "ValidationException"
    for unclear in ({}, {"allowFleet": True}, {"allowFleet": False, "allowImageBuilder": False}):
        code, _ = error_of(update, Name="design", SharedAccountId=OTHER, ImagePermissions=unclear)
        assert code == "SimulatorNotImplemented"


@pytest.mark.usefixtures("design")
@pytest.mark.parametrize(
    ("account", "code"), [(OWN, "ResourceNotAvailableException"), ("22222222222", "ResourceNotFoundException")]
)
def test_accounts_it_cannot_be_shared_with(appstream: Any, account: str, code: str) -> None:
    permissions = {"allowFleet": True, "allowImageBuilder": True}
    call = appstream.update_image_permissions
    assert error_of(call, Name="design", SharedAccountId=account, ImagePermissions=permissions)[0] == code
    assert permissions_of(appstream) == {}


@pytest.mark.usefixtures("design")
def test_a_hundred_accounts_at_most(appstream: Any) -> None:
    for number in range(100):
        share(appstream, f"{number:012}")
    permissions = {"allowFleet": True, "allowImageBuilder": True}
    call = appstream.update_image_permissions
    code, _ = error_of(call, Name="design", SharedAccountId=OTHER, ImagePermissions=permissions)
    assert code == "LimitExceededException"
    share(appstream, f"{7:012}", fleet=False)
    revoke(appstream, f"{8:012}")
    share(appstream)


@pytest.mark.usefixtures("design")
@pytest.mark.parametrize("name", ["nothing", BASE_IMAGE])
def test_only_own_images_have_permissions(appstream: Any, name: str) -> None:
    missing = "ResourceNotFoundException"
    permissions = {"allowFleet": True, "allowImageBuilder": True}
    assert error_of(appstream.describe_image_permissions, Name=name)[0] == missing
    assert error_of(appstream.delete_image_permissions, Name=name, SharedAccountId=OTHER)[0] == missing
    call = appstream.update_image_permissions
    assert error_of(call, Name=name, SharedAccountId=OTHER, ImagePermissions=permissions)[0] == missing


def test_only_available_images_can_be_shared(simulator: Simulator, appstream: Any, network: Network) -> None:
    create_builder(appstream, VpcConfig=network.config)
    simulator.advance(600)
    simulator.machine("builder").create_image("design")
    simulator.advance(600)
    assert describe_image(appstream, "design")["State"] == "PENDING"
    permissions = {"allowFleet": True, "allowImageBuilder": True}
    call = appstream.update_image_permissions
    code, _ = error_of(call, Name="design", SharedAccountId=OTHER, ImagePermissions=permissions)
    assert code == "ResourceNotAvailableException"
    assert permissions_of(appstream) == {}


@pytest.mark.usefixtures("design")
def test_permissions_that_are_not_there_cannot_be_deleted(appstream: Any) -> None:
    call = appstream.delete_image_permissions
    assert error_of(call, Name="design", SharedAccountId=OTHER)[0] == "ResourceNotFoundException"


@pytest.mark.usefixtures("design")
def test_what_owner_and_others_see(appstream: Any, client_of: Client) -> None:
    share(appstream, fleet=False)
    owned = describe_image(appstream, "design")
    assert (owned["Visibility"], owned["ImageSharedWithOthers"]) == ("PRIVATE", "TRUE")
    assert "ImagePermissions" not in owned
    other = client_of()
    (seen,) = other.describe_images(Type="SHARED")["Images"]
    assert (seen["Arn"], seen["Visibility"], seen["State"]) == (ARN, "SHARED", "AVAILABLE")
    assert seen["ImagePermissions"] == {"allowFleet": False, "allowImageBuilder": True}
    assert "ImageBuilderName" not in seen
    assert other.describe_images(Arns=[ARN])["Images"] == [seen]
    assert ARN in [image["Arn"] for image in all_images(other)]
    assert error_of(other.describe_images, Names=["design"])[0] == "ResourceNotFoundException"
    assert other.describe_images(Type="PRIVATE")["Images"] == []
    assert appstream.describe_images(Type="SHARED")["Images"] == []


@pytest.mark.usefixtures("design")
def test_who_sees_nothing(appstream: Any, client_of: Client) -> None:
    share(appstream)
    for unconcerned in (client_of(THIRD), client_of(OTHER, "us-east-1"), client_of(OTHER, "us-gov-west-1")):
        assert unconcerned.describe_images(Type="SHARED")["Images"] == []
        assert error_of(unconcerned.describe_images, Arns=[ARN])[0] == "ResourceNotFoundException"
        assert error_of(create_builder, appstream=unconcerned, ImageArn=ARN)[0] == "ResourceNotFoundException"


@pytest.mark.usefixtures("design")
def test_shared_images_are_listed_in_pages_with_the_others(appstream: Any, client_of: Client) -> None:
    share(appstream)
    other = client_of()
    pages = other.get_paginator("describe_images").paginate(PaginationConfig={"PageSize": 3})
    arns = [image["Arn"] for page in pages for image in page["Images"]]
    assert len(arns) == len(set(arns)) == len(all_images(other))
    assert arns.count(ARN) == 1


@pytest.mark.usefixtures("design")
def test_what_the_owner_may_is_not_the_others(appstream: Any, client_of: Client) -> None:
    share(appstream)
    other, missing = client_of(), "ResourceNotFoundException"
    assert error_of(other.delete_image, Name="design")[0] == missing
    assert error_of(other.describe_image_permissions, Name="design")[0] == missing
    assert error_of(other.list_tags_for_resource, ResourceArn=ARN)[0] == missing
    assert error_of(other.tag_resource, ResourceArn=ARN, Tags={"a": "b"})[0] == missing


@pytest.mark.usefixtures("design")
def test_a_builder_from_a_shared_image(
    simulator: Simulator, appstream: Any, client_of: Client, their_network: dict[str, list[str]]
) -> None:
    share(appstream, fleet=False)
    other = client_of()
    create_builder(other, "theirs", ImageArn=ARN, VpcConfig=their_network)
    simulator.advance(600)
    assert describe_builder(other, "theirs")["State"] == "RUNNING"
    machine = simulator.machine("theirs")
    assert (machine.request.account_id, machine.request.image_arn) == (OTHER, ARN)
    assert machine.request.disk is not None
    take_image(simulator, "their-own", "theirs")
    taken = describe_image(other, "their-own")
    assert (taken["State"], taken["BaseImageArn"]) == ("AVAILABLE", ARN)
    # What was made from the image stays when the image goes.
    revoke(appstream)
    appstream.delete_image(Name="design")
    simulator.advance(600)
    other.start_image_builder(Name="theirs")
    simulator.advance(600)
    assert describe_builder(other, "theirs")["State"] == "RUNNING"


@pytest.mark.usefixtures("design")
def test_a_shared_image_goes_by_its_arn_alone(appstream: Any, client_of: Client) -> None:
    share(appstream)
    assert error_of(create_builder, appstream=client_of(), ImageName="design")[0] == "ResourceNotFoundException"


@pytest.mark.usefixtures("design")
def test_an_image_shared_for_fleets_alone(appstream: Any, client_of: Client) -> None:
    share(appstream, builder=False)
    code, message = error_of(create_builder, appstream=client_of(), ImageArn=ARN)
    assert code == "OperationNotPermittedException"
    assert "image builder" in message


@pytest.mark.usefixtures("design")
def test_nothing_is_left_once_it_is_revoked(appstream: Any, client_of: Client) -> None:
    share(appstream)
    other = client_of()
    assert other.describe_images(Arns=[ARN])["Images"]
    revoke(appstream)
    assert describe_image(appstream, "design")["ImageSharedWithOthers"] == "FALSE"
    assert error_of(other.describe_images, Arns=[ARN])[0] == "ResourceNotFoundException"
    assert error_of(create_builder, appstream=other, ImageArn=ARN)[0] == "ResourceNotFoundException"


@pytest.mark.usefixtures("design")
def test_a_shared_image_cannot_be_deleted(appstream: Any) -> None:
    share(appstream)
    assert error_of(appstream.delete_image, Name="design")[0] == "ResourceInUseException"
    revoke(appstream)
    assert appstream.delete_image(Name="design")["Image"]["State"] == "DELETING"
    permissions = {"allowFleet": True, "allowImageBuilder": True}
    call = appstream.update_image_permissions
    code, _ = error_of(call, Name="design", SharedAccountId=OTHER, ImagePermissions=permissions)
    assert code == "ResourceNotAvailableException"


@pytest.mark.usefixtures("design")
def test_an_image_of_the_same_name_is_another(
    simulator: Simulator, appstream: Any, client_of: Client, their_network: dict[str, list[str]]
) -> None:
    other = client_of()
    create_builder(other, "theirs", VpcConfig=their_network)
    simulator.advance(600)
    take_image(simulator, "design", "theirs")
    share(appstream)
    assert [image["Arn"] for image in other.describe_images(Names=["design"])["Images"]] == [
        f"arn:aws:appstream:eu-west-1:{OTHER}:image/design"
    ]
    assert other.describe_images(Arns=[ARN])["Images"][0]["Visibility"] == "SHARED"
    assert create_builder(other, "ours", ImageArn=ARN)["ImageArn"] == ARN


@pytest.mark.usefixtures("design")
@pytest.mark.parametrize("image", [{"ImageName": "design"}, {"ImageArn": ARN}])
def test_an_image_of_a_fleet_cannot_be_deleted(appstream: Any, image: dict[str, str]) -> None:
    create_fleet(appstream, "sales", **image)
    code, message = error_of(appstream.delete_image, Name="design")
    assert code == "ResourceInUseException"
    assert "sales" in message
    appstream.update_fleet(Name="sales", ImageName=BASE_IMAGE)
    assert appstream.delete_image(Name="design")["Image"]["State"] == "DELETING"


@pytest.mark.usefixtures("design")
def test_a_fleet_from_a_shared_image(simulator: Simulator, appstream: Any, client_of: Client) -> None:
    share(appstream, builder=False)
    other = client_of()
    assert error_of(create_fleet, appstream=other, ImageName="design")[0] == "ResourceNotFoundException"
    assert create_fleet(other, "theirs", ImageArn=ARN)["ImageArn"] == ARN
    other.start_fleet(Name="theirs")
    simulator.advance(1800)
    assert describe_fleet(other, "theirs")["State"] == "RUNNING"


@pytest.mark.usefixtures("design")
def test_an_image_shared_for_image_builders_alone(appstream: Any, client_of: Client) -> None:
    share(appstream, fleet=False)
    code, message = error_of(create_fleet, appstream=client_of(), ImageArn=ARN)
    assert code == "OperationNotPermittedException"
    assert "fleet" in message


@pytest.mark.usefixtures("design")
@pytest.mark.parametrize("take_away", [revoke, functools.partial(share, fleet=False)])
def test_fleets_are_emptied_when_the_permission_is_taken_away(
    simulator: Simulator, appstream: Any, client_of: Client, take_away: Callable[[Any], None]
) -> None:
    share(appstream)
    share(appstream, THIRD)
    other, third = client_of(), client_of(THIRD)
    create_fleet(other, "theirs", ImageArn=ARN)
    create_fleet(other, "from-a-base-image")
    create_fleet(third, "of-a-third", ImageArn=ARN)
    other.create_stack(Name="stack")
    other.associate_fleet(StackName="stack", FleetName="theirs")
    other.start_fleet(Name="theirs")
    simulator.advance(1800)
    begin_session(simulator, "theirs")
    take_away(appstream)
    emptied = describe_fleet(other, "theirs")
    assert emptied["State"] == "RUNNING"
    assert (emptied["ComputeCapacityStatus"]["Desired"], emptied["ComputeCapacityStatus"]["InUse"]) == (0, 1)
    assert describe_fleet(other, "from-a-base-image")["ComputeCapacityStatus"]["Desired"] == 2
    assert describe_fleet(third, "of-a-third")["ComputeCapacityStatus"]["Desired"] == 2
    (session,) = other.describe_sessions(StackName="stack", FleetName="theirs")["Sessions"]
    assert session["State"] == "ACTIVE"
    other.update_fleet(Name="theirs", ImageName=BASE_IMAGE, ComputeCapacity={"DesiredInstances": 1})
    assert describe_fleet(other, "theirs")["ComputeCapacityStatus"]["Desired"] == 1
