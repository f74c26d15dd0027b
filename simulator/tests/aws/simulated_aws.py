# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A simulator for tests of the AWS half, and the requests most of them begin with."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
import botocore.session
import pytest
from appstream_simulator.server import Server
from botocore.config import Config
from botocore.exceptions import ClientError
from stand_in_site import StandInMachine, StandInSite

BASE_IMAGE = "AppStream-WinServer2022-09-09-2026"
REGION = "eu-west-1"
# For botocore's data path (AWS_DATA_PATH): what it adds to the model makes clients of AppStream speak rpc-v2-cbor.
RPC_V2_CBOR = Path(__file__).with_name("rpc_v2_cbor")


@dataclass
class Simulator:
    """A running simulator and how to talk to it."""

    server: Server
    site: StandInSite
    _clients: dict[str, Any] = field(default_factory=dict)

    def control(self, method: str, path: str, body: Any = None) -> Any:
        """A request to the control plane; urllib.error.HTTPError when it is refused."""
        request = urllib.request.Request(
            self.server.endpoint + (path if path.startswith("/") else f"/_simulator/{path}"),
            data=None if body is None else json.dumps(body).encode(),
            method=method,
            headers={"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=30) as response:
            return json.loads(response.read())

    def advance(self, seconds: float) -> None:
        """Let virtual time pass."""
        self.control("POST", "clock", {"advance": seconds})

    def client(self, service: str = "appstream", region: str = REGION, **options: Any) -> Any:
        """A boto3 client that never tries again. Making one takes longer than most tests, so they are kept."""
        key = f"{service} {region} {options}"
        if key not in self._clients:
            self._clients[key] = self._new_client(service, region, **options)
        return self._clients[key]

    def _new_client(self, service: str, region: str, **options: Any) -> Any:
        keys = {"aws_access_key_id": "AKIAIOSFODNN7EXAMPLE", "aws_secret_access_key": "not-a-secret-but-long-enough"}
        attempts = options.pop("attempts", 1)
        session = _cbor_session() if options.pop("cbor", False) else boto3
        config = Config(
            retries={"total_max_attempts": attempts, "mode": "standard"},
            parameter_validation=options.pop("parameter_validation", True),
        )
        return session.client(
            service, region_name=region, endpoint_url=self.server.endpoint, config=config, **{**keys, **options}
        )

    def machine(self, builder: str) -> StandInMachine:
        """The machine of an image builder; those of builders created just now are there by then."""
        self.server.simulation.worker.drain()
        return next(machine for machine in self.site.machines() if machine.request.builder_name == builder)


def _cbor_session() -> boto3.Session:
    session = botocore.session.Session()
    session.set_config_variable("data_path", str(RPC_V2_CBOR))
    return boto3.Session(botocore_session=session)


@dataclass
class Network:
    """A subnet to put image builders in."""

    vpc: str
    subnet: str
    group: str

    @property
    def config(self) -> dict[str, list[str]]:
        """As VpcConfig."""
        return {"SubnetIds": [self.subnet], "SecurityGroupIds": [self.group]}


def make_network(simulator: Simulator, cidr: str = "127.77.1.0/24", **options: Any) -> Network:
    """A VPC with one subnet and one security group."""
    ec2 = simulator.client("ec2", **options)
    vpc = ec2.create_vpc(CidrBlock="127.77.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock=cidr)["Subnet"]["SubnetId"]
    group = ec2.create_security_group(GroupName="builders", Description="WinRM", VpcId=vpc)["GroupId"]
    return Network(vpc, subnet, group)


def create_builder(appstream: Any, name: str = "builder", **options: Any) -> dict[str, Any]:
    """CreateImageBuilder with what it needs at least."""
    request = {"InstanceType": "stream.standard.medium", "ImageName": BASE_IMAGE, **options}
    if "ImageArn" in options:
        del request["ImageName"]
    builder: dict[str, Any] = appstream.create_image_builder(Name=name, **request)["ImageBuilder"]
    return builder


def have_image(simulator: Simulator, base_image: str, name: str = "own") -> dict[str, Any]:
    """An AVAILABLE image of the account's own, as if it had been taken of a builder of this base image."""
    body = {"name": name, "base_image": base_image, "region": REGION}
    image: dict[str, Any] = simulator.control("POST", "images", body)
    return image


def describe_builder(appstream: Any, name: str = "builder") -> dict[str, Any]:
    """The one image builder of this name."""
    (builder,) = appstream.describe_image_builders(Names=[name])["ImageBuilders"]
    return dict(builder)


def describe_image(appstream: Any, name: str) -> dict[str, Any]:
    """The one image of this name."""
    (image,) = appstream.describe_images(Names=[name])["Images"]
    return dict(image)


def all_images(appstream: Any, **selection: Any) -> list[dict[str, Any]]:
    """Every page of DescribeImages."""
    pages = appstream.get_paginator("describe_images").paginate(**selection)
    return list(pages.build_full_result()["Images"])


def error_of(call: Callable[..., Any], /, **request: Any) -> tuple[str, str]:
    """Code and message of the error a call is answered with."""
    with pytest.raises(ClientError) as raised:
        call(**request)
    error = raised.value.response["Error"]
    return error["Code"], error["Message"]


def take_image(simulator: Simulator, name: str = "image", builder: str = "builder", **values: Any) -> None:
    """Have the Image Assistant of a running builder create an image and wait until it is final."""
    simulator.machine(builder).create_image(name, **values)
    simulator.advance(1270)
