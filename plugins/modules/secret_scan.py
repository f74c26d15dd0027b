#!/usr/bin/python
# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

DOCUMENTATION = r"""
---
module: secret_scan
short_description: Look for the run's secrets on an AppStream image builder
version_added: 0.1.0
description:
  - Looks in the files and in the registry of the task's host for secrets that this run knows, and fails when it finds
    one, because all of it would become part of the image.
  - Known are the passwords of the connection and of C(become) (variables such as C(ansible_password),
    C(ansible_winrm_password), C(ansible_become_password)), the AWS secret access key and session token in the
    controller's environment, and what is given as O(secrets).
  - Found is a secret that stands in a file anywhere, in UTF-8, in UTF-16 of either byte order (with or without byte
    order mark, also in binary files) or in the builder's ANSI code page; as it is or as it is written in a URL, in XML
    or in JSON; in names of files and folders in any case. In the registry, names of keys and values and all data are
    searched. The registry of users who are not logged on is searched as the file that it is.
  - Not found is a secret that is encoded in another way (Base64, compressed, encrypted, UTF-16 text in an archive), is
    split, stands in a file that is larger than O(maximum_file_size) or that Windows does not let be read (see
    RV(not_searched)), or lies outside of O(folders) and O(registry_keys).
  - Of a secret of several lines, such as a private key, the longest line is looked for.
  - Secrets shorter than 6 characters are not looked for, with a warning; they would be found everywhere.
options:
  secrets:
    description:
      - Further secrets, a list of texts or a dictionary, in which lists and dictionaries may be nested. They are
        reported by their key or, in a list, by their number.
      - What a dictionary calls C(username), C(user), C(user_name) or C(domain) is not taken for a secret.
    type: raw
  folders:
    description:
      - The folders searched, with all below. One that does not exist is left out.
    type: list
    elements: str
    default:
      - C:\Windows\Temp
      - C:\Users
      - C:\ProgramData
      - C:\AppStream
      - C:\Temp
      - C:\inetpub
      - C:\Windows\Panther
      - C:\Windows\System32\winevt\Logs
  registry_keys:
    description:
      - The registry keys searched, with all below. C(HKU) are the users who are logged on, and the system's own.
    type: list
    elements: str
    default:
      - HKLM\SOFTWARE
      - HKLM\SYSTEM\CurrentControlSet\Services
      - HKLM\SYSTEM\CurrentControlSet\Control\Session Manager\Environment
      - HKU
  maximum_file_size:
    description:
      - Files of more bytes are not searched but listed in RV(not_searched).
    type: int
    default: 16777216
  time_limit:
    description:
      - How many seconds the search may take. It runs as an asynchronous job that is ended on the builder then, and the
        task fails.
    type: int
    default: 1800
  fail:
    description:
      - Whether the task fails when a secret is found.
    type: bool
    default: true
attributes:
  check_mode:
    support: full
    details:
      - Nothing is changed in any case; the search runs in check mode too.
  diff_mode:
    support: none
  idempotent:
    support: full
  platform:
    description: Operating systems of the hosts this action works on.
    support: full
    platforms: windows
extends_documentation_fragment:
  - euc.appstream._attributes
notes:
  - The secrets travel as C(sensitive_parameters) of M(ansible.windows.win_powershell) inside the connection and are
    SecureStrings for PowerShell, so that its logs do not show them. They are in no command line and in no file, unless
    Ansible is told to keep its remote files (C(ANSIBLE_KEEP_REMOTE_FILES)).
  - The connection needs local administrator rights on the builder.
seealso:
  - module: ansible.windows.win_powershell
author:
  - The euc.appstream team (@euc)
"""

EXAMPLES = r"""
- name: See that no password of the run becomes part of the image
  euc.appstream.secret_scan:
    secrets:
      licence: "{{ vault_licence_key }}"
      download: "{{ vault_download_password }}"

- name: List what is found
  euc.appstream.secret_scan:
    folders: [C:\Program Files\Example]
    fail: false
  register: scan
"""

RETURN = r"""
findings:
  description: Where secrets were found; no secret is shown, and in names C(***) stands for it.
  returned: success, and when secrets were found
  type: list
  elements: dict
  contains:
    secret:
      description: Name of the secret.
      returned: always
      type: str
      sample: ansible_password
    kind:
      description: V(file_content), V(file_name), V(registry_value), V(registry_value_name) or V(registry_key).
      returned: always
      type: str
      sample: file_content
    place:
      description: Path of the file, or key and name of the registry value.
      returned: always
      type: str
      sample: C:\Windows\Temp\install.log
searched_for:
  description: Names of the secrets that were looked for.
  returned: success, and when secrets were found
  type: list
  elements: str
  sample: [ansible_password, AWS_SECRET_ACCESS_KEY, licence]
too_short:
  description: Names of the secrets that are too short to be looked for.
  returned: success, and when secrets were found
  type: list
  elements: str
  sample: []
not_searched:
  description: Files that are too large or could not be read.
  returned: success, and when secrets were found
  type: list
  elements: str
  sample: ['C:\Users\installer\NTUSER.DAT']
"""
