# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Adds dynamic app providers to their configuration file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible.errors import AnsibleFilterError
from ansible_collections.euc.appstream.plugins.plugin_utils._dynamic_app_providers import agents_content

DOCUMENTATION = r"""
name: dynamic_app_agents
version_added: 0.1.0
short_description: Agents.json with dynamic app providers
description:
  - Adds providers to the text of C(Agents.json), which enables dynamic app providers in an image. Other entries stay.
author: The euc.appstream team (@euc)
positional: _input, providers
options:
  _input:
    description:
      - The text of the file as it is. Empty when there is none.
    type: str
    required: true
  providers:
    description:
      - The providers, each with C(display_name), the C(DisplayName) of its entry below the C(Uninstall) key of the
        registry, and C(path), the absolute path of its program.
    type: list
    elements: dict
    required: true
"""

EXAMPLES = r"""
- name: See the file
  ansible.builtin.debug:
    msg: "{{ '' | euc.appstream.dynamic_app_agents([{'display_name': 'Provider', 'path': provider_path}]) }}"
"""

RETURN = r"""
_value:
  description:
    - The text of the file with the providers.
  type: str
"""


def dynamic_app_agents(current: str, providers: list[Mapping[str, str]]) -> str:
    """The file with the providers; raises AnsibleFilterError when it can't be extended."""
    try:
        return agents_content(current, providers)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise AnsibleFilterError(f"dynamic_app_agents: {error}") from error


class FilterModule:
    """The filters of this file."""

    def filters(self) -> dict[str, Any]:
        """Return the filters by name."""
        return {"dynamic_app_agents": dynamic_app_agents}
