"""Makes the network of the demo in the simulated account and writes what the recipes need to know as extra variables.

Usage: prepare_network.py READY_FILE VARIABLES_FILE NETWORK
NETWORK is the beginning of the addresses, such as 127.77.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import boto3


def main(ready_file: Path, variables_file: Path, network: str) -> None:
    endpoint = json.loads(ready_file.read_text())["endpoint"]
    ec2 = boto3.client("ec2", endpoint_url=endpoint)
    # Addresses of this computer, so that each simulated builder is a host of its own. AWS would refuse 127.0.0.0/8.
    vpc = ec2.create_vpc(CidrBlock=f"{network}.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock=f"{network}.1.0/24")["Subnet"]["SubnetId"]
    group = ec2.create_security_group(GroupName="image-builders", Description="WinRM from the controller", VpcId=vpc)
    variables = {
        "demo_vpc_id": vpc,
        "demo_subnet_id": subnet,
        "demo_security_group_id": group["GroupId"],
        "demo_directory": str(Path(__file__).resolve().parent),
    }
    variables_file.write_text(json.dumps(variables, indent=2))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3])
