"""What is done for each purpose but building, as tasks of a play that end with the first right that is missing.

Each user does it with resources of his own, which are named after him, or in a Region of his own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta, timezone
from types import MappingProxyType
from typing import Any
from urllib.parse import urlencode

import boto3
import build_cells
import identities
import service_questions
from identities import ACCOUNT
from scopes import CLEAN_UP, DISTRIBUTE, PREPARE, PROBES, TRANSFER, VERIFY, VERIFY_SERVICE
from workplace import REGION, Workplace

Task = dict[str, Any]

_OLD, _NEW = "AppStream-WinServer2022-03-17-2026", "AppStream-WinServer2022-09-09-2026"
_OTHER_ACCOUNT = "222222222222"
_PASSWORD = "Zr7-secret-of-the-domain"
_CLEAN_UP_ROLE = "appstream-clean-up"
# Regions for users who each need one of their own.
_REGIONS = [REGION, *sorted({*boto3.Session().get_available_regions("appstream")} - {REGION})]


def _task(module: str, **options: Any) -> Task:
    return {"name": f"Call {module}", f"euc.appstream.{module}": options}


def _role(name: str, tasks_from: str = "main", **options: Any) -> Task:
    return {
        "name": f"Call {name}",
        "ansible.builtin.include_role": {"name": f"euc.appstream.{name}", "tasks_from": tasks_from},
        "vars": {f"{name}_{key}": value for key, value in options.items()},
    }


def _tags(name: str) -> dict[str, str]:
    return {"euc.appstream:recipe": name, "euc.appstream:run": "20261130T090000Z-1", "CostCenter": "42"}


def _distribute(workplace: Workplace, name: str, number: int) -> list[Task]:
    """Share an image, copy it, update it, give it to a fleet and a stack, and take all of that back."""
    image, fast = f"{name}-image", {"wait_delay": 1}
    body = {"name": image, "base_image": _OLD, "region": REGION, "tags": {**_tags(name), "Old": "x"}}
    workplace.control("images", body)
    network = {"subnet_ids": [workplace.subnet_id], "security_group_ids": [workplace.security_group_id]}
    fleet = {
        "name": name,
        "instance_type": "stream.standard.medium",
        "fleet_type": "ALWAYS_ON",
        "compute_capacity": {"desired_instances": 1},
        "iam_role_arn": f"arn:aws:iam::{ACCOUNT}:role/appstream-builder",
        **network,
        **fast,
    }
    return [
        _task("image_permission", name=image, accounts=[{"account_id": _OTHER_ACCOUNT}]),
        _task("image_permission", name=image, state="absent", accounts=[{"account_id": _OTHER_ACCOUNT}]),
        _task("image_copy", name=image, destination_region="us-east-1", tags={"Copied": "yes"}, **fast),
        _task("image_update", name=image, new_name=f"{image}-2", tags=_tags(name), **fast),
        _task("image", name=image, tags={**_tags(name), "CostCenter": "43"}, purge_tags=True),
        _task("fleet", **fleet, image_name=_OLD, tags={"CostCenter": "42"}),
        _task(
            "fleet",
            name=name,
            image_name=_NEW,
            compute_capacity={"desired_instances": 2},
            tags={"Team": "euc"},
            purge_tags=True,
            **fast,
        ),
        _task("stack", name=name, display_name="Before", fleet=name, tags={"CostCenter": "42"}),
        _task("stack", name=name, display_name="After", tags={}, purge_tags=True),
        _task("stack", name=name, state="absent"),
        _task("fleet", name=name, state="absent", **fast),
        _task("image", name=f"{image}-2", state="absent", **fast),
    ]


def _clean_up(workplace: Workplace, name: str, number: int) -> list[Task]:
    """Remove what of a Region has expired or failed: of a build, and of a check of the service."""
    region = _REGIONS[number]
    expired = (datetime.now(timezone.utc) - timedelta(hours=30)).strftime("%Y-%m-%dT%H:%M:%SZ")
    appstream = workplace.client("appstream", region)
    appstream.create_image_builder(
        Name=name,
        InstanceType="stream.standard.medium",
        ImageName=_NEW,
        Tags={**_tags(name), "euc.appstream:expires": expired},
    )
    check, probes = {"euc.appstream:verify_service": "run-1", "euc.appstream:expires": expired}, f"{PROBES}-{name}"
    size = {"InstanceType": "stream.standard.medium", "ImageName": _NEW}
    appstream.create_image_builder(Name=probes, Tags=check, **size)
    appstream.create_fleet(Name=probes, Tags=check, ComputeCapacity={"DesiredInstances": 1}, **size)
    appstream.create_stack(Name=probes, Tags=check)
    appstream.associate_fleet(FleetName=probes, StackName=probes)
    appstream.start_fleet(Name=probes)
    workplace.control("images", {"name": probes, "base_image": _NEW, "region": region, "tags": check})
    failed = {"name": f"{name}-1", "base_image": _NEW, "region": region, "state": "FAILED"}
    workplace.control("images", {**failed, "tags": _tags(name)})
    s3 = workplace.client("s3")
    s3.put_object(Bucket=TRANSFER, Key=f"{name}/a.zip", Body=b"x", Tagging=urlencode(_tags(name)))
    options = {"regions": [region], "grace": 0, "wait_delay": 1}
    return [
        _role("clean_up", **options, transfer_buckets=[{"bucket": TRANSFER, "prefix": f"{name}/"}]),
        _role("clean_up", **options, assume_role_arns=[f"arn:aws:iam::{ACCOUNT}:role/{_CLEAN_UP_ROLE}"]),
    ]


def _environment(workplace: Workplace, number: int) -> dict[str, Any]:
    """Options of role prepare_network for a VPC of its own."""
    ec2 = workplace.client("ec2")
    vpc = ec2.create_vpc(CidrBlock=f"10.{100 + number}.0.0/16")["Vpc"]["VpcId"]
    return {
        "vpc_id": vpc,
        "domain_name": "corp.example.com",
        "dns_servers": ["10.0.1.10", "10.0.2.10"],
        "controller_cidrs": ["10.9.0.0/28"],
        "subnets": [{"cidr": f"10.{100 + number}.7.0/24", "az": "eu-west-1b", "name": "builders"}],
        "tags": {"CostCenter": "42"},
    }


def _prepare(workplace: Workplace, name: str, number: int) -> list[Task]:
    """A managed directory, the network, and AppStream's directory config, twice so that its account is changed."""
    environment, domain = _environment(workplace, number), f"{name.replace('lacks-', '')}.example.com"
    ec2 = workplace.client("ec2")
    subnets = [
        ec2.create_subnet(
            VpcId=environment["vpc_id"], CidrBlock=f"10.{100 + number}.{place}.0/24", AvailabilityZone=zone
        )["Subnet"]["SubnetId"]
        for place, zone in enumerate(("eu-west-1a", "eu-west-1b"))
    ]
    config = {"directory_name": domain, "organizational_units": [f"OU=Builders,DC={domain.replace('.', ',DC=')}"]}
    return [
        _task(
            "managed_directory",
            name=domain,
            password=_PASSWORD,
            vpc_id=environment["vpc_id"],
            subnet_ids=subnets,
            wait_delay=1,
            tags={"CostCenter": "42"},
        ),
        _task("managed_directory", name=domain, tags={"Team": "euc"}, wait_delay=1),
        _role("prepare_network", **environment),
        # What others have added is taken away.
        _open(workplace, environment["vpc_id"]),
        _role("prepare_network", **environment, egress=[{"ports": ["443"], "cidrs": ["0.0.0.0/0"]}]),
        _task("directory_config", **config, account_name="CORP\\join", account_password=_PASSWORD),
        _task("directory_config", **config, account_name="CORP\\joiner", account_password=_PASSWORD),
    ]


def _open(workplace: Workplace, vpc: str) -> Task:
    """Let everybody in, as the root user, by the group that the role has made in the VPC."""
    rule = {"proto": "tcp", "ports": [5985], "cidr_ip": "0.0.0.0/0"}
    return {
        "name": "Let everybody in",
        "amazon.aws.ec2_security_group": {
            "name": "appstream-image-builders",
            "description": "WinRM from the controller, Active Directory to the domain",
            "vpc_id": vpc,
            "rules": [rule],
            "purge_rules": False,
            "purge_rules_egress": False,
            "access_key": "AKIASIMULATEDACCESS1",
            "secret_key": "not-a-secret",
        },
    }


def _verify(workplace: Workplace, name: str, number: int) -> list[Task]:
    """What the roles find: of a network that there is, and of the organizational unit of a domain."""
    seen = "{{ prepare_network_verification | to_json }}"
    told = {"that": "'can be looked at' not in (prepare_network_verification | string)", "fail_msg": seen}
    return [
        _role("prepare_network", "verify", **_environment(workplace, number)),
        # As tasks_from verify of prepare_directory, which needs a domain for the rest.
        _task("directory_config_info", names=["corp.example.com"]),
        {"name": "Fail for what may not be read", "ansible.builtin.assert": told},
    ]


def _verify_service(workplace: Workplace, name: str, number: int) -> list[Task]:
    return service_questions.tasks(workplace, name)


TASKS: Mapping[str, Callable[[Workplace, str, int], list[Task]]] = MappingProxyType(
    {CLEAN_UP: _clean_up, DISTRIBUTE: _distribute, PREPARE: _prepare, VERIFY: _verify, VERIFY_SERVICE: _verify_service}
)


def prepare(workplace: Workplace) -> None:
    """What there is before, for all purposes."""
    build_cells.make_role(workplace)
    identities.make_session(workplace, _CLEAN_UP_ROLE, identities.ALL)
    place = {"LocationConstraint": REGION}
    workplace.client("s3").create_bucket(Bucket=TRANSFER, CreateBucketConfiguration=place)


def play(workplace: Workplace, purpose: str, name: str, number: int, keys: Mapping[str, str]) -> dict[str, Any]:
    """What a user does for a purpose. What ended it is in a file with the user's name."""
    keep = {
        "content": "{{ ansible_failed_result | to_json }}",
        "dest": f"{workplace.folder}/{name}.json",
        "mode": "600",
    }
    tasks = TASKS[purpose](workplace, name, number)
    return {
        "hosts": "localhost",
        "gather_facts": False,
        "module_defaults": {"group/euc.appstream.appstream": {"region": REGION, **keys}},
        "tasks": [
            {
                "name": f"As {name}",
                "block": tasks,
                "rescue": [{"name": "Keep", "ansible.builtin.copy": keep, "changed_when": False}],
            }
        ],
    }
