#!/usr/bin/python
# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: managed_directory
version_added: 0.1.0
short_description: Manage AWS Managed Microsoft AD directories
description:
  - Creates and deletes directories of AWS Managed Microsoft AD, Active Directory domains run by AWS Directory Service,
    and changes their tags.
  - A directory of the given domain that exists already is adopted. All but the tags is fixed when it is created;
    options that are not set are not compared.
  - Aliases, single sign-on, trusts and sharing are left alone.
author:
  - The euc.appstream team (@euc)
options:
  name:
    description:
      - The fully qualified name of the domain, for example V(corp.example.com). It is resolved inside the VPC only.
    type: str
    required: true
  state:
    description:
      - V(present) creates the directory if need be. It is reached when the directory is Active, or Impaired, that is,
        works with limits, of which there is a warning. It fails when the directory has failed or is inoperable.
      - V(absent) deletes it, B(and with it the domain and everything in it). AWS refuses that while AWS applications
        use it or while it is shared with other accounts. All other options but O(vpc_id) and those on waiting are
        ignored then.
    type: str
    choices: [present, absent]
    default: present
  password:
    description:
      - The password of the domain's administrator, named Admin, 8 to 64 characters of three of the four kinds lower
        case, upper case, digits and others, without the word admin. Needed to create a directory.
      - It has no effect on a directory that exists. AWS never tells it, so it can neither be compared nor is it
        written again; C(aws ds reset-user-password) changes it.
    type: str
  short_name:
    description:
      - The NetBIOS name of the domain, for example V(CORP). When it is not set AWS takes the first part of O(name).
    type: str
  description:
    description:
      - A description, at most 128 characters.
    type: str
  edition:
    description:
      - The edition. When it is not set a new directory is V(Standard), which is good for some 5000 people; Enterprise,
        the default of the API, costs several times as much.
    type: str
    choices: [Standard, Enterprise]
  vpc_id:
    description:
      - The VPC of the domain controllers. Needed to create a directory.
      - It also tells directories of the same name in different VPCs apart.
    type: str
  subnet_ids:
    description:
      - Two subnets of that VPC in different Availability Zones, one for each domain controller. Needed to create a
        directory.
    type: list
    elements: str
  wait_timeout:
    description:
      - How many seconds to wait for the wanted state. A directory takes 20 to 45 minutes to create.
      - When the time is up the task fails and returns the directory as last seen. Nothing is undone, and running the
        task again continues where this one stopped.
    type: int
    default: 5400
notes:
  - A directory costs money from the moment it is created until it is deleted.
  - An interrupted task can simply be run again; the directory is found by its name.
  - The Admin account is no Domain Admin. It administers the organizational unit that bears the domain's NetBIOS name,
    so organizational units and accounts of your own have to be created below that one.
extends_documentation_fragment:
  - euc.appstream._attributes
  - euc.appstream._attributes.changing_module
  - euc.appstream._boto3
  - euc.appstream._wait
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.tags
seealso:
  - module: euc.appstream.managed_directory_info
  - module: euc.appstream.directory_config
  - name: AWS Managed Microsoft AD
    description: The administration guide on AWS Managed Microsoft AD.
    link: https://docs.aws.amazon.com/directoryservice/latest/admin-guide/directory_microsoft_ad.html
"""

EXAMPLES = r"""
- name: Have a domain
  euc.appstream.managed_directory:
    name: corp.example.com
    short_name: CORP
    password: "{{ directory_admin_password }}"
    vpc_id: vpc-0123456789abcdef0
    subnet_ids:
      - subnet-0123456789abcdef0
      - subnet-0fedcba9876543210
    tags:
      CostCenter: "42"
  register: domain

- name: Show its DNS servers
  ansible.builtin.debug:
    msg: "{{ domain.directory.dns_ip_addrs }}"

- name: Begin to create a domain, and go on with something else meanwhile
  euc.appstream.managed_directory:
    name: test.example.com
    password: "{{ directory_admin_password }}"
    vpc_id: vpc-0123456789abcdef0
    subnet_ids:
      - subnet-0123456789abcdef0
      - subnet-0fedcba9876543210
    wait: false

- name: Delete a domain and everything in it
  euc.appstream.managed_directory:
    name: test.example.com
    state: absent
"""

RETURN = r"""
directory:
  description:
    - The directory as last seen, also when the task fails while waiting. Null when it does not exist.
    - Attributes the service does not report are left out.
    - In check mode the directory as it would be, as far as that can be known.
  type: dict
  returned: always, once AWS has been asked
  contains:
    directory_id:
      description: The id.
      type: str
      returned: when it exists
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
      returned: when it exists
      sample: MicrosoftAD
    edition:
      description: The edition.
      type: str
      returned: when reported by the service
      sample: Standard
    size:
      description: The size, which the service tells of other types of directories.
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
      returned: when it exists
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
      returned: always
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
      description: The state of multi-factor authentication by RADIUS. How it is set up is not told.
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
      description: The tags.
      type: dict
      returned: always
      sample: {CostCenter: "42"}
elapsed:
  description: How many seconds it took.
  type: int
  returned: always, once AWS has been asked
  sample: 1831
state_changes:
  description: Every stage seen, in order, and after how many seconds. C(ABSENT) stands for a directory that does not
    exist.
  type: list
  elements: dict
  returned: always, once AWS has been asked
  sample: [{state: Requested, elapsed: 1}, {state: Creating, elapsed: 16}, {state: Active, elapsed: 1831}]
  contains:
    state:
      description: The stage.
      type: str
      returned: always
    elapsed:
      description: After how many seconds it was seen first.
      type: int
      returned: always
actions:
  description: What was done, in order, of C(create) and C(delete).
  type: list
  elements: str
  returned: always, once AWS has been asked
  sample: [create]
drift:
  description: What differs on an existing directory and cannot be changed, by option, with C(current) and C(wanted).
  type: dict
  returned: when the task fails because of that
  sample: {edition: {current: Standard, wanted: Enterprise}}
error:
  description: AWS's own error, with C(code) and C(message).
  type: dict
  returned: when the task fails because AWS refused a call
  sample: {code: DirectoryLimitExceededException, message: Directory limit exceeded.}
retryable:
  description: Whether the same may succeed later, because AWS could not answer just now or the connection was lost.
  type: bool
  returned: when the task fails
  sample: false
remedy:
  description: What to do about the failure.
  type: str
  returned: when the task fails for a reason something is known about
  sample: A directory usually takes 20 to 45 minutes. Running again continues to wait for it.
"""

from typing import Any

from ansible_collections.euc.appstream.plugins.module_utils._appstream.core import states
from ansible_collections.euc.appstream.plugins.module_utils._appstream.core.aws import AnsibleAppStreamModule
from ansible_collections.euc.appstream.plugins.module_utils._appstream.core.calls import once_only_config
from ansible_collections.euc.appstream.plugins.module_utils._appstream.core.errors import AppStreamError
from ansible_collections.euc.appstream.plugins.module_utils._appstream.core.waits import (
    Outcome,
    converge,
    outcome_values,
    wait_config,
)
from ansible_collections.euc.appstream.plugins.module_utils._appstream.managed_directory import (
    api as managed_directories,
)
from ansible_collections.euc.appstream.plugins.module_utils._appstream.managed_directory import (
    resource as directory_goal,
)
from ansible_collections.euc.appstream.plugins.module_utils._appstream.managed_directory.rules import (
    managed_directory_problems,
)

ARGUMENT_SPEC: dict[str, Any] = {
    **directory_goal.GOAL_OPTIONS,
    "password": {"type": "str", "no_log": True},
    "short_name": {"type": "str"},
    "description": {"type": "str"},
    "edition": {"type": "str", "choices": ["Standard", "Enterprise"]},
    "vpc_id": {"type": "str"},
    "subnet_ids": {"type": "list", "elements": "str"},
    "tags": {"type": "dict", "aliases": ["resource_tags"]},
    "purge_tags": {"type": "bool", "default": True},
}


def reach(
    module: AnsibleAppStreamModule,
    client: Any,
    wish: directory_goal.Wish,
    before: dict[str, Any] | None,
    after: dict[str, Any],
) -> Outcome:
    """Bring the directory to the wanted state; in check mode only say how it would be. Raises AppStreamError."""
    goal = directory_goal.goal(client, wish, before, after)
    if module.check_mode and goal.next_step(before) != states.FAIL:
        return directory_goal.predicted_outcome(before, after, wish)
    there = directory_goal.lasting(before)
    if there is None or wish.state == "absent":
        return converge(goal, before, wait_config(module.params))
    if not module.check_mode:
        managed_directories.write_tags(client, there["directory_id"], there["tags"], after["tags"])
    return converge(goal, {**there, "tags": after["tags"]}, wait_config(module.params))


def do(module: AnsibleAppStreamModule) -> dict[str, Any]:
    """Bring the directory to the wanted state and return the module's return values. Raises AppStreamError."""
    problems = managed_directory_problems(module.params)
    if problems:
        raise AppStreamError("; ".join(problems))
    client = module.client("ds", config=once_only_config())
    wish = directory_goal.Wish.from_options(module.params)
    before = managed_directories.find_managed_directory(client, wish.name, wish.vpc_id)
    before = before and managed_directories.with_tags(client, before)
    directory_goal.refuse_drift(before, wish)
    directory_goal.require_possible(before, wish, lambda: module.client("ec2"))
    after = directory_goal.view_after(before, wish)
    outcome = reach(module, client, wish, before, after)
    if states.managed_directory_is(states.RESTING, states.state_of(outcome.resource)):
        told = (outcome.resource or {}).get("stage_reason") or "Look at its health in AWS Directory Service."
        module.warn(f"Directory {wish.name} is Impaired: it works with limits. {told}")
    return {
        "changed": directory_goal.is_changed(before, after, wish, waits=module.params["wait"]),
        "diff": {"before": directory_goal.view(directory_goal.lasting(before)), "after": after},
        **outcome_values(outcome, directory_goal.RESULT_KEY),
    }


def main() -> None:
    module = AnsibleAppStreamModule(argument_spec=ARGUMENT_SPEC, supports_check_mode=True)
    try:
        values = do(module)
    except AppStreamError as error:
        module.fail_json_appstream(error)
    module.exit_json(**values)


if __name__ == "__main__":
    main()
