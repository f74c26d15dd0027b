#!/usr/bin/python
# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: ad_image_builder_info
version_added: 0.1.0
short_description: Find the computer accounts of image builders in Active Directory, from Linux
description:
  - Finds which computer of the domain an image builder of Amazon AppStream 2.0 is. AppStream gives it a random name and
    tells in the description of the computer account whose it is.
  - Any account of the domain may read this.
author:
  - The euc.appstream team (@euc)
options:
  names:
    description:
      - The names of the image builders. Those that have no computer account are left out of the answer.
      - All are returned when this is not set, and none when it is empty.
    type: list
    elements: str
  organizational_unit:
    description:
      - The distinguished name of the organizational unit the accounts are in, or in one below it.
      - The whole domain is searched without it.
      - Names of image builders are unique only within an AWS account and Region. If several share a domain, give each
        an organizational unit of its own and name it here.
    type: str
  wait_timeout:
    description:
      - For how many seconds to look again when one of O(names) has no computer account, or none with a DNS name, yet.
        The DNS name is written some time after the join.
      - When the time is up the module returns what there is, and RV(missing).
    type: int
    default: 0
extends_documentation_fragment:
  - euc.appstream._active_directory
  - euc.appstream._attributes.info_module
seealso:
  - module: euc.appstream.image_builder_info
  - module: euc.appstream.ad_computer_cleanup
"""

EXAMPLES = r"""
- name: Find the computer name of an image builder
  euc.appstream.ad_image_builder_info:
    domain_name: corp.example.com
    domain_username: appstream-install
    domain_password: "{{ install_password }}"
    organizational_unit: OU=ImageBuilders,DC=corp,DC=example,DC=com
    names:
      - design
    wait_timeout: 120
  register: found
  failed_when: found is failed or found.missing

- name: Show it
  ansible.builtin.debug:
    msg: "{{ found.image_builders[0].dns_name }}"
"""

RETURN = r"""
image_builders:
  description:
    - The image builders that have a computer account, by name, each with one.
    - AppStream never deletes computer accounts, so a name that was used before has several. An enabled one is
      preferred, then the one whose password was set last.
  type: list
  elements: dict
  returned: success
  contains:
    name:
      description: The name of the image builder.
      type: str
      returned: always
      sample: design
    computer_name:
      description: The name of the computer.
      type: str
      returned: always
      sample: EC2AMAZ-7QJ2K1L
    dns_name:
      description: The DNS name of the computer. Null until it has told the domain.
      type: str
      returned: always
      sample: EC2AMAZ-7QJ2K1L.corp.example.com
    distinguished_name:
      description: The distinguished name of the computer account.
      type: str
      returned: always
      sample: CN=EC2AMAZ-7QJ2K1L,OU=ImageBuilders,DC=corp,DC=example,DC=com
    organizational_unit:
      description: The distinguished name of what it lies in.
      type: str
      returned: always
      sample: OU=ImageBuilders,DC=corp,DC=example,DC=com
    description:
      description: The description.
      type: str
      returned: always
      sample: AppStream 2.0 - image-builder:design
    enabled:
      description: Whether the account is enabled.
      type: bool
      returned: always
      sample: true
    created:
      description: When the account was made.
      type: str
      returned: always
      sample: "2026-11-22T12:45:26+00:00"
    last_password_set:
      description: When the computer set its password last, first when it joined. Null if never.
      type: str
      returned: always
      sample: "2026-11-22T12:45:27+00:00"
    sid:
      description: The security identifier.
      type: str
      returned: always
      sample: S-1-5-21-1004336348-1177238915-682003330-1105
    others:
      description: How many more computer accounts are said to be this image builder's.
      type: int
      returned: always
      sample: 0
missing:
  description: Those of O(names) that have no computer account, or none with a DNS name.
  type: list
  elements: str
  returned: success
  sample: []
error_kind:
  description: What went wrong, one of C(other), C(not found), C(exists), C(denied), C(credentials), C(unreachable) and
    C(refused value).
  type: str
  returned: when the directory could not do it
  sample: not found
cause:
  description: Why, in the words of the domain controller where it said something.
  type: str
  returned: when the task fails and it is known
  sample: No such object
remedy:
  description: What to do about the failure.
  type: str
  returned: when the task fails and it is known
  sample: Check user name and password.
"""

from typing import Any

from ansible_collections.euc.appstream.plugins.module_utils._active_directory import computers, names
from ansible_collections.euc.appstream.plugins.module_utils._active_directory.errors import ActiveDirectoryError
from ansible_collections.euc.appstream.plugins.module_utils._active_directory.module import (
    AnsibleActiveDirectoryModule,
)

ARGUMENT_SPEC: dict[str, Any] = {
    "names": {"type": "list", "elements": "str"},
    "organizational_unit": {"type": "str"},
    "wait_timeout": {"type": "int", "default": 0},
}


def do(module: AnsibleActiveDirectoryModule) -> dict[str, Any]:
    """Return the module's return values. Raises ActiveDirectoryError."""
    options = module.params
    module.refuse(names.distinguished_name_problems("organizational_unit", options["organizational_unit"]))
    with module.directory() as directory:
        base = options["organizational_unit"] or directory.base
        found, missing = computers.wait_for_image_builders(directory, base, options["names"], options["wait_timeout"])
        return {"changed": False, "image_builders": found, "missing": missing}


def main() -> None:
    module = AnsibleActiveDirectoryModule(argument_spec=ARGUMENT_SPEC, supports_check_mode=True)
    try:
        values = do(module)
    except ActiveDirectoryError as error:
        module.fail_json_active_directory(error)
    module.exit_json(**values)


if __name__ == "__main__":
    main()
