# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Entries of the account that the role seal_image_builder gives of what it removed and what it kept."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

DOCUMENTATION = r"""
name: sealed_items
version_added: 0.1.0
short_description: Names as entries of what was removed or kept
description:
  - Makes of names the entries that C(seal_image_builder_result) has.
author: The euc.appstream team (@euc)
positional: _input, kind
options:
  _input:
    description:
      - The names.
    type: list
    elements: str
    required: true
  kind:
    description:
      - What they are names of, such as V(account) or V(file).
    type: str
    required: true
  reason:
    description:
      - Why they were kept; left out for what was removed.
    type: str
"""

EXAMPLES = r"""
- name: Note deleted accounts
  ansible.builtin.set_fact:
    removed: "{{ ['build-admin'] | euc.appstream.sealed_items('account') }}"
"""

RETURN = r"""
_value:
  description:
    - Dictionaries with C(kind), C(name) and, if given, C(reason).
  type: list
  elements: dict
"""


def sealed_items(names: Iterable[Any], kind: str, reason: str | None = None) -> list[dict[str, str]]:
    """An entry for each name."""
    why = {} if reason is None else {"reason": reason}
    return [{"kind": kind, "name": str(name), **why} for name in names]


class FilterModule:
    """The filter, as Ansible finds it."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """Return the filter by its name."""
        return {"sealed_items": sealed_items}
