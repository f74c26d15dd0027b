#!/usr/bin/python
# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: image_builder_info
version_added: 0.1.0
short_description: Get information on Amazon AppStream 2.0 image builders
description:
  - Reads image builders of Amazon AppStream 2.0 (also named Amazon WorkSpaces Applications), all or by name.
author:
  - The euc.appstream team (@euc)
options:
  names:
    description:
      - The names of the image builders. Names that do not exist are left out of the answer.
      - All image builders of the Region are returned when this is not set, and none when it is empty.
    type: list
    elements: str
  include_tags:
    description:
      - Whether to read the tags too. That costs one more call to AWS per image builder.
    type: bool
    default: true
extends_documentation_fragment:
  - euc.appstream._attributes
  - euc.appstream._attributes.info_module
  - euc.appstream._boto3
  - amazon.aws.common.modules
  - amazon.aws.region.modules
seealso:
  - module: euc.appstream.image_builder
"""

EXAMPLES = r"""
- name: Look at all image builders
  euc.appstream.image_builder_info:
  register: all_image_builders

- name: Look at one
  euc.appstream.image_builder_info:
    names:
      - design
  register: design

- name: Find those of this collection's playbooks
  ansible.builtin.debug:
    msg: "{{ item.name }} is {{ item.state }}"
  loop: "{{ all_image_builders.image_builders | selectattr('tags', 'contains', 'euc.appstream:recipe') }}"
  loop_control:
    label: "{{ item.name }}"
"""

RETURN = r"""
image_builders:
  description:
    - The image builders, by name.
    - Attributes the service does not report are left out.
  type: list
  elements: dict
  returned: success
  contains:
    name:
      description: The name.
      type: str
      returned: always
      sample: design
    arn:
      description: The ARN.
      type: str
      returned: always
      sample: arn:aws:appstream:eu-central-1:123456789012:image-builder/design
    image_arn:
      description: The ARN of the image it started from. Those of public base images name no account.
      type: str
      returned: always
      sample: arn:aws:appstream:eu-central-1::image/AppStream-WinServer2022-10-10-2025
    state:
      description: The state.
      type: str
      returned: always
      sample: RUNNING
    state_change_reason:
      description: Why the state changed last, with C(code) and C(message).
      type: dict
      returned: when the service tells
      sample: {code: INTERNAL_ERROR, message: The image builder could not be started.}
    image_builder_errors:
      description: What went wrong, each with C(error_code), C(error_message) and C(error_timestamp).
      type: list
      elements: dict
      returned: when the service tells
      sample: []
    display_name:
      description: The name shown to people.
      type: str
      returned: when set
      sample: Design
    description:
      description: The description.
      type: str
      returned: when set
      sample: Builds the design image
    instance_type:
      description: The instance type.
      type: str
      returned: always
      sample: stream.standard.large
    platform:
      description: The operating system.
      type: str
      returned: always
      sample: WINDOWS_SERVER_2022
    network_access_configuration:
      description: The network interface in the subnet, with C(eni_id) and C(eni_private_ip_address).
      type: dict
      returned: when it is running in a VPC
      sample: {eni_id: eni-0123456789abcdef0, eni_private_ip_address: 10.0.1.5}
    vpc_config:
      description: Subnet and security groups.
      type: dict
      returned: when it sits in a VPC
      sample: {subnet_ids: [subnet-0123456789abcdef0], security_group_ids: [sg-0123456789abcdef0]}
    domain_join_info:
      description: The domain and organizational unit.
      type: dict
      returned: when it joins a domain
      sample:
        directory_name: corp.example.com
        organizational_unit_distinguished_name: OU=ImageBuilders,DC=corp,DC=example,DC=com
    iam_role_arn:
      description: The ARN of the machine's IAM role.
      type: str
      returned: when set
      sample: arn:aws:iam::123456789012:role/image-builder
    enable_default_internet_access:
      description: Whether it has a public address of its own.
      type: bool
      returned: when the service tells
      sample: false
    appstream_agent_version:
      description: The version of the AppStream agent.
      type: str
      returned: when the service tells
      sample: 10-10-2025
    created_time:
      description: When it was created.
      type: str
      returned: always
      sample: "2026-11-22T12:45:26+00:00"
    tags:
      description: The tags.
      type: dict
      returned: when O(include_tags=true)
      sample: {CostCenter: "42"}
"""

from typing import Any

from ansible_collections.euc.appstream.plugins.module_utils._appstream.aws import AnsibleAppStreamModule
from ansible_collections.euc.appstream.plugins.module_utils._appstream.errors import AppStreamError
from ansible_collections.euc.appstream.plugins.module_utils._appstream.image_builders import describe_image_builders
from ansible_collections.euc.appstream.plugins.module_utils._appstream.tags import with_tags

ARGUMENT_SPEC: dict[str, Any] = {
    "names": {"type": "list", "elements": "str"},
    "include_tags": {"type": "bool", "default": True},
}


def do(module: AnsibleAppStreamModule) -> dict[str, Any]:
    """Return the module's return values. Raises AppStreamError."""
    client = module.client("appstream")
    found = sorted(describe_image_builders(client, module.params["names"]), key=lambda builder: str(builder["name"]))
    if module.params["include_tags"]:
        found = [with_tags(client, builder) for builder in found]
    return {"changed": False, "image_builders": found}


def main() -> None:
    module = AnsibleAppStreamModule(argument_spec=ARGUMENT_SPEC, supports_check_mode=True)
    try:
        values = do(module)
    except AppStreamError as error:
        module.fail_json_appstream(error)
    module.exit_json(**values)


if __name__ == "__main__":
    main()
