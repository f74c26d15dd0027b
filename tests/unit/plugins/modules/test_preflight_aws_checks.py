# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Every check of module preflight that asks AWS: nothing wrong, something wrong, not allowed to ask, throttled."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.euc.appstream.plugins.module_utils._appstream.core import retries
from ansible_collections.euc.appstream.plugins.modules import preflight
from preflight_account import (
    ACCOUNT,
    ALL,
    HOST,
    Run,
    as_users,
    check,
    have_endpoint,
    have_everything,
    have_role,
    know_addresses,
    recipe,
    without_route,
)
from simulated_account import Simulated, add_image


@pytest.fixture(autouse=True)
def place(simulated: Simulated, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Options of an image builder in an account where everything that a recipe can name is there."""
    know_addresses(monkeypatch)
    return have_everything(simulated, monkeypatch)


@pytest.fixture
def as_user(simulated: Simulated, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """as_user(statements): from now on the module runs as an IAM user with this policy."""
    return as_users(simulated, monkeypatch)


# Nothing wrong -----------------------------------------------------------------------------------------------------


def test_nothing_is_wrong(run_simulated: Run, place: dict[str, Any], as_user: Callable[..., None]) -> None:
    as_user(ALL)
    [found] = check(run_simulated, recipe(place))
    assert (found["problems"], found["warnings"]) == ([], [])


def test_nothing_changes_and_everything_is_read_once(
    run_simulated: Run, simulated: Simulated, place: dict[str, Any], as_user: Callable[..., None]
) -> None:
    as_user(ALL)
    simulated.server.calls.clear()
    check(run_simulated, recipe(place))
    once = len(simulated.server.calls.entries())
    simulated.server.calls.clear()
    check(run_simulated, *(recipe(place, f"r{number}") for number in range(9)))
    assert simulated.operations() == []
    # The simulator of policies answers in pages of 100.
    assert len(simulated.server.calls.entries()) - once <= 2


# Something wrong, by check -----------------------------------------------------------------------------------------

Change = Callable[[Simulated, dict[str, Any]], dict[str, Any]]


def _role(arn: str) -> Change:
    return lambda simulated, place: {"builder": {"iam_role_arn": arn}}


def _distrusting(simulated: Simulated, place: dict[str, Any]) -> dict[str, Any]:
    ec2 = {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
    other_action = {"Effect": "Allow", "Principal": {"Service": "appstream.amazonaws.com"}, "Action": "sts:TagSession"}
    have_role(simulated, "distrusting", ec2, other_action)
    return {"builder": {"iam_role_arn": f"arn:aws:iam::{ACCOUNT}:role/distrusting"}}


def _not_public(simulated: Simulated, place: dict[str, Any]) -> dict[str, Any]:
    return {"builder": {"enable_default_internet_access": True}}


def _endpoint(service: str) -> Change:
    def change(simulated: Simulated, place: dict[str, Any]) -> dict[str, Any]:
        vpc = simulated.client("ec2").describe_subnets(SubnetIds=[place["subnet_id"]])["Subnets"][0]["VpcId"]
        return {"builder": {"access_endpoints": [{"vpce_id": have_endpoint(simulated, vpc, service)}]}}

    return change


def _no_endpoint(simulated: Simulated, place: dict[str, Any]) -> dict[str, Any]:
    return {"builder": {"access_endpoints": [{"vpce_id": "vpce-00000000000000000"}]}}


def _object(key: str, body: bytes | None = None) -> Change:
    def change(simulated: Simulated, place: dict[str, Any]) -> dict[str, Any]:
        if body is not None:
            simulated.client("s3").put_object(Bucket="installers", Key=key, Body=body)
        return {"s3_sources": [{"source": f"s3://installers/{key}"}]}

    return change


def _no_bucket(simulated: Simulated, place: dict[str, Any]) -> dict[str, Any]:
    return {"s3_sources": [{"source": "s3://no-such-bucket/app.msi"}]}


def _linux(simulated: Simulated, place: dict[str, Any]) -> dict[str, Any]:
    add_image("linux", Platform="RHEL8").platform = "RHEL8"
    return {"base_image": {"name": "linux"}}


def _empty_catalog(simulated: Simulated, place: dict[str, Any]) -> dict[str, Any]:
    return {"catalog_applications": []}


def _purged_catalog(simulated: Simulated, place: dict[str, Any]) -> dict[str, Any]:
    add_image("full", Applications=[{"Name": "a"}])
    return {"catalog_applications": [], "purge_catalog": True, "base_image": {"name": "full"}}


def _instance_type_used_up(simulated: Simulated, place: dict[str, Any]) -> dict[str, Any]:
    simulated.server.settings.instance_quotas["stream.standard.large"] = 0
    return {}


def _images_used_up(simulated: Simulated, place: dict[str, Any]) -> dict[str, Any]:
    for number in range(10):
        add_image(f"own-{number}")
    return {}


WRONG: dict[str, tuple[str, Change, str]] = {
    "no-such-role": (
        "iam_role",
        _role(f"arn:aws:iam::{ACCOUNT}:role/none"),
        f"IAM role arn:aws:iam::{ACCOUNT}:role/none does not exist",
    ),
    "role-of-another-account": (
        "iam_role",
        _role("arn:aws:iam::222222222222:role/builder"),
        "is one of account 222222222222, the image builder of 123456789012",
    ),
    "no-role-at-all": ("iam_role", _role("builder"), "iam_role_arn builder is no ARN of an IAM role"),
    "distrusting-role": ("iam_role", _distrusting, "distrusting does not trust appstream.amazonaws.com"),
    "no-route": (
        "internet_route",
        without_route,
        f"has no route 0.0.0.0/0 to a NAT gateway or the like, which {HOST} needs",
    ),
    "not-public": ("internet_route", _not_public, "enable_default_internet_access needs a public subnet"),
    "no-endpoint": ("vpc_endpoints", _no_endpoint, "vpce-00000000000000000 does not exist"),
    "endpoint-of-the-api": ("vpc_endpoints", _endpoint("appstream.api"), "not for streaming"),
    "no-object": ("sources", _object("none.msi"), "s3://installers/none.msi does not exist"),
    "empty-object": ("sources", _object("empty.msi", b""), "s3://installers/empty.msi is empty"),
    "no-bucket": ("sources", _no_bucket, "s3://no-such-bucket/app.msi does not exist"),
    "linux": ("platform", _linux, "the base image is of platform RHEL8: images are built of Windows only"),
    "empty-catalog": ("catalog", _empty_catalog, "the application catalog would be empty"),
    "purged-catalog": ("catalog", _purged_catalog, "the application catalog would be empty"),
    "instance-type": (
        "quotas",
        _instance_type_used_up,
        "the quota of 0 image builders of stream.standard.large is not enough: 0 left for 1 more to be made",
    ),
    "images": ("quotas", _images_used_up, "the quota of 10 images (as Service Quotas has it) is not enough: 0 left"),
}


@pytest.mark.parametrize("severity", ["error", "warning", "off", False])
@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_is_as_serious_as_its_check(
    run_simulated: Run, simulated: Simulated, place: dict[str, Any], case: str, severity: Any
) -> None:
    name, change, text = WRONG[case]
    changed = change(simulated, place)
    [found] = check(run_simulated, recipe(place, **changed), checks={name: severity})
    expected = {"error": ("problems", "warnings"), "warning": ("warnings", "problems")}.get(severity)
    if expected is None:
        assert not any(text in one for one in [*found["problems"], *found["warnings"]])
        return
    there, not_there = expected
    assert [one for one in found[there] if text in one], found
    assert found[not_there] == []


def test_several_things_are_wrong_with_several_recipes(
    run_simulated: Run, simulated: Simulated, place: dict[str, Any]
) -> None:
    simulated.server.settings.instance_quotas["stream.standard.large"] = 20
    cases = {case: entry for case, entry in WRONG.items() if entry[0] != "quotas"}
    recipes = [recipe(place, case, **change(simulated, place)) for case, (_name, change, _text) in cases.items()]
    found = check(run_simulated, *recipes, image_builder_quota=0, image_quota=0)
    for finding in found:
        assert len(finding["problems"]) == 1 and cases[finding["name"]][2] in finding["problems"][0], finding


@pytest.mark.parametrize("given", [{"nets": "error"}, {"quotas": "severe"}, {"quotas": True}])
def test_wrong_checks_are_refused(run_simulated: Run, place: dict[str, Any], given: dict[str, Any]) -> None:
    result = run_simulated(preflight, images=[recipe(place)], checks=given)
    assert result["failed"] and ("is no check" in result["msg"] or "is no severity" in result["msg"])


# Not allowed to ask, throttled, no way there -----------------------------------------------------------------------

ASKED: dict[str, tuple[str, str]] = {
    "sts:GetCallerIdentity": ("permissions", "AccessDenied"),
    "iam:SimulatePrincipalPolicy": ("permissions", "AccessDenied"),
    "iam:GetRole": ("iam_role", "AccessDenied"),
    "servicequotas:ListServiceQuotas": ("quotas", "AccessDeniedException"),
    "ec2:DescribeSubnets": ("network", "UnauthorizedOperation"),
    "ec2:DescribeSecurityGroups": ("network", "UnauthorizedOperation"),
    "ec2:DescribeRouteTables": ("internet_route", "UnauthorizedOperation"),
    "ec2:DescribeVpcEndpoints": ("vpc_endpoints", "UnauthorizedOperation"),
    "appstream:DescribeDirectoryConfigs": ("directory_config", "AccessDeniedException"),
    "s3:HEAD /installers/app.msi": ("sources", "AccessDenied"),
}


@pytest.mark.parametrize("call", ASKED)
def test_what_may_not_be_asked_is_a_warning(
    run_simulated: Run, simulated: Simulated, place: dict[str, Any], as_user: Callable[..., None], call: str
) -> None:
    as_user(ALL)
    name, code = ASKED[call]
    simulated.fail(match=call, code=code, status=403)
    [found] = check(run_simulated, recipe(place))
    assert found["problems"] == []
    [warning] = found["warnings"]
    assert warning.startswith("this could not be checked: ") and warning.endswith(f" (check {name})")


@pytest.mark.parametrize("call", ASKED)
def test_what_is_off_is_not_asked(
    run_simulated: Run, simulated: Simulated, place: dict[str, Any], as_user: Callable[..., None], call: str
) -> None:
    as_user(ALL)
    name, _code = ASKED[call]
    also = {"permissions": "off", "iam_role": "off"} if call.startswith(("sts:", "iam:")) else {}
    simulated.server.calls.clear()
    [found] = check(run_simulated, recipe(place), checks={name: "off", **also})
    made = {f"{one['service']}:{one['operation']}" for one in simulated.server.calls.entries()}
    assert call not in made and found["problems"] == []


@pytest.mark.parametrize("call", ASKED)
def test_what_is_throttled_for_a_while_is_asked_again(
    run_simulated: Run, simulated: Simulated, place: dict[str, Any], as_user: Callable[..., None], call: str
) -> None:
    as_user(ALL)
    # HEAD has no body, and so no code.
    status = 503 if call.startswith("s3:") else 400
    simulated.fail(match=call, code="ThrottlingException", status=status, times=4)
    [found] = check(run_simulated, recipe(place))
    assert (found["problems"], found["warnings"]) == ([], [])


@pytest.mark.parametrize("call", [call for call in ASKED if not call.startswith("appstream:")])
def test_without_a_connection_there_is_a_warning(
    run_simulated: Run, simulated: Simulated, place: dict[str, Any], as_user: Callable[..., None], call: str
) -> None:
    as_user(ALL)
    simulated.fail(match=call, drop=True)
    [found] = check(run_simulated, recipe(place))
    assert found["problems"] == []
    assert any(one.endswith(f" (check {ASKED[call][0]})") for one in found["warnings"])


def test_a_service_that_cannot_be_reached_is_not_asked_again(
    run_simulated: Run, simulated: Simulated, place: dict[str, Any], as_user: Callable[..., None]
) -> None:
    as_user(ALL)
    simulated.fail(match="iam:.*", drop=True)
    simulated.server.calls.clear()
    [found] = check(run_simulated, recipe(place))
    asked = [one["operation"] for one in simulated.server.calls.entries() if one["service"] == "iam"]
    assert asked == ["GetRole"] * retries.CONNECTION_ATTEMPTS
    assert [one.rpartition(" ")[2] for one in found["warnings"]] == ["iam_role)", "permissions)"]


def test_expired_credentials_fail(run_simulated: Run, simulated: Simulated, place: dict[str, Any]) -> None:
    simulated.fail(match="iam:GetRole", code="ExpiredToken", status=403)
    assert run_simulated(preflight, images=[recipe(place)])["failed"]
