# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Saves looking at registry keys one by one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

DOCUMENTATION = r"""
name: keys_that_exist
version_added: 0.1.0
short_description: Registry keys that exist, as far as it is known
description:
  - Leaves out registry keys that don't exist, as their parents' lists of subkeys tell.
  - Keys whose parent was not looked at stay.
author: The euc.appstream team (@euc)
positional: _input, parents
options:
  _input:
    description:
      - Registry keys, such as V(HKLM:\SOFTWARE\Vendor\Product).
    type: list
    elements: str
    required: true
  parents:
    description:
      - Registered result of M(ansible.windows.win_reg_stat) in a loop over parents of these keys.
    type: dict
    required: true
"""

EXAMPLES = r"""
- name: Look at the parent
  ansible.windows.win_reg_stat:
    path: "{{ item }}"
  loop: [HKLM:\SOFTWARE\Vendor]
  register: parents

- name: Look at what is there
  ansible.windows.win_reg_stat:
    path: "{{ item }}"
  loop: "{{ keys | euc.appstream.keys_that_exist(parents) }}"
"""

RETURN = r"""
_value:
  description:
    - The keys that may exist.
  type: list
  elements: str
"""


def keys_that_exist(keys: Iterable[str], parents: Mapping[str, Any]) -> list[str]:
    """Return the keys without those that a parent's list of subkeys does not have."""
    known = {
        result["item"].lower(): {str(name).lower() for name in result.get("sub_keys") or []}
        for result in parents.get("results") or []
        if not result.get("skipped") and not result.get("failed")
    }
    return [key for key in keys if _may_exist(key.lower(), known)]


def _may_exist(key: str, known: Mapping[str, set[str]]) -> bool:
    parent, _backslash, name = key.rpartition("\\")
    return parent not in known or name in known[parent]


class FilterModule:
    """The filters of this file."""

    def filters(self) -> dict[str, Any]:
        """Return the filters by name."""
        return {"keys_that_exist": keys_that_exist}
