# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Accounts and Regions know nothing of each other."""

from __future__ import annotations

from typing import Any

from simulated_aws import Simulator, create_builder, describe_builder, error_of, make_network


def other_account(simulator: Simulator) -> dict[str, str]:
    """Credentials of a role in another account."""
    sts = simulator.client("sts")
    role = "arn:aws:iam::222222222222:role/builds"
    credentials = sts.assume_role(RoleArn=role, RoleSessionName="test")["Credentials"]
    return {
        "aws_access_key_id": credentials["AccessKeyId"],
        "aws_secret_access_key": credentials["SecretAccessKey"],
        "aws_session_token": credentials["SessionToken"],
    }


def test_regions_are_apart(simulator: Simulator, appstream: Any) -> None:
    create_builder(appstream)
    elsewhere = simulator.client(region="us-east-1")
    assert elsewhere.describe_image_builders()["ImageBuilders"] == []
    arn = create_builder(elsewhere)["Arn"]
    assert arn == "arn:aws:appstream:us-east-1:123456789012:image-builder/builder"


def test_accounts_are_apart(simulator: Simulator, appstream: Any) -> None:
    create_builder(appstream)
    elsewhere = simulator.client(**other_account(simulator))
    assert elsewhere.describe_image_builders()["ImageBuilders"] == []
    assert create_builder(elsewhere)["Arn"].split(":")[4] == "222222222222"


def test_subnet_of_another_account_cannot_be_used(simulator: Simulator) -> None:
    credentials = other_account(simulator)
    elsewhere = make_network(simulator, **credentials)
    code, _ = error_of(
        simulator.client().create_image_builder,
        Name="builder",
        InstanceType="stream.standard.medium",
        ImageName="AppStream-WinServer2022-09-09-2026",
        VpcConfig=elsewhere.config,
    )
    assert code == "ResourceNotFoundException"
    client = simulator.client(**credentials)
    create_builder(client, VpcConfig=elsewhere.config)
    simulator.advance(600)
    assert describe_builder(client)["NetworkAccessConfiguration"]["EniPrivateIpAddress"] == "127.77.1.4"


def test_partition_is_in_the_arns(simulator: Simulator) -> None:
    builder = create_builder(simulator.client(region="us-gov-west-1"))
    assert builder["Arn"].startswith("arn:aws-us-gov:appstream:us-gov-west-1:")
    assert builder["ImageArn"].startswith("arn:aws-us-gov:appstream:us-gov-west-1::image/")


def test_calls_tell_the_account(simulator: Simulator) -> None:
    simulator.client(**other_account(simulator)).describe_images()
    calls = simulator.control("GET", "calls")
    assert [(call["service"], call["operation"], call["account"]) for call in calls] == [
        ("sts", "AssumeRole", "123456789012"),
        ("appstream", "DescribeImages", "222222222222"),
    ]
