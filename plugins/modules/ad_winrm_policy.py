#!/usr/bin/python
# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: ad_winrm_policy
version_added: 0.1.0
short_description: Make image builders reachable over WinRM by a group policy object, from Linux
description:
  - Makes a group policy object and links it to the organizational unit that image builders join, so that a fresh
    image builder lets Ansible in. AppStream offers no other way to reach one without opening its console.
  - The policy has WinRM started and listening, opens the Windows firewall for the controllers' networks, and adds one
    group to the local group Administrators. Members and groups that are in there already stay in there.
  - By default WinRM listens on port 5985 without TLS, and takes Kerberos and NTLM only, which encrypt what is sent
    inside HTTP. Credentials and content are never readable on the network.
  - Works over LDAP and SMB from any Linux host. Neither Windows nor PowerShell is needed.
  - Image builders that run already apply most of the policy within two hours, and all of it when they are stopped and
    started.
author:
  - The euc.appstream team (@euc)
options:
  name:
    description:
      - The display name of the group policy object, by which it is found again.
      - The whole policy belongs to this module. Keep other settings in policies of their own.
    type: str
    default: "AppStream image builders: WinRM"
  guid:
    description:
      - The GUID, with braces, of the group policy object that is meant when several have this name.
      - It never makes the module create one.
    type: str
  organizational_unit:
    description:
      - The distinguished name of the organizational unit of the image builders. It must exist.
      - Use one that holds nothing but image builders. Whoever is in O(administrators_group) becomes administrator of
        every computer in it and below it. The one that holds the domain controllers is refused.
      - Links of the policy to other places are left as they are.
      - Needed for O(state=present).
    type: str
  link:
    description:
      - Whether to link the policy to O(organizational_unit), and to enable the link if it is disabled.
      - Use V(false) if somebody else has the right to link policies. The policy does nothing until they do.
    type: bool
    default: true
  controller_networks:
    description:
      - The networks and addresses, IPv4 or IPv6, from which Ansible connects. The firewall lets WinRM in from these
        only.
      - Windows adds this rule to those it has. A rule of the image that lets WinRM in from everywhere stays in force,
        so limit it in the image builder's security group too.
      - Needed for O(state=present).
    type: list
    elements: str
  allow_any_controller:
    description:
      - Whether O(controller_networks) may be V(Any), V(0.0.0.0/0) or V(::/0), or wider than C(/8) for IPv4 and C(/16)
        for IPv6.
    type: bool
    default: false
  administrators_group:
    description:
      - The group that becomes local administrator of image builders, as a name, V(CORP\\name), SID or distinguished
        name.
      - It must be a security group, not a user, so that people and accounts come and go without a change of the
        policy, and not one that holds everybody, such as Domain Users.
      - The policy names it by its SID and follows it when it is renamed.
      - Needed for O(state=present).
    type: str
  administrators_method:
    description:
      - V(preferences) adds the group by a Group Policy Preference, which is what AWS documents.
      - V(restricted_groups) adds it by the security settings. Use it where another policy replaces the members of
        Administrators by Restricted Groups, which is applied after preferences and would take this group out again.
        The policy C(ServerAdmins) of AWS Managed Microsoft AD is worth a look.
      - Both only add. Neither takes the group out again when the policy no longer applies.
    type: str
    choices: [preferences, restricted_groups]
    default: preferences
  http:
    description:
      - Whether WinRM is reachable on port 5985.
    type: bool
    default: true
  https:
    description:
      - Whether WinRM is reachable on port 5986 with TLS.
      - Policies cannot make such a listener, so a start-up script does, at the next start. It takes a certificate for
        the computer's full name from the computer's store, or makes one that nobody trusts.
    type: bool
    default: false
  listener_addresses:
    description:
      - The addresses of the B(image builder) on which WinRM listens on port 5985, as V(*), addresses, networks, or
        ranges such as V(10.0.1.0-10.0.1.255).
      - These are not the addresses of controllers. With those here WinRM would listen nowhere.
      - V(*) is for every address, IPv6 only if O(controller_networks) has IPv6. That includes the management
        interface of an image builder in 198.19.0.0/16. The range of the builders' subnets keeps WinRM off it.
    type: list
    elements: str
    default: ["*"]
  firewall_profiles:
    description:
      - The network profiles in which the firewall lets WinRM in. The interface in the customer's network has profile
        domain once it sees a domain controller.
    type: list
    elements: str
    choices: [domain, private, public]
    default: [domain]
  allow_basic:
    description:
      - Whether WinRM takes Basic authentication, which sends the password as it is. Needs O(allow_insecure).
    type: bool
    default: false
  allow_unencrypted:
    description:
      - Whether WinRM takes unencrypted content over HTTP. Needs O(allow_insecure).
    type: bool
    default: false
  allow_credssp:
    description:
      - Whether WinRM takes CredSSP, which hands the image builder the password itself.
    type: bool
    default: false
  allow_insecure:
    description:
      - Says that O(allow_basic) or O(allow_unencrypted) is meant. Ansible needs neither.
    type: bool
    default: false
  purge:
    description:
      - Whether settings and files in the policy that this module did not write are removed, and with O(state=absent)
        whether the policy is deleted in spite of them. Otherwise the module refuses to touch such a policy, and names
        them.
    type: bool
    default: false
  state:
    description:
      - V(present) creates the policy, repairs or changes it, and raises its version if the image builders have to
        read it again.
      - V(absent) removes its links from everywhere in the domain, and deletes it.
    type: str
    choices: [present, absent]
    default: present
extends_documentation_fragment:
  - euc.appstream._active_directory
  - euc.appstream._attributes.changing_module
requirements:
  - smbprotocol[kerberos]
notes:
  - Files are written to the SYSVOL share of the same domain controller. Image builders that ask another one see the
    change when it has been replicated.
  - Creating the policy needs membership of C(Group Policy Creator Owners), which makes its creator the one who may
    change it. Linking needs 'Manage Group Policy links' on the organizational unit. M(euc.appstream.ad_delegation)
    grants it.
  - Whoever may change this policy is in effect SYSTEM on every image builder. The account that joins image builders
    to the domain should not be that one.
  - Group policy does not undo what it did outside the registry. Take the group out of Administrators, and remove an
    HTTPS listener and its certificate, before you take an image, if it must not hold them.
seealso:
  - module: euc.appstream.ad_organizational_unit
  - module: euc.appstream.ad_account
  - module: euc.appstream.ad_delegation
"""

EXAMPLES = r"""
- name: Let Ansible into image builders, with Kerberos on port 5985
  euc.appstream.ad_winrm_policy:
    domain_name: corp.example.com
    domain_username: policy-editor
    domain_password: "{{ policy_editor_password }}"
    organizational_unit: OU=ImageBuilders,OU=AppStream,DC=corp,DC=example,DC=com
    controller_networks:
      - 10.0.1.0/24
      - 10.9.9.9
    administrators_group: CORP\ImageBuilderInstallers

- name: The same over HTTPS only, and not on the management interface
  euc.appstream.ad_winrm_policy:
    domain_name: corp.example.com
    organizational_unit: OU=ImageBuilders,OU=AppStream,DC=corp,DC=example,DC=com
    controller_networks:
      - 10.0.1.0/24
    administrators_group: CORP\ImageBuilderInstallers
    http: false
    https: true

- name: Remove the policy and its links
  euc.appstream.ad_winrm_policy:
    domain_name: corp.example.com
    state: absent
"""

RETURN = r"""
policy:
  description: The group policy object as it is afterwards, in check mode as it would be. Null when it is absent.
  type: dict
  returned: success
  contains:
    name:
      description: The display name.
      type: str
      returned: always
      sample: "AppStream image builders: WinRM"
    guid:
      description: The GUID, null in check mode for a policy that would be created.
      type: str
      returned: always
      sample: "{5F1A2D3C-8E07-4B57-9A55-2C1B0C6D7E8F}"
    distinguished_name:
      description: The distinguished name, null as RV(policy.guid) is.
      type: str
      returned: always
      sample: CN={5F1A2D3C-8E07-4B57-9A55-2C1B0C6D7E8F},CN=Policies,CN=System,DC=corp,DC=example,DC=com
    path:
      description: Where clients find its files, null as RV(policy.guid) is.
      type: str
      returned: always
      sample: \\corp.example.com\SysVol\corp.example.com\Policies\{5F1A2D3C-8E07-4B57-9A55-2C1B0C6D7E8F}
    version:
      description: The version of its computer half.
      type: int
      returned: always
      sample: 1
    linked_to:
      description: What it is linked to, each with C(place), a distinguished name, and C(state), such as C(enabled).
      type: list
      elements: dict
      returned: always
      sample:
        - place: OU=ImageBuilders,OU=AppStream,DC=corp,DC=example,DC=com
          state: enabled
    settings:
      description:
        - What it sets, with C(ports), C(controller_networks), C(listener_addresses), C(firewall_profiles),
          C(allow_basic), C(allow_unencrypted), C(allow_credssp), C(administrators_method), and
          C(administrators_group) with C(name) and C(sid).
      type: dict
      returned: always
      sample:
        ports: [5985]
        controller_networks: [10.0.1.0/24, 10.9.9.9/32]
        listener_addresses: ["*"]
        firewall_profiles: [domain]
        allow_basic: false
        allow_unencrypted: false
        allow_credssp: false
        administrators_method: preferences
        administrators_group:
          name: CORP\ImageBuilderInstallers
          sid: S-1-5-21-3623811015-3361044348-30300820-1013
error_kind:
  description:
    - What went wrong, one of C(other), C(not found), C(exists), C(denied), C(credentials), C(unreachable), C(refused
      value) and C(changed meanwhile).
  type: str
  returned: when the directory could not do it
  sample: denied
cause:
  description: Why, in the words of the domain controller where it said something.
  type: str
  returned: when the task fails and it is known
  sample: access is denied
remedy:
  description: What to do about the failure.
  type: str
  returned: when the task fails and it is known
  sample: It needs write access there.
"""

from typing import Any

from ansible.module_utils.basic import missing_required_lib
from ansible_collections.euc.appstream.plugins.module_utils._active_directory import (
    policy_content,
    policy_goal,
    policy_objects,
    policy_view,
    sysvol,
)
from ansible_collections.euc.appstream.plugins.module_utils._active_directory.errors import ActiveDirectoryError
from ansible_collections.euc.appstream.plugins.module_utils._active_directory.module import (
    AnsibleActiveDirectoryModule,
)

ARGUMENT_SPEC: dict[str, Any] = {
    "name": {"type": "str", "default": "AppStream image builders: WinRM"},
    "guid": {"type": "str"},
    "organizational_unit": {"type": "str"},
    "link": {"type": "bool", "default": True},
    "controller_networks": {"type": "list", "elements": "str"},
    "allow_any_controller": {"type": "bool", "default": False},
    "administrators_group": {"type": "str"},
    "administrators_method": {
        "type": "str",
        "choices": ["preferences", "restricted_groups"],
        "default": "preferences",
    },
    "http": {"type": "bool", "default": True},
    "https": {"type": "bool", "default": False},
    "listener_addresses": {"type": "list", "elements": "str", "default": ["*"]},
    "firewall_profiles": {
        "type": "list",
        "elements": "str",
        "choices": ["domain", "private", "public"],
        "default": ["domain"],
    },
    "allow_basic": {"type": "bool", "default": False},
    "allow_unencrypted": {"type": "bool", "default": False},
    "allow_credssp": {"type": "bool", "default": False},
    "allow_insecure": {"type": "bool", "default": False},
    "purge": {"type": "bool", "default": False},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
}


def do(module: AnsibleActiveDirectoryModule) -> dict[str, Any]:
    """Return the module's return values. Raises ActiveDirectoryError."""
    options = module.params
    module.refuse(policy_content.problems(options))
    with module.directory() as directory, sysvol.connected(module.logon(), directory) as share:
        wish = policy_goal.wish_of(options, directory)
        new_guid = "{GUID}" if module.check_mode else policy_objects.new_guid()
        situation = policy_goal.look(directory, share, wish, new_guid)
        policy_goal.require_possible(directory, situation, wish)
        if not module.check_mode:
            policy_goal.carry_out(directory, share, situation)
    return {
        "changed": situation.changed,
        "diff": policy_view.diff(situation),
        "policy": policy_view.result(situation, wish),
    }


def main() -> None:
    module = AnsibleActiveDirectoryModule(argument_spec=ARGUMENT_SPEC, supports_check_mode=True)
    if sysvol.SMB_IMPORT_ERROR:
        module.fail_json(msg=missing_required_lib("smbprotocol"), exception=sysvol.SMB_IMPORT_ERROR)
    try:
        values = do(module)
    except ActiveDirectoryError as error:
        module.fail_json_active_directory(error)
    module.exit_json(**values)


if __name__ == "__main__":
    main()
