#!/usr/bin/python
# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

DOCUMENTATION = r"""
---
module: seal
short_description: Remove from an AppStream image builder what access and installation left behind
version_added: 0.1.0
description:
  - Removes, over the host's own connection, what must not become part of the image that is taken next.
  - What the connection lives on can only go once the making of the image has begun. RV(after_start) has the commands
    for it, as O(euc.appstream.image_capture#module:after_start) takes them.
  - What group policy set for WinRM, and its firewall rules for WinRM's ports, stay in the registry of the image, which
    is no member of the domain, and nobody takes them away on instances without a domain. They go after the start.
  - M(euc.appstream.secret_scan) tells whether a secret was left all the same.
options:
  settle_pending_reboot:
    description:
      - Reboot first when Windows says that a reboot is pending.
    type: bool
    default: true
  reboot_timeout:
    description:
      - Seconds such a reboot may take.
    type: int
    default: 1200
  remove_access:
    description:
      - Remove WinRM's listeners and certificates. Set it to V(false) for an image from which further builders are to
        be started and reached in the same way.
    type: bool
    default: true
  certificates:
    description:
      - Wildcard patterns of subjects of further certificates in the computer's personal store that are removed, such
        as V(CN=build-*). Those of listeners and those issued to the computer's own name go in any case.
    type: list
    elements: str
    default: []
  accounts:
    description:
      - Local accounts that were made for the build. They are deleted with their profiles; the account that is
        connected goes after the start, and its profile stays, emptied of temporary files and history.
    type: list
    elements: str
    default: []
  profiles:
    description:
      - Names of the profile folders of further accounts, such as those of the domain, whose profiles are removed.
    type: list
    elements: str
    default: []
  administrators:
    description:
      - Members of the local group Administrators that are removed from it, for example the group of the domain that
        group policy has added. When the connected account is one of the domain they go after the start, because its
        rights may come from them.
    type: list
    elements: str
    default: []
  scheduled_tasks:
    description:
      - Scheduled tasks that are removed, by path such as V(\\Build\\Download) or V(\\Build-*); the last part may have
        wildcards.
    type: list
    elements: str
    default: []
  remove_hybrid_activation:
    description:
      - Remove the registration of the SSM agent as a hybrid node of Systems Manager, after the start, when this build
        made it, that is, when the builder had none or another when it was first reached, as
        O(euc.appstream.capture_preflight#module:note_baseline) has noted.
      - Any other stays, for AppStream may have made it for itself and need it; RV(kept) tells so.
    type: bool
    default: true
  manifest_permissions:
    description:
      - Give C(PrewarmManifest.txt), if there is one, to Administrators and SYSTEM and take Everyone's full control
        away. With other permissions C(create-image) may fail with "access denied".
    type: bool
    default: true
  remove_temporary_files:
    description:
      - Remove temporary files of the system and of all users, installers and what Ansible has left behind.
    type: bool
    default: true
  remove_catalog_files:
    description:
      - Remove C(C:\ProgramData\euc.appstream) too, where M(euc.appstream.application_catalog) keeps the icons and
        manifests that catalog entries point to. Whether the service needs them until the image is available is not
        documented.
    type: bool
    default: false
  temporary_paths:
    description:
      - Further files and folders that are removed, absolute paths; any part but the first folder may have wildcards.
      - Windows' own folders, and wildcards right below them, are refused.
    type: list
    elements: str
    default: []
  remove_logs:
    description:
      - Remove PowerShell's transcripts and the history of typed commands of all users.
    type: bool
    default: true
  log_paths:
    description:
      - Further logs that are removed, as in O(temporary_paths).
    type: list
    elements: str
    default: []
attributes:
  check_mode:
    description: Can run in C(check_mode) and return changed status prediction without modifying target.
    support: full
  diff_mode:
    description:
      - Will return details on what has changed (or possibly needs changing in C(check_mode)), when in diff mode.
    support: full
  idempotent:
    description:
      - When run twice in a row outside check mode, with the same arguments, the second invocation indicates no
        change.
    support: full
  platform:
    description: Operating systems of the hosts this action works on.
    support: full
    platforms: windows
notes:
  - The connection, by C(winrm) or C(psrp), needs local administrator rights on the builder.
  - The private keys of removed certificates stay, which Windows keeps apart from them.
seealso:
  - module: euc.appstream.secret_scan
  - module: euc.appstream.image_capture
author:
  - The euc.appstream team (@euc)
"""

EXAMPLES = r"""
- name: Remove what the build left behind
  euc.appstream.seal:
    accounts: [installer]
    scheduled_tasks: ['\Build\*']
    temporary_paths: ['C:\Install\*']
  register: seal

- name: Start the image, and remove afterwards what the connection lived on
  euc.appstream.image_capture:
    name: design-2026-11
    after_start: "{{ seal.after_start }}"
"""

RETURN = r"""
removed:
  description: What was removed, or would be in check mode, also when a later part failed.
  returned: always
  type: list
  elements: dict
  contains:
    kind:
      description: >-
        V(account), V(profile), V(administrator), V(scheduled_task), V(listener), V(certificate),
        V(trusted_authority), V(permissions) or V(file).
      returned: always
      type: str
      sample: file
    name:
      description: Its name.
      returned: always
      type: str
      sample: C:\Install\setup.log
kept:
  description: What was kept.
  returned: always
  type: list
  elements: dict
  contains:
    kind:
      description: As in RV(removed), or V(firewall_rule) or V(ssm_registration).
      returned: always
      type: str
      sample: listener
    name:
      description: Its name.
      returned: always
      type: str
      sample: "*+HTTPS port 5986"
    reason:
      description: Why it was kept.
      returned: always
      type: str
      sample: in use by this connection; goes right after the image has been started
after_start:
  description:
    - Commands that remove, once the making of the image has begun, what the connection lives on, and what AppStream or
      a further run may need until then.
  returned: always
  type: list
  elements: list
  sample: [[reg, delete, 'HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\WSMAN\Listener\*+HTTPS', /f]]
ends_access:
  description: Whether RV(after_start) takes away what the connection lives on, so that nobody gets in afterwards.
  returned: always
  type: bool
  sample: true
"""
