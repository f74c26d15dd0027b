#!/usr/bin/python
# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

DOCUMENTATION = r"""
---
module: session_settings
short_description: Prepare what users' sessions begin with on an AppStream image builder
version_added: 0.1.0
description:
  - Writes the configuration of session scripts, enables dynamic app providers and changes the default profile, of
    which each new user gets a copy, over the host's own connection.
  - What is wrong, and what is missing on the builder, is refused before anything is changed.
options:
  session_scripts:
    description:
      - Scripts that run when sessions begin and end, in C(C:\AppStream\SessionScripts\config.json). Without
        O(session_scripts.config), O(session_scripts.session_start) and O(session_scripts.session_termination) there
        are none. Left out, the file is left alone.
    type: dict
    suboptions:
      session_start:
        description:
          - What runs before a session begins. It must end with 0, or users see an error message.
        type: dict
        suboptions:
          executables:
            description:
              - At most one for each context.
            type: list
            elements: dict
            required: true
            suboptions:
              context:
                description:
                  - As whom it runs.
                type: str
                required: true
                choices: [user, system]
              filename:
                description:
                  - Absolute path of a C(.bat) or C(.exe) file on the builder, up to 1000 characters. It must be there
                    by then. A PowerShell script is run by C(powershell.exe).
                type: str
                required: true
              arguments:
                description:
                  - Its arguments, up to 1000 characters, for example V(-File "C:\\Scripts\\start.ps1"). A script named
                    like this must be there as well.
                type: str
              s3_log_enabled:
                description:
                  - Keep what it prints in a bucket of the account. AppStream does when this is left out.
                type: bool
          waiting_time:
            description:
              - Seconds after which the scripts are stopped, at most 60.
            type: int
      session_termination:
        description:
          - What runs when a session has ended.
        type: dict
        suboptions:
          executables:
            description:
              - At most one for each context.
            type: list
            elements: dict
            required: true
            suboptions:
              context:
                description:
                  - As whom it runs.
                type: str
                required: true
                choices: [user, system]
              filename:
                description:
                  - Absolute path of a C(.bat) or C(.exe) file on the builder, up to 1000 characters. It must be there
                    by then. A PowerShell script is run by C(powershell.exe).
                type: str
                required: true
              arguments:
                description:
                  - Its arguments, up to 1000 characters, for example V(-File "C:\\Scripts\\start.ps1"). A script named
                    like this must be there as well.
                type: str
              s3_log_enabled:
                description:
                  - Keep what it prints in a bucket of the account. AppStream does when this is left out.
                type: bool
          waiting_time:
            description:
              - Seconds after which the scripts are stopped, at most 60.
            type: int
      config:
        description:
          - The whole configuration in AWS's own form instead, a dictionary or the name of a JSON file on the
            controller, which is looked up like the C(src) of a copy task. It is checked alike.
        type: raw
      files:
        description:
          - Files of the controller that are copied to the builder first.
        type: list
        elements: dict
        suboptions:
          src:
            description:
              - File, looked up like the C(src) of a copy task.
            type: str
            required: true
          dest:
            description:
              - Absolute path on the builder. In C(C:\AppStream\SessionScripts) when left out.
            type: str
  dynamic_app_providers:
    description:
      - Dynamic app providers to enable, in C(Agents.json), an object with the list C(Agents). Others that are there
        stay. They need fleets of a domain, and an image with
        O(euc.appstream.image_capture#module:dynamic_app_catalog).
    type: list
    elements: dict
    default: []
    suboptions:
      display_name:
        description:
          - The C(DisplayName) of the provider's entry below the C(Uninstall) key of the registry.
        type: str
        required: true
      path:
        description:
          - Absolute path of its program, which must be there by then.
        type: str
        required: true
  default_profile:
    description:
      - The profile that new users get a copy of, C(C:\Users\Default).
    type: dict
    suboptions:
      from_user:
        description:
          - Copy the profile of this user first, V(DOMAIN\\name) or, for a user of the builder itself, V(.\\name). What
            is required of that user is said at M(euc.appstream.default_profile).
        type: str
      registry:
        description:
          - Values of new users' own registry.
        type: list
        elements: dict
        suboptions:
          key:
            description:
              - Key below C(HKCU:\), for example V(Software\\Example).
            type: str
            required: true
          name:
            description:
              - Name of the value. The key's own value when left out.
            type: str
          data:
            description:
              - The value, as in O(ansible.windows.win_regedit#module:data).
            type: raw
          type:
            description:
              - Type of the value.
            type: str
            choices: [binary, dword, expandstring, multistring, none, qword, string]
            default: string
          state:
            description:
              - Whether the value is there. V(absent) without a name removes the key.
            type: str
            choices: [present, absent]
            default: present
      files:
        description:
          - Files of the controller that new users get.
        type: list
        elements: dict
        suboptions:
          src:
            description:
              - File, looked up like the C(src) of a copy task.
            type: str
            required: true
          dest:
            description:
              - Path relative to the profile, for example V(AppData\\Roaming\\Example\\settings.ini).
            type: str
            required: true
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
      - Of C(config.json) and C(Agents.json) the texts are compared.
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
seealso:
  - module: euc.appstream.default_profile
  - name: Session Scripts Configuration File
    description: The keys and limits of the file.
    link: https://docs.aws.amazon.com/appstream2/latest/developerguide/session-script-configuration-file.html
author:
  - The euc.appstream team (@euc)
"""

EXAMPLES = r"""
- name: Run a script when a session begins
  euc.appstream.session_settings:
    session_scripts:
      files:
        - src: start.ps1
      session_start:
        executables:
          - context: user
            filename: C:\Windows\System32\WindowsPowerShell\v1.0\powershell.exe
            arguments: -File "C:\AppStream\SessionScripts\start.ps1"
        waiting_time: 30

- name: Let new users skip the first-run page
  euc.appstream.session_settings:
    default_profile:
      registry:
        - key: Software\Example
          name: FirstRun
          data: 0
          type: dword
"""

RETURN = r"""
changes:
  description: What was changed, or would be in check mode, also when a later part failed.
  returned: unless an option was refused
  type: list
  elements: str
  sample: ['file C:\AppStream\SessionScripts\config.json']
"""
