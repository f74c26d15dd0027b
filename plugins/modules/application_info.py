#!/usr/bin/python
# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

DOCUMENTATION = r"""
---
module: application_info
short_description: Read which applications are on a Windows host
version_added: 0.1.0
description:
  - Reads, for any number of applications at once, whether they are there as described, over the host's own connection.
    All registry keys, files and versions together take one run on the host, all services another, and each command
    of C(verify) its own.
options:
  applications:
    description:
      - The applications, each with the options of M(euc.appstream.application) that describe it.
    type: list
    elements: raw
    required: true
  credentials:
    description: As O(euc.appstream.application#module:credentials); only read for what is missing.
    type: dict
    default: {}
  directory:
    description: As O(euc.appstream.application#module:directory).
    type: str
    default: 'C:\Windows\Temp\euc.appstream'
attributes:
  platform:
    description: Operating systems of the hosts this action works on.
    support: full
    platforms: windows
extends_documentation_fragment:
  - euc.appstream._attributes
  - euc.appstream._attributes.info_module
seealso:
  - module: euc.appstream.application
author:
  - The euc.appstream team (@euc)
"""

EXAMPLES = r"""
- name: Read which applications are there
  euc.appstream.application_info:
    applications:
      - name: 7zip
        version: "24.09"
        install:
          source: https://www.7-zip.org/a/7z2409-x64.exe
          checksum: sha256:bdd1a33de78618d16ee4ce148b849932c05d0015491c34887846d431d29f308e
          product_id: 7-Zip
      - name: explorer
        verify:
          - file: C:\Windows\explorer.exe
  register: installed

- name: Say which are not
  ansible.builtin.debug:
    msg: "{{ installed.applications | rejectattr('there') | map(attribute='name') }}"
"""

RETURN = r"""
applications:
  description: The applications, each after those it depends on.
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: Name of the application.
      returned: always
      type: str
      sample: 7zip
    there:
      description: Whether it is there as described.
      returned: always
      type: bool
      sample: false
    present:
      description: Whether anything of it is there that could be removed.
      returned: always
      type: bool
      sample: true
    recorded:
      description: Whether this collection has installed it.
      returned: always
      type: bool
      sample: true
    settings:
      description: Whether it is installed, and only what is set around it differs.
      returned: always
      type: bool
      sample: false
    version:
      description: Version that Windows reports, else the recorded one; null when there is none.
      returned: always
      type: str
      sample: "23.01"
    problems:
      description: Conditions that do not hold.
      returned: always
      type: list
      elements: str
      sample: ["its version is 23.01, not 24.09"]
    reasons:
      description: Why it would be installed. The problems, and what the record says.
      returned: always
      type: list
      elements: str
      sample: ["its version is 23.01, not 24.09"]
    application:
      description: As RV(euc.appstream.application#module:application), with nothing done.
      returned: always
      type: dict
      sample: {"name": "7zip", "kind": "exe", "version": "23.01", "changed": false, "failed": false}
"""
