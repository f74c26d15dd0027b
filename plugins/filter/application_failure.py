# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Says why an application could not be installed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.euc.appstream.plugins.plugin_utils._installation_failure import explain

DOCUMENTATION = r"""
name: application_failure
version_added: 0.1.0
short_description: Why an application could not be installed
description:
  - Makes one message of a failed task - which application, from where, at which step, why in the installer's own words,
    what its exit code means and what to do about it.
author: The euc.appstream team (@euc)
positional: _input, result
options:
  _input:
    description:
      - An application as P(euc.appstream.application_plan#filter) returns it.
    type: dict
    required: true
  result:
    description:
      - Result of the task that failed.
    type: dict
    required: true
  step:
    description:
      - Name of that task.
    type: str
    default: unknown
  secrets:
    description:
      - Whatever must not be told. User names are.
    type: raw
"""

EXAMPLES = r"""
- name: Say why
  ansible.builtin.fail:
    msg: "{{ application | euc.appstream.application_failure(ansible_failed_result, step=ansible_failed_task.name) }}"
"""

RETURN = r"""
_value:
  description:
    - The message.
  type: str
"""


def application_failure(
    application: Mapping[str, Any],
    result: Mapping[str, Any],
    step: str = "unknown",
    secrets: Any = None,
) -> str:
    """Return the message."""
    return explain(application, step, result, secrets)


class FilterModule:
    """The filters of this file."""

    def filters(self) -> dict[str, Any]:
        """Return the filters by name."""
        return {"application_failure": application_failure}
