# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""SimulatePrincipalPolicy and GetCallerIdentity: who calls, and what policies say of it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError
from simulated_aws import Simulator, error_of

BUILDER = "arn:aws:appstream:eu-west-1:123456789012:image-builder/"
TRUST = json.dumps({"Version": "2012-10-17", "Statement": []})


def document(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(action: Any = "*", resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def deny(action: Any = "*", resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Deny", "Action": action, "Resource": resource, **more}


@pytest.fixture
def iam(simulator: Simulator) -> Any:
    return simulator.client("iam")


def have_user(iam: Any, *statements: dict[str, Any]) -> str:
    """A user with one inline policy; its ARN."""
    arn: str = iam.create_user(UserName="ci")["User"]["Arn"]
    if statements:
        iam.put_user_policy(UserName="ci", PolicyName="inline", PolicyDocument=document(*statements))
    return arn


def simulate(iam: Any, arn: str, actions: list[str], **more: Any) -> dict[tuple[str, str], str]:
    results = iam.simulate_principal_policy(PolicySourceArn=arn, ActionNames=actions, **more)["EvaluationResults"]
    return {(one["EvalActionName"], one["EvalResourceName"]): one["EvalDecision"] for one in results}


@pytest.mark.parametrize(
    ("statements", "decision"),
    [
        ([allow("s3:*")], "implicitDeny"),
        ([allow("appstream:*")], "allowed"),
        ([allow("APPSTREAM:createImageBuilder")], "allowed"),
        ([allow("appstream:Create*", f"{BUILDER}*")], "allowed"),
        ([allow("appstream:Create*", f"{BUILDER}other")], "implicitDeny"),
        ([allow("appstream:Describe*")], "implicitDeny"),
        ([allow("*"), deny("appstream:CreateImageBuilder")], "explicitDeny"),
        ([{"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}], "allowed"),
        ([{"Effect": "Allow", "Action": "*", "NotResource": f"{BUILDER}design"}], "implicitDeny"),
        ([allow(Condition={"StringEquals": {"aws:RequestedRegion": ["eu-west-1", "eu-central-1"]}})], "allowed"),
        ([allow(Condition={"StringEquals": {"aws:RequestedRegion": "us-east-1"}})], "implicitDeny"),
        ([allow(), deny(Condition={"StringNotEquals": {"aws:RequestedRegion": "eu-west-1"}})], "allowed"),
        ([allow(), deny(Condition={"StringNotEquals": {"aws:RequestedRegion": "us-east-1"}})], "explicitDeny"),
        ([allow(), deny(Condition={"Null": {"aws:RequestedRegion": "true"}})], "allowed"),
        ([allow(Condition={"ForAllValues:StringLike": {"aws:TagKeys": ["euc.*", "Cost*"]}})], "allowed"),
        ([allow(Condition={"ForAllValues:StringLike": {"aws:TagKeys": ["euc.*"]}})], "implicitDeny"),
        ([allow(Condition={"ForAnyValue:StringLike": {"aws:TagKeys": ["euc.*"]}})], "allowed"),
        ([allow(Condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}})], "implicitDeny"),
        ([allow(Condition={"BoolIfExists": {"aws:MultiFactorAuthPresent": "true"}})], "allowed"),
    ],
)
def test_what_policies_say(iam: Any, statements: list[dict[str, Any]], decision: str) -> None:
    arn, action = have_user(iam, *statements), "appstream:CreateImageBuilder"
    context = [
        {"ContextKeyName": "aws:RequestedRegion", "ContextKeyValues": ["eu-west-1"], "ContextKeyType": "string"},
        {"ContextKeyName": "aws:TagKeys", "ContextKeyValues": ["euc.x", "Cost"], "ContextKeyType": "stringList"},
    ]
    found = simulate(iam, arn, [action], ResourceArns=[f"{BUILDER}design"], ContextEntries=context)
    assert found == {(action, f"{BUILDER}design"): decision}


def test_what_conditions_miss_is_named(iam: Any) -> None:
    arn = have_user(iam, allow(Condition={"StringEquals": {"aws:ResourceTag/Team": "euc"}}))
    (result,) = iam.simulate_principal_policy(PolicySourceArn=arn, ActionNames=["appstream:DeleteImage"])[
        "EvaluationResults"
    ]
    assert (result["EvalDecision"], result["MissingContextValues"]) == ("implicitDeny", ["aws:ResourceTag/Team"])


def test_a_permissions_boundary_limits(iam: Any) -> None:
    policy = iam.create_policy(PolicyName="boundary", PolicyDocument=document(allow("ec2:*")))["Policy"]["Arn"]
    role = iam.create_role(RoleName="ci", AssumeRolePolicyDocument=TRUST, PermissionsBoundary=policy)["Role"]["Arn"]
    iam.put_role_policy(RoleName="ci", PolicyName="x", PolicyDocument=document(allow()))
    answer = iam.simulate_principal_policy(PolicySourceArn=role, ActionNames=["ec2:DescribeSubnets", "iam:GetRole"])
    seen = [
        (one["EvalDecision"], one["PermissionsBoundaryDecisionDetail"]["AllowedByPermissionsBoundary"])
        for one in answer["EvaluationResults"]
    ]
    assert seen == [("allowed", True), ("implicitDeny", False)]


def test_policies_of_groups_and_managed_ones_count(iam: Any) -> None:
    arn = have_user(iam)
    iam.create_group(GroupName="builders")
    iam.add_user_to_group(GroupName="builders", UserName="ci")
    iam.put_group_policy(GroupName="builders", PolicyName="x", PolicyDocument=document(allow("ec2:DescribeVpcs")))
    policy = iam.create_policy(PolicyName="managed", PolicyDocument=document(allow("iam:GetRole")))["Policy"]["Arn"]
    iam.attach_user_policy(UserName="ci", PolicyArn=policy)
    decisions = simulate(iam, arn, ["ec2:DescribeVpcs", "iam:GetRole", "s3:GetObject"])
    assert list(decisions.values()) == ["allowed", "allowed", "implicitDeny"]


def test_every_action_with_every_resource_in_pages(iam: Any) -> None:
    arn = have_user(iam, allow(resource=f"{BUILDER}1*"))
    pages = iam.get_paginator("simulate_principal_policy").paginate(
        PolicySourceArn=arn,
        ActionNames=["appstream:StopImageBuilder", "appstream:StartImageBuilder"],
        ResourceArns=[f"{BUILDER}{number}" for number in range(80)],
    )
    sizes, allowed = [], 0
    for page in pages:
        sizes.append(len(page["EvaluationResults"]))
        allowed += sum(one["EvalDecision"] == "allowed" for one in page["EvaluationResults"])
    assert (sizes, allowed) == ([100, 60], 2 * 11)


def test_a_role_has_its_path_in_its_arn(iam: Any) -> None:
    role = iam.create_role(RoleName="ci", Path="/aws-reserved/", AssumeRolePolicyDocument=TRUST)["Role"]["Arn"]
    iam.put_role_policy(RoleName="ci", PolicyName="x", PolicyDocument=document(allow()))
    assert simulate(iam, role, ["iam:GetRole"]) == {("iam:GetRole", "*"): "allowed"}
    code, _message = error_of(
        iam.simulate_principal_policy,
        PolicySourceArn="arn:aws:iam::123456789012:role/ci",
        ActionNames=["iam:GetRole"],
    )
    assert code == "NoSuchEntity"


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        ({"PolicySourceArn": "arn:aws:iam::123456789012:user/nobody", "ActionNames": ["iam:GetRole"]}, "NoSuchEntity"),
        ({"PolicySourceArn": "arn:aws:iam::123456789012:root", "ActionNames": ["iam:GetRole"]}, "InvalidInput"),
        (
            {"PolicySourceArn": "arn:aws:sts::123456789012:assumed-role/x/y", "ActionNames": ["iam:GetRole"]},
            "InvalidInput",
        ),
        ({"PolicySourceArn": "arn:aws:iam::123456789012:user/ci", "ActionNames": ["GetRole"]}, "InvalidInput"),
        ({"PolicySourceArn": "short", "ActionNames": ["iam:GetRole"]}, "ValidationError"),
        (
            {"PolicySourceArn": "arn:aws:iam::123456789012:user/ci", "ActionNames": ["a:b"], "CallerArn": "x"},
            "SimulatorNotImplemented",
        ),
    ],
)
def test_what_is_refused(simulator: Simulator, request_: dict[str, Any], code: str) -> None:
    iam = simulator.client("iam", parameter_validation=False)
    have_user(iam, allow())
    assert error_of(iam.simulate_principal_policy, **request_)[0] == code


@pytest.mark.parametrize(
    "statement", [allow(Condition={"NumericLessThan": {"aws:x": "1"}}), {**allow(), "Principal": "*"}]
)
def test_what_is_not_known_of_policies_fails_loudly(iam: Any, statement: dict[str, Any]) -> None:
    arn = have_user(iam, statement)
    with pytest.raises(ClientError, match="SimulatorNotImplemented"):
        simulate(iam, arn, ["iam:GetRole"])


def test_keys_nobody_made_are_the_root_users(simulator: Simulator) -> None:
    identity = simulator.client("sts").get_caller_identity()
    assert identity["Arn"] == "arn:aws:iam::123456789012:root"
    assert identity["UserId"] == identity["Account"] == "123456789012"


def test_users_and_sessions_are_who_they_are(simulator: Simulator, iam: Any) -> None:
    arn = have_user(iam)
    key = iam.create_access_key(UserName="ci")["AccessKey"]
    own = {"aws_access_key_id": key["AccessKeyId"], "aws_secret_access_key": key["SecretAccessKey"]}
    assert simulator.client("sts", **own).get_caller_identity()["Arn"] == arn
    session = simulator.client("sts").assume_role(RoleArn="arn:aws:iam::222222222222:role/x", RoleSessionName="run")
    keys = session["Credentials"]
    there = {
        "aws_access_key_id": keys["AccessKeyId"],
        "aws_secret_access_key": keys["SecretAccessKey"],
        "aws_session_token": keys["SessionToken"],
    }
    assert (
        simulator.client("sts", **there).get_caller_identity()["Arn"] == "arn:aws:sts::222222222222:assumed-role/x/run"
    )


@pytest.mark.parametrize(("code", "status"), [("AccessDenied", 403), ("Throttling", 400)])
def test_faults_hit_it(simulator: Simulator, iam: Any, code: str, status: int) -> None:
    simulator.control("POST", "faults/aws", {"match": "iam:Simulate.*", "code": code, "status": status})
    arn = "arn:aws:iam::123456789012:user/ci"
    assert error_of(iam.simulate_principal_policy, PolicySourceArn=arn, ActionNames=["iam:GetRole"])[0] == code
