#!/usr/bin/python
# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: ad_delegation
version_added: 0.1.0
short_description: Give an account the least rights on an organizational unit that AppStream takes
description:
  - Gives an account or group the rights on an organizational unit that a job takes, and no more, or takes them away.
  - Only the access control entries of that job, for that account, set on the organizational unit itself, are added or
    removed. Owner, auditing, inherited entries and all other entries stay as they are.
  - Works over LDAP from any Linux host. Neither Windows nor PowerShell is needed.
author:
  - The euc.appstream team (@euc)
options:
  organizational_unit:
    description:
      - The distinguished name of the organizational unit.
    type: str
    required: true
  principal:
    description:
      - The account or group, as a name, V(CORP\\name), user principal name, SID or distinguished name.
      - Someone of another domain is given by SID.
    type: str
    required: true
  delegation:
    description:
      - What the account is to do there.
      - V(join_computers) is for the service account of AppStream's directory configuration. It may create Computer
        objects, and on Computer objects below it may reset and change the password, read and write account
        restrictions and the description, and do validated writes to DNS host name and service principal name. It may
        not delete them, make users, or touch group policies.
      - V(remove_computers) is for the account that M(euc.appstream.ad_computer_cleanup) logs on as. It may delete
        Computer objects.
      - V(link_policies) is for the account that M(euc.appstream.ad_winrm_policy) logs on as. It may read and write
        C(gPLink) and C(gPOptions). Whoever links a policy controls the computers it applies to.
      - All of them hold for organizational units below, too.
    type: str
    choices: [join_computers, remove_computers, link_policies]
    required: true
  state:
    description:
      - V(present) adds the entries that are missing. An entry that gives more, in just the same way, counts.
      - V(absent) removes the entries. Of an entry that gives more the rest is kept. Entries that somebody else set and
        that are the same are not told apart. Rights that come from a container above or from a group are not touched.
    type: str
    choices: [present, absent]
    default: present
notes:
  - Do not give another account to AppStream while image builders exist. Windows lets an account use a computer account
    again only if it made it (Microsoft KB5020276).
extends_documentation_fragment:
  - euc.appstream._active_directory
  - euc.appstream._attributes.changing_module
seealso:
  - module: euc.appstream.ad_account
  - module: euc.appstream.ad_organizational_unit
  - module: euc.appstream.ad_computer_cleanup
  - module: euc.appstream.ad_winrm_policy
"""

EXAMPLES = r"""
- name: Let the service account of AppStream join image builders
  euc.appstream.ad_delegation:
    domain_name: corp.example.com
    domain_username: Administrator
    domain_password: "{{ domain_password }}"
    organizational_unit: OU=ImageBuilders,DC=corp,DC=example,DC=com
    principal: appstream-join
    delegation: join_computers

- name: Let a group link policies no more
  euc.appstream.ad_delegation:
    domain_name: corp.example.com
    domain_username: Administrator
    domain_password: "{{ domain_password }}"
    organizational_unit: OU=ImageBuilders,DC=corp,DC=example,DC=com
    principal: CORP\AppStream Policy Editors
    delegation: link_policies
    state: absent
"""

RETURN = r"""
delegation:
  description: What the account has afterwards of the rights of the delegation, in check mode what it would have.
  type: dict
  returned: success
  contains:
    organizational_unit:
      description: The distinguished name of the organizational unit.
      type: str
      returned: always
      sample: OU=ImageBuilders,DC=corp,DC=example,DC=com
    principal:
      description: The account's name, or its SID if it has no name in this domain.
      type: str
      returned: always
      sample: appstream-join
    sid:
      description: The account's security identifier. Null if there is no such account, with O(state=absent).
      type: str
      returned: always
      sample: S-1-5-21-1004336348-1177238915-682003330-1104
    permissions:
      description: The rights, in the words of Active Directory Users and Computers.
      type: list
      elements: str
      returned: always
      sample:
        - Create Computer objects
        - Reset Password on descendant Computer objects
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
  sample: It needs Modify permissions (WRITE_DAC) on OU=ImageBuilders,DC=corp,DC=example,DC=com.
"""

from typing import Any

from ansible_collections.euc.appstream.plugins.module_utils._active_directory import delegations, names
from ansible_collections.euc.appstream.plugins.module_utils._active_directory.connection import Directory
from ansible_collections.euc.appstream.plugins.module_utils._active_directory.errors import ActiveDirectoryError
from ansible_collections.euc.appstream.plugins.module_utils._active_directory.module import (
    AnsibleActiveDirectoryModule,
)
from ansible_collections.euc.appstream.plugins.module_utils._active_directory.principals import (
    SID,
    Principal,
    find_principal,
)

ARGUMENT_SPEC: dict[str, Any] = {
    "organizational_unit": {"type": "str", "required": True},
    "principal": {"type": "str", "required": True},
    "delegation": {"type": "str", "choices": list(delegations.DELEGATIONS), "required": True},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
}


def principal_of(directory: Directory, options: dict[str, Any]) -> Principal | None:
    """Return whom it is about; None if there is nobody, and nothing to be given. Raises ActiveDirectoryError."""
    who = options["principal"]
    try:
        return find_principal(directory, who)
    except ActiveDirectoryError as error:
        if options["state"] == "present" or error.kind != ActiveDirectoryError.NOT_FOUND:
            raise
        # Entries of a deleted account can still be removed by its SID.
        return Principal(who.upper(), None, None) if SID.match(who) else None


def do(module: AnsibleActiveDirectoryModule) -> dict[str, Any]:
    """Bring the rights to the wanted state; the module's return values. Raises ActiveDirectoryError."""
    options = module.params
    module.refuse(names.distinguished_name_problems("organizational_unit", options["organizational_unit"]))
    with module.directory() as directory:
        principal = principal_of(directory, options)
        if principal is None:
            module.warn(f"There is no {options['principal']}. If it had rights, they can be removed by its SID.")
            nothing = {"principal": options["principal"], "sid": None, "permissions": []}
            return {
                "changed": False,
                "diff": {"before": nothing, "after": nothing},
                "delegation": {"organizational_unit": options["organizational_unit"], **nothing},
            }
        present = options["state"] == "present"
        plan = delegations.plan(
            directory, options["organizational_unit"], principal, options["delegation"], present=present
        )
        if not module.check_mode:
            plan.carry_out()
        return {"changed": plan.changed, "diff": plan.diff, "delegation": plan.after}


def main() -> None:
    module = AnsibleActiveDirectoryModule(argument_spec=ARGUMENT_SPEC, supports_check_mode=True)
    try:
        values = do(module)
    except ActiveDirectoryError as error:
        module.fail_json_active_directory(error)
    module.exit_json(**values)


if __name__ == "__main__":
    main()
