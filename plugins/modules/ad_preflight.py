#!/usr/bin/python
# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: ad_preflight
version_added: 0.1.0
short_description: Tell what an Active Directory domain lacks for AppStream image builders
description:
  - Looks at name resolution, ports, logons, rights, group membership and group policy, and returns what it found, with
    what to do about it.
  - Changes nothing. It does not fail because something is missing, so that one run tells everything that is.
  - A wrong password counts as one attempt towards the domain's lockout threshold, as any logon does.
author:
  - The euc.appstream team (@euc)
options:
  organizational_unit:
    description:
      - The distinguished name of the organizational unit for image builders.
    type: str
    required: true
  image_builder:
    description:
      - The name of an image builder that has been created, to see whether it joined the domain and where it is.
    type: str
  policy_name:
    description:
      - The name of the group policy object that opens WinRM. That it is there, linked and enabled is looked at.
      - Without it, that any policy at all is linked to O(organizational_unit) is.
    type: str
  controller_networks:
    description:
      - With O(policy_name) and O(administrators_group), the content of the policy is looked at too. It is expected to
        be what M(euc.appstream.ad_winrm_policy) writes for these networks and this group.
      - That reads the policy's files, on port 445 of the domain controller, and needs the Python library smbprotocol.
    type: list
    elements: str
  policy_options:
    description:
      - Further options of M(euc.appstream.ad_winrm_policy), such as C(https), that the policy was made with.
    type: dict
    default: {}
  administrators_group:
    description:
      - The group whose members administer image builders. That O(install_account) is in it is looked at.
    type: str
  join_account:
    description:
      - The account that AppStream's directory config names. That it can log on with O(join_password), and may create
        computers in O(organizational_unit), is looked at.
    type: str
  join_password:
    description:
      - The password of O(join_account). Without it the account is not looked at.
    type: str
  install_account:
    description:
      - The account that Ansible logs on to image builders with.
    type: str
  install_password:
    description:
      - The password of O(install_account). Without it the logon is not looked at.
    type: str
extends_documentation_fragment:
  - euc.appstream._attributes.info_module
  - euc.appstream._active_directory
seealso:
  - module: euc.appstream.ad_winrm_policy
  - module: euc.appstream.ad_delegation
  - module: euc.appstream.preflight
"""

EXAMPLES = r"""
- name: See what is missing before the first image builder
  euc.appstream.ad_preflight:
    domain_name: corp.example.com
    domain_username: reader@CORP.EXAMPLE.COM
    domain_password: "{{ vault_reader_password }}"
    organizational_unit: OU=ImageBuilders,DC=corp,DC=example,DC=com
    policy_name: "AppStream image builders: WinRM"
    join_account: appstream-join
    join_password: "{{ vault_join_password }}"
    install_account: appstream-install
    install_password: "{{ vault_install_password }}"
    administrators_group: AppStreamInstallers
  register: domain

- name: Fail when something is
  ansible.builtin.assert:
    that: domain.ok
    fail_msg: "{{ domain.checks | rejectattr('ok') | list }}"

- name: See why an image builder does not answer
  euc.appstream.ad_preflight:
    domain_name: corp.example.com
    organizational_unit: OU=ImageBuilders,DC=corp,DC=example,DC=com
    image_builder: design
"""

RETURN = r"""
ok:
  description: Whether everything that was looked at is as it should be.
  type: bool
  returned: success
  sample: false
checks:
  description: What was looked at, in order. What could not be looked at because an earlier look failed is left out.
  type: list
  elements: dict
  returned: success
  contains:
    check:
      description: What was looked at.
      type: str
      returned: always
      sample: join account's rights
    ok:
      description: Whether it is as it should be.
      type: bool
      returned: always
      sample: false
    found:
      description: What was found.
      type: str
      returned: always
      sample: appstream-join may not create computers in OU=ImageBuilders,DC=corp,DC=example,DC=com
    remedy:
      description: What to do about it; empty when there is nothing to do.
      type: str
      returned: always
      sample: "Give it the delegation join_computers: ad_delegation, role prepare_directory."
"""

from typing import Any

from ansible.module_utils.basic import missing_required_lib
from ansible_collections.euc.appstream.plugins.module_utils._active_directory import policy_content, sysvol
from ansible_collections.euc.appstream.plugins.module_utils._active_directory.connection import Directory, Logon
from ansible_collections.euc.appstream.plugins.module_utils._active_directory.errors import ActiveDirectoryError
from ansible_collections.euc.appstream.plugins.module_utils._active_directory.module import AnsibleActiveDirectoryModule
from ansible_collections.euc.appstream.plugins.module_utils._active_directory.names import (
    distinguished_name_problems,
)
from ansible_collections.euc.appstream.plugins.module_utils._active_directory.preflight import (
    Check,
    administrators_check,
    as_account,
    image_builder_check,
    join_rights_check,
    logged_on,
    network_checks,
    organizational_unit_check,
    policy_content_check,
    policy_link_check,
)

ARGUMENT_SPEC: dict[str, Any] = {
    "organizational_unit": {"type": "str", "required": True},
    "image_builder": {"type": "str"},
    "policy_name": {"type": "str"},
    "controller_networks": {"type": "list", "elements": "str"},
    "policy_options": {"type": "dict", "default": {}},
    "administrators_group": {"type": "str"},
    "join_account": {"type": "str"},
    "join_password": {"type": "str", "no_log": True},
    "install_account": {"type": "str"},
    "install_password": {"type": "str", "no_log": True},
}


def do(module: AnsibleActiveDirectoryModule) -> list[Check]:
    """Return what was found. Raises ActiveDirectoryError when the connection is lost on the way."""
    logon = module.logon()
    checks = network_checks(logon)
    if not all(check.ok for check in checks):
        return checks
    with logged_on("logon", logon, checks) as directory:
        if directory is None:
            return checks
        checks += _directory_checks(module, directory)
    # Last, because Kerberos keeps one ticket cache for the process.
    return checks + _account_checks(module, logon)


def policy_options(given: dict[str, Any]) -> dict[str, Any]:
    """Return the options of ad_winrm_policy that the policy is expected to have been made with."""
    return {
        **policy_content.DEFAULTS,
        "name": given["policy_name"],
        "organizational_unit": given["organizational_unit"],
        "controller_networks": given["controller_networks"],
        "administrators_group": given["administrators_group"],
        # The link is looked at by itself, and may be one further up.
        "link": False,
        **given["policy_options"],
    }


def _option_problems(given: dict[str, Any]) -> list[str]:
    problems = distinguished_name_problems("organizational_unit", given["organizational_unit"])
    unknown = sorted(set(given["policy_options"]) - set(policy_content.DEFAULTS))
    if unknown:
        problems.append(f"policy_options has {', '.join(unknown)}, which no option of ad_winrm_policy is")
    return problems


def _directory_checks(module: AnsibleActiveDirectoryModule, directory: Directory) -> list[Check]:
    given = module.params
    unit = given["organizational_unit"]
    checks = [organizational_unit_check(directory, unit)]
    if not checks[0].ok:
        return checks
    if given["image_builder"]:
        checks.append(image_builder_check(directory, unit, given["image_builder"]))
    checks.append(policy_link_check(directory, unit, given["policy_name"]))
    if checks[-1].ok and given["policy_name"] and given["controller_networks"] and given["administrators_group"]:
        checks.append(policy_content_check(directory, module.logon(), policy_options(given)))
    if given["install_account"] and given["administrators_group"]:
        checks.append(administrators_check(directory, given["install_account"], given["administrators_group"]))
    return checks


def _account_checks(module: AnsibleActiveDirectoryModule, logon: Logon) -> list[Check]:
    given = module.params
    checks: list[Check] = []
    for kind in ("install", "join"):
        username, password = given[f"{kind}_account"], given[f"{kind}_password"]
        if not username or not password:
            continue
        with logged_on(f"{kind} account", as_account(logon, username, password), checks) as directory:
            if directory is not None and kind == "join":
                checks.append(join_rights_check(directory, given["organizational_unit"]))
    return checks


def main() -> None:
    module = AnsibleActiveDirectoryModule(
        argument_spec=ARGUMENT_SPEC,
        supports_check_mode=True,
        required_by={"join_password": ["join_account"], "install_password": ["install_account"]},
    )
    module.refuse(_option_problems(module.params))
    module.check_libraries()
    if module.params["controller_networks"] and sysvol.SMB_IMPORT_ERROR:
        module.fail_json(msg=missing_required_lib("smbprotocol"), exception=sysvol.SMB_IMPORT_ERROR)
    try:
        checks = do(module)
    except ActiveDirectoryError as error:
        module.fail_json_active_directory(error)
    module.exit_json(changed=False, ok=all(check.ok for check in checks), checks=[check.view() for check in checks])


if __name__ == "__main__":
    main()
