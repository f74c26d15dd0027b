#!/usr/bin/python
# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

DOCUMENTATION = r"""
---
module: application_tasks
short_description: Write the tasks that install a list of applications
version_added: 0.1.0
description:
  - Verifies the descriptions of applications, and writes a file of tasks with one M(euc.appstream.application) for
    each, named after it, in the order of their dependencies. The role P(euc.appstream.install_applications#role)
    includes it.
  - No value is written. Arguments refer to O(applications) as variable C(install_applications_list).
options:
  applications:
    description: The applications, as in P(euc.appstream.install_applications#role).
    type: list
    elements: raw
    required: true
  credentials:
    description: What applications name; only read for what is missing.
    type: dict
    default: {}
attributes:
  check_mode:
    support: full
    details:
      - Writes the file in check mode too, into Ansible's temporary folder of this run.
  diff_mode:
    support: none
  idempotent:
    support: full
  platform:
    description: Operating systems this action works on; it runs on the controller, whatever the task's host is.
    support: full
    platforms: posix
extends_documentation_fragment:
  - euc.appstream._attributes
author:
  - The euc.appstream team (@euc)
"""

EXAMPLES = r"""
- name: Write the tasks
  euc.appstream.application_tasks:
    applications: "{{ install_applications_list }}"
  register: written

- name: Install the applications
  ansible.builtin.include_tasks: "{{ written.path }}"
"""

RETURN = r"""
path:
  description: The file.
  returned: success
  type: str
  sample: /home/user/.ansible/tmp/ansible-local-1/euc.appstream/0123456789abcdef.yml
"""
