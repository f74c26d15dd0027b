# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Every check of module preflight that asks AWS: nothing wrong, something wrong, not allowed to ask, throttled."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.euc.appstream.plugins.module_utils._appstream.core import retries
from ansible_collections.euc.appstream.plugins.module_utils._appstream.core.aws import AnsibleAppStreamModule
from ansible_collections.euc.appstream.plugins.module_utils._appstream.preflight import hosts, inquiry
from ansible_collections.euc.appstream.plugins.modules import preflight
from simulated_account import Simulated, add_image

Run = Callable[..., dict[str, Any]]
Finding = dict[str, Any]

ACCOUNT = "123456789012"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/builder"
UNIT = "OU=Builders,DC=corp,DC=example,DC=com"
SOURCE = "s3://installers/app.msi"
HOST = "downloads.example.com"
LIMITS = {"stream.standard.large": 1}


@pytest.fixture(autouse=True)
def addresses(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """What the controller's resolver knows: addresses by name."""
    known = {HOST: "93.184.216.34", "files.example.com": "10.20.30.40"}

    def getaddrinfo(host: str, port: Any, *more: Any, **options: Any) -> list[Any]:
        if host not in known:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (known[host], 0))]

    monkeypatch.setattr(hosts, "socket", SimpleNamespace(getaddrinfo=getaddrinfo))
    return known


@pytest.fixture(autouse=True)
def place(simulated: Simulated, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Options of an image builder in an account where everything that a recipe can name is there."""
    ec2 = simulated.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.7.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.7.1.0/24")["Subnet"]["SubnetId"]
    group = ec2.create_security_group(GroupName="builders", Description="x", VpcId=vpc)["GroupId"]
    table = ec2.describe_route_tables(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["RouteTables"][0]["RouteTableId"]
    gateway = ec2.create_transit_gateway()["TransitGateway"]["TransitGatewayId"]
    ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", TransitGatewayId=gateway)
    endpoint = have_endpoint(simulated, vpc)
    simulated.client("appstream").create_directory_config(
        DirectoryName="corp.example.com", OrganizationalUnitDistinguishedNames=[UNIT]
    )
    trust = {"Effect": "Allow", "Principal": {"Service": "appstream.amazonaws.com"}, "Action": "sts:AssumeRole"}
    have_role(simulated, "builder", trust)
    s3 = simulated.client("s3")
    s3.create_bucket(Bucket="installers", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    s3.put_object(Bucket="installers", Key="app.msi", Body=b"MSI")
    monkeypatch.setattr(simulated.server.settings, "instance_quotas", {**LIMITS})
    simulated.server.calls.clear()
    return {
        "instance_type": "stream.standard.large",
        "subnet_id": subnet,
        "security_group_ids": [group],
        "iam_role_arn": ROLE,
        "access_endpoints": [{"endpoint_type": "STREAMING", "vpce_id": endpoint}],
        "domain": {"directory_name": "corp.example.com", "organizational_unit": UNIT},
    }


def have_role(simulated: Simulated, name: str, *statements: dict[str, Any]) -> None:
    policy = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
    simulated.client("iam").create_role(RoleName=name, AssumeRolePolicyDocument=policy)


def have_endpoint(simulated: Simulated, vpc: str, service: str = "appstream.streaming") -> str:
    made = simulated.client("ec2").create_vpc_endpoint(
        VpcId=vpc, ServiceName=f"com.amazonaws.eu-west-1.{service}", VpcEndpointType="Interface"
    )
    endpoint: str = made["VpcEndpoint"]["VpcEndpointId"]
    return endpoint


def recipe(place: dict[str, Any], name: str = "design", **more: Any) -> dict[str, Any]:
    """A recipe that makes every check do its work."""
    return {
        "name": name,
        "base_image": {"platform": "WINDOWS_SERVER_2022"},
        "builder": {**place, **more.pop("builder", {})},
        "catalog_applications": ["app"],
        "internet_hosts": [HOST],
        "s3_sources": [{"source": SOURCE}],
        **more,
    }


def check(run: Run, *recipes: dict[str, Any], **options: Any) -> list[Finding]:
    result = run(preflight, images=list(recipes), timestamp="20261122T124526Z", **options)
    assert "images" in result, result
    found: list[Finding] = result["images"]
    return found


@pytest.fixture
def as_user(simulated: Simulated, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """as_user(statements): from now on the module runs as an IAM user with this policy."""

    def become(*statements: dict[str, Any]) -> None:
        iam = simulated.client("iam")
        iam.create_user(UserName="ci")
        policy = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
        iam.put_user_policy(UserName="ci", PolicyName="x", PolicyDocument=policy)
        key = iam.create_access_key(UserName="ci")["AccessKey"]
        keys = {"aws_access_key_id": key["AccessKeyId"], "aws_secret_access_key": key["SecretAccessKey"]}
        monkeypatch.setattr(
            AnsibleAppStreamModule, "client", lambda self, service, **more: simulated.client(service, **more, **keys)
        )

    return become


def allow(action: Any, resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


ALL = allow("*")


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


def _no_route(simulated: Simulated, place: dict[str, Any]) -> dict[str, Any]:
    ec2 = simulated.client("ec2")
    vpc = ec2.describe_subnets(SubnetIds=[place["subnet_id"]])["Subnets"][0]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.7.2.0/24")["Subnet"]["SubnetId"]
    table = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
    ec2.associate_route_table(SubnetId=subnet, RouteTableId=table)
    return {"builder": {"subnet_id": subnet}}


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
        _no_route,
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
            [f"appstream:ListTagsForResource for {BUILDERS}design: it is denied explicitly by a policy"],
            [],
        ),
        (
            [ALL, {"Effect": "Deny", "Action": "appstream:TagResource", "Resource": f"{IMAGES}*"}],
            [f"appstream:TagResource for {IMAGES}design-20261122T124526Z"],
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
    changed = _no_route(simulated, place)
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
def test_without_something_on_the_internet_no_route_is_needed(
    run_simulated: Run, simulated: Simulated, place: dict[str, Any], hosts: list[str]
) -> None:
    changed = _no_route(simulated, place)
    [found] = check(run_simulated, recipe(place, **changed, internet_hosts=hosts))
    assert (found["problems"], found["warnings"]) == ([], [])


def test_where_a_proxy_may_be_set_a_missing_route_is_a_warning(
    run_simulated: Run, simulated: Simulated, place: dict[str, Any]
) -> None:
    changed = _no_route(simulated, place)
    [found] = check(run_simulated, recipe(place, **changed, may_set_proxy=True))
    assert found["problems"] == [] and f"which {HOST} needs" in found["warnings"][0]


def test_a_name_that_cannot_be_resolved_is_a_warning(
    run_simulated: Run, simulated: Simulated, place: dict[str, Any]
) -> None:
    changed = _no_route(simulated, place)
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
    begun = time.monotonic()
    check(run_simulated, *(recipe(place, f"r{number}") for number in range(30)), image_builder_quota=0, image_quota=0)
    assert time.monotonic() - begun < 60


def test_no_way_to_a_service_is_found_out_soon() -> None:
    """What a connection that never opens may cost at most, by attempts and their time."""
    pauses = sum(min(retries.LONGEST_PAUSE, 2.0**attempt) for attempt in range(retries.CONNECTION_ATTEMPTS - 1))
    # STS, IAM, Service Quotas and S3; EC2 has to be there for the builders' network anyway.
    assert 4 * (retries.CONNECTION_ATTEMPTS * inquiry.CONNECT_TIMEOUT + pauses) <= 60
