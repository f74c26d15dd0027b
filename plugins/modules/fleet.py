#!/usr/bin/python
# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: fleet
version_added: 0.1.0
short_description: Manage Amazon AppStream 2.0 fleets
description:
  - Creates, starts, stops, changes and deletes fleets of Amazon AppStream 2.0 (also named Amazon WorkSpaces
    Applications), the machines on which users run the applications of an image.
  - From whatever state a fleet is in it is brought to the wanted one. States that pass by themselves are waited out,
    and a fleet is stopped before it is deleted.
  - A fleet of the given name that exists already is adopted. Options that are not set are left alone, see
    O(purge_attributes).
  - What the service can change while a fleet is RUNNING is changed while it is RUNNING; options of which that is true
    say so. For all else the fleet has to be stopped, see O(allow_stop). Tags can be changed at any time, the fleet type
    never.
  - A RUNNING fleet that is given another image streams both for a while. Sessions go on with the image they have
    begun with. Instances without a session are replaced within about a day, others when their session has ended. On
    instances that users share this may take until they are drained (C(DrainSessionInstance)). To have the new image
    on all instances at once, stop the fleet and start it again.
author:
  - The euc.appstream team (@euc)
options:
  name:
    description:
      - The name of the fleet, unique in the account and Region.
      - It starts with a letter or digit and has at most 101 letters, digits, dots, dashes and underscores.
    type: str
    required: true
  state:
    description:
      - V(running) creates the fleet if need be and starts it. The wait ends when the fleet is RUNNING, which may be
        before its instances are there, see O(wait_for_capacity).
      - V(stopped) creates the fleet if need be and stops it. That ends all its sessions.
      - V(present) creates the fleet if need be, and otherwise leaves it running or stopped as it is. The service
        creates fleets stopped. One that is stopped for a change is started again, for which O(wait=true) is needed.
      - V(absent) stops and deletes it. It is refused while the fleet is associated with a stack, before anything is
        done. All other options but those on waiting are ignored then, and not checked.
    type: str
    choices: [running, stopped, present, absent]
    default: running
  image_name:
    description:
      - The name of the image the fleet's instances are made of.
      - To create a fleet of another type than V(ELASTIC) this or O(image_arn) is needed. An image shared by another
        account needs O(image_arn).
      - Can be changed while the fleet is RUNNING, unless the image is of another operating system.
      - Mutually exclusive with O(image_arn).
    type: str
  image_arn:
    description:
      - The ARN of the image the fleet's instances are made of.
      - Can be changed while the fleet is RUNNING, unless the image is of another operating system.
      - Mutually exclusive with O(image_name).
    type: str
  instance_type:
    description:
      - The instance type, for example V(stream.standard.large). Needed to create a fleet.
      - The image decides which families it supports, see
        RV(euc.appstream.image_info#module:images[].supported_instance_families).
    type: str
  fleet_type:
    description:
      - V(ALWAYS_ON) fleets keep all instances running, V(ON_DEMAND) fleets start an instance when a user comes,
        V(ELASTIC) fleets have instances of AWS's own pool.
      - It is fixed when the fleet is created. Without it the service decides.
    type: str
    choices: [ALWAYS_ON, ON_DEMAND, ELASTIC]
  compute_capacity:
    description:
      - How many instances, or sessions, the fleet is to have. Needed to create a fleet of another type than
        V(ELASTIC), which has O(max_concurrent_sessions) instead.
      - Exactly one of the suboptions has to be set.
      - Can be changed while the fleet is RUNNING. On an existing fleet see O(update_capacity).
    type: dict
    suboptions:
      desired_instances:
        description:
          - The number of instances, for fleets whose users have an instance each.
        type: int
      desired_sessions:
        description:
          - The number of sessions, for fleets whose users share instances, see O(max_sessions_per_instance). As many
            instances are provided as they need.
        type: int
  update_capacity:
    description:
      - When to change the capacity of an existing fleet to O(compute_capacity).
      - V(unless_autoscaled) leaves it alone when Application Auto Scaling sets it, and with a warning when the
        credentials may not ask that (C(application-autoscaling:DescribeScalableTargets)).
    type: str
    choices: [always, on_create, unless_autoscaled]
    default: unless_autoscaled
  subnet_ids:
    description:
      - The subnets the instances' network interfaces are placed in, of one VPC. Two in different Availability Zones
        are recommended, and V(ELASTIC) fleets need them.
      - An empty list, or O(purge_attributes) when it is not set, takes the fleet out of its VPC.
    type: list
    elements: str
  security_group_ids:
    description:
      - The security groups of the instances' network interfaces, at most 5, of the subnets' VPC.
      - Without any the VPC's default security group is used. An empty list, or O(purge_attributes) when it is not set,
        takes them away.
    type: list
    elements: str
  max_user_duration:
    description:
      - How many seconds a session may last, 600 to 432000.
    type: int
    aliases: [max_user_duration_in_seconds]
  disconnect_timeout:
    description:
      - How many seconds a session is kept for a user who was disconnected, 60 to 36000.
      - Can be changed while the fleet is RUNNING.
    type: int
    aliases: [disconnect_timeout_in_seconds]
  idle_disconnect_timeout:
    description:
      - After how many seconds without doing anything a user is disconnected, 60 to 36000, or 0 for never. The service
        rounds it to whole minutes.
      - Can be changed while the fleet is RUNNING.
    type: int
    aliases: [idle_disconnect_timeout_in_seconds]
  description:
    description:
      - A description, at most 256 characters.
    type: str
  display_name:
    description:
      - The name shown to people, at most 100 characters.
      - Can be changed while the fleet is RUNNING.
    type: str
  enable_default_internet_access:
    description:
      - Whether the instances reach the internet through public addresses of their own. Needs public subnets, and a
        fleet of at most 100 instances.
    type: bool
  domain:
    description:
      - The Active Directory domain the instances join. Not for V(ELASTIC) fleets.
      - An empty dictionary, or O(purge_attributes) when it is not set, takes the fleet out of its domain.
    type: dict
    suboptions:
      directory_name:
        description:
          - The fully qualified name of the domain. A directory config of that name must exist in the Region.
        type: str
      organizational_unit:
        description:
          - The distinguished name of the organizational unit for the computer objects, one of those in the directory
            config.
          - It starts with V(OU=) and has no spaces around its commas.
        type: str
  iam_role_arn:
    description:
      - The ARN of an IAM role whose credentials are offered on the instances in the profile
        C(appstream_machine_role). An empty string, or O(purge_attributes) when it is not set, takes the role away.
      - Needs the permission C(iam:PassRole).
      - A role made just before is not known to the service at once, so a role it refuses is tried for some minutes.
    type: str
  stream_view:
    description:
      - What users see, the windows of their applications (V(APP)) or a whole desktop (V(DESKTOP)).
    type: str
    choices: [APP, DESKTOP]
  platform:
    description:
      - The operating system of an V(ELASTIC) fleet, for which it is needed. Other fleets have that of their image.
      - Of those that the installed botocore knows the service supports V(WINDOWS_SERVER_2019), V(AMAZON_LINUX2) and
        V(UBUNTU_PRO_2404).
    type: str
  max_concurrent_sessions:
    description:
      - How many sessions an V(ELASTIC) fleet may have at a time. Needed to create one, and not for other fleets.
      - Can be changed while the fleet is RUNNING.
    type: int
  max_sessions_per_instance:
    description:
      - How many users share an instance, from 2 to 50. A fleet that has this is a multi-session fleet.
      - Can be changed while the fleet is RUNNING, for instances that are made from then on. Only a STOPPED fleet can
        become a multi-session fleet, or one no longer.
      - It is taken away by O(purge_attributes) when it is not set.
    type: int
  usb_device_filter_strings:
    description:
      - USB devices that users of the Windows client can redirect to their session, each as name, base class,
        subclass, protocol, vendor id, product id, whether to share automatically and whether to skip the reset, for
        example V(Mouse,3,1,2,1133,49271,1,0).
      - Can be changed while an V(ELASTIC) fleet is RUNNING.
      - An empty list, or O(purge_attributes) when it is not set, takes them all away.
    type: list
    elements: str
  session_script_s3_location:
    description:
      - Where the ZIP file with the session scripts of an V(ELASTIC) fleet is.
      - Can be changed while the fleet is RUNNING.
      - An empty dictionary, or O(purge_attributes) when it is not set, takes them away.
    type: dict
    suboptions:
      s3_bucket:
        description:
          - The bucket.
        type: str
      s3_key:
        description:
          - The key.
        type: str
  root_volume_size:
    description:
      - The size of the instances' root volumes in GB, 200 to 500, not less than the image's. More than 200 GB costs
        extra.
      - It is taken back to 200 GB by O(purge_attributes) when it is not set.
      - Needs botocore 1.41 or newer.
    type: int
  disable_imdsv1:
    description:
      - Whether only version 2 of the instance metadata service is offered. Needs an agent of 2024-01-16 or newer.
      - Needs botocore 1.43.110 or newer.
    type: bool
  allow_stop:
    description:
      - Whether a running fleet is stopped, which ends all its sessions, changed and started again for a change the
        service makes only while a fleet is STOPPED.
      - Otherwise the task fails and names what differs. It is not needed for a fleet that is to be stopped or deleted,
        nor for one that is STARTING with errors and serves nobody.
    type: bool
    default: false
  purge_attributes:
    description:
      - Whether what is not set is taken away from an existing fleet, as far as the service can do so; options of which
        that is true say so. What is set to an empty value is taken away in any case.
    type: bool
    default: false
  wait_for_capacity:
    description:
      - Whether to wait also until a running fleet has all the instances it is to have, in use or not. An V(ELASTIC)
        fleet has none of its own.
    type: bool
    default: false
  wait_timeout:
    description:
      - How many seconds to wait for the wanted state, all steps on the way to it together.
      - When the time is up the task fails and returns the fleet as last seen. Nothing is undone, and running the task
        again continues where this one stopped.
    type: int
    default: 10800
notes:
  - The fleet keeps running, and costing, until it is stopped or deleted, also when the play is interrupted. An
    interrupted task can simply be run again.
  - A fleet that cannot be provisioned stays STARTING and has errors, at which the task fails at once. When the task is
    run again, the fleet is stopped and started again.
  - The applications of V(ELASTIC) fleets are associated with other means.
extends_documentation_fragment:
  - euc.appstream._attributes
  - euc.appstream._attributes.changing_module
  - euc.appstream._boto3
  - euc.appstream._wait
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.tags
seealso:
  - module: euc.appstream.fleet_info
  - module: euc.appstream.stack
  - module: euc.appstream.image_info
  - name: Fleets
    description: The administration guide on stacks and fleets.
    link: https://docs.aws.amazon.com/appstream2/latest/developerguide/managing-stacks-fleets.html
"""

EXAMPLES = r"""
- name: Have a running fleet of five instances
  euc.appstream.fleet:
    name: design
    image_name: design-2026-11
    instance_type: stream.standard.large
    fleet_type: ON_DEMAND
    compute_capacity:
      desired_instances: 5
    subnet_ids:
      - subnet-0123456789abcdef0
      - subnet-0123456789abcdef1
    security_group_ids:
      - sg-0123456789abcdef0
    idle_disconnect_timeout: 900
    tags:
      CostCenter: "42"

- name: Bring a new image to it while it is running
  euc.appstream.fleet:
    name: design
    state: present
    image_name: design-2026-12

- name: Move it to another instance type, which ends all sessions
  euc.appstream.fleet:
    name: design
    instance_type: stream.standard.xlarge
    allow_stop: true

- name: Have instances that four users share and that join a domain, and wait until they are there
  euc.appstream.fleet:
    name: office
    image_arn: arn:aws:appstream:eu-central-1:123456789012:image/office
    instance_type: stream.memory.xlarge
    fleet_type: ALWAYS_ON
    max_sessions_per_instance: 4
    compute_capacity:
      desired_sessions: 20
    subnet_ids: [subnet-0123456789abcdef0, subnet-0123456789abcdef1]
    iam_role_arn: arn:aws:iam::123456789012:role/fleet
    domain:
      directory_name: corp.example.com
      organizational_unit: OU=Fleets,DC=corp,DC=example,DC=com
    wait_for_capacity: true

- name: Have an elastic fleet
  euc.appstream.fleet:
    name: tools
    fleet_type: ELASTIC
    platform: WINDOWS_SERVER_2019
    instance_type: stream.standard.medium
    max_concurrent_sessions: 50
    subnet_ids:
      - subnet-0123456789abcdef0
      - subnet-0123456789abcdef1

- name: Stop it over the weekend, without waiting
  euc.appstream.fleet:
    name: design
    state: stopped
    wait: false

- name: Delete it from whatever state it is in
  euc.appstream.fleet:
    name: design
    state: absent
"""

RETURN = r"""
fleet:
  description:
    - The fleet as last seen, also when the task fails while waiting. Null when it does not exist.
    - In check mode the fleet as it would be, as far as that can be known.
    - All its keys are those of RV(euc.appstream.fleet_info#module:fleets); these are the ones that matter most.
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
      sample: arn:aws:appstream:eu-central-1:123456789012:fleet/design
    state:
      description: The state, C(STARTING), C(RUNNING), C(STOPPING) or C(STOPPED).
      type: str
      returned: always
      sample: RUNNING
    fleet_errors:
      description: What keeps instances from being made, with C(error_code) and C(error_message).
      type: list
      elements: dict
      returned: when reported by the service
      sample: [{error_code: SUBNET_NOT_FOUND, error_message: The subnet does not exist.}]
    tags:
      description: The tags.
      type: dict
      returned: always
      sample: {CostCenter: "42"}
    stacks:
      description: The names of the stacks it is associated with.
      type: list
      elements: str
      returned: always
      sample: [office]
elapsed:
  description: How many seconds it took.
  type: int
  returned: always, once AWS has been asked
  sample: 1152
state_changes:
  description: Every C(state) seen, in order, and after how many seconds (C(elapsed)); C(ABSENT) while there is none.
  type: list
  elements: dict
  returned: always, once AWS has been asked
  sample: [{state: STOPPED, elapsed: 0}, {state: STARTING, elapsed: 2}, {state: RUNNING, elapsed: 1152}]
actions:
  description:
    - What was done, in order, of C(create), C(update), C(start), C(stop) and C(delete).
    - When the task fails, what had been done until then; C(changed) says whether there was anything, tags included.
  type: list
  elements: str
  returned: always, once AWS has been asked
  sample: [create, start]
drift:
  description: What differs and cannot be changed, or not while RUNNING, by option, with C(current) and C(wanted).
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
  returned: when the task fails for a reason something is known about
  sample: Use a subnet that exists in this account and Region.
"""

from typing import Any

from ansible_collections.euc.appstream.plugins.module_utils._appstream.core.aws import AnsibleAppStreamModule
from ansible_collections.euc.appstream.plugins.module_utils._appstream.core.reconcile import run
from ansible_collections.euc.appstream.plugins.module_utils._appstream.core.waits import wait_options
from ansible_collections.euc.appstream.plugins.module_utils._appstream.fleet import autoscaling
from ansible_collections.euc.appstream.plugins.module_utils._appstream.fleet.resource import Fleet
from ansible_collections.euc.appstream.plugins.module_utils._appstream.fleet.settings import FLEET_TYPES

ARGUMENT_SPEC: dict[str, Any] = {
    "name": {"type": "str", "required": True},
    "state": {"type": "str", "choices": ["running", "stopped", "present", "absent"], "default": "running"},
    "image_name": {"type": "str"},
    "image_arn": {"type": "str"},
    "instance_type": {"type": "str"},
    "fleet_type": {"type": "str", "choices": list(FLEET_TYPES)},
    "compute_capacity": {
        "type": "dict",
        "options": {"desired_instances": {"type": "int"}, "desired_sessions": {"type": "int"}},
    },
    "update_capacity": {
        "type": "str",
        "choices": [autoscaling.ALWAYS, autoscaling.ON_CREATE, autoscaling.UNLESS_AUTOSCALED],
        "default": autoscaling.UNLESS_AUTOSCALED,
    },
    "subnet_ids": {"type": "list", "elements": "str"},
    "security_group_ids": {"type": "list", "elements": "str"},
    "max_user_duration": {"type": "int", "aliases": ["max_user_duration_in_seconds"]},
    "disconnect_timeout": {"type": "int", "aliases": ["disconnect_timeout_in_seconds"]},
    "idle_disconnect_timeout": {"type": "int", "aliases": ["idle_disconnect_timeout_in_seconds"]},
    "description": {"type": "str"},
    "display_name": {"type": "str"},
    "enable_default_internet_access": {"type": "bool"},
    # An empty dictionary is legal, so that the suboptions cannot be required.
    "domain": {
        "type": "dict",
        "required_together": [("directory_name", "organizational_unit")],
        "options": {"directory_name": {"type": "str"}, "organizational_unit": {"type": "str"}},
    },
    "iam_role_arn": {"type": "str"},
    "stream_view": {"type": "str", "choices": ["APP", "DESKTOP"]},
    "platform": {"type": "str"},
    "max_concurrent_sessions": {"type": "int"},
    "max_sessions_per_instance": {"type": "int"},
    "usb_device_filter_strings": {"type": "list", "elements": "str"},
    "session_script_s3_location": {
        "type": "dict",
        "required_by": {"s3_key": ["s3_bucket"]},
        "options": {"s3_bucket": {"type": "str"}, "s3_key": {"type": "str", "no_log": False}},
    },
    "root_volume_size": {"type": "int"},
    "disable_imdsv1": {"type": "bool"},
    "allow_stop": {"type": "bool", "default": False},
    "purge_attributes": {"type": "bool", "default": False},
    "wait_for_capacity": {"type": "bool", "default": False},
    "tags": {"type": "dict", "aliases": ["resource_tags"]},
    "purge_tags": {"type": "bool", "default": True},
    **wait_options(timeout=10800),
}


def main() -> None:
    module = AnsibleAppStreamModule(
        argument_spec=ARGUMENT_SPEC,
        mutually_exclusive=[("image_name", "image_arn")],
        supports_check_mode=True,
    )
    run(module, Fleet)


if __name__ == "__main__":
    main()
