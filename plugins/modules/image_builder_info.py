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
  include_temporary:
    description:
      - Whether to return the image builders that AppStream makes, and deletes again, for managed image updates, too.
      - They are found also when O(names) names them, and left out with V(false) in any case.
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
- name: Read all image builders
  euc.appstream.image_builder_info:
  register: all_image_builders

- name: Read one
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
      returned: always, unless in check mode
      sample: arn:aws:appstream:eu-central-1:123456789012:image-builder/design
    image_arn:
      description: The ARN of the image it started from. Those of public base images name no account.
      type: str
      returned: always, unless in check mode
      sample: arn:aws:appstream:eu-central-1::image/AppStream-WinServer2022-10-10-2025
    state:
      description: The state.
      type: str
      returned: always
      sample: RUNNING
    state_change_reason:
      description: Why the state changed last.
      type: dict
      returned: when reported by the service
      contains:
        code:
          description: The code.
          type: str
          returned: when reported by the service
          sample: INTERNAL_ERROR
        message:
          description: The reason in words.
          type: str
          returned: when reported by the service
          sample: The image builder could not be started.
    image_builder_errors:
      description: What went wrong.
      type: list
      elements: dict
      returned: when reported by the service
      contains:
        error_code:
          description: The code.
          type: str
          returned: when reported by the service
          sample: DOMAIN_JOIN_ERROR_ACCESS_DENIED
        error_message:
          description: The error in words.
          type: str
          returned: when reported by the service
          sample: The account that joins computers has no right to create them in the organizational unit.
        error_timestamp:
          description: When it occurred.
          type: str
          returned: when reported by the service
          sample: "2026-11-22T12:52:26+00:00"
    display_name:
      description: The name shown to people.
      type: str
      returned: when it has one
      sample: Design
    description:
      description: The description.
      type: str
      returned: when it has one
      sample: Builds the design image
    instance_type:
      description: The instance type.
      type: str
      returned: always, unless in check mode
      sample: stream.standard.large
    platform:
      description: The operating system.
      type: str
      returned: always, unless in check mode
      sample: WINDOWS_SERVER_2022
    network_access_configuration:
      description: The network interface in the subnet.
      type: dict
      returned: when it is running in a VPC
      contains:
        eni_id:
          description: The id of the network interface.
          type: str
          returned: when reported by the service
          sample: eni-0123456789abcdef0
        eni_private_ip_address:
          description: The private IPv4 address.
          type: str
          returned: when reported by the service
          sample: 10.0.1.5
        eni_ipv6_addresses:
          description: The IPv6 addresses.
          type: list
          elements: str
          returned: when reported by the service
          sample: ["2001:db8::5"]
    vpc_config:
      description: Subnet and security groups.
      type: dict
      returned: when it sits in a VPC
      contains:
        subnet_ids:
          description: The subnet.
          type: list
          elements: str
          returned: when reported by the service
          sample: [subnet-0123456789abcdef0]
        security_group_ids:
          description: The security groups.
          type: list
          elements: str
          returned: when reported by the service
          sample: [sg-0123456789abcdef0]
    domain_join_info:
      description: The Active Directory domain it joins.
      type: dict
      returned: when it joins one
      contains:
        directory_name:
          description: The fully qualified name of the domain.
          type: str
          returned: when reported by the service
          sample: corp.example.com
        organizational_unit_distinguished_name:
          description: The organizational unit of the computer object.
          type: str
          returned: when reported by the service
          sample: OU=ImageBuilders,DC=corp,DC=example,DC=com
    iam_role_arn:
      description: The ARN of the machine's IAM role.
      type: str
      returned: when it has one
      sample: arn:aws:iam::123456789012:role/image-builder
    enable_default_internet_access:
      description: Whether it has a public address of its own.
      type: bool
      returned: when reported by the service
      sample: false
    access_endpoints:
      description: The VPC endpoints through which people reach it.
      type: list
      elements: dict
      returned: when it has any
      contains:
        endpoint_type:
          description: The type of the endpoint.
          type: str
          returned: always
          sample: STREAMING
        vpce_id:
          description: The id of the VPC endpoint.
          type: str
          returned: when reported by the service
          sample: vpce-0123456789abcdef0
    root_volume_config:
      description: The root volume.
      type: dict
      returned: when reported by the service
      contains:
        volume_size_in_gb:
          description: The size in GB.
          type: int
          returned: when reported by the service
          sample: 200
    disable_imdsv1:
      description: Whether only version 2 of the instance metadata service is offered.
      type: bool
      returned: when reported by the service
      sample: true
    agent_access_config:
      description: How AI agents may use it.
      type: dict
      returned: when they may
      contains:
        settings:
          description: What agents may do.
          type: list
          elements: dict
          returned: always
          contains:
            agent_action:
              description: The action.
              type: str
              returned: always
              sample: COMPUTER_VISION
            permission:
              description: Whether agents may do it, C(ENABLED) or C(DISABLED).
              type: str
              returned: always
              sample: ENABLED
        screen_resolution:
          description: The screen resolution for agents.
          type: str
          returned: always
          sample: W_1280xH_720
        screen_image_format:
          description: The format of screen captures.
          type: str
          returned: always
          sample: PNG
        screenshots_upload_enabled:
          description: Whether screen captures are uploaded to Amazon S3.
          type: bool
          returned: when reported by the service
          sample: false
        s3_bucket_arn:
          description: The ARN of the S3 bucket for screen captures.
          type: str
          returned: when reported by the service
          sample: arn:aws:s3:::screen-captures
        user_control_mode:
          description: What people may do during an agent's session.
          type: str
          returned: when reported by the service
          sample: VIEW_STOP
    appstream_agent_version:
      description: The version of the AppStream agent.
      type: str
      returned: when reported by the service
      sample: 10-10-2025
    latest_appstream_agent_version:
      description: Whether it gets the latest AppStream agent whenever it starts, C(TRUE) or C(FALSE).
      type: str
      returned: when reported by the service
      sample: "FALSE"
    created_time:
      description: When it was created.
      type: str
      returned: always, unless in check mode
      sample: "2026-11-22T12:45:26+00:00"
    temporary:
      description:
        - Whether AppStream has made it for a managed image update and will delete it by itself. It counts in the quota
          of image builders.
        - It is recognised by its state (C(UPDATING) or C(PENDING_QUALIFICATION)), by its name, which ends in ten
          digits, and by the lack of a subnet.
      type: bool
      returned: by this module only
      sample: false
    tags:
      description: The tags. Null, and there is a warning, when the credentials may not look.
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
from ansible_collections.euc.appstream.plugins.module_utils._appstream.core.tags import with_tags
from ansible_collections.euc.appstream.plugins.module_utils._appstream.image_builder.api import describe_image_builders
from ansible_collections.euc.appstream.plugins.module_utils._appstream.image_builder.temporary import is_temporary

ARGUMENT_SPEC: dict[str, Any] = {
    "names": {"type": "list", "elements": "str"},
    "include_tags": {"type": "bool", "default": True},
    "include_temporary": {"type": "bool", "default": True},
}


def do(module: AnsibleAppStreamModule) -> dict[str, Any]:
    """Return the module's return values. Raises AppStreamError."""
    client = module.client("appstream")
    read = sorted(describe_image_builders(client, module.params["names"]), key=lambda builder: str(builder["name"]))
    found = [{**builder, "temporary": is_temporary(builder)} for builder in read]
    if not module.params["include_temporary"]:
        found = [builder for builder in found if not builder["temporary"]]
    if module.params["include_tags"]:
        found = [with_tags(client, builder, module.warn) for builder in found]
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
