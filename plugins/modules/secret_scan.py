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
    order mark, also in binary files), in the builder's ANSI code page or in that of its command line; as it is or as it
    is written in a URL, in XML or in JSON; in names of files and folders in any case. In the registry, names of keys
    and values and all data are searched. The registry of users who are not logged on is searched as the file that it
    is.
  - Not found is a secret that is encoded in another way (Base64, compressed, encrypted, UTF-16 text in an archive), is
    split, stands in an alternate data stream, in a file that is larger than O(maximum_file_size) or that Windows does
    not let be read (see RV(not_searched)), or lies outside of O(folders) and O(registry_keys).
  - Symbolic links and junctions are not followed, in the registry neither. What they lead to is searched where it is,
    when that is in O(folders).
  - The search is compiled on the host by Windows PowerShell's C(Add-Type) and reads each file once, whatever the number
    of secrets.
  - What could not be searched fails nothing. The task fails when a secret is found, and when nothing at all could be
    searched. What O(maximum_file_size) and O(time_limit) have left out is a warning.
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
      - Files of more bytes are not searched but listed in RV(not_searched), with a warning. They are read in pieces, so
        large ones take time but no memory.
    type: int
    default: 268435456
  time_limit:
    description:
      - How many seconds the search may take. It ends by itself then, and a warning says what it has not reached.
      - The registry is searched first, then the folders in their order.
      - It runs as an asynchronous job, which outlives a lost connection. A job that is still there two minutes later is
        ended on the builder, and the task fails.
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
  description:
    - Where secrets were found, 1000 places at most; no secret is shown, and in names C(***) stands for it.
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
findings_count:
  description: How many there are in all.
  returned: success, and when secrets were found
  type: int
  sample: 1
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
  description: What was not searched, 1000 places of each kind at most.
  returned: success, and when secrets were found
  type: list
  elements: dict
  contains:
    kind:
      description:
        - V(too_large), V(unreadable), or V(not_reached) when the time limit ended the search before.
      returned: always
      type: str
      sample: unreadable
    place:
      description: Path of the file or folder, or the registry key or value.
      returned: always
      type: str
      sample: C:\Users\installer\NTUSER.DAT
    reason:
      description: Windows' own words.
      returned: always
      type: str
      sample: The process cannot access the file because it is being used by another process (error 32)
too_large:
  description: How many files were too large.
  returned: success, and when secrets were found
  type: int
  sample: 0
unreadable:
  description: How many files, folders, keys and values could not be read.
  returned: success, and when secrets were found
  type: int
  sample: 3
not_reached:
  description: How many folders and keys the search had before it, as far as it knew them, when its time was up.
  returned: success, and when secrets were found
  type: int
  sample: 0
folders:
  description: How many folders were searched.
  returned: success, and when secrets were found
  type: int
  sample: 41277
files:
  description: How many files were searched.
  returned: success, and when secrets were found
  type: int
  sample: 183112
bytes:
  description: How many bytes of them.
  returned: success, and when secrets were found
  type: int
  sample: 9123456789
links:
  description: How many symbolic links and junctions were not followed.
  returned: success, and when secrets were found
  type: int
  sample: 61
registry_keys:
  description: How many registry keys were searched.
  returned: success, and when secrets were found
  type: int
  sample: 171023
registry_values:
  description: How many registry values were searched.
  returned: success, and when secrets were found
  type: int
  sample: 402811
seconds:
  description: How long the search took, without its compilation.
  returned: success, and when secrets were found
  type: float
  sample: 118.4
time_is_up:
  description: Whether the time limit ended the search.
  returned: success, and when secrets were found
  type: bool
  sample: false
"""
