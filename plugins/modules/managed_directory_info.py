#!/usr/bin/python
# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: managed_directory_info
version_added: 0.1.0
short_description: Get information on AWS Managed Microsoft AD directories
description:
  - Reads directories of AWS Managed Microsoft AD, this account's own and those that are shared with it, all or by name.
author:
  - The euc.appstream team (@euc)
options:
  names:
    description:
      - The fully qualified names of domains, without regard to case. Those that do not exist are left out of the
        answer.
      - All directories of the Region are returned when this is not set, and none when it is empty.
    type: list
    elements: str
  include_tags:
    description:
      - Whether to read the tags of own directories too. That costs one more call to AWS for each.
    type: bool
    default: true
extends_documentation_fragment:
  - euc.appstream._attributes
  - euc.appstream._attributes.info_module
  - euc.appstream._boto3
  - amazon.aws.common.modules
  - amazon.aws.region.modules
seealso:
  - module: euc.appstream.managed_directory
"""

EXAMPLES = r"""
- name: Look at a domain
  euc.appstream.managed_directory_info:
    names:
      - corp.example.com
  register: domain

- name: Show its DNS servers
  ansible.builtin.debug:
    msg: "{{ (domain.directories | first).dns_ip_addrs }}"
"""

RETURN = r"""
directories:
  description:
    - The directories, by name.
    - Attributes the service does not report are left out. The ones listed here are the most used.
  type: list
  elements: dict
  returned: success
  contains:
    directory_id:
      description: The id.
      type: str
      returned: always
      sample: d-1234567890
    name:
      description: The domain.
      type: str
      returned: always
      sample: corp.example.com
    short_name:
      description: The NetBIOS name.
      type: str
      returned: when the service tells
      sample: CORP
    type:
      description: C(MicrosoftAD) for own directories, C(SharedMicrosoftAD) for those of other accounts.
      type: str
      returned: always
      sample: MicrosoftAD
    edition:
      description: The edition.
      type: str
      returned: when the service tells
      sample: Standard
    stage:
      description: The state, which this service calls the stage.
      type: str
      returned: always
      sample: Active
    stage_reason:
      description: More about the stage.
      type: str
      returned: when the service tells
      sample: ""
    dns_ip_addrs:
      description: The addresses of its DNS servers, which are its domain controllers.
      type: list
      elements: str
      returned: when the service tells
      sample: [10.0.1.10, 10.0.2.10]
    vpc_settings:
      description: VPC, subnets, Availability Zones, and the security group of the domain controllers.
      type: dict
      returned: when the service tells
      sample:
        vpc_id: vpc-0123456789abcdef0
        subnet_ids: [subnet-0123456789abcdef0, subnet-0fedcba9876543210]
        security_group_id: sg-0123456789abcdef0
        availability_zones: [eu-central-1a, eu-central-1b]
    access_url:
      description: The address of AWS applications for people of the domain.
      type: str
      returned: when the service tells
      sample: d-1234567890.awsapps.com
    launch_time:
      description: When it was created.
      type: str
      returned: when the service tells
      sample: "2026-11-22T12:45:26+00:00"
    tags:
      description: The tags, empty for directories of other accounts.
      type: dict
      returned: when O(include_tags=true)
      sample: {CostCenter: "42"}
"""

from typing import Any

from ansible_collections.euc.appstream.plugins.module_utils._appstream.aws import AnsibleAppStreamModule
from ansible_collections.euc.appstream.plugins.module_utils._appstream.errors import AppStreamError
from ansible_collections.euc.appstream.plugins.module_utils._appstream.managed_directories import (
    describe_managed_directories,
    with_tags,
)

ARGUMENT_SPEC: dict[str, Any] = {
    "names": {"type": "list", "elements": "str"},
    "include_tags": {"type": "bool", "default": True},
}


def do(module: AnsibleAppStreamModule) -> dict[str, Any]:
    """Return the module's return values. Raises AppStreamError."""
    client = module.client("ds")
    names = module.params["names"]
    found = sorted(describe_managed_directories(client), key=lambda one: (one["name"].lower(), one["directory_id"]))
    if names is not None:
        wanted = {name.lower() for name in names}
        found = [directory for directory in found if directory["name"].lower() in wanted]
    if module.params["include_tags"]:
        found = [with_tags(client, directory) for directory in found]
    return {"changed": False, "directories": found}


def main() -> None:
    module = AnsibleAppStreamModule(argument_spec=ARGUMENT_SPEC, supports_check_mode=True)
    try:
        values = do(module)
    except AppStreamError as error:
        module.fail_json_appstream(error)
    module.exit_json(**values)


if __name__ == "__main__":
    main()
