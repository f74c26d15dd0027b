#!/usr/bin/python
# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

DOCUMENTATION = r"""
---
module: builder_connection
short_description: Wait until an AppStream image builder answers, gather its facts and make a pending reboot
version_added: 0.1.0
description:
  - Tries the connection that the inventory describes until it answers. RUNNING does not mean that WinRM is up.
  - What will fail again is not tried again. A logon that the builder refuses, or a certificate that the controller
    does not trust, ends it after two attempts, a ticket that Kerberos refuses or a library that is missing at once.
  - Then facts are gathered as by M(ansible.builtin.setup), and a reboot that is pending is made.
  - Refuses to send a password in the clear, that is, basic authentication over HTTP or message encryption turned off.
options:
  timeout:
    description:
      - Seconds until the builder must have answered.
    type: int
    default: 900
  gather_subset:
    description:
      - The facts to gather.
    type: list
    elements: str
    default: [all]
  settle_pending_reboot:
    description:
      - Reboot when Windows says that a reboot is pending.
    type: bool
    default: true
  reboot_timeout:
    description:
      - Seconds such a reboot may take.
    type: int
    default: 1200
attributes:
  check_mode:
    description: Can run in C(check_mode) and return changed status prediction without modifying target.
    support: full
    details:
      - It is tried once.
  diff_mode:
    description:
      - Will return details on what has changed (or possibly needs changing in C(check_mode)), when in diff mode.
    support: none
  idempotent:
    description:
      - When run twice in a row outside check mode, with the same arguments, the second invocation indicates no
        change.
    support: full
  facts:
    description: Action returns an C(ansible_facts) dictionary that will update existing host facts.
    support: full
  platform:
    description: Operating systems of the hosts this action works on.
    support: full
    platforms: windows
notes:
  - The connection is C(winrm) or C(psrp).
seealso:
  - module: ansible.builtin.wait_for_connection
author:
  - The euc.appstream team (@euc)
"""

EXAMPLES = r"""
- name: Connect to the image builder
  euc.appstream.builder_connection:
    timeout: 600
"""

RETURN = r"""
cause:
  description:
    - Why there is no connection, where its error says so. One of C(credentials) (the builder refuses the logon),
      C(ticket) (Kerberos gives none), C(certificate) (that of the builder is not trusted) and C(controller) (something
      is missing there).
  returned: failure
  type: str
  sample: credentials
rebooted:
  description: Whether a reboot was pending, which was made.
  returned: success
  type: bool
  sample: false
ansible_facts:
  description: Facts of the image builder.
  returned: success
  type: dict
  sample: {ansible_hostname: EC2AMAZ-1}
"""
