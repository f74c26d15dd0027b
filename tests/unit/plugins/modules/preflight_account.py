# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""An account that has everything a recipe can name, and what module preflight is run with."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.euc.appstream.plugins.module_utils._appstream.core.aws import AnsibleAppStreamModule
from ansible_collections.euc.appstream.plugins.module_utils._appstream.preflight import hosts
from ansible_collections.euc.appstream.plugins.modules import preflight
from simulated_account import Simulated

Run = Callable[..., dict[str, Any]]
Finding = dict[str, Any]

ACCOUNT = "123456789012"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/builder"
UNIT = "OU=Builders,DC=corp,DC=example,DC=com"
SOURCE = "s3://installers/app.msi"
HOST = "downloads.example.com"
LIMITS = {"stream.standard.large": 1}


def know_addresses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the controller's resolver know these names, and no others."""
    known = {HOST: "93.184.216.34", "files.example.com": "10.20.30.40"}

    def getaddrinfo(host: str, port: Any, *more: Any, **options: Any) -> list[Any]:
        if host not in known:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (known[host], 0))]

    monkeypatch.setattr(hosts, "socket", SimpleNamespace(getaddrinfo=getaddrinfo))


def have_everything(simulated: Simulated, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
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


def as_users(simulated: Simulated, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """What makes the module run as an IAM user from now on, with a policy of these statements."""

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


def without_route(simulated: Simulated, place: dict[str, Any]) -> dict[str, Any]:
    """Changes of a recipe: another subnet, which has no route to anywhere."""
    ec2 = simulated.client("ec2")
    vpc = ec2.describe_subnets(SubnetIds=[place["subnet_id"]])["Subnets"][0]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.7.2.0/24")["Subnet"]["SubnetId"]
    table = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
    ec2.associate_route_table(SubnetId=subnet, RouteTableId=table)
    return {"builder": {"subnet_id": subnet}}
