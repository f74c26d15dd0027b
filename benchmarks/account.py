# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A simulated AWS account with Windows image builders, in a process of its own."""

from __future__ import annotations

import contextlib
import dataclasses
import ipaddress
import json
import os
import secrets
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import yaml

REGION = "eu-west-1"
WINDOWS_USER = "installer"
_KEPT_VARIABLES = ("PATH", "LANG", "LC_ALL", "ANSIBLE_COLLECTIONS_PATH", "ANSIBLE_HOME", "PYTHONPYCACHEPREFIX")


@dataclasses.dataclass
class Account:
    """The account, its subnet, and the secrets that exist for this run only."""

    folder: Path
    endpoint: str
    secret_key: str
    windows_password: str
    subnet_id: str = ""
    security_group_id: str = ""

    def environment(self) -> dict[str, str]:
        """What the process environment of whoever builds images has."""
        home = self.folder / "home"
        home.mkdir(exist_ok=True)
        return {
            **{name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ},
            "HOME": str(home),
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": "AKIASIMULATEDACCESS1",
            "AWS_SECRET_ACCESS_KEY": self.secret_key,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_REGION": REGION,
            "AWS_EC2_METADATA_DISABLED": "true",
            "WINDOWS_USER": WINDOWS_USER,
            "WINDOWS_PASSWORD": self.windows_password,
        }

    def control(self, path: str, body: Any = None, method: str | None = None) -> Any:
        """The answer of the simulator's control plane; `body` makes it a POST."""
        request = urllib.request.Request(
            f"{self.endpoint}/_simulator/{path}",
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json"},
            method=method or ("GET" if body is None else "POST"),
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.loads(answer.read() or b"null")

    def forget_log(self) -> None:
        """Begin the logs of AWS calls and of what Windows was asked to do."""
        self.control("calls", method="DELETE")
        self.control("journal", method="DELETE")


@contextlib.contextmanager
def open_account(folder: Path, **settings: Any) -> Iterator[Account]:
    """Start a simulator with these settings and make a network in it; it is gone at the end."""
    folder.mkdir(parents=True)
    password, settings_file = secrets.token_urlsafe(24) + "-aA1", folder / "simulator.yml"
    settings_file.touch(mode=0o600)
    settings_file.write_text(yaml.safe_dump({"accounts": {WINDOWS_USER: password}, **settings}))
    ready, log = folder / "ready.json", folder / "simulator.log"
    serve = [sys.executable, "-m", "appstream_simulator", "serve", "--settings", str(settings_file)]
    places = ["--state-directory", str(folder / "simulator"), "--ready-file", str(ready)]
    with log.open("wb") as output:
        simulator = subprocess.Popen([*serve, *places], stdout=output, stderr=subprocess.STDOUT)
        try:
            while not ready.exists():
                if simulator.poll() is not None:
                    raise RuntimeError(log.read_text())
                time.sleep(0.1)
            started = json.loads(ready.read_text())
            account = Account(folder, started["endpoint"], secrets.token_urlsafe(24), password)
            _make_network(account, ipaddress.ip_network(started["network"]))
            yield account
        finally:
            simulator.terminate()
            simulator.wait(30)


def _make_network(account: Account, network: ipaddress.IPv4Network | ipaddress.IPv6Network) -> None:
    ec2 = boto3.client(
        "ec2",
        region_name=REGION,
        endpoint_url=account.endpoint,
        aws_access_key_id="AKIASIMULATEDACCESS1",
        aws_secret_access_key=account.secret_key,
    )
    vpc = ec2.create_vpc(CidrBlock=str(network))["Vpc"]["VpcId"]
    part = list(network.subnets(new_prefix=24))[1]
    account.subnet_id = ec2.create_subnet(VpcId=vpc, CidrBlock=str(part))["Subnet"]["SubnetId"]
    # To the company's network, and from there to the internet.
    gateway = ec2.create_transit_gateway()["TransitGateway"]["TransitGatewayId"]
    [table] = ec2.describe_route_tables(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["RouteTables"]
    ec2.create_route(RouteTableId=table["RouteTableId"], DestinationCidrBlock="0.0.0.0/0", TransitGatewayId=gateway)
    group = ec2.create_security_group(GroupName="image-builders", Description="WinRM from the controller", VpcId=vpc)
    account.security_group_id = group["GroupId"]
