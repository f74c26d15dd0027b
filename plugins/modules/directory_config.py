#!/usr/bin/python
# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: directory_config
version_added: 0.1.0
short_description: Manage Amazon AppStream 2.0 directory configs
description:
  - Creates, changes and deletes directory configs of Amazon AppStream 2.0 (also named Amazon WorkSpaces Applications),
    which say with which account and in which organizational units image builders and fleets join an Active Directory
    domain.
  - There is one directory config per domain and Region. Options that are not set are left alone.
  - Nothing is asked of the domain itself. Whether the account may create computer accounts in the organizational
    units shows when an image builder joins.
author:
  - The euc.appstream team (@euc)
options:
  directory_name:
    description:
      - The fully qualified name of the domain, for example V(corp.example.com).
    type: str
    required: true
  state:
    description:
      - V(present) creates the directory config if need be and otherwise changes it.
      - V(absent) deletes it. It fails, and says what uses it, while image builders or fleets use it.
    type: str
    choices: [present, absent]
    default: present
  organizational_units:
    description:
      - The distinguished names of the organizational units for computer accounts. Needed to create a directory config.
      - Each starts with V(OU=), has no spaces around its commas and lies in the domain O(directory_name); the
        container Computers is none. There is a warning about other spaces, with which a join may fail too.
    type: list
    elements: str
  purge_organizational_units:
    description:
      - Whether organizational units that are not listed in O(organizational_units) are taken away.
      - With V(false) the listed ones are added to those that are there.
      - One that image builders or fleets use cannot be taken away; the task then fails and says what uses it.
    type: bool
    default: true
  account_name:
    description:
      - The account that joins computers to the domain, as C(DOMAIN\user). Needed to create a directory config.
      - C(user@corp.example.com) is passed on as well; the console accepts only the other form.
      - Changing it needs O(account_password).
    type: str
  account_password:
    description:
      - The account's password, 1 to 127 characters. Needed to create a directory config.
    type: str
  update_password:
    description:
      - When O(account_password) is written. AWS never returns it, so nobody can see whether it is still the right one.
      - V(on_create) writes it when the directory config is created and when O(account_name) changes, so that running
        the task again changes nothing.
      - V(always) writes it every time, and the task is changed every time. Use it once after the password has changed
        in the domain.
    type: str
    choices: [always, on_create]
    default: on_create
  certificate_based_auth:
    description:
      - Certificate-based authentication of people to domain-joined streaming instances.
    type: dict
    suboptions:
      status:
        description:
          - Whether it is used. V(ENABLED_NO_DIRECTORY_LOGIN_FALLBACK) forbids logging in with the domain password when
            it fails.
        type: str
        choices: [DISABLED, ENABLED, ENABLED_NO_DIRECTORY_LOGIN_FALLBACK]
        required: true
      certificate_authority_arn:
        description:
          - The ARN of the private certificate authority. Needed to switch it on, and kept when not set.
        type: str
notes:
  - A new account or password counts for image builders and fleets that start from then on. AWS advises to keep the old
    account valid for a day.
extends_documentation_fragment:
  - euc.appstream._attributes
  - euc.appstream._attributes.changing_module
  - euc.appstream._boto3
  - amazon.aws.common.modules
  - amazon.aws.region.modules
attributes:
  idempotent:
    support: partial
    details:
      - With O(update_password=always) the password is written, and the task changed, every time.
seealso:
  - module: euc.appstream.directory_config_info
  - module: euc.appstream.image_builder
  - name: Using Active Directory
    description: The administration guide on Active Directory.
    link: https://docs.aws.amazon.com/appstream2/latest/developerguide/active-directory.html
"""

EXAMPLES = r"""
- name: Let image builders join a domain
  euc.appstream.directory_config:
    directory_name: corp.example.com
    organizational_units:
      - OU=ImageBuilders,DC=corp,DC=example,DC=com
    account_name: CORP\appstream-join
    account_password: "{{ join_account_password }}"

- name: Pass on a password that has changed in the domain
  euc.appstream.directory_config:
    directory_name: corp.example.com
    account_name: CORP\appstream-join
    account_password: "{{ join_account_password }}"
    update_password: always

- name: Add an organizational unit for fleets, leaving the others alone
  euc.appstream.directory_config:
    directory_name: corp.example.com
    organizational_units:
      - OU=Fleets,DC=corp,DC=example,DC=com
    purge_organizational_units: false

- name: Forget the domain
  euc.appstream.directory_config:
    directory_name: corp.example.com
    state: absent
"""

RETURN = r"""
directory_config:
  description:
    - The directory config as last seen, null when there is none. The account's password is never part of it.
    - In check mode the directory config as it would be.
    - All its keys are those of RV(euc.appstream.directory_config_info#module:directory_configs); these are the ones
      that matter most.
  type: dict
  returned: always, once AWS has been asked
  contains:
    directory_name:
      description: The domain.
      type: str
      returned: always
      sample: corp.example.com
    organizational_unit_distinguished_names:
      description: The organizational units.
      type: list
      elements: str
      returned: always
      sample: ["OU=ImageBuilders,DC=corp,DC=example,DC=com"]
    account_name:
      description: The account that joins computers to the domain, null when there is none.
      type: str
      returned: always
      sample: CORP\appstream-join
actions:
  description:
    - What was done, of V(create), V(update) and V(delete).
    - When the task fails, what had been done until then; C(changed) says whether there was anything.
  type: list
  elements: str
  returned: always, once AWS has been asked
  sample: [create]
used_by:
  description: What uses the directory config or an organizational unit to be taken away, C(image_builders) and
    C(fleets) by name. What the credentials may not read is left out.
  type: dict
  returned: when the task fails because of that
  sample: {image_builders: [design], fleets: []}
error:
  description: AWS's own error, with C(code) and C(message).
  type: dict
  returned: when the task fails because AWS refused a call
  sample: {code: ResourceInUseException, message: The directory config is in use.}
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
from ansible_collections.euc.appstream.plugins.module_utils._appstream.core.reconcile import run
from ansible_collections.euc.appstream.plugins.module_utils._appstream.directory_config.resource import DirectoryConfig

ARGUMENT_SPEC: dict[str, Any] = {
    "directory_name": {"type": "str", "required": True},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "organizational_units": {"type": "list", "elements": "str"},
    "purge_organizational_units": {"type": "bool", "default": True},
    "account_name": {"type": "str"},
    "account_password": {"type": "str", "no_log": True},
    "update_password": {"type": "str", "choices": ["always", "on_create"], "default": "on_create", "no_log": False},
    "certificate_based_auth": {
        "type": "dict",
        "options": {
            "status": {
                "type": "str",
                "choices": ["DISABLED", "ENABLED", "ENABLED_NO_DIRECTORY_LOGIN_FALLBACK"],
                "required": True,
            },
            "certificate_authority_arn": {"type": "str"},
        },
    },
}


def main() -> None:
    run(AnsibleAppStreamModule(argument_spec=ARGUMENT_SPEC, supports_check_mode=True), DirectoryConfig)


if __name__ == "__main__":
    main()
