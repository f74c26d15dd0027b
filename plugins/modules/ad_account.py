#!/usr/bin/python
# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: ad_account
version_added: 0.1.0
short_description: Make, change and delete users and security groups of Active Directory, from Linux
description:
  - Makes the accounts that AppStream and this collection need in a domain, such as the one that joins image builders
    to it, the one that installs applications on them, and the group that is local administrator there. Changes or
    deletes them.
  - Passwords travel over encrypted connections only.
  - Works over LDAP from any Linux host. Neither Windows nor PowerShell is needed, which
    M(microsoft.ad.user) and M(microsoft.ad.group) do need.
author:
  - The euc.appstream team (@euc)
options:
  name:
    description:
      - The account's name, its sAMAccountName, by which it is found wherever in the domain it is.
      - Users have at most 20 characters. None of C("/\[]:;|=,+*?<>@) may be in it.
    type: str
    required: true
  type:
    description:
      - Whether it is a user or a security group. A name that belongs to something else is refused.
    type: str
    choices: [user, group]
    required: true
  path:
    description:
      - The distinguished name of the organizational unit or container it is made in. It is named C(CN=) and O(name)
        there.
      - Without it the domain's default container for users is used, as a rule C(CN=Users), to make an account, and any
        that exists is taken. AWS Managed Microsoft AD does not let you make accounts in C(CN=Users).
      - Accounts are not moved. One that exists elsewhere is refused.
    type: str
  description:
    description:
      - The description. An empty text removes it.
    type: str
  password:
    description:
      - A user's password. Needed to make one, unless O(enabled=false).
    type: str
  update_password:
    description:
      - V(on_create) sets O(password) when the user is made, or when it is disabled and never had a password, which is
        how a run that was interrupted, or whose password the domain refused, leaves it. Such a user is enabled too,
        unless O(enabled=false).
      - V(always) sets it each time, and the task is changed each time, as a password cannot be read. Trying to log on
        with it could lock the account, so that is not done.
    type: str
    choices: [on_create, always]
    default: on_create
  password_never_expires:
    description:
      - Whether a user's password never expires. Image builders fail to join once the password of their account has.
      - A user is made without it.
    type: bool
  enabled:
    description:
      - Whether a user may log on. A user that is made may, if this is not set.
    type: bool
  user_principal_name:
    description:
      - A user's principal name. A user is made with C(name@domain).
    type: str
  groups:
    description:
      - Groups a user is to be a member of, each as a name, V(CORP\\name), SID or distinguished name.
      - Others it is a member of are left.
    type: list
    elements: str
  scope:
    description:
      - A group's scope. A group is made V(global).
      - The directory refuses a change between V(global) and V(domain_local); go by way of V(universal).
    type: str
    choices: [global, domain_local, universal]
  members:
    description:
      - Accounts and groups that are to be members of a group, each as a name, V(CORP\\name), user principal name, SID
        or distinguished name.
    type: list
    elements: str
  purge_members:
    description:
      - Whether members of a group that are not among O(members) are taken out. Members from other domains are not
        seen.
    type: bool
    default: false
  state:
    description:
      - V(present) makes the account or changes it.
      - V(absent) deletes it. The domain's own accounts, and those that are or were administrators (C(adminCount)), are
        not deleted.
    type: str
    choices: [present, absent]
    default: present
extends_documentation_fragment:
  - euc.appstream._active_directory
  - euc.appstream._attributes.changing_module
attributes:
  idempotent:
    support: partial
    details:
      - With O(update_password=always) and O(password) the password is set, and the task changed, every time.
seealso:
  - module: euc.appstream.ad_delegation
  - module: euc.appstream.ad_organizational_unit
"""

EXAMPLES = r"""
- name: Make the account that joins image builders to the domain
  euc.appstream.ad_account:
    domain_name: corp.example.com
    domain_username: Administrator
    domain_password: "{{ domain_password }}"
    name: appstream-join
    type: user
    path: OU=AppStream,DC=corp,DC=example,DC=com
    description: Joins AppStream image builders to the domain
    password: "{{ join_password }}"
    password_never_expires: true

- name: Make the group that is local administrator on image builders
  euc.appstream.ad_account:
    domain_name: corp.example.com
    domain_username: Administrator
    domain_password: "{{ domain_password }}"
    name: AppStream Installers
    type: group
    path: OU=AppStream,DC=corp,DC=example,DC=com
    members:
      - appstream-install
    purge_members: true

- name: Set a new password
  euc.appstream.ad_account:
    domain_name: corp.example.com
    domain_username: Administrator
    domain_password: "{{ domain_password }}"
    name: appstream-join
    type: user
    password: "{{ new_join_password }}"
    update_password: always

- name: Delete an account
  euc.appstream.ad_account:
    domain_name: corp.example.com
    domain_username: Administrator
    domain_password: "{{ domain_password }}"
    name: appstream-join
    type: user
    state: absent
"""

RETURN = r"""
account:
  description:
    - The account as it is afterwards, in check mode as it would be. Null when it is absent.
    - When the task fails because it may not be changed or deleted, as it is.
  type: dict
  returned: success, and when an account that exists is refused
  contains:
    name:
      description: The sAMAccountName.
      type: str
      returned: always
      sample: appstream-join
    type:
      description: Whether it is a C(user) or a C(group).
      type: str
      returned: always
      sample: user
    distinguished_name:
      description: The distinguished name.
      type: str
      returned: always
      sample: CN=appstream-join,OU=AppStream,DC=corp,DC=example,DC=com
    sid:
      description: The security identifier.
      type: str
      returned: when the account exists, so not for one that check mode would make
      sample: S-1-5-21-1004336348-1177238915-682003330-1104
    description:
      description: The description, null if there is none.
      type: str
      returned: always
      sample: Joins AppStream image builders to the domain
    user_principal_name:
      description: The user principal name, null if there is none.
      type: str
      returned: for users
      sample: appstream-join@corp.example.com
    enabled:
      description: Whether it may log on.
      type: bool
      returned: for users
      sample: true
    password_never_expires:
      description: Whether its password never expires.
      type: bool
      returned: for users
      sample: true
    groups:
      description: The distinguished names of the groups it is a direct member of, with its primary group.
      type: list
      elements: str
      returned: for users
      sample: ["CN=Domain Users,CN=Users,DC=corp,DC=example,DC=com"]
    scope:
      description: The scope, null for built-in groups of a scope of their own.
      type: str
      returned: for groups
      sample: global
    security_group:
      description: Whether it is a security group, which rights can be given to.
      type: bool
      returned: for groups
      sample: true
    members:
      description: The distinguished names of its direct members.
      type: list
      elements: str
      returned: for groups
      sample: ["CN=appstream-install,OU=AppStream,DC=corp,DC=example,DC=com"]
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
  sample: It needs Create User objects on OU=AppStream,DC=corp,DC=example,DC=com.
"""

from typing import Any

from ansible_collections.euc.appstream.plugins.module_utils._active_directory import account_changes, accounts
from ansible_collections.euc.appstream.plugins.module_utils._active_directory.errors import ActiveDirectoryError
from ansible_collections.euc.appstream.plugins.module_utils._active_directory.module import (
    AnsibleActiveDirectoryModule,
)

ARGUMENT_SPEC: dict[str, Any] = {
    "name": {"type": "str", "required": True},
    "type": {"type": "str", "choices": ["user", "group"], "required": True},
    "path": {"type": "str"},
    "description": {"type": "str"},
    "password": {"type": "str", "no_log": True},
    "update_password": {"type": "str", "choices": ["on_create", "always"], "default": "on_create", "no_log": False},
    "password_never_expires": {"type": "bool", "no_log": False},
    "enabled": {"type": "bool"},
    "user_principal_name": {"type": "str"},
    "groups": {"type": "list", "elements": "str"},
    "scope": {"type": "str", "choices": ["global", "domain_local", "universal"]},
    "members": {"type": "list", "elements": "str"},
    "purge_members": {"type": "bool", "default": False},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
}


def wish_of(options: dict[str, Any]) -> account_changes.Wish:
    """Return what is wanted, by the module's options."""
    same = ("name", "type", "path", "description", "password", "password_never_expires", "enabled")
    more = ("user_principal_name", "groups", "scope", "members", "purge_members")
    return account_changes.Wish(
        present=options["state"] == "present",
        always_set_password=options["update_password"] == "always",
        **{option: options[option] for option in (*same, *more)},
    )


def do(module: AnsibleActiveDirectoryModule) -> dict[str, Any]:
    """Bring the account to the wanted state; the module's return values. Raises ActiveDirectoryError."""
    module.refuse(accounts.problems_of(module.params))
    wish = wish_of(module.params)
    with module.directory() as directory:
        plan = account_changes.plan(directory, wish)
        now: dict[str, Any] | None = {key: value for key, value in plan.after.items() if key != "password"}
        if not module.check_mode:
            plan.carry_out()
            found = accounts.find_account(directory, wish.name)
            now = dict(found.view) if found else None
        return {"changed": plan.changed, "diff": plan.diff, "account": now or None}


def main() -> None:
    module = AnsibleActiveDirectoryModule(argument_spec=ARGUMENT_SPEC, supports_check_mode=True)
    try:
        values = do(module)
    except ActiveDirectoryError as error:
        module.fail_json_active_directory(error)
    module.exit_json(**values)


if __name__ == "__main__":
    main()
