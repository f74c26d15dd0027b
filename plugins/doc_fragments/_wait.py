# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

# Private to this collection; it may change at any time.

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  wait:
    description:
      - Whether to wait until the wanted state is reached.
      - State changes are shown while waiting, and from verbosity C(-v) on every reading of the resource, where the task
        runs on the controller; not so with C(async).
      - With V(false) what can be done at once is done, and the module returns.
    type: bool
    default: true
  wait_delay:
    description:
      - About how many seconds to wait between two readings of the resource.
    type: int
    default: 15
"""
