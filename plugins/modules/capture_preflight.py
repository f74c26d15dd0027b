#!/usr/bin/python
# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

DOCUMENTATION = r"""
---
module: capture_preflight
short_description: Look for what would break an AppStream image before it is taken
version_added: 0.1.0
description:
  - Reads an image builder over the host's own connection and tells everything that AWS says breaks AppStream, the
    image, or the logon of its users, which otherwise shows only later, as an image that fails or as "An unknown error
    occurred".
  - Problems are the built-in Administrator renamed or deleted, an excluded credential provider of AppStream, a
    message at logon, services kept from the secure attention sequence, users who may not log on locally, IPv6
    disabled, AWS credentials in environment variables of the machine, an execution policy of PowerShell that lets no
    scripts run, apps that are installed for a user and not provisioned for all (Sysprep refuses them), and a pending
    reboot.
  - Warnings are user rights that may leave out some users, or all users of multi-session fleets, services of
    AppStream that don't run, an execution policy that lets signed scripts run only, an optimisation manifest that
    can't be read, and a reboot that is pending again right after a reboot.
  - What the base image brought is no fault of what was done since. With O(note_baseline) it is noted on the builder
    before anything is done there, and from then on it is a warning; only what came since is a problem. Without such
    a note everything found is a problem.
  - Settings are read as they are in force on the builder, whether its own policy or one of its domain set them.
    Fleets may get others from their domain.
options:
  fail:
    description:
      - Whether problems make the task fail.
    type: bool
    default: true
  settle_pending_reboot:
    description:
      - Reboot first when Windows says that a reboot is pending, instead of calling it a problem.
    type: bool
    default: false
  reboot_timeout:
    description:
      - Seconds such a reboot may take.
    type: int
    default: 1200
  note_baseline:
    description:
      - Note on the builder, in its registry, what it is like, and what it is registered as with Systems Manager. For
        the time when it is first reached. The task never fails because of what was found.
      - A note that is there stays as it is, unless it is another builder's, from whose image this one was made.
      - M(euc.appstream.seal) has it removed from the image.
    type: bool
    default: false
attributes:
  check_mode:
    description: Can run in C(check_mode) and return changed status prediction without modifying target.
    support: full
    details:
      - The security policy is exported to a temporary file, which is deleted again, in C(check_mode) too.
  diff_mode:
    description:
      - Will return details on what has changed (or possibly needs changing in C(check_mode)), when in diff mode.
    support: none
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
  - name: Group Policy settings
    description: The settings that keep AppStream from logging users on.
    link: https://docs.aws.amazon.com/appstream2/latest/developerguide/active-directory-prerequisites.html
author:
  - The euc.appstream team (@euc)
"""

EXAMPLES = r"""
- name: Refuse to take an image that would not work
  euc.appstream.capture_preflight:

- name: Note what the base image brought, before anything is done on the builder
  euc.appstream.capture_preflight:
    note_baseline: true

- name: Only tell what was found
  euc.appstream.capture_preflight:
    fail: false
  register: preflight
"""

RETURN = r"""
problems:
  description: What must be changed before an image is taken, each with its remedy.
  returned: always
  type: list
  elements: str
  sample: [a reboot is pending; reboot before the image is taken]
baseline:
  description: Whether it is known what the base image brought.
  returned: always
  type: bool
  sample: true
warnings:
  description: What is worth a look. Shown as warnings of the task too.
  returned: always
  type: list
  elements: str
  sample: []
"""
