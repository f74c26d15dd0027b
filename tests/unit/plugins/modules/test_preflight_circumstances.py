# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Module preflight: what is a warning in any case, whose rights count, where quotas are from, and the time it takes."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.euc.appstream.plugins.module_utils._appstream.core import retries
from ansible_collections.euc.appstream.plugins.module_utils._appstream.core.aws import AnsibleAppStreamModule
from ansible_collections.euc.appstream.plugins.module_utils._appstream.preflight import hosts, inquiry
from preflight_account import (
    ACCOUNT,
    ALL,
    HOST,
    ROLE,
    Run,
    allow,
    as_users,
    check,
    have_endpoint,
    have_everything,
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


# Quotas ------------------------------------------------------------------------------------------------------------


def test_given_quotas_are_not_asked_for(run_simulated: Run, simulated: Simulated, place: dict[str, Any]) -> None:
    check(run_simulated, recipe(place), image_builder_quota=3, image_quota=0)
    assert "ListServiceQuotas" not in [one["operation"] for one in simulated.server.calls.entries()]


@pytest.mark.parametrize("allowed", [True, False])
def test_without_an_answer_the_default_counts(
    run_simulated: Run, simulated: Simulated, place: dict[str, Any], allowed: bool
) -> None:
    simulated.server.settings.instance_quotas.clear()
    monkey = pytest.MonkeyPatch()
    monkey.setattr(simulated.server.settings, "image_quota", 12)
    if not allowed:
        simulated.fail(match="servicequotas:.*", code="AccessDeniedException", status=400)
    found = check(run_simulated, *(recipe(place, f"r{number}") for number in range(12)), image_builder_quota=0)
    monkey.undo()
    lacking = [one["problems"] for one in found if one["problems"]]
    assert len(lacking) == (0 if allowed else 2)
    assert all("AWS's default, because yours could not be read" in one for [one] in lacking)


# Rights ------------------------------------------------------------------------------------------------------------

BUILDERS = f"arn:aws:appstream:eu-west-1:{ACCOUNT}:image-builder/"
IMAGES = f"arn:aws:appstream:eu-west-1:{ACCOUNT}:image/"


@pytest.mark.parametrize(
    ("statements", "problems", "warnings"),
    [
        ([allow(["appstream:*", "iam:PassRole"])], [], []),
        ([allow("appstream:*", [f"{BUILDERS}*", f"{IMAGES}*", "*"]), allow("iam:PassRole", ROLE)], [], []),
        ([allow("appstream:*"), allow("iam:PassRole", f"{ROLE}s")], [f"iam:PassRole for {ROLE}"], []),
        (
            [ALL, {"Effect": "Deny", "Action": "appstream:ListTagsForResource", "Resource": "*"}],
            ["appstream:ListTagsForResource: it is denied explicitly by a policy"],
            [],
        ),
        (
            [ALL, {"Effect": "Deny", "Action": "appstream:TagResource", "Resource": f"{BUILDERS}*"}],
            [f"appstream:TagResource for {BUILDERS}design"],
            [],
        ),
        # A build calls it about image builders only.
        (
            [ALL, {"Effect": "Deny", "Action": "appstream:TagResource", "Resource": f"{IMAGES}*"}],
            [],
            [],
        ),
        (
            [ALL, {"Effect": "Deny", "Action": "appstream:StopImageBuilder", "Resource": "*"}],
            [],
            [f"appstream:StopImageBuilder for {BUILDERS}design"],
        ),
        ([ALL, {"Effect": "Deny", "Action": "*", "Resource": f"{BUILDERS}other"}], [], []),
        (
            [
                {"Effect": "Allow", "NotAction": "appstream:DeleteImageBuilder", "Resource": "*"},
                allow("appstream:DeleteImageBuilder", Condition={"StringEquals": {"aws:ResourceTag/Team": "euc"}}),
            ],
            [],
            ["appstream:DeleteImageBuilder may be denied", "aws:ResourceTag/Team"],
        ),
        # The reference has no resources for it.
        (
            [
                {"Effect": "Allow", "NotAction": "appstream:ListTagsForResource", "Resource": "*"},
                allow("appstream:ListTagsForResource", [f"{BUILDERS}*", f"{IMAGES}*"]),
            ],
            ["appstream:ListTagsForResource: it is denied because no policy allows it"],
            [],
        ),
        (
            [
                {"Effect": "Allow", "NotAction": "appstream:CreateImageBuilder", "Resource": "*"},
                allow("appstream:CreateImageBuilder", f"{BUILDERS}*"),
            ],
            ["appstream:CreateImageBuilder for arn:aws:appstream:eu-west-1::image/"],
            [],
        ),
        (
            [
                {"Effect": "Allow", "NotAction": "appstream:*", "Resource": "*"},
                allow("appstream:*", Condition={"Null": {"aws:ResourceTag/euc.appstream:recipe": "false"}}),
                allow("appstream:*", Condition={"StringEquals": {"aws:RequestTag/CostCenter": "42"}}),
            ],
            [],
            [],
        ),
        (
            [allow("*", Condition={"StringEquals": {"aws:RequestedRegion": "eu-west-1"}})],
            [],
            [],
        ),
        (
            [allow("*", Condition={"ForAllValues:StringLike": {"aws:TagKeys": ["euc.appstream:*", "CostCenter"]}})],
            [],
            [],
        ),
    ],
)
def test_rights(
    run_simulated: Run,
    place: dict[str, Any],
    as_user: Callable[..., None],
    statements: list[dict[str, Any]],
    problems: list[str],
    warnings: list[str],
) -> None:
    as_user(*statements)
    [found] = check(run_simulated, recipe(place, tags={"CostCenter": "42"}))
    assert len(found["problems"]) == len(problems) and len(found["warnings"]) == min(1, len(warnings)), found
    assert all(text in found["problems"][0] for text in problems)
    assert all(text in found["warnings"][0] for text in warnings)


def test_a_role_with_a_path_is_found_by_its_session(
    run_simulated: Run, simulated: Simulated, place: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    iam = simulated.client("iam")
    trust = json.dumps({"Version": "2012-10-17", "Statement": []})
    arn = iam.create_role(RoleName="AWSReservedSSO_x", Path="/aws-reserved/sso/", AssumeRolePolicyDocument=trust)
    policy = {"Version": "2012-10-17", "Statement": [allow("appstream:*")]}
    iam.put_role_policy(RoleName="AWSReservedSSO_x", PolicyName="x", PolicyDocument=json.dumps(policy))
    session = simulated.client("sts").assume_role(RoleArn=arn["Role"]["Arn"], RoleSessionName="run")["Credentials"]
    keys = {
        "aws_access_key_id": session["AccessKeyId"],
        "aws_secret_access_key": session["SecretAccessKey"],
        "aws_session_token": session["SessionToken"],
    }
    monkeypatch.setattr(
        AnsibleAppStreamModule, "client", lambda self, service, **more: simulated.client(service, **more, **keys)
    )
    [found] = check(run_simulated, recipe(place))
    assert [one.partition(": it is")[0] for one in found["problems"]] == [
        f"the credentials in use may not call iam:PassRole for {ROLE}"
    ]


# What is a warning in any case -------------------------------------------------------------------------------------


def test_objects_that_the_builders_role_fetches_are_warned_of(run_simulated: Run, place: dict[str, Any]) -> None:
    source = {"source": "s3://installers/none.msi", "access": "builder_role"}
    [found] = check(run_simulated, recipe(place, s3_sources=[source]))
    assert found["problems"] == []
    assert found["warnings"] == [
        f"{source['source']} does not exist as far as the controller's credentials can see (check sources)"
    ]


def test_an_object_in_another_region(run_simulated: Run, simulated: Simulated, place: dict[str, Any]) -> None:
    s3 = simulated.client("s3", region="us-east-1")
    s3.create_bucket(Bucket="far")
    s3.put_object(Bucket="far", Key="app.msi", Body=b"MSI")
    sources = [{"source": "s3://far/app.msi", "region": "us-east-1"}]
    [found] = check(run_simulated, recipe(place, s3_sources=sources))
    assert (found["problems"], found["warnings"]) == ([], [])


def test_an_internet_gateway_needs_a_public_address(
    run_simulated: Run, simulated: Simulated, place: dict[str, Any]
) -> None:
    changed = without_route(simulated, place)
    ec2 = simulated.client("ec2")
    subnet = changed["builder"]["subnet_id"]
    wanted = [{"Name": "association.subnet-id", "Values": [subnet]}]
    [table] = ec2.describe_route_tables(Filters=wanted)["RouteTables"]
    gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=table["VpcId"])
    ec2.create_route(RouteTableId=table["RouteTableId"], DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway)
    [private] = check(run_simulated, recipe(place, **changed))
    assert private["problems"] == [] and "takes a public address" in private["warnings"][0]
    changed["builder"]["enable_default_internet_access"] = True
    [public] = check(run_simulated, recipe(place, **changed))
    assert (public["problems"], public["warnings"]) == ([], [])


@pytest.mark.parametrize("hosts", [[], ["10.1.2.3"], ["files"], ["files.corp.internal"], ["files.example.com"]])
def test_without_something_on_the_internetwithout_route_is_needed(
    run_simulated: Run, simulated: Simulated, place: dict[str, Any], hosts: list[str]
) -> None:
    changed = without_route(simulated, place)
    [found] = check(run_simulated, recipe(place, **changed, internet_hosts=hosts))
    assert (found["problems"], found["warnings"]) == ([], [])


def test_where_a_proxy_may_be_set_a_missing_route_is_a_warning(
    run_simulated: Run, simulated: Simulated, place: dict[str, Any]
) -> None:
    changed = without_route(simulated, place)
    [found] = check(run_simulated, recipe(place, **changed, may_set_proxy=True))
    assert found["problems"] == [] and f"which {HOST} needs" in found["warnings"][0]


def test_a_name_that_cannot_be_resolved_is_a_warning(
    run_simulated: Run, simulated: Simulated, place: dict[str, Any]
) -> None:
    changed = without_route(simulated, place)
    [found] = check(run_simulated, recipe(place, **changed, internet_hosts=["unknown.example.com"]))
    assert found["problems"] == [] and "can't resolve unknown.example.com" in found["warnings"][0]


def test_a_resolver_that_hangs_costs_no_more_than_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    answered = threading.Event()
    monkeypatch.setattr(hosts, "RESOLVE_TIMEOUT", 0.05)
    monkeypatch.setattr(hosts, "socket", SimpleNamespace(getaddrinfo=lambda *given: answered.wait(30) and []))
    try:
        assert hosts.resolve(["a.example.com", "b.example.com"]) == {}
    finally:
        answered.set()


def test_an_endpoint_of_another_vpc_is_warned_of(
    run_simulated: Run, simulated: Simulated, place: dict[str, Any]
) -> None:
    vpc = simulated.client("ec2").create_vpc(CidrBlock="10.8.0.0/16")["Vpc"]["VpcId"]
    endpoint = have_endpoint(simulated, vpc)
    [found] = check(run_simulated, recipe(place, builder={"access_endpoints": [{"vpce_id": endpoint}]}))
    assert found["problems"] == [] and f"{endpoint} is in {vpc}, the subnet in" in found["warnings"][0]


# A catalog that is not empty ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "changes",
    [
        {"catalog_applications": [], "dynamic_app_catalog": True},
        {"catalog_applications": None},
        {"catalog_applications": [], "base_image": {"name": "full"}},
    ],
)
def test_a_catalog_that_is_not_empty(run_simulated: Run, place: dict[str, Any], changes: dict[str, Any]) -> None:
    add_image("full", Applications=[{"Name": "a"}])
    [found] = check(run_simulated, recipe(place, **changes))
    assert found["problems"] == []


# Whose image and image builder it is: an error in any case ------------------------------------------------------------


def test_somebody_elses_image_is_never_touched(run_simulated: Run, simulated: Simulated, place: dict[str, Any]) -> None:
    add_image("fixed", state="FAILED")
    simulated.client("appstream").create_image_builder(
        Name="design", InstanceType="stream.standard.large", ImageName="AppStream-WinServer2022-09-09-2026"
    )
    off = dict.fromkeys(("names", "image", "image_builder", "base_image", "quotas"), "off")
    found = check(run_simulated, recipe(place, image_name="fixed"), recipe(place, "design"), checks=off)
    assert [len(one["problems"]) for one in found] == [4, 3], found


# Time ----------------------------------------------------------------------------------------------------------------


def test_thirty_recipes_take_less_than_a_minute(
    run_simulated: Run, simulated: Simulated, place: dict[str, Any], as_user: Callable[..., None]
) -> None:
    as_user(ALL)
    simulated.server.calls.clear()
    begun = time.process_time()
    check(run_simulated, *(recipe(place, f"r{number}") for number in range(30)), image_builder_quota=0, image_quota=0)
    assert time.process_time() - begun < 60
    # No call of AWS takes longer than two seconds for long.
    assert len(simulated.server.calls.entries()) <= 30


def test_no_way_to_a_service_is_found_out_soon() -> None:
    """What a connection that never opens may cost at most, by attempts and their time."""
    pauses = sum(min(retries.LONGEST_PAUSE, 2.0**attempt) for attempt in range(retries.CONNECTION_ATTEMPTS - 1))
    # STS, IAM, Service Quotas and S3; EC2 has to be there for the builders' network anyway.
    assert 4 * (retries.CONNECTION_ATTEMPTS * inquiry.CONNECT_TIMEOUT + pauses) <= 60


def test_an_object_that_may_not_be_read_names_the_rights(
    run_simulated: Run, simulated: Simulated, place: dict[str, Any]
) -> None:
    """The answer to HeadObject is a status alone."""
    simulated.fail(match="s3:HEAD .*", code="AccessDenied", status=403)
    [found] = check(run_simulated, recipe(place, s3_sources=[{"source": "s3://installers/a.msi"}]))
    assert [one for one in found["warnings"] if "it needs s3:GetObject, and for what is not there s3:ListBucket" in one]
