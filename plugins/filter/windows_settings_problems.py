# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Refuses Windows settings before anything is created."""

from __future__ import annotations

from typing import Any

from ansible.errors import AnsibleFilterError
from ansible_collections.euc.appstream.plugins.plugin_utils._windows_settings import settings_problems

DOCUMENTATION = r"""
name: windows_settings_problems
version_added: 0.1.0
short_description: What is wrong with the Windows settings of an image
description:
  - Tells what of the options of the role P(euc.appstream.configure_windows#role) would break AppStream, the image or
    the build, without looking at an image builder.
author: The euc.appstream team (@euc)
options:
  _input:
    description:
      - The options of the role, without their prefix C(configure_windows_). Any may be missing.
    type: dict
    required: true
"""

EXAMPLES = r"""
- name: See what is wrong with environment variables
  ansible.builtin.debug:
    msg: "{{ {'environment': {'AWS_SECRET_ACCESS_KEY': secret}} | euc.appstream.windows_settings_problems }}"
"""

RETURN = r"""
_value:
  description:
    - Sentences about what is wrong. Empty when nothing is. No value of an environment variable is part of them.
  type: list
  elements: str
"""


def windows_settings_problems(settings: Any) -> list[str]:
    """What is wrong with the options of configure_windows; raises AnsibleFilterError for anything else."""
    try:
        return settings_problems(settings)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise AnsibleFilterError(f"windows_settings_problems: {type(error).__name__}: {error}") from error


class FilterModule:
    """The filters of this file."""

    def filters(self) -> dict[str, Any]:
        """Return the filters by name."""
        return {"windows_settings_problems": windows_settings_problems}
