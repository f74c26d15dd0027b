#!/usr/bin/python
# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: image_builder
version_added: 0.1.0
short_description: Manage Amazon AppStream 2.0 image builders
description:
  - Creates, starts, stops, changes and deletes image builders of Amazon AppStream 2.0 (also named Amazon WorkSpaces
    Applications), the machines on which images are made.
  - From whatever state an image builder is in it is brought to the wanted one. States that pass by themselves are
    waited out, and an image builder is stopped before it is deleted.
  - An image builder of the given name that exists already is adopted. Options that are not set are left alone.
  - Tags can be changed at any time. O(display_name), O(description) and O(agent_access_config) can be changed while
    the image builder is stopped, O(appstream_agent_version) when it is started; a running image builder is stopped
    and started again for that. All else is fixed when the image builder is created, see O(recreate).
author:
  - The euc.appstream team (@euc)
options:
  name:
    description:
      - The name of the image builder, unique in the account and Region.
      - It starts with a letter or digit and has at most 101 letters, digits, dots, dashes and underscores.
    type: str
    required: true
  state:
    description:
      - V(running) creates the image builder if need be and starts it. That is done when the image builder is
        RUNNING and, if it sits in a VPC, the address of its network interface is known. While an image is being made
        of it, this fails.
      - V(stopped) creates the image builder if need be and stops it.
      - V(present) creates the image builder if need be, and otherwise leaves it running or stopped as it is. One that
        is stopped for a change is started again, for which O(wait=true) is needed.
      - V(absent) stops and deletes it. All other options but those on waiting are ignored then, and not checked.
    type: str
    choices: [running, stopped, present, absent]
    default: running
  image_name:
    description:
      - The name of the image to start from.
      - To create an image builder this or O(image_arn) is needed. An image shared by another account needs
        O(image_arn).
      - Mutually exclusive with O(image_arn).
    type: str
  image_arn:
    description:
      - The ARN of the image to start from.
      - Mutually exclusive with O(image_name).
    type: str
  instance_type:
    description:
      - The instance type, for example V(stream.standard.large). Needed to create an image builder.
      - The image decides which families it supports, see
        RV(euc.appstream.image_info#module:images[].supported_instance_families).
    type: str
  display_name:
    description:
      - The name shown to people, at most 100 characters.
    type: str
  description:
    description:
      - A description, at most 256 characters.
    type: str
  subnet_id:
    description:
      - The subnet the image builder's network interface is placed in.
    type: str
  security_group_ids:
    description:
      - The security groups of the image builder's network interface, at most 5, of the subnet's VPC.
      - Without any the VPC's default security group is used.
    type: list
    elements: str
  iam_role_arn:
    description:
      - The ARN of an IAM role whose credentials are offered on the machine in the profile C(appstream_machine_role).
      - Needs the permission C(iam:PassRole).
      - A role made just before is not known to the service at once, so a role it refuses is tried for some minutes.
    type: str
  enable_default_internet_access:
    description:
      - Whether the image builder reaches the internet through its own public address. Needs a public subnet.
    type: bool
  domain:
    description:
      - The Active Directory domain to join.
    type: dict
    suboptions:
      directory_name:
        description:
          - The fully qualified name of the domain. A directory config of that name must exist in the Region.
        type: str
        required: true
      organizational_unit:
        description:
          - The distinguished name of the organizational unit for the computer object, one of those in the directory
            config.
          - It starts with V(OU=) and has no spaces around its commas.
        type: str
        required: true
  appstream_agent_version:
    description:
      - The version of the AppStream agent, or V(LATEST).
      - It is applied when the image builder is created or started. On an image builder that is to stay stopped it
        has no effect.
    type: str
  access_endpoints:
    description:
      - Interface VPC endpoints through which people stream from the image builder, at most 4.
    type: list
    elements: dict
    suboptions:
      endpoint_type:
        description:
          - The type of the endpoint.
        type: str
        choices: [STREAMING]
        default: STREAMING
      vpce_id:
        description:
          - The id of the VPC endpoint.
        type: str
  root_volume_size:
    description:
      - The size of the root volume in GB, 200 to 500, not less than the image's. More than 200 GB costs extra.
      - Needs botocore 1.41 or newer.
    type: int
  softwares_to_install:
    description:
      - Licence-included software to install at creation, for example V(Microsoft_Office_2024_LTSC_Standard_64Bit). All
        of it must be of one year and one architecture.
      - On an existing image builder it has no effect; see M(euc.appstream.image_builder_software) for that.
      - Needs botocore 1.40.60 or newer.
    type: list
    elements: str
  softwares_to_uninstall:
    description:
      - Licence-included software of the image to remove at creation.
      - On an existing image builder it has no effect; see M(euc.appstream.image_builder_software) for that.
      - Needs botocore 1.40.60 or newer.
    type: list
    elements: str
  disable_imdsv1:
    description:
      - Whether only version 2 of the instance metadata service is offered. Needs an agent of 2024-01-16 or newer.
      - Needs botocore 1.43.110 or newer.
    type: bool
  agent_access_config:
    description:
      - How AI agents may use the image builder. An empty dictionary takes the access away.
      - Needs botocore 1.44.5 or newer.
    type: dict
    suboptions:
      settings:
        description:
          - What agents may do. At least one action must be enabled.
        type: list
        elements: dict
        suboptions:
          agent_action:
            description:
              - The action.
            type: str
            choices: [COMPUTER_VISION, COMPUTER_INPUT, FORWARD_MCP_TOOLS]
            required: true
          permission:
            description:
              - Whether agents may do it.
            type: str
            choices: [ENABLED, DISABLED]
            required: true
      screen_resolution:
        description:
          - The screen resolution for agents.
        type: str
        choices: [W_1280xH_720]
      screen_image_format:
        description:
          - The format of screen captures.
        type: str
        choices: [PNG, JPEG]
      screenshots_upload_enabled:
        description:
          - Whether screen captures are uploaded to Amazon S3.
        type: bool
      s3_bucket_arn:
        description:
          - The ARN of the S3 bucket for screen captures.
        type: str
      user_control_mode:
        description:
          - What people may do during an agent's session.
        type: str
        choices: [VIEW_ONLY, VIEW_STOP, DISABLED]
  recreate:
    description:
      - Whether an image builder that differs in what cannot be changed, or that has FAILED, is deleted and created
        again. Everything on its disk is lost.
      - Otherwise the task fails and names what differs.
    type: bool
    default: false
  wait_timeout:
    description:
      - How many seconds to wait for the wanted state, all steps on the way to it together.
      - When the time is up the task fails and returns the image builder as last seen. Nothing is undone, and running
        the task again continues where this one stopped.
    type: int
    default: 3600
notes:
  - The image builder keeps running, and costing, until it is stopped or deleted, also when the play is interrupted.
  - An interrupted task can simply be run again.
  - The image builders that AppStream itself makes for managed image updates are left alone. The task fails when O(name)
    names one.
extends_documentation_fragment:
  - euc.appstream._attributes
  - euc.appstream._attributes.changing_module
  - euc.appstream._boto3
  - euc.appstream._wait
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.tags
seealso:
  - module: euc.appstream.image_builder_info
  - module: euc.appstream.image_builder_software
  - module: euc.appstream.image_builder_streaming_url
  - module: euc.appstream.image_info
  - name: Image builders
    description: The administration guide on image builders.
    link: https://docs.aws.amazon.com/appstream2/latest/developerguide/managing-image-builders.html
"""

EXAMPLES = r"""
- name: Have a running image builder on the newest Windows Server 2022 base image
  euc.appstream.image_builder:
    name: design
    image_name: "{{ base.images[0].name }}"
    instance_type: stream.standard.large
    subnet_id: subnet-0123456789abcdef0
    security_group_ids:
      - sg-0123456789abcdef0
    tags:
      CostCenter: "42"
  register: builder

- name: Show the address to reach it at
  ansible.builtin.debug:
    msg: "{{ builder.image_builder.network_access_configuration.eni_private_ip_address }}"

- name: Join a domain, and start from an image another account shares
  euc.appstream.image_builder:
    name: office
    image_arn: arn:aws:appstream:eu-central-1:123456789012:image/office-base
    instance_type: stream.memory.large
    subnet_id: subnet-0123456789abcdef0
    security_group_ids:
      - sg-0123456789abcdef0
    iam_role_arn: arn:aws:iam::123456789012:role/image-builder
    domain:
      directory_name: corp.example.com
      organizational_unit: OU=ImageBuilders,DC=corp,DC=example,DC=com

- name: Stop it over the weekend, without waiting
  euc.appstream.image_builder:
    name: design
    state: stopped
    wait: false

- name: Move it to another instance type, giving up what is on its disk
  euc.appstream.image_builder:
    name: design
    image_name: AppStream-WinServer2022-10-10-2025
    instance_type: stream.standard.xlarge
    recreate: true

- name: Delete it from whatever state it is in
  euc.appstream.image_builder:
    name: design
    state: absent
"""

RETURN = r"""
image_builder:
  description:
    - The image builder as last seen, also when the task fails while waiting. Null when it does not exist.
    - In check mode the image builder as it would be, as far as that can be known.
    - All its keys are those of RV(euc.appstream.image_builder_info#module:image_builders); these are the ones that
      matter most.
  type: dict
  returned: always, once AWS has been asked
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
    state:
      description: The state.
      type: str
      returned: always
      sample: RUNNING
    image_builder_errors:
      description: What went wrong, each with C(error_code), C(error_message) and C(error_timestamp).
      type: list
      elements: dict
      returned: when reported by the service
      sample:
        - error_code: DOMAIN_JOIN_ERROR_ACCESS_DENIED
          error_message: The account that joins computers has no right to create them in the organizational unit.
          error_timestamp: "2026-11-22T12:52:26+00:00"
    network_access_configuration:
      description: The network interface in the subnet, with C(eni_id), C(eni_private_ip_address) and, when it has any,
        C(eni_ipv6_addresses).
      type: dict
      returned: when it is running in a VPC
      sample: {eni_id: eni-0123456789abcdef0, eni_private_ip_address: 10.0.1.5}
    tags:
      description: The tags. Null, and there is a warning, when the credentials may not look and O(tags) is not set.
      type: dict
      returned: always
      sample: {CostCenter: "42"}
elapsed:
  description: How many seconds it took.
  type: int
  returned: always, once AWS has been asked
  sample: 552
state_changes:
  description: Every state seen, in order, and after how many seconds it was seen first. C(ABSENT) stands for an image
    builder that does not exist.
  type: list
  elements: dict
  returned: always, once AWS has been asked
  sample: [{state: PENDING, elapsed: 1}, {state: RUNNING, elapsed: 552}]
actions:
  description:
    - What was done, in order, of C(create), C(update), C(start), C(stop) and C(delete).
    - When the task fails, what had been done until then; C(changed) says whether there was anything, tags too.
  type: list
  elements: str
  returned: always, once AWS has been asked
  sample: [create]
drift:
  description: What differs on an existing image builder and cannot be changed, by option, with C(current) and
    C(wanted).
  type: dict
  returned: when the task fails because of that
  sample: {instance_type: {current: stream.standard.medium, wanted: stream.standard.large}}
error:
  description: AWS's own error, with C(code) and C(message).
  type: dict
  returned: when the task fails because AWS refused a call
  sample: {code: LimitExceededException, message: The resource limit is exceeded.}
retryable:
  description: Whether the same may succeed later, because AWS could not answer just now or the connection was lost.
  type: bool
  returned: when the task fails
  sample: false
remedy:
  description: What to do about the failure.
  type: str
  returned: when the task fails for a reason AWS's troubleshooting guide knows
  sample: Use a subnet that exists in this account and Region.
"""

from typing import Any

from ansible_collections.euc.appstream.plugins.module_utils._appstream.core.aws import AnsibleAppStreamModule
from ansible_collections.euc.appstream.plugins.module_utils._appstream.core.reconcile import run
from ansible_collections.euc.appstream.plugins.module_utils._appstream.core.waits import wait_options
from ansible_collections.euc.appstream.plugins.module_utils._appstream.image_builder.resource import ImageBuilder

ARGUMENT_SPEC: dict[str, Any] = {
    "name": {"type": "str", "required": True},
    "state": {"type": "str", "choices": ["running", "stopped", "present", "absent"], "default": "running"},
    **wait_options(timeout=3600),
    "image_name": {"type": "str"},
    "image_arn": {"type": "str"},
    "instance_type": {"type": "str"},
    "display_name": {"type": "str"},
    "description": {"type": "str"},
    "subnet_id": {"type": "str"},
    "security_group_ids": {"type": "list", "elements": "str"},
    "iam_role_arn": {"type": "str"},
    "enable_default_internet_access": {"type": "bool"},
    "domain": {
        "type": "dict",
        "options": {
            "directory_name": {"type": "str", "required": True},
            "organizational_unit": {"type": "str", "required": True},
        },
    },
    "appstream_agent_version": {"type": "str"},
    "access_endpoints": {
        "type": "list",
        "elements": "dict",
        "options": {
            "endpoint_type": {"type": "str", "choices": ["STREAMING"], "default": "STREAMING"},
            "vpce_id": {"type": "str"},
        },
    },
    "root_volume_size": {"type": "int"},
    "softwares_to_install": {"type": "list", "elements": "str"},
    "softwares_to_uninstall": {"type": "list", "elements": "str"},
    "disable_imdsv1": {"type": "bool"},
    "agent_access_config": {
        "type": "dict",
        "required_together": [("settings", "screen_resolution", "screen_image_format")],
        "options": {
            "settings": {
                "type": "list",
                "elements": "dict",
                "options": {
                    "agent_action": {
                        "type": "str",
                        "choices": ["COMPUTER_VISION", "COMPUTER_INPUT", "FORWARD_MCP_TOOLS"],
                        "required": True,
                    },
                    "permission": {"type": "str", "choices": ["ENABLED", "DISABLED"], "required": True},
                },
            },
            "screen_resolution": {"type": "str", "choices": ["W_1280xH_720"]},
            "screen_image_format": {"type": "str", "choices": ["PNG", "JPEG"]},
            "screenshots_upload_enabled": {"type": "bool"},
            "s3_bucket_arn": {"type": "str"},
            "user_control_mode": {"type": "str", "choices": ["VIEW_ONLY", "VIEW_STOP", "DISABLED"]},
        },
    },
    "tags": {"type": "dict", "aliases": ["resource_tags"]},
    "purge_tags": {"type": "bool", "default": True},
    "recreate": {"type": "bool", "default": False},
}


def main() -> None:
    module = AnsibleAppStreamModule(
        argument_spec=ARGUMENT_SPEC,
        mutually_exclusive=[("image_name", "image_arn")],
        supports_check_mode=True,
    )
    run(module, ImageBuilder)


if __name__ == "__main__":
    main()
