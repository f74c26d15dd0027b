# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Decides what of an image builder's WinRM goes before an image is taken of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ansible.errors import AnsibleFilterError
from ansible_collections.euc.appstream.plugins.plugin_utils import _seal_access as access

DOCUMENTATION = r"""
name: winrm_access
version_added: 0.1.0
short_description: What of WinRM goes before an image is taken
description:
  - Decides which listeners and certificates of an image builder are removed at once, and which only after the making of
    the image has begun, because the connection uses them.
  - Listeners that come from group policy stay.
author: The euc.appstream team (@euc)
positional: _input
options:
  _input:
    description:
      - What C(winrm enumerate winrm/config/listener) prints.
    type: str
    required: true
  certificates:
    description:
      - The certificates in the computer's personal store, as M(ansible.windows.win_certificate_info) returns them.
    type: list
    elements: dict
    default: []
  transport:
    description:
      - Whether the connection uses V(http) or V(https).
    type: str
    choices: [http, https]
    required: true
  port:
    description:
      - The port it uses.
    type: int
    required: true
  computer_names:
    description:
      - Names of the computer; certificates issued to them go.
    type: list
    elements: str
    default: []
  patterns:
    description:
      - Wildcard patterns of subjects of certificates that go.
    type: list
    elements: str
    default: []
"""

EXAMPLES = r"""
- name: Plan what is removed
  ansible.builtin.set_fact:
    plan: "{{ listeners.stdout | euc.appstream.winrm_access(certificates=certificates, transport='https', port=5986) }}"
"""

RETURN = r"""
_value:
  description:
    - C(listeners) (dictionaries with C(name) and C(selector)) and C(certificates) (with C(thumbprint) and C(subject))
      that go at once, C(after_start) for O(euc.appstream.image_capture#module:after_start), C(kept) (with C(kind),
      C(name) and C(reason)), and C(untrusted), the thumbprints of certificates that must not be authorities any more.
  type: dict
"""


def winrm_access(
    text: str,
    *,
    transport: str,
    port: int,
    certificates: Sequence[Mapping[str, Any]] = (),
    computer_names: Sequence[str] = (),
    patterns: Sequence[str] = (),
) -> dict[str, list[Any]]:
    """The plan; see DOCUMENTATION. Raises AnsibleFilterError when the text is not understood."""
    try:
        listeners = access.parse_listeners(text)
    except ValueError as error:
        raise AnsibleFilterError(f"winrm_access: {error}") from error
    return access.plan(
        listeners,
        certificates,
        transport=transport,
        port=int(port),
        computer_names=computer_names,
        patterns=patterns,
    )


class FilterModule:
    """The filter, as Ansible finds it."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """Return the filter by its name."""
        return {"winrm_access": winrm_access}
