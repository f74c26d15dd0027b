# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Registry paths of policies."""

from __future__ import annotations

from typing import Any

from ansible.errors import AnsibleFilterError
from ansible_collections.euc.appstream.plugins.plugin_utils import _windows_settings

DOCUMENTATION = r"""
name: policy_path
version_added: 0.1.0
short_description: The full registry path of a policy's key
description:
  - Completes a key below C(HKLM:\\SOFTWARE\\Policies), and refuses one that holds no policies of the machine.
author: The euc.appstream team (@euc)
options:
  _input:
    description:
      - A key below C(HKLM:\\SOFTWARE\\Policies), such as V(Microsoft\\Edge), or the full path of one below it or below
        C(HKLM:\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Policies).
    type: str
    required: true
"""

EXAMPLES = r"""
- name: Keep Edge from showing its first run
  ansible.windows.win_regedit:
    path: '{{ "Microsoft\Edge" | euc.appstream.policy_path }}'
    name: HideFirstRunExperience
    data: 1
    type: dword
"""

RETURN = r"""
_value:
  description:
    - The path as M(ansible.windows.win_regedit) takes it.
  type: str
  sample: HKLM:\SOFTWARE\Policies\Microsoft\Edge
"""


def policy_path(path: str) -> str:
    """The full path of a policy's key; raises AnsibleFilterError for any other key."""
    full = _windows_settings.policy_path(str(path))
    if full is None:
        raise AnsibleFilterError(f"{path} is no key below {' or '.join(_windows_settings.POLICY_ROOTS)}")
    return full


class FilterModule:
    """The filters of this file."""

    def filters(self) -> dict[str, Any]:
        """Return the filters by name."""
        return {"policy_path": policy_path}
