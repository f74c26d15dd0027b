#!/usr/bin/python
# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

DOCUMENTATION = r"""
---
module: build_result
short_description: Put together what became of an image
version_added: 0.1.0
description:
  - Makes, from what the roles of the build have left as variables of the image's host, what
    M(euc.appstream.build_report) takes for an image.
  - The cause of a failure is the last one that Ansible reported of a task of that host, with role, file and line, also
    when its connection was lost or when a role could not be included.
options:
  failed:
    description:
      - Whether the build has failed. To be used in a C(rescue).
    type: bool
    default: false
  host:
    description:
      - Another host, whose build ended without a result, because its connection was lost or because it left the play.
    type: str
attributes:
  check_mode:
    support: full
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
seealso:
  - module: euc.appstream.build_report
author:
  - The euc.appstream team (@euc)
"""

EXAMPLES = r"""
- name: Build
  block:
    - name: Provision the image builder
      ansible.builtin.include_role:
        name: euc.appstream.provision_image_builder
  rescue:
    - name: Record the failure
      euc.appstream.build_result:
        failed: true
      register: record
"""

RETURN = r"""
image:
  description: The image, as O(euc.appstream.build_report#module:images) takes it.
  returned: success
  type: dict
"""
