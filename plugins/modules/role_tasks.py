#!/usr/bin/python
# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

DOCUMENTATION = r"""
---
module: role_tasks
short_description: Write a file of tasks that runs a role with computed parameters
version_added: 0.1.0
description:
  - Ansible takes the names of a role's parameters from a file only. This writes such a file, for
    M(ansible.builtin.include_tasks), so that their names may be known at run time only.
  - No value is written. A parameter refers to an expression, which Ansible evaluates when the role uses it, and which
    no other role sees.
options:
  role:
    description:
      - The role, a dictionary with C(name) and optionally what M(ansible.builtin.import_role) takes (C(tasks_from),
        C(handlers_from), C(vars_from), C(defaults_from), C(public), C(allow_duplicates), C(rolespec_validate)) and
        keywords of a task (C(when), C(tags), C(environment), C(become), C(become_user), C(become_method),
        C(become_flags)).
    type: dict
    required: true
  parameters:
    description:
      - Expressions, without braces, by name of the parameter.
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
  euc.appstream.role_tasks:
    role: {name: corp.windows.java}
    parameters: {java_version: "item_of_the_list['version']"}
  register: java

- name: Run the role
  ansible.builtin.include_tasks: "{{ java.path }}"
"""

RETURN = r"""
path:
  description: The file.
  returned: success
  type: str
  sample: /home/user/.ansible/tmp/ansible-local-1/euc.appstream/0123456789abcdef.yml
"""
