"""Makes the network of the demo in the simulated account and writes what the recipes need to know as extra variables.

Usage: prepare_network.py READY_FILE VARIABLES_FILE
READY_FILE is what the simulator has written: its endpoint, and the network it has for image builders.
"""

from __future__ import annotations

import ipaddress
import json
import sys
from pathlib import Path

import boto3


def main(ready_file: Path, variables_file: Path) -> None:
    ready = json.loads(ready_file.read_text())
    ec2 = boto3.client("ec2", endpoint_url=ready["endpoint"])
    # Addresses of this computer, so that each simulated builder is a host of its own. AWS would refuse 127.0.0.0/8.
    network = ipaddress.ip_network(ready["network"])
    vpc = ec2.create_vpc(CidrBlock=str(network))["Vpc"]["VpcId"]
    part = list(network.subnets(new_prefix=24))[1]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock=str(part))["Subnet"]["SubnetId"]
    # To the company's network, and from there to the internet.
    gateway = ec2.create_transit_gateway()["TransitGateway"]["TransitGatewayId"]
    [table] = ec2.describe_route_tables(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["RouteTables"]
    ec2.create_route(RouteTableId=table["RouteTableId"], DestinationCidrBlock="0.0.0.0/0", TransitGatewayId=gateway)
    group = ec2.create_security_group(GroupName="image-builders", Description="WinRM from the controller", VpcId=vpc)
    variables = {
        "demo_vpc_id": vpc,
        "demo_subnet_id": subnet,
        "demo_security_group_id": group["GroupId"],
        "demo_directory": str(Path(__file__).resolve().parent),
    }
    variables_file.write_text(json.dumps(variables, indent=2))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
