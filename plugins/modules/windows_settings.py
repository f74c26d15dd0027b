#!/usr/bin/python
# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

DOCUMENTATION = r"""
---
module: windows_settings
short_description: Set up the Windows of an AppStream image builder
version_added: 0.1.0
description:
  - Sets environment variables, policies, services, time zone, regional settings and features over the host's own
    connection, and reboots when something asks for it.
  - Everything is set for the machine or for new users, because what belongs to the session of the build does not get
    into the image.
  - What would break AppStream, the image or the build is refused before anything is changed.
options:
  time_zone:
    description:
      - Name of the time zone as C(tzutil /l) lists it, for example V(Tokyo Standard Time). The builder is rebooted
        after a change, as AWS asks for.
    type: str
  regional_settings:
    description:
      - Regional settings of new users, of the welcome screen and of Windows itself. They are also those of the
        account that the role runs as.
    type: dict
    suboptions:
      format:
        description:
          - Culture whose dates, numbers and currency new users see, for example V(ja-JP).
        type: str
      location:
        description:
          - GeoID of the location, for example V(122) for Japan.
        type: int
      system_locale:
        description:
          - Culture of programs that do not know Unicode. The builder is rebooted after a change.
        type: str
  environment:
    description:
      - Environment variables of the machine by their names. An empty value takes a variable away. AWS credentials are
        refused, because an image with them might not be created.
    type: dict
    default: {}
  registry_policies:
    description:
      - Policies, written to the registry as local group policy would.
    type: list
    elements: dict
    default: []
    suboptions:
      path:
        description:
          - Key below C(HKLM:\SOFTWARE\Policies), for example V(Microsoft\\Edge), or the full path of one below it or
            below C(HKLM:\SOFTWARE\Microsoft\Windows\CurrentVersion\Policies).
        type: str
        required: true
      name:
        description:
          - Name of the value.
        type: str
        required: true
      data:
        description:
          - The value, as in O(ansible.windows.win_regedit#module:data).
        type: raw
      type:
        description:
          - Type of the value.
        type: str
        choices: [binary, dword, expandstring, multistring, qword, string]
        default: string
      state:
        description:
          - Whether the value is there.
        type: str
        choices: [present, absent]
        default: present
  services:
    description:
      - Services. Those of AppStream are refused.
    type: list
    elements: dict
    default: []
    suboptions:
      name:
        description:
          - Name of the service.
        type: str
        required: true
      state:
        description:
          - Whether it runs. Left alone when left out.
        type: str
        choices: [started, stopped]
      start_mode:
        description:
          - When it starts. Left alone when left out.
        type: str
        choices: [auto, delayed, disabled, manual]
  features:
    description:
      - Roles and features of Windows Server, as in M(ansible.windows.win_feature).
    type: list
    elements: dict
    default: []
    suboptions:
      name:
        description:
          - Names of the features.
        type: list
        elements: str
        required: true
      state:
        description:
          - Whether they are installed.
        type: str
        choices: [present, absent]
        default: present
      include_sub_features:
        description:
          - Install their subfeatures too.
        type: bool
        default: false
      include_management_tools:
        description:
          - Install their management tools too.
        type: bool
        default: false
      source:
        description:
          - Folder with the files of the features, where Windows does not have them.
        type: str
  optional_features:
    description:
      - Optional features of Windows, as in M(ansible.windows.win_optional_feature).
    type: list
    elements: dict
    default: []
    suboptions:
      name:
        description:
          - Names of the features.
        type: list
        elements: str
        required: true
      state:
        description:
          - Whether they are enabled.
        type: str
        choices: [present, absent]
        default: present
      include_parent:
        description:
          - Enable the features that they depend on too.
        type: bool
        default: false
      source:
        description:
          - Folder with the files of the features, where Windows does not have them.
        type: str
  reboot_timeout:
    description:
      - Seconds that a reboot may take which settings ask for.
    type: int
    default: 1200
  validate_only:
    description:
      - Only verify the options, without an image builder; the host may be any.
    type: bool
    default: false
attributes:
  check_mode:
    description: Can run in C(check_mode) and return changed status prediction without modifying target.
    support: full
  diff_mode:
    description:
      - Will return details on what has changed (or possibly needs changing in C(check_mode)), when in diff mode.
    support: partial
    details:
      - It names what was changed, without values.
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
  - The connection needs local administrator rights on the builder.
author:
  - The euc.appstream team (@euc)
"""

EXAMPLES = r"""
- name: Set up Windows
  euc.appstream.windows_settings:
    time_zone: Tokyo Standard Time
    environment:
      LICENSE_SERVER: 27000@licenses.example.com
    services:
      - name: Spooler
        state: stopped
        start_mode: disabled
"""

RETURN = r"""
changes:
  description: What was changed, or would be in check mode, also when a later part failed.
  returned: unless an option was refused
  type: list
  elements: str
  sample: [service Spooler]
rebooted:
  description: Whether a change asked for a reboot, which was made.
  returned: unless an option was refused
  type: bool
  sample: false
"""
