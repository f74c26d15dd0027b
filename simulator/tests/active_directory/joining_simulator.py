# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A simulator whose image builders are really joined, and the requests the tests begin with."""

from __future__ import annotations

import json
import urllib.request
from dataclasses import dataclass, field
from typing import Any

import boto3
from appstream_simulator.server import Server
from botocore.config import Config
from simulated_domain import ADDRESS, DOMAIN, Account

BASE_IMAGE = "AppStream-WinServer2022-09-09-2026"
OLD_AGENT_IMAGE = "AppStream-WinServer2022-03-17-2026"


@dataclass
class Network:
    """A subnet to put image builders in."""

    vpc: str
    subnet: str
    group: str


@dataclass
class JoiningSimulator:
    """A running simulator with a frozen clock."""

    server: Server
    _clients: dict[str, Any] = field(default_factory=dict)

    def control(self, method: str, path: str, body: Any = None) -> Any:
        """A request to the control plane."""
        request = urllib.request.Request(
            f"{self.server.endpoint}/_simulator/{path}",
            data=None if body is None else json.dumps(body).encode(),
            method=method,
            headers={"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=120) as response:
            return json.loads(response.read())

    def advance(self, seconds: float) -> None:
        """Let virtual time pass."""
        self.control("POST", "clock", {"advance": seconds})

    def client(self, service: str = "appstream") -> Any:
        """A boto3 client."""
        if service not in self._clients:
            self._clients[service] = boto3.client(
                service,
                region_name="eu-west-1",
                endpoint_url=self.server.endpoint,
                aws_access_key_id="AKIAIOSFODNN7EXAMPLE",
                aws_secret_access_key="not-a-secret-but-long-enough",
                config=Config(retries={"total_max_attempts": 1}),
            )
        return self._clients[service]

    def machine(self, builder: str = "builder") -> Any:
        """The machine of an image builder."""
        return next(machine for machine in self.server.site.machines() if machine.request.builder_name == builder)

    def make_network(self, *name_servers: str) -> Network:
        """A VPC with one subnet and one security group, whose DHCP options set names these DNS servers."""
        ec2 = self.client("ec2")
        network = self.server.network
        assert network
        vpc = ec2.create_vpc(CidrBlock=str(network))["Vpc"]["VpcId"]
        block = str(network).replace(".0.0/16", ".1.0/24")
        subnet = ec2.create_subnet(VpcId=vpc, CidrBlock=block)["Subnet"]["SubnetId"]
        group = ec2.create_security_group(GroupName="builders", Description="WinRM", VpcId=vpc)["GroupId"]
        if name_servers:
            configuration = [{"Key": "domain-name-servers", "Values": list(name_servers)}]
            options = ec2.create_dhcp_options(DhcpConfigurations=configuration)["DhcpOptions"]["DhcpOptionsId"]
            ec2.associate_dhcp_options(DhcpOptionsId=options, VpcId=vpc)
        return Network(vpc, subnet, group)

    def set_directory(self, unit: str, account_name: str, password: str, name: str = DOMAIN) -> None:
        """A directory config with one organizational unit."""
        self.client().create_directory_config(
            DirectoryName=name,
            OrganizationalUnitDistinguishedNames=[unit],
            ServiceAccountCredentials={"AccountName": account_name, "AccountPassword": password},
        )

    def create_builder(self, network: Network, unit: str, name: str = "builder", **options: Any) -> None:
        """An image builder that joins the domain."""
        self.client().create_image_builder(
            **{
                "Name": name,
                "InstanceType": "stream.standard.medium",
                "ImageName": BASE_IMAGE,
                "VpcConfig": {"SubnetIds": [network.subnet], "SecurityGroupIds": [network.group]},
                "DomainJoinInfo": {"DirectoryName": DOMAIN, "OrganizationalUnitDistinguishedName": unit},
                **options,
            }
        )

    def describe(self, name: str = "builder") -> dict[str, Any]:
        """The one image builder of this name."""
        (builder,) = self.client().describe_image_builders(Names=[name])["ImageBuilders"]
        return dict(builder)

    def outcome(self, name: str = "builder") -> tuple[str, str]:
        """State and error code, if any, of an image builder."""
        builder = self.describe(name)
        errors = builder["ImageBuilderErrors"]
        return builder["State"], errors[0]["ErrorCode"] if errors else ""

    def join(self, account: Account, unit: str, name: str = "builder") -> Network:
        """All it takes for a builder that is RUNNING and joined."""
        network = self.make_network(ADDRESS)
        self.set_directory(unit, rf"CORP\{account.name}", account.password)
        self.create_builder(network, unit, name)
        self.advance(600)
        assert self.outcome(name) == ("RUNNING", ""), self.control("GET", "journal")
        return network

    def stop(self, name: str = "builder") -> None:
        """Stop a builder."""
        self.client().stop_image_builder(Name=name)
        self.advance(120)

    def start(self, name: str = "builder") -> tuple[str, str]:
        """Start a builder; state and error code in the end."""
        self.client().start_image_builder(Name=name)
        self.advance(600)
        return self.outcome(name)
