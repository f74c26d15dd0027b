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
      - It has no effect on a directory that exists. AWS never returns it, so it can neither be compared nor is it
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
    - In check mode the directory as it would be, as far as that can be known.
    - All its keys are those of RV(euc.appstream.managed_directory_info#module:directories); these are the ones that
      matter most.
  type: dict
  returned: always, once AWS has been asked
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
    dns_ip_addrs:
      description: The IPv4 addresses of its DNS servers, which are its domain controllers.
      type: list
      elements: str
      returned: when reported by the service
      sample: [10.0.1.10, 10.0.2.10]
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
  description:
    - What was done, in order, of V(create) and V(delete).
    - When the task fails, what had been done until then; C(changed) says whether there was anything.
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

from ansible_collections.euc.appstream.plugins.module_utils._appstream.core.aws import AnsibleAppStreamModule
from ansible_collections.euc.appstream.plugins.module_utils._appstream.core.reconcile import run
from ansible_collections.euc.appstream.plugins.module_utils._appstream.core.waits import wait_options
from ansible_collections.euc.appstream.plugins.module_utils._appstream.managed_directory.resource import (
    ManagedDirectory,
)

ARGUMENT_SPEC: dict[str, Any] = {
    "name": {"type": "str", "required": True},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    **wait_options(timeout=5400),
    "password": {"type": "str", "no_log": True},
    "short_name": {"type": "str"},
    "description": {"type": "str"},
    "edition": {"type": "str", "choices": ["Standard", "Enterprise"]},
    "vpc_id": {"type": "str"},
    "subnet_ids": {"type": "list", "elements": "str"},
    "tags": {"type": "dict", "aliases": ["resource_tags"]},
    "purge_tags": {"type": "bool", "default": True},
}


def main() -> None:
    run(AnsibleAppStreamModule(argument_spec=ARGUMENT_SPEC, supports_check_mode=True), ManagedDirectory)


if __name__ == "__main__":
    main()
