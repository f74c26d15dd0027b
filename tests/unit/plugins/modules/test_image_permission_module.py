# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Modules image_permission and image_permission_info, against the simulated AWS."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.euc.appstream.plugins.modules import (
    image,
    image_info,
    image_permission,
    image_permission_info,
)
from appstream_simulator.aws.image import Image
from appstream_simulator.aws.models import appstream_backends

Run = Callable[..., dict[str, Any]]

OWN = "123456789012"
FIRST = "012345670123"
SECOND = "222222222222"
ARN = f"arn:aws:appstream:eu-west-1:{OWN}:image/design"


@pytest.fixture
def design(simulated: Any) -> Image:
    """An AVAILABLE image of the account."""
    backend = appstream_backends[OWN]["eu-west-1"]
    image = Image(
        name="design",
        arn=ARN,
        serial=next(backend.serials),
        state="AVAILABLE",
        visibility="PRIVATE",
        created=simulated.server.clock.now(),
        agent_version="09-02-2026",
        latest_agent=False,
        families=["General Purpose"],
        platform="WINDOWS_SERVER_2022",
        attributes={"ImageBuilderSupported": True, "Applications": []},
    )
    backend.images["design"] = image
    return image


def account(account_id: str, fleet: bool = True, builder: bool = True) -> dict[str, Any]:
    return {"account_id": account_id, "allow_fleet": fleet, "allow_image_builder": builder}


def share(image: Image, account_id: str, fleet: bool = True, builder: bool = True) -> None:
    image.shared_with[account_id] = {"allowFleet": fleet, "allowImageBuilder": builder}


def warnings(result: dict[str, Any]) -> list[str]:
    return [str(one) for one in result.get("warnings", [])]


def test_shares_once(run_simulated: Run, simulated: Any, design: Image) -> None:
    options = {"name": "design", "accounts": [{"account_id": SECOND}, account(FIRST, builder=False)]}
    expected = [account(FIRST, builder=False), account(SECOND)]
    predicted = run_simulated(image_permission, check_mode=True, **options)
    assert simulated.operations() == []
    result = run_simulated(image_permission, **options)
    for one in (predicted, result):
        assert (one["changed"], one["permissions"]) == (True, expected)
        assert one["diff"]["before"] == {}
        assert one["diff"]["after"][FIRST] == {"allow_fleet": True, "allow_image_builder": False}
    assert design.shared_with == {
        FIRST: {"allowFleet": True, "allowImageBuilder": False},
        SECOND: {"allowFleet": True, "allowImageBuilder": True},
    }
    for check_mode in (True, False):
        again = run_simulated(image_permission, check_mode=check_mode, **options)
        assert (again["changed"], again["permissions"], warnings(again)) == (False, expected, [])
    assert simulated.operations() == ["UpdateImagePermissions"] * 2


def test_what_is_not_listed_stays_unless_purged(run_simulated: Run, simulated: Any, design: Image) -> None:
    share(design, FIRST)
    result = run_simulated(image_permission, name="design", accounts=[{"account_id": SECOND}])
    assert (sorted(design.shared_with), warnings(result)) == ([FIRST, SECOND], [])
    result = run_simulated(image_permission, name="design", accounts=[{"account_id": SECOND}], purge=True)
    assert (result["changed"], result["permissions"]) == (True, [account(SECOND)])
    assert result["actions"] == ["unshare"]
    result = run_simulated(image_permission, name="design", accounts=[], purge=True)
    assert (result["changed"], result["permissions"], design.shared_with) == (True, [], {})


def test_stops_sharing_with_the_listed_accounts(run_simulated: Run, simulated: Any, design: Image) -> None:
    share(design, FIRST)
    share(design, SECOND)
    # What it would be shared for does not matter then.
    options = {"name": "design", "state": "absent", "accounts": [account(FIRST, False, False)], "purge": True}
    predicted = run_simulated(image_permission, check_mode=True, **options)
    assert sorted(design.shared_with) == [FIRST, SECOND]
    result = run_simulated(image_permission, **options)
    assert predicted["permissions"] == result["permissions"] == [account(SECOND)]
    assert list(design.shared_with) == [SECOND]
    assert not run_simulated(image_permission, **options)["changed"]


def test_there_is_nothing_to_stop_with_an_image_that_is_gone(run_simulated: Run) -> None:
    result = run_simulated(image_permission, name="gone", state="absent", accounts=[{"account_id": FIRST}])
    assert (result["changed"], result["permissions"]) == (False, [])


@pytest.mark.parametrize("check_mode", [True, False])
@pytest.mark.parametrize(
    ("options", "losing"),
    [
        ({"accounts": [account(FIRST, fleet=False)]}, [FIRST]),
        ({"accounts": [], "purge": True}, [FIRST]),
        ({"accounts": [account(FIRST)], "state": "absent"}, [FIRST]),
        ({"accounts": [account(FIRST, builder=False)]}, []),
        # Fleets could not use it before either.
        ({"accounts": [account(SECOND)], "state": "absent"}, []),
    ],
)
def test_warns_of_what_happens_to_fleets(
    run_simulated: Run, design: Image, check_mode: bool, options: dict[str, Any], losing: list[str]
) -> None:
    share(design, FIRST)
    share(design, SECOND, fleet=False)
    result = run_simulated(image_permission, check_mode=check_mode, name="design", **options)
    shown = warnings(result)
    assert result["changed"]
    assert len(shown) == len(losing)
    for one in losing:
        assert one in shown[0]
        assert "desired capacity" in shown[0]
        assert "sessions in progress go on" in shown[0]
    if not check_mode:
        assert warnings(run_simulated(image_permission, name="design", **options)) == []


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"accounts": [{"account_id": "1402433619"}]}, "'1402433619' is not 12 digits"),
        ({"accounts": [{"account_id": 1402433619}]}, "in quotes"),
        ({"accounts": [{"account_id": FIRST}, account(FIRST, False)]}, f"{FIRST} is listed 2 times"),
        ({"accounts": [account(FIRST, False, False)]}, "state=absent"),
        ({"accounts": [], "name": ""}, "image name ''"),
        ({"accounts": [], "name": "a b"}, "image name 'a b'"),
    ],
)
def test_illegal_options_are_refused_before_aws_is_asked(
    run_simulated: Run, simulated: Any, options: dict[str, Any], text: str
) -> None:
    result = run_simulated(image_permission, **{"name": "design", **options})
    assert result["failed"]
    assert text in result["msg"]
    assert simulated.server.calls.entries() == []


def test_an_account_id_that_is_still_a_number_of_twelve_digits_is_taken(run_simulated: Run, design: Image) -> None:
    result = run_simulated(image_permission, name="design", accounts=[{"account_id": int(SECOND)}])
    assert result["permissions"] == [account(SECOND)]


@pytest.mark.parametrize("check_mode", [True, False])
@pytest.mark.parametrize(
    ("name", "text"), [("none", "does not exist"), ("AppStream-WinServer2022-09-09-2026", "is PUBLIC")]
)
def test_only_own_images_can_be_shared(
    run_simulated: Run, simulated: Any, name: str, text: str, check_mode: bool
) -> None:
    result = run_simulated(image_permission, check_mode=check_mode, name=name, accounts=[{"account_id": FIRST}])
    assert text in result["msg"]
    assert simulated.operations() == []


@pytest.mark.parametrize("check_mode", [True, False])
def test_only_available_images_can_be_shared(
    run_simulated: Run, simulated: Any, design: Image, check_mode: bool
) -> None:
    design.state = "PENDING"
    options: dict[str, Any] = {"name": "design", "check_mode": check_mode}
    result = run_simulated(image_permission, accounts=[{"account_id": FIRST}], **options)
    assert "is PENDING" in result["msg"]
    assert "euc.appstream.image" in result["remedy"]
    assert not run_simulated(image_permission, accounts=[], purge=True, **options)["changed"]
    assert simulated.operations() == []


@pytest.mark.parametrize("check_mode", [True, False])
def test_more_than_a_hundred_accounts_are_refused_before_anything_is_changed(
    run_simulated: Run, simulated: Any, design: Image, check_mode: bool
) -> None:
    for number in range(99):
        share(design, f"{number:012}")
    accounts = [{"account_id": FIRST}, {"account_id": SECOND}]
    result = run_simulated(image_permission, check_mode=check_mode, name="design", accounts=accounts)
    assert "would be shared with 101 accounts" in result["msg"]
    assert "with 99 now" in result["remedy"]
    assert (result["changed"], len(result["permissions"])) == (False, 99)
    assert simulated.operations() == []


def test_accounts_go_before_others_come_when_there_is_no_room(
    run_simulated: Run, simulated: Any, design: Image
) -> None:
    for number in range(100):
        share(design, f"{number:012}")
    kept = [{"account_id": f"{number:012}"} for number in range(99)]
    result = run_simulated(image_permission, name="design", accounts=[*kept, {"account_id": SECOND}], purge=True)
    assert len(result["permissions"]) == 100
    assert simulated.operations() == ["DeleteImagePermissions", "UpdateImagePermissions"]


def test_nothing_is_taken_away_before_something_else_is_refused(run_simulated: Run, design: Image) -> None:
    share(design, FIRST)
    result = run_simulated(image_permission, name="design", accounts=[account(OWN)], purge=True)
    assert (result["failed"], result["changed"], result["actions"]) == (True, False, [])
    assert result["permissions"] == [account(FIRST)]
    assert list(design.shared_with) == [FIRST]


def test_a_refused_account_is_told_of_and_the_rest_is_done_later(
    run_simulated: Run, simulated: Any, design: Image
) -> None:
    share(design, SECOND, fleet=False)
    accounts = [account(FIRST), account(OWN), account(SECOND)]
    result = run_simulated(image_permission, name="design", accounts=accounts)
    assert f"account {OWN} on image design" in result["msg"]
    assert f"done before: account {FIRST}" in result["msg"]
    assert result["error"]["code"] == "ResourceNotAvailableException"
    assert "owns the image" in result["remedy"]
    assert (result["changed"], result["actions"]) == (True, ["share"])
    assert result["permissions"] == [account(FIRST), account(SECOND, fleet=False)]
    result = run_simulated(image_permission, name="design", accounts=[account(FIRST), account(SECOND)])
    assert (result["changed"], result["permissions"]) == (True, [account(FIRST), account(SECOND)])
    assert simulated.operations() == ["UpdateImagePermissions"] * 3


@pytest.mark.parametrize("fault", [{"per_operation": 2}, {"drop": True, "times": 3}])
def test_every_call_may_be_throttled_or_lost(
    run_simulated: Run, simulated: Any, design: Image, fault: dict[str, Any]
) -> None:
    share(design, FIRST)
    simulated.fail(match="appstream:.*", **fault)
    result = run_simulated(image_permission, name="design", accounts=[{"account_id": SECOND}], purge=True)
    assert result["permissions"] == [account(SECOND)]
    assert list(design.shared_with) == [SECOND]


@pytest.mark.parametrize("operation", ["UpdateImagePermissions", "DeleteImagePermissions"])
def test_an_answer_lost_after_the_call_was_carried_out(
    run_simulated: Run, simulated: Any, design: Image, operation: str
) -> None:
    share(design, FIRST)
    simulated.fail(match=f"appstream:{operation}", drop="after", times=1)
    result = run_simulated(image_permission, name="design", accounts=[{"account_id": SECOND}], purge=True)
    assert result["permissions"] == [account(SECOND)]
    assert list(design.shared_with) == [SECOND]
    assert not run_simulated(image_permission, name="design", accounts=[{"account_id": SECOND}], purge=True)["changed"]


@pytest.mark.parametrize("operation", ["DescribeImages", "DescribeImagePermissions", "UpdateImagePermissions"])
@pytest.mark.usefixtures("design")
def test_a_missing_right_is_told_of(run_simulated: Run, simulated: Any, operation: str) -> None:
    simulated.fail(match=f"appstream:{operation}", code="AccessDeniedException", message="not authorized")
    result = run_simulated(image_permission, name="design", accounts=[{"account_id": SECOND}])
    assert result["error"]["code"] == "AccessDeniedException"
    assert "IAM policy" in result["remedy"]


def test_the_other_account_can_use_it_until_it_is_taken_away(run_simulated: Run, simulated: Any, design: Image) -> None:
    other = simulated.client("appstream", **simulated.other_account(SECOND))
    run_simulated(image_permission, name="design", accounts=[account(SECOND, fleet=False)])
    (seen,) = other.describe_images(Arns=[ARN])["Images"]
    assert seen["ImagePermissions"] == {"allowFleet": False, "allowImageBuilder": True}
    other.create_image_builder(Name="theirs", ImageArn=ARN, InstanceType="stream.standard.medium")
    run_simulated(image_permission, name="design", state="absent", accounts=[account(SECOND)])
    with pytest.raises(other.exceptions.ResourceNotFoundException):
        other.create_image_builder(Name="more", ImageArn=ARN, InstanceType="stream.standard.medium")


def test_fleets_of_the_other_account_are_emptied(run_simulated: Run, simulated: Any, design: Image) -> None:
    share(design, SECOND)
    other = simulated.client("appstream", **simulated.other_account(SECOND))
    capacity = {"DesiredInstances": 2}
    other.create_fleet(Name="theirs", ImageArn=ARN, InstanceType="stream.standard.medium", ComputeCapacity=capacity)
    result = run_simulated(image_permission, name="design", accounts=[account(SECOND, fleet=False)])
    assert len(warnings(result)) == 1
    assert other.describe_fleets()["Fleets"][0]["ComputeCapacityStatus"]["Desired"] == 0


def test_what_uses_an_image_and_that_it_cannot_be_deleted(run_simulated: Run, simulated: Any, design: Image) -> None:
    share(design, SECOND)
    own = simulated.client("appstream")
    capacity = {"DesiredInstances": 1}
    own.create_fleet(Name="sales", ImageName="design", InstanceType="stream.standard.medium", ComputeCapacity=capacity)
    own.create_image_builder(Name="next", ImageName="design", InstanceType="stream.standard.medium")
    used_by = {"fleets": ["sales"], "image_builders": ["next"], "accounts": [SECOND]}
    (found,) = run_simulated(image_info, type="PRIVATE", include_usage=True)["images"]
    assert found["used_by"] == used_by
    refused = run_simulated(image, name="design", state="absent")
    assert refused["used_by"] == used_by
    assert f"fleets sales and by accounts {SECOND}" in refused["msg"]
    own.delete_fleet(Name="sales")
    run_simulated(image_permission, name="design", accounts=[], purge=True)
    assert run_simulated(image, name="design", state="absent", wait=False)["actions"] == ["delete"]


def test_an_image_with_its_permissions(run_simulated: Run, simulated: Any, design: Image) -> None:
    share(design, SECOND, builder=False)
    result = run_simulated(image, name="design", include_permissions=True)
    assert result["image"]["permissions"] == [account(SECOND, builder=False)]
    assert result["image"]["image_shared_with_others"] == "TRUE"


def test_a_shared_image_as_the_other_account_sees_it(
    run_simulated: Run, simulated: Any, design: Image, monkeypatch: pytest.MonkeyPatch
) -> None:
    share(design, SECOND, fleet=False)
    keys = simulated.other_account(SECOND)
    monkeypatch.setattr(
        image_info.AnsibleAppStreamModule, "client", lambda self, service, **more: simulated.client(service, **keys)
    )
    (found,) = run_simulated(image_info, type="SHARED", include_usage=True)["images"]
    assert found["image_permissions"] == {"allow_fleet": False, "allow_image_builder": True}
    # It is not theirs: neither tags nor users of it are theirs to see.
    assert (found["tags"], "used_by" in found) == ({}, False)
    refused = run_simulated(image_permission, name="design", accounts=[{"account_id": FIRST}])
    assert "does not exist" in refused["msg"]


def test_info(run_simulated: Run, simulated: Any, design: Image) -> None:
    for number in range(60):
        share(design, f"{number:012}")
    share(design, SECOND, builder=False)
    (found,) = run_simulated(image_permission_info, names=["design", "none", "design"])["image_permissions"]
    assert found["name"] == "design"
    assert len(found["permissions"]) == 61
    assert found["permissions"][-1] == account(SECOND, builder=False)
    result = run_simulated(image_permission_info, names=["design"], accounts=[SECOND, FIRST])
    assert result["image_permissions"] == [{"name": "design", "permissions": [account(SECOND, builder=False)]}]
    assert run_simulated(image_permission_info, names=[])["image_permissions"] == []


@pytest.mark.parametrize("options", [{"names": ["design"], "accounts": ["1402433619"]}, {"names": ["a b"]}])
def test_info_refuses_illegal_options(run_simulated: Run, simulated: Any, options: dict[str, Any]) -> None:
    assert run_simulated(image_permission_info, **options)["failed"]
    assert simulated.server.calls.entries() == []


def test_info_tells_a_missing_right(run_simulated: Run, simulated: Any) -> None:
    simulated.fail(match="appstream:DescribeImagePermissions", code="AccessDeniedException")
    result = run_simulated(image_permission_info, names=["design"])
    assert (result["error"]["code"], result["retryable"]) == ("AccessDeniedException", False)
