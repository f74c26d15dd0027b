#!/usr/bin/python
# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: ad_domain_info
version_added: 0.1.0
short_description: Get the names of an Active Directory domain
description:
  - Reads the names by which a domain goes, its security identifier, and which domain controller the modules for Active
    Directory of this collection work on.
author:
  - The euc.appstream team (@euc)
options:
  accounts:
    description: Names (C(sAMAccountName)) of users and groups to look for, wherever in the domain they are.
    type: list
    elements: str
    default: []
extends_documentation_fragment:
  - euc.appstream._attributes.info_module
  - euc.appstream._active_directory
seealso:
  - module: euc.appstream.directory_config
"""

EXAMPLES = r"""
- name: Learn the short name of the domain
  euc.appstream.ad_domain_info:
    domain_name: corp.example.com
    domain_username: reader@CORP.EXAMPLE.COM
    domain_password: "{{ vault_reader_password }}"
  register: domain

- name: Name an account as Windows does
  ansible.builtin.debug:
    msg: "{{ domain.netbios_name }}\\appstream-join"

- name: Learn which of two groups there are
  euc.appstream.ad_domain_info:
    domain_name: corp.example.com
    accounts: [AppStreamInstallers, Installers]
  register: groups
"""

RETURN = r"""
dns_name:
  description: The domain's DNS name.
  type: str
  returned: success
  sample: corp.example.com
netbios_name:
  description: The domain's NetBIOS name, as in C(CORP\\name).
  type: str
  returned: success
  sample: CORP
distinguished_name:
  description: The distinguished name of the domain's head.
  type: str
  returned: success
  sample: DC=corp,DC=example,DC=com
sid:
  description: The domain's security identifier.
  type: str
  returned: success
  sample: S-1-5-21-1004336348-1177238915-682003330
server:
  description: The DNS name of the domain controller that answered.
  type: str
  returned: success
  sample: dc1.corp.example.com
accounts:
  description: Those of O(accounts) that exist, in the order they were given.
  type: list
  elements: dict
  returned: success
  contains:
    name:
      description: The name, in the directory's spelling.
      type: str
      returned: always
      sample: AppStreamInstallers
    type:
      description: V(user) or V(group).
      type: str
      returned: always
      sample: group
    distinguished_name:
      description: The distinguished name.
      type: str
      returned: always
      sample: CN=AppStreamInstallers,OU=ImageBuilders,DC=corp,DC=example,DC=com
    sid:
      description: The security identifier.
      type: str
      returned: always
      sample: S-1-5-21-1004336348-1177238915-682003330-1107
    description:
      description: The description, null when there is none.
      type: str
      returned: always
      sample: Local administrators of AppStream image builders
"""

from typing import Any

from ansible_collections.euc.appstream.plugins.module_utils._active_directory.accounts import find_account
from ansible_collections.euc.appstream.plugins.module_utils._active_directory.errors import ActiveDirectoryError
from ansible_collections.euc.appstream.plugins.module_utils._active_directory.module import AnsibleActiveDirectoryModule
from ansible_collections.euc.appstream.plugins.module_utils._active_directory.names import domain_of
from ansible_collections.euc.appstream.plugins.module_utils._active_directory.principals import (
    domain_sid,
    netbios_name,
)

ARGUMENT_SPEC: dict[str, Any] = {"accounts": {"type": "list", "elements": "str", "default": []}}
_SHOWN = ("name", "type", "distinguished_name", "sid", "description")


def do(module: AnsibleActiveDirectoryModule) -> dict[str, Any]:
    """Return the module's return values. Raises ActiveDirectoryError."""
    with module.directory() as directory:
        found = [find_account(directory, name) for name in module.params["accounts"]]
        return {
            "changed": False,
            "dns_name": domain_of(directory.base),
            "netbios_name": netbios_name(directory),
            "distinguished_name": directory.base,
            "sid": domain_sid(directory),
            "server": directory.server,
            "accounts": [{key: account.view[key] for key in _SHOWN} for account in found if account],
        }


def main() -> None:
    module = AnsibleActiveDirectoryModule(argument_spec=ARGUMENT_SPEC, supports_check_mode=True)
    try:
        values = do(module)
    except ActiveDirectoryError as error:
        module.fail_json_active_directory(error)
    module.exit_json(**values)


if __name__ == "__main__":
    main()
