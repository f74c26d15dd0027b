# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Regions that have no AppStream, and such as do not exist: a clear answer, and no failure of the simulator."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from typing import Any

import boto3
import pytest
from simulated_aws import BASE_IMAGE, Simulator, error_of

NO_ENDPOINT = "SimulatorNoEndpoint"


def test_every_region_that_botocore_knows(simulator: Simulator) -> None:
    session = boto3.Session()
    known = [
        region
        for partition in session.get_available_partitions()
        for region in session.get_available_regions("appstream", partition)
    ]
    # A client takes long to make: a few of them, and one that came late.
    for region in (*known[:3], "us-gov-west-1", "ca-west-1"):
        (image,) = simulator.client(region=region).describe_images(Names=[BASE_IMAGE])["Images"]
        assert f":{region}:" in image["Arn"]


@pytest.mark.parametrize("region", ["us-west-1", "eu-north-1", "cn-north-1", "eu-mars-1"])
def test_regions_without_appstream(simulator: Simulator, region: str) -> None:
    code, message = error_of(simulator.client(region=region).describe_fleets)
    assert (code, repr(region) in message, "eu-west-1" in message) == (NO_ENDPOINT, True, True)
    # The fixture asserts that the simulator's health is as good as before.
    (call,) = simulator.control("GET", "calls")
    assert (call["region"], call["status"]) == (region, 400)


@pytest.mark.parametrize(
    ("service", "operation"), [("ec2", "describe_vpcs"), ("ds", "describe_directories"), ("ssm", "describe_parameters")]
)
def test_regions_that_do_not_exist(simulator: Simulator, service: str, operation: str) -> None:
    code, message = error_of(getattr(simulator.client(service, region="eu-mars-1"), operation))
    assert (code, "no such Region" in message) == (NO_ENDPOINT, True)
    getattr(simulator.client(service, region="us-west-1"), operation)()


def test_a_client_with_an_empty_region(simulator: Simulator) -> None:
    credential = "AKIAIOSFODNN7EXAMPLE/20261130//appstream/aws4_request"
    headers = {
        "X-Amz-Target": "PhotonAdminProxyService.DescribeFleets",
        "Content-Type": "application/x-amz-json-1.1",
        "Authorization": f"AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders=host, Signature=a",
    }
    request = urllib.request.Request(simulator.server.endpoint + "/", data=b"{}", headers=headers)
    with pytest.raises(urllib.error.HTTPError) as raised:
        urllib.request.urlopen(request, timeout=30)
    assert (raised.value.code, json.loads(raised.value.read())["__type"]) == (400, NO_ENDPOINT)


def test_control_plane(simulator: Simulator) -> None:
    body: dict[str, Any] = {"name": "image", "base_image": BASE_IMAGE, "region": "us-west-1"}
    with pytest.raises(urllib.error.HTTPError) as raised:
        simulator.control("POST", "images", body)
    assert raised.value.code == 400
    assert b"AppStream has no endpoint in the Region" in raised.value.read()
