#!/usr/bin/python
# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

DOCUMENTATION = r"""
---
module: image_host
short_description: Make a planned image a host of the in-memory inventory
version_added: 0.1.0
description:
  - Is M(ansible.builtin.add_host) with the variables of the host in one dictionary.
options:
  name:
    description:
      - Name of the host.
    type: str
    required: true
  groups:
    description:
      - Groups that the host becomes a member of. They are made if they are missing.
    type: list
    elements: str
    default: []
  variables:
    description:
      - Variables of the host.
    type: dict
    default: {}
attributes:
  check_mode:
    support: full
    details:
      - The host is made in check mode too.
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
notes:
  - Like M(ansible.builtin.add_host), runs once for all hosts of a play, and not with the strategies
    P(ansible.builtin.free#strategy) and P(ansible.builtin.host_pinned#strategy).
seealso:
  - module: euc.appstream.plan_images
  - module: ansible.builtin.add_host
author:
  - The euc.appstream team (@euc)
"""

EXAMPLES = r"""
- name: Make an image a host
  euc.appstream.image_host:
    name: design
    groups: [appstream_image_builders, appstream_builds]
    variables: "{{ plan.images[0].variables }}"
"""

RETURN = r"""
add_host:
  description: The host.
  returned: success
  type: dict
  contains:
    host_name:
      description: Its name.
      returned: always
      type: str
      sample: design
    groups:
      description: Its groups.
      returned: always
      type: list
      elements: str
      sample: [appstream_image_builders, appstream_builds]
    host_vars:
      description: Its variables.
      returned: always
      type: dict
"""
