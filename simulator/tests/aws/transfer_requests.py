# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What importing AMIs and exporting images need: an AMI, an IAM role, and the requests that name them."""

from __future__ import annotations

import json
from typing import Any

from simulated_aws import REGION, Simulator

TRUST = {"Statement": [{"Effect": "Allow", "Principal": {"Service": "appstream.amazonaws.com"}}]}


def make_role(simulator: Simulator, name: str = "transfer", trust: Any = None) -> str:
    """The ARN of a new role that trusts the service, or what is given."""
    document = json.dumps(trust or TRUST)
    role = simulator.client("iam").create_role(RoleName=name, AssumeRolePolicyDocument=document)["Role"]
    return str(role["Arn"])


def make_ami(simulator: Simulator, name: str = "golden", region: str = REGION, **options: Any) -> str:
    """The id of a new AMI."""
    return str(simulator.client("ec2", region=region).register_image(Name=name, **options)["ImageId"])


def import_request(simulator: Simulator, **changes: Any) -> dict[str, Any]:
    """A CreateImportedImage that succeeds without the changes; None leaves a member out."""
    request = {"Name": "imported", "SourceAmiId": make_ami(simulator), "IamRoleArn": make_role(simulator), **changes}
    return {member: value for member, value in request.items() if value is not None}
