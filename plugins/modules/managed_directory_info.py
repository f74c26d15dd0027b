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
- name: Read what there is of a domain
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
    - Attributes the service does not report are left out.
  type: list
  elements: dict
  returned: success
  contains:
    directory_id:
      description: The id.
      type: str
      returned: always, unless in check mode
      sample: d-1234567890
    name:
      description: The domain.
      type: str
      returned: always
      sample: corp.example.com
    short_name:
      description: The NetBIOS name.
      type: str
      returned: when reported by the service
      sample: CORP
    description:
      description: The description.
      type: str
      returned: when it has one
      sample: Domain of the design department
    type:
      description: C(MicrosoftAD) for own directories, C(SharedMicrosoftAD) for those of other accounts.
      type: str
      returned: always, unless in check mode
      sample: MicrosoftAD
    edition:
      description: The edition.
      type: str
      returned: when reported by the service
      sample: Standard
    size:
      description: The size, which the service reports of other types of directories.
      type: str
      returned: when reported by the service
      sample: Small
    os_version:
      description: The operating system of the domain controllers.
      type: str
      returned: when reported by the service
      sample: SERVER_2019
    stage:
      description: The state, which this service calls the stage.
      type: str
      returned: always, unless in check mode
      sample: Active
    stage_reason:
      description: More about the stage.
      type: str
      returned: when reported by the service
      sample: ""
    stage_last_updated_date_time:
      description: When the stage changed last.
      type: str
      returned: when reported by the service
      sample: "2026-11-22T13:15:26+00:00"
    launch_time:
      description: When it was created.
      type: str
      returned: when reported by the service
      sample: "2026-11-22T12:45:26+00:00"
    dns_ip_addrs:
      description: The IPv4 addresses of its DNS servers, which are its domain controllers.
      type: list
      elements: str
      returned: when reported by the service
      sample: [10.0.1.10, 10.0.2.10]
    dns_ipv6_addrs:
      description: The IPv6 addresses of its DNS servers.
      type: list
      elements: str
      returned: when reported by the service
      sample: ["2001:db8::10"]
    network_type:
      description: Which addresses it has, C(IPv4), C(IPv6) or C(Dual-stack).
      type: str
      returned: when reported by the service
      sample: IPv4
    vpc_settings:
      description: The network of the domain controllers.
      type: dict
      returned: when reported by the service
      contains:
        vpc_id:
          description: The VPC.
          type: str
          returned: when reported by the service
          sample: vpc-0123456789abcdef0
        subnet_ids:
          description: The subnets.
          type: list
          elements: str
          returned: when reported by the service
          sample: [subnet-0123456789abcdef0, subnet-0fedcba9876543210]
        security_group_id:
          description: The security group.
          type: str
          returned: when reported by the service
          sample: sg-0123456789abcdef0
        availability_zones:
          description: The Availability Zones.
          type: list
          elements: str
          returned: when reported by the service
          sample: [eu-central-1a, eu-central-1b]
    desired_number_of_domain_controllers:
      description: How many domain controllers it is to have.
      type: int
      returned: when reported by the service
      sample: 2
    alias:
      description: The alias, or the id when it has none.
      type: str
      returned: when reported by the service
      sample: d-1234567890
    access_url:
      description: The address of AWS applications for people of the domain.
      type: str
      returned: when reported by the service
      sample: d-1234567890.awsapps.com
    sso_enabled:
      description: Whether people of the domain reach AWS applications by single sign-on.
      type: bool
      returned: when reported by the service
      sample: false
    radius_status:
      description: The state of multi-factor authentication by RADIUS. How it is set up is left out.
      type: str
      returned: when it is set up
      sample: Completed
    regions_info:
      description: The Regions it is in.
      type: dict
      returned: when reported by the service
      contains:
        primary_region:
          description: The Region it was created in.
          type: str
          returned: when reported by the service
          sample: eu-central-1
        additional_regions:
          description: The Regions it has been extended to.
          type: list
          elements: str
          returned: when reported by the service
          sample: []
    share_status:
      description: How far sharing it has got.
      type: str
      returned: for directories of other accounts
      sample: Shared
    share_method:
      description: How it is shared, C(ORGANIZATIONS) or C(HANDSHAKE).
      type: str
      returned: for directories of other accounts
      sample: HANDSHAKE
    hybrid_settings:
      description: The domain controllers of one's own that a hybrid directory extends.
      type: dict
      returned: for hybrid directories
      contains:
        self_managed_dns_ip_addrs:
          description: The addresses of their DNS servers.
          type: list
          elements: str
          returned: when reported by the service
          sample: [10.0.3.10, 10.0.4.10]
        self_managed_instance_ids:
          description: The ids of the instances through which they are managed.
          type: list
          elements: str
          returned: when reported by the service
          sample: [i-0123456789abcdef0]
    tags:
      description: The tags, empty for directories of other accounts.
      type: dict
      returned: when O(include_tags=true)
      sample: {CostCenter: "42"}
error:
  description: AWS's own error, with C(code) and C(message).
  type: dict
  returned: when the task fails because AWS refused a call
  sample: {code: AccessDeniedException, message: You are not authorized to perform this operation.}
retryable:
  description: Whether the same may succeed later, because AWS could not answer just now or the connection was lost.
  type: bool
  returned: when the task fails
  sample: false
remedy:
  description: What to do about the failure.
  type: str
  returned: when the task fails for a reason something is known about
  sample: Allow this action in the IAM policy of the credentials in use.
"""

from typing import Any

from ansible_collections.euc.appstream.plugins.module_utils._appstream.core.aws import AnsibleAppStreamModule
from ansible_collections.euc.appstream.plugins.module_utils._appstream.core.errors import AppStreamError
from ansible_collections.euc.appstream.plugins.module_utils._appstream.managed_directory.api import (
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
