# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Decides which accounts and profiles go before an image is taken, and which only afterwards."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

DOCUMENTATION = r"""
name: accounts_to_seal
version_added: 0.1.0
short_description: Which accounts go before an image is taken
description:
  - Divides local accounts into those that can be deleted at once and the one that the connection uses.
author: The euc.appstream team (@euc)
positional: _input
options:
  _input:
    description:
      - Names of local accounts.
    type: list
    elements: str
    required: true
  profiles:
    description:
      - Names of profile folders of further accounts.
    type: list
    elements: str
    default: []
  user:
    description:
      - The account of the connection, as C(ansible_user) has it.
    type: str
    required: true
  computer:
    description:
      - The computer's name.
    type: str
    required: true
"""

EXAMPLES = r"""
- name: Divide the accounts
  ansible.builtin.set_fact:
    plan: "{{ ['build', 'admin'] | euc.appstream.accounts_to_seal(user=ansible_user, computer='EC2AMAZ-1') }}"
"""

RETURN = r"""
_value:
  description:
    - C(local), whether the connection's account is one of the computer's own; C(unused) and C(used), the local
      accounts; C(profiles), the profile folders that can go; C(own_profile), that of the connection.
  type: dict
"""


def accounts_to_seal(
    accounts: Sequence[str], *, user: str, computer: str, profiles: Sequence[str] = ()
) -> dict[str, Any]:
    r"""The division; a user is local as ``name``, ``.\name`` or ``COMPUTER\name``."""
    domain, _backslash, name = user.rpartition("\\")
    local = "@" not in user and domain.lower() in ("", ".", computer.lower())
    own_profile = name.partition("@")[0]
    used = [account for account in accounts if local and account.lower() == name.lower()]
    unused = [account for account in accounts if account not in used]
    folders = list(dict.fromkeys([*unused, *profiles]))
    return {
        "local": local,
        "used": used,
        "unused": unused,
        "profiles": [folder for folder in folders if folder.lower() != own_profile.lower()],
        "own_profile": own_profile,
    }


class FilterModule:
    """The filter, as Ansible finds it."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """Return the filter by its name."""
        return {"accounts_to_seal": accounts_to_seal}
