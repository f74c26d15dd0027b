#!/usr/bin/python
# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: ad_organizational_unit
version_added: 0.1.0
short_description: Make, change and delete organizational units of Active Directory, from Linux
description:
  - Makes the organizational unit that image builders join, changes its description and its protection from
    accidental deletion, or deletes it once it is empty.
  - Works over LDAP from any Linux host. Neither Windows nor PowerShell is needed, which
    M(microsoft.ad.ou) does need.
author:
  - The euc.appstream team (@euc)
options:
  distinguished_name:
    description:
      - The distinguished name, such as V(OU=ImageBuilders,DC=corp,DC=example,DC=com). It must lie in the domain.
      - AppStream's documentation forbids spaces in it. The module makes such an organizational unit too, and warns.
      - A comma, plus sign, quote, backslash, less-than or greater-than sign, semicolon or equals sign, or a leading
        C(#), that is part of a name must have a backslash before it.
    type: str
    required: true
  description:
    description:
      - The description. An empty text removes it.
    type: str
  protect_from_deletion:
    description:
      - Whether it is protected from accidental deletion, as by the check box of that name in Active Directory Users
        and Computers. Everyone is denied to delete it, and to delete what lies in its parent through rights on the
        parent.
      - With V(false) the parent's entry is left, as other objects there may be protected by it.
      - With O(state=absent) a protected organizational unit is deleted only if this is V(false).
    type: bool
  create_parents:
    description:
      - Whether parents that do not exist are made too. They must be organizational units.
    type: bool
    default: false
  state:
    description:
      - V(present) makes the organizational unit or changes it.
      - V(absent) deletes it. It fails, and says what lies in it, if it is not empty; trees are never deleted.
    type: str
    choices: [present, absent]
    default: present
extends_documentation_fragment:
  - euc.appstream._active_directory
  - euc.appstream._attributes.changing_module
seealso:
  - module: euc.appstream.ad_delegation
  - module: euc.appstream.ad_account
"""

EXAMPLES = r"""
- name: Make the organizational unit of the image builders
  euc.appstream.ad_organizational_unit:
    domain_name: corp.example.com
    domain_username: Administrator
    domain_password: "{{ domain_password }}"
    distinguished_name: OU=ImageBuilders,OU=AppStream,DC=corp,DC=example,DC=com
    description: Image builders of AppStream
    protect_from_deletion: true
    create_parents: true

- name: Delete it, with the ticket of whoever ran kinit
  euc.appstream.ad_organizational_unit:
    domain_name: corp.example.com
    distinguished_name: OU=ImageBuilders,OU=AppStream,DC=corp,DC=example,DC=com
    protect_from_deletion: false
    state: absent
"""

RETURN = r"""
organizational_unit:
  description:
    - The organizational unit as it is afterwards, in check mode as it would be. Null when it is absent.
    - When the task fails because it may not be deleted, as it is.
  type: dict
  returned: success, and when it is not deleted
  contains:
    distinguished_name:
      description: The distinguished name.
      type: str
      returned: always
      sample: OU=ImageBuilders,OU=AppStream,DC=corp,DC=example,DC=com
    name:
      description: The name.
      type: str
      returned: always
      sample: ImageBuilders
    description:
      description: The description, null if there is none.
      type: str
      returned: always
      sample: Image builders of AppStream
    protect_from_deletion:
      description:
        - Whether it is protected from accidental deletion.
      type: bool
      returned: always
      sample: true
error_kind:
  description: What went wrong, one of C(other), C(not found), C(exists), C(denied), C(credentials), C(unreachable) and
    C(refused value).
  type: str
  returned: when the directory could not do it
  sample: denied
cause:
  description: Why, in the words of the domain controller where it said something.
  type: str
  returned: when the task fails and it is known
  sample: "Insufficient access: 00002098: acl_check_access: ..."
remedy:
  description: What to do about the failure.
  type: str
  returned: when the task fails and it is known
  sample: It needs Create Organizational Unit objects on DC=corp,DC=example,DC=com.
"""

from typing import Any

from ansible_collections.euc.appstream.plugins.module_utils._active_directory import names
from ansible_collections.euc.appstream.plugins.module_utils._active_directory import organizational_units as units
from ansible_collections.euc.appstream.plugins.module_utils._active_directory.errors import ActiveDirectoryError
from ansible_collections.euc.appstream.plugins.module_utils._active_directory.module import (
    AnsibleActiveDirectoryModule,
)

ARGUMENT_SPEC: dict[str, Any] = {
    "distinguished_name": {"type": "str", "required": True},
    "description": {"type": "str"},
    "protect_from_deletion": {"type": "bool"},
    "create_parents": {"type": "bool", "default": False},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
}


def do(module: AnsibleActiveDirectoryModule) -> dict[str, Any]:
    """Bring the organizational unit to the wanted state; the module's return values. Raises ActiveDirectoryError."""
    options = module.params
    module.refuse(units.problems_of(options["distinguished_name"]))
    for warning in units.warnings_of(options["distinguished_name"]) if options["state"] == "present" else []:
        module.warn(warning)
    wish = units.Wish(
        name=",".join(names.parts(options["distinguished_name"])),
        present=options["state"] == "present",
        description=options["description"],
        protect_from_deletion=options["protect_from_deletion"],
        create_parents=options["create_parents"],
    )
    with module.directory() as directory:
        plan = units.plan(directory, wish)
        now: dict[str, Any] | None = {key: value for key, value in plan.after.items() if key != "parents"}
        if not module.check_mode:
            plan.carry_out()
            now = units.read_organizational_unit(directory, wish.name)
        return {"changed": plan.changed, "diff": plan.diff, "organizational_unit": now or None}


def main() -> None:
    module = AnsibleActiveDirectoryModule(argument_spec=ARGUMENT_SPEC, supports_check_mode=True)
    try:
        values = do(module)
    except ActiveDirectoryError as error:
        module.fail_json_active_directory(error)
    module.exit_json(**values)


if __name__ == "__main__":
    main()
