# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Refuses what a recipe says about sessions before anything is created."""

from __future__ import annotations

from typing import Any

from ansible.errors import AnsibleFilterError
from ansible_collections.euc.appstream.plugins.plugin_utils._session_settings import session_problems

DOCUMENTATION = r"""
name: session_settings_problems
version_added: 0.1.0
short_description: What is wrong with the session settings of an image
description:
  - Tells what is wrong with the options of the role P(euc.appstream.configure_sessions#role), without looking at an
    image builder.
  - The content of a C(config) that is a file of the controller is not looked at; that is done by
    P(euc.appstream.session_scripts_configuration#filter).
author: The euc.appstream team (@euc)
options:
  _input:
    description:
      - The options of the role, without their prefix C(configure_sessions_). Any may be missing.
    type: dict
    required: true
"""

EXAMPLES = r"""
- name: See what is wrong with a default profile
  ansible.builtin.debug:
    msg: "{{ {'default_profile': {'from_user': 'CORP/anna'}} | euc.appstream.session_settings_problems }}"
"""

RETURN = r"""
_value:
  description:
    - Sentences about what is wrong. Empty when nothing is.
  type: list
  elements: str
"""


def session_settings_problems(settings: Any) -> list[str]:
    """What is wrong with the options of configure_sessions; raises AnsibleFilterError for anything else."""
    try:
        return session_problems(settings)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise AnsibleFilterError(f"session_settings_problems: {type(error).__name__}: {error}") from error


class FilterModule:
    """The filters of this file."""

    def filters(self) -> dict[str, Any]:
        """Return the filters by name."""
        return {"session_settings_problems": session_settings_problems}
