"""What would fail after an hour of an image builder's time is refused by the plan, in all recipes at once."""

from __future__ import annotations

import json
import os
import re
from typing import Any

from workplace import REPOSITORY, Workplace

ACCOUNT = "123456789012"


def cpu_seconds() -> float:
    """What processes that have ended have taken: the machine may be busy with other tests."""
    usage = os.times()
    return usage.children_user + usage.children_system


def planned(output: str) -> dict[str, str]:
    """The plan's line about each image."""
    return dict(re.findall(r"^\s*\"?([a-z0-9-]+): (image \S+ from .*)$", output, re.MULTILINE))


def application(**changes: Any) -> dict[str, Any]:
    return {"name": "app", "install": {"source": "https://downloads.example.com/a.msi", "checksum": "none"}, **changes}


def wrong_recipes(workplace: Workplace) -> dict[str, tuple[dict[str, Any], str]]:
    """A recipe's changes, and what the plan says of it."""
    builder = workplace.recipe("any")["builder"]
    ec2 = workplace.client("ec2")
    vpc = ec2.describe_subnets(SubnetIds=[workplace.subnet_id])["Subnets"][0]["VpcId"]
    bare = ec2.create_subnet(VpcId=vpc, CidrBlock=f"{workplace.network}.2.0/24")["Subnet"]["SubnetId"]
    table = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
    ec2.associate_route_table(SubnetId=bare, RouteTableId=table)
    iam = workplace.client("iam")
    trust = {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    iam.create_role(RoleName="distrusting", AssumeRolePolicyDocument=policy)
    role = f"arn:aws:iam::{ACCOUNT}:role/"
    icon = {"path": "C:\\a.exe"}
    return {
        "linux": ({"base_image": {"platform": "RHEL8"}}, "the base image is of platform RHEL8"),
        "no-role": ({"builder": {**builder, "iam_role_arn": f"{role}none"}}, f"IAM role {role}none does not exist"),
        "distrusting": (
            {"builder": {**builder, "iam_role_arn": f"{role}distrusting"}},
            "does not trust appstream.amazonaws.com",
        ),
        "no-bucket": (
            {"applications": [application(install={"source": "s3://no-such-bucket/a.msi", "checksum": "none"})]},
            "s3://no-such-bucket/a.msi does not exist",
        ),
        "empty-catalog": (
            {"applications": [application()], "dynamic_app_catalog": False},
            "the application catalog would be empty",
        ),
        "no-route": (
            {
                "applications": [
                    application(install={"source": "https://1.1.1.1/a.msi", "checksum": "none"}, launch=icon)
                ],
                "builder": {**builder, "subnet_id": bare},
            },
            "has no route 0.0.0.0/0 to a NAT gateway or the like, which 1.1.1.1 needs",
        ),
        "no-endpoint": (
            {
                "builder": {
                    **builder,
                    "access_endpoints": [{"endpoint_type": "STREAMING", "vpce_id": "vpce-0123456789abcdef0"}],
                }
            },
            "VPC endpoint vpce-0123456789abcdef0 does not exist",
        ),
        "two-many": ({"image_name": "same"}, "2 recipes have the same image name same"),
        "two-much": ({"image_name": "same"}, "2 recipes have the same image name same"),
    }


def test_everything_wrong_in_aws_is_named_at_once(workplace: Workplace) -> None:
    cases = wrong_recipes(workplace)
    recipes = [workplace.light(name, **changes) for name, (changes, _text) in cases.items()]
    run = workplace.build([*recipes, workplace.light("fine")], "--check", appstream_preflight={"quotas": False})
    assert run.exit_code == 2, run.output
    lines = planned(run.output)
    for name, (_changes, text) in cases.items():
        assert text in lines[name].partition("PROBLEMS:")[2], f"{name}: {lines[name]}"
    assert "PROBLEMS" not in lines["fine"]
    assert workplace.builders() == {}


def test_severities_are_the_users(workplace: Workplace) -> None:
    role = f"arn:aws:iam::{ACCOUNT}:role/none"
    builder = {**workplace.recipe("any")["builder"], "iam_role_arn": role}
    recipes = [workplace.light("design", builder=builder)]
    run = workplace.build(recipes, "--check", appstream_preflight={"iam_role": "warning"})
    assert run.exit_code == 0, run.output
    assert f"IAM role {role} does not exist" in planned(run.output)["design"]
    run = workplace.build(recipes, "--check", appstream_preflight={"iam_role": False})
    assert run.exit_code == 0 and role not in planned(run.output)["design"], run.output
    run = workplace.build(recipes, "--check", appstream_preflight={"iam_rolle": "warning", "quotas": "severe"})
    assert run.exit_code == 2, run.output
    assert "iam_rolle is no check of the preflight" in run.output and "severe is no severity" in run.output


def test_rights_that_are_missing_at_the_end_are_missed_at_the_beginning(workplace: Workplace) -> None:
    text = (REPOSITORY / "README.md").read_text()
    policy = json.loads(re.search(r"```json\n(.*?)```", text, re.DOTALL)[1])
    deny = {"Effect": "Deny", "Action": "appstream:ListTagsForResource", "Resource": "*"}
    iam = workplace.client("iam")
    iam.create_user(UserName="ci")
    iam.put_user_policy(UserName="ci", PolicyName="x", PolicyDocument=json.dumps(policy))
    key = iam.create_access_key(UserName="ci")["AccessKey"]
    keys = {"AWS_ACCESS_KEY_ID": key["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"]}
    run = workplace.build([workplace.light("design")], "--check", environment=keys)
    assert run.exit_code == 0, run.output
    line = planned(run.output)["design"]
    assert "may" not in line.partition("from")[2], line
    policy["Statement"].append(deny)
    iam.put_user_policy(UserName="ci", PolicyName="x", PolicyDocument=json.dumps(policy))
    run = workplace.build([workplace.light("design")], "--check", environment=keys)
    assert run.exit_code == 2, run.output
    assert "the credentials in use may not call appstream:ListTagsForResource" in planned(run.output)["design"]


def test_thirty_recipes_take_less_than_a_minute(workplace: Workplace) -> None:
    builder = workplace.recipe("any")["builder"]
    recipes = [workplace.light(f"r{number}", builder=builder) for number in range(30)]
    task = {"euc.appstream.plan_images": {"recipes": recipes}}
    begun = cpu_seconds()
    run = workplace.run_playbook([{"hosts": "localhost", "gather_facts": False, "tasks": [task]}], "--check")
    assert run.exit_code == 0 and len(planned(run.output)) == 30, run.output
    assert cpu_seconds() - begun < 60
    # No call of AWS takes longer than two seconds for long.
    assert len(workplace.calls()) <= 30
