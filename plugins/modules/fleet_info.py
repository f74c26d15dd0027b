#!/usr/bin/python
# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: fleet_info
version_added: 0.1.0
short_description: Get information on Amazon AppStream 2.0 fleets
description:
  - Reads fleets of Amazon AppStream 2.0 (also named Amazon WorkSpaces Applications), all or by name.
author:
  - The euc.appstream team (@euc)
options:
  names:
    description:
      - The names of the fleets. Names that do not exist are left out of the answer.
      - All fleets of the Region are returned when this is not set, and none when it is empty.
    type: list
    elements: str
  include_tags:
    description:
      - Whether to read the tags too. That costs one more call to AWS per fleet.
    type: bool
    default: true
  include_stacks:
    description:
      - Whether to read the names of the associated stacks too. That costs one more call to AWS per fleet.
    type: bool
    default: true
extends_documentation_fragment:
  - euc.appstream._attributes
  - euc.appstream._attributes.info_module
  - euc.appstream._boto3
  - amazon.aws.common.modules
  - amazon.aws.region.modules
seealso:
  - module: euc.appstream.fleet
  - module: euc.appstream.stack_info
"""

EXAMPLES = r"""
- name: Read all fleets
  euc.appstream.fleet_info:
  register: all_fleets

- name: Show which image each of them streams
  ansible.builtin.debug:
    msg: "{{ item.name }} streams {{ item.image_name }}"
  loop: "{{ all_fleets.fleets | selectattr('image_name', 'defined') }}"
  loop_control:
    label: "{{ item.name }}"

- name: Read one fleet, with as few calls as possible
  euc.appstream.fleet_info:
    names:
      - design
    include_tags: false
    include_stacks: false
  register: design
"""

RETURN = r"""
fleets:
  description:
    - The fleets, by name.
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
      sample: arn:aws:appstream:eu-central-1:123456789012:fleet/design
    state:
      description: The state, C(STARTING), C(RUNNING), C(STOPPING) or C(STOPPED).
      type: str
      returned: always
      sample: RUNNING
    display_name:
      description: The name shown to people.
      type: str
      returned: when it has one
      sample: Design
    description:
      description: The description.
      type: str
      returned: when it has one
      sample: Streams the design applications
    image_name:
      description: The name of the image new instances are made of. An elastic fleet has none.
      type: str
      returned: when reported by the service
      sample: design-2026-11
    image_arn:
      description: The ARN of that image.
      type: str
      returned: when reported by the service
      sample: arn:aws:appstream:eu-central-1:123456789012:image/design-2026-11
    instance_type:
      description: The instance type.
      type: str
      returned: always, unless in check mode
      sample: stream.standard.large
    fleet_type:
      description: The fleet type.
      type: str
      returned: when reported by the service
      sample: ALWAYS_ON
    platform:
      description: The operating system.
      type: str
      returned: when reported by the service
      sample: WINDOWS_SERVER_2022
    compute_capacity_status:
      description: How many instances there are to be, and how many there are.
      type: dict
      returned: always, unless in check mode
      contains:
        desired:
          description: How many instances there are to be.
          type: int
          returned: always
          sample: 5
        running:
          description: How many instances are running.
          type: int
          returned: when reported by the service
          sample: 4
        in_use:
          description: How many instances are in use.
          type: int
          returned: when reported by the service
          sample: 1
        available:
          description: How many instances can take a user.
          type: int
          returned: when reported by the service
          sample: 3
        desired_user_sessions:
          description: How many sessions are asked for.
          type: int
          returned: for multi-session fleets
          sample: 20
        actual_user_sessions:
          description: For how many sessions there are instances.
          type: int
          returned: for multi-session fleets
          sample: 16
        active_user_sessions:
          description: How many sessions there are.
          type: int
          returned: for multi-session fleets
          sample: 3
        available_user_sessions:
          description: How many sessions more there can be.
          type: int
          returned: for multi-session fleets
          sample: 13
        draining:
          description: How many instances take no new sessions.
          type: int
          returned: for multi-session fleets
          sample: 0
        drain_mode_active_user_sessions:
          description: How many sessions there are on those.
          type: int
          returned: for multi-session fleets
          sample: 0
        drain_mode_unused_user_sessions:
          description: How many sessions more those could have had.
          type: int
          returned: for multi-session fleets
          sample: 0
    max_user_duration_in_seconds:
      description: How many seconds a session may last.
      type: int
      returned: when reported by the service
      sample: 57600
    disconnect_timeout_in_seconds:
      description: How many seconds a session lasts after its user was disconnected.
      type: int
      returned: when reported by the service
      sample: 900
    idle_disconnect_timeout_in_seconds:
      description: After how many seconds without doing anything a user is disconnected, 0 for never.
      type: int
      returned: when reported by the service
      sample: 900
    vpc_config:
      description: Subnets and security groups.
      type: dict
      returned: when it sits in a VPC
      contains:
        subnet_ids:
          description: The subnets.
          type: list
          elements: str
          returned: when reported by the service
          sample: [subnet-0123456789abcdef0, subnet-0123456789abcdef1]
        security_group_ids:
          description: The security groups.
          type: list
          elements: str
          returned: when reported by the service
          sample: [sg-0123456789abcdef0]
    created_time:
      description: When it was created.
      type: str
      returned: when reported by the service
      sample: "2026-11-22T12:45:26+00:00"
    fleet_errors:
      description: What keeps instances from being made.
      type: list
      elements: dict
      returned: when reported by the service
      contains:
        error_code:
          description: The code.
          type: str
          returned: when reported by the service
          sample: SUBNET_HAS_INSUFFICIENT_IP_ADDRESSES
        error_message:
          description: The error in words.
          type: str
          returned: when reported by the service
          sample: The subnet has no free address.
    enable_default_internet_access:
      description: Whether its instances have public addresses of their own.
      type: bool
      returned: when reported by the service
      sample: false
    domain_join_info:
      description: The domain.
      type: dict
      returned: when it joins a domain
      contains:
        directory_name:
          description: The fully qualified name of the domain.
          type: str
          returned: when reported by the service
          sample: corp.example.com
        organizational_unit_distinguished_name:
          description: The organizational unit.
          type: str
          returned: when reported by the service
          sample: OU=Fleets,DC=corp,DC=example,DC=com
    iam_role_arn:
      description: The ARN of its instances' IAM role.
      type: str
      returned: when it has one
      sample: arn:aws:iam::123456789012:role/fleet
    stream_view:
      description: What users see, C(APP) or C(DESKTOP).
      type: str
      returned: when reported by the service
      sample: APP
    max_concurrent_sessions:
      description: How many sessions there may be at a time.
      type: int
      returned: for elastic fleets
      sample: 50
    max_sessions_per_instance:
      description: How many users share an instance.
      type: int
      returned: for multi-session fleets
      sample: 4
    usb_device_filter_strings:
      description: The USB devices that can be redirected.
      type: list
      elements: str
      returned: when it has some
      sample: ["Mouse,3,1,2,1133,49271,1,0"]
    session_script_s3_location:
      description: Where the session scripts of an elastic fleet are.
      type: dict
      returned: when it has one
      contains:
        s3_bucket:
          description: The bucket.
          type: str
          returned: when reported by the service
          sample: my-bucket
        s3_key:
          description: The key.
          type: str
          returned: when reported by the service
          sample: scripts.zip
    root_volume_config:
      description: The root volume of its instances.
      type: dict
      returned: when reported by the service
      contains:
        volume_size_in_gb:
          description: Its size in GB.
          type: int
          returned: when reported by the service
          sample: 200
    disable_imdsv1:
      description: Whether only version 2 of the instance metadata service is offered.
      type: bool
      returned: when reported by the service
      sample: false
    tags:
      description: The tags. Null, and there is a warning, when the credentials may not look.
      type: dict
      returned: when O(include_tags=true)
      sample: {CostCenter: "42"}
    stacks:
      description: The names of the stacks it is associated with.
      type: list
      elements: str
      returned: when O(include_stacks=true)
      sample: [office]
error:
  description: AWS's own error, with C(code) and C(message).
  type: dict
  returned: when the task fails because AWS refused a call
  sample: {code: AccessDeniedException, message: User is not authorized to perform this operation.}
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
from ansible_collections.euc.appstream.plugins.module_utils._appstream.fleet.api import describe_fleets, with_stacks

ARGUMENT_SPEC: dict[str, Any] = {
    "names": {"type": "list", "elements": "str"},
    "include_tags": {"type": "bool", "default": True},
    "include_stacks": {"type": "bool", "default": True},
}


def do(module: AnsibleAppStreamModule) -> dict[str, Any]:
    """Return the module's return values. Raises AppStreamError."""
    client = module.client("appstream")
    found = sorted(describe_fleets(client, module.params["names"]), key=lambda fleet: str(fleet["name"]))
    if module.params["include_tags"]:
        found = [with_tags(client, fleet, module.warn) for fleet in found]
    if module.params["include_stacks"]:
        found = [with_stacks(client, fleet) for fleet in found]
    return {"changed": False, "fleets": found}


def main() -> None:
    module = AnsibleAppStreamModule(argument_spec=ARGUMENT_SPEC, supports_check_mode=True)
    try:
        values = do(module)
    except AppStreamError as error:
        module.fail_json_appstream(error)
    module.exit_json(**values)


if __name__ == "__main__":
    main()
