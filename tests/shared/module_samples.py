# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""For every module that asks AWS: options with which it does something, in an account where that can be done."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import boto3

REGION = "eu-west-1"
KEYS = {"access_key": "AKIASIMULATEDACCESS1", "secret_key": "the-secret-access-key"}
BASE_IMAGE = "AppStream-WinServer2022-09-09-2026"
OFFICE = "Microsoft_Office_2024_LTSC_Standard_64Bit"
_ROLE = "arn:aws:iam::123456789012:role/transfer"
_UNIT = "OU=Images,DC=corp,DC=example,DC=com"


@dataclass(frozen=True)
class Account:
    """A simulated account, by its address alone."""

    endpoint: str

    def call(self, service: str, operation: str, **parameters: Any) -> dict[str, Any]:
        """Call an operation of AWS."""
        keys = {"aws_access_key_id": KEYS["access_key"], "aws_secret_access_key": KEYS["secret_key"]}
        client = boto3.client(service, region_name=REGION, endpoint_url=self.endpoint, **keys)
        return dict(getattr(client, operation)(**parameters))

    def control(self, path: str, body: Any) -> None:
        """Ask something of the simulator itself."""
        request = urllib.request.Request(
            f"{self.endpoint}/_simulator/{path}",
            data=json.dumps(body).encode(),
            headers={"Content-Type": "application/json"},
            method="POST",
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            answer.read()


Setup = Callable[[Account], Any]


@dataclass(frozen=True)
class Sample:
    """A task. ``given`` makes what must be there; what it returns are further options.

    ``answers_refusals``: it fails at no refused call, because that is an answer to what it asks.
    """

    module: str
    options: dict[str, Any] = field(default_factory=dict)
    given: Setup = lambda account: {}
    keywords: dict[str, Any] = field(default_factory=dict)
    answers_refusals: bool = False


def _all(*setups: Setup) -> Setup:
    def made(account: Account) -> dict[str, Any]:
        return {name: value for setup in setups for name, value in (setup(account) or {}).items()}

    return made


def _called(service: str, operation: str, **parameters: Any) -> Setup:
    def made(account: Account) -> None:
        account.call(service, operation, **parameters)

    return made


def _controlled(path: str, body: Any) -> Setup:
    return lambda account: account.control(path, body)


_BUILDER = _called(
    "appstream", "create_image_builder", Name="design", InstanceType="stream.standard.medium", ImageName=BASE_IMAGE
)
_LATER = _controlled("clock", {"advance": 3600})
_RUNNING_BUILDER = _all(_BUILDER, _LATER)
_IMAGE = _controlled(
    "images", {"name": "design-1", "base_image": BASE_IMAGE, "region": REGION, "tags": {"of": "tests"}}
)
_OLD_IMAGE = _controlled(
    "images", {"name": "design-1", "base_image": "AppStream-WinServer2022-03-17-2026", "region": REGION}
)
_STACK = _called("appstream", "create_stack", Name="office", Description="For all", Tags={"of": "tests"})
_DIRECTORY_CONFIG = _called(
    "appstream",
    "create_directory_config",
    DirectoryName="corp.example.com",
    OrganizationalUnitDistinguishedNames=[_UNIT],
    ServiceAccountCredentials={"AccountName": "CORP\\join", "AccountPassword": "Secret-1"},
)
_FLEET = _called(
    "appstream",
    "create_fleet",
    Name="office",
    ImageName=BASE_IMAGE,
    InstanceType="stream.standard.medium",
    ComputeCapacity={"DesiredInstances": 1},
)
_TRUST = {"Statement": [{"Effect": "Allow", "Principal": {"Service": "appstream.amazonaws.com"}}]}
_TRANSFER_ROLE = _called("iam", "create_role", RoleName="transfer", AssumeRolePolicyDocument=json.dumps(_TRUST))


def _ami(account: Account) -> dict[str, Any]:
    return {"source_ami_id": account.call("ec2", "register_image", Name="golden")["ImageId"]}


def _imported_image(account: Account) -> None:
    _TRANSFER_ROLE(account)
    ami = _ami(account)["source_ami_id"]
    account.call("appstream", "create_imported_image", Name="design", SourceAmiId=ami, IamRoleArn=_ROLE)
    _LATER(account)


def _export_task(account: Account) -> None:
    _imported_image(account)
    account.call("appstream", "create_export_image_task", ImageName="design", AmiName="design/1", IamRoleArn=_ROLE)


def _subnets(account: Account) -> dict[str, Any]:
    subnets = account.call("ec2", "describe_subnets")["Subnets"]
    return {"vpc_id": subnets[0]["VpcId"], "subnet_ids": sorted(one["SubnetId"] for one in subnets)[:2]}


def _subnet(account: Account) -> dict[str, Any]:
    return {"subnet_id": _subnets(account)["subnet_ids"][0]}


def _directory(account: Account) -> None:
    account.call("ds", "create_microsoft_ad", Name="corp.example.com", Password="Secret-123", VpcSettings=_vpc(account))


def _vpc(account: Account) -> dict[str, Any]:
    network = _subnets(account)
    return {"VpcId": network["vpc_id"], "SubnetIds": network["subnet_ids"]}


SAMPLES: Iterable[Sample] = (
    Sample(
        "directory_config",
        {"directory_name": "corp.example.com", "organizational_units": [_UNIT, f"OU=More,{_UNIT}"]},
        _DIRECTORY_CONFIG,
    ),
    Sample("build_lock", {"builder_name": "design", "run": "r"}, _RUNNING_BUILDER),
    Sample("directory_config_info", given=_DIRECTORY_CONFIG),
    Sample(
        "fleet",
        {
            "name": "office",
            "image_name": BASE_IMAGE,
            "instance_type": "stream.standard.medium",
            "compute_capacity": {"desired_instances": 2},
            "tags": {"number": 1},
            "wait": False,
        },
        _FLEET,
    ),
    Sample("fleet_info", given=_FLEET),
    Sample("image", {"name": "design-1", "state": "absent", "wait": False}, _IMAGE),
    Sample(
        "image_builder",
        {
            "name": "design",
            "image_name": BASE_IMAGE,
            "instance_type": "stream.standard.large",
            "tags": {"number": 1},
            "wait": False,
        },
        _subnet,
    ),
    Sample("image_builder_info", {"names": ["design", "nowhere"]}, _RUNNING_BUILDER),
    Sample("image_builder_software", {"name": "design", "softwares": [OFFICE], "wait": False}, _RUNNING_BUILDER),
    Sample("image_builder_software_info", {"name": "design"}, _RUNNING_BUILDER),
    Sample("image_builder_streaming_url", {"name": "design", "validity": 60}, _RUNNING_BUILDER, {"no_log": True}),
    Sample("image_copy", {"name": "design-1", "destination_region": "us-east-1", "wait": False}, _IMAGE),
    Sample(
        "image_export",
        {"name": "design", "ami_name": "design/1", "iam_role_arn": _ROLE, "wait": False},
        _imported_image,
    ),
    Sample("image_export_info", given=_export_task),
    Sample("image_import", {"name": "golden-1", "iam_role_arn": _ROLE, "wait": False}, _all(_TRANSFER_ROLE, _ami)),
    Sample("image_info", {"type": "PUBLIC", "latest": True}),
    Sample("image_permission", {"name": "design-1", "accounts": [{"account_id": "222222222222"}]}, _IMAGE),
    Sample("image_permission_info", {"names": ["design-1"]}, _IMAGE),
    Sample("image_update", {"name": "design-1", "new_name": "design-2", "wait": False}, _OLD_IMAGE),
    Sample("leftover", {"kind": "image_builder", "name": "design"}, _RUNNING_BUILDER),
    Sample("leftover_info", {"grace": 0}, _RUNNING_BUILDER),
    Sample(
        "managed_directory",
        {"name": "corp.example.com", "password": "Secret-123", "short_name": "CORP", "wait": False},
        _subnets,
    ),
    Sample("managed_directory_info", given=_directory),
    Sample(
        "preflight",
        {
            "images": [
                {
                    "name": "design",
                    "base_image": {"platform": "WINDOWS_SERVER_2022"},
                    "builder": {"instance_type": "stream.standard.medium", "subnet_id": "subnet-00000000"},
                }
            ],
            "timestamp": "20260101T000000Z",
        },
        _BUILDER,
    ),
    Sample("service_probe", {"probes": ["read_only"]}, answers_refusals=True),
    Sample("stack", {"name": "office", "description": "For some", "tags": {"number": 1}}, _STACK),
    Sample("stack_info", {"names": ["office"]}, _STACK),
)
