# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Judges whether an application is on a builder."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible.errors import AnsibleFilterError
from ansible_collections.euc.appstream.plugins.plugin_utils._installation_found import found

DOCUMENTATION = r"""
name: application_found
version_added: 0.1.0
short_description: Whether an application is there
description:
  - Judges by what was read from an image builder whether an application is there as it is described.
author: The euc.appstream team (@euc)
positional: _input, looked
options:
  _input:
    description:
      - An application as P(euc.appstream.application_plan#filter) returns it.
    type: dict
    required: true
  looked:
    description:
      - Registered results of the tasks that have read C(keys), C(files), C(versions), C(values), C(services),
        C(commands) and C(packages).
    type: dict
    required: true
"""

EXAMPLES = r"""
- name: See what is missing
  ansible.builtin.debug:
    msg: "{{ (application | euc.appstream.application_found({'files': files})).problems }}"
"""

RETURN = r"""
_value:
  description:
    - What was found.
  type: dict
  contains:
    name:
      description: Name of the application.
      returned: always
      type: str
    there:
      description: Whether it is there as it is described and need not be installed.
      returned: always
      type: bool
    problems:
      description: Conditions that do not hold.
      returned: always
      type: list
      elements: str
    reasons:
      description: Why it has to be installed - the problems, and what the collection's own record says.
      returned: always
      type: list
      elements: str
    recorded:
      description: Whether this collection has installed it before.
      returned: always
      type: bool
    version:
      description: Version that was found.
      returned: always
      type: str
"""


def application_found(application: Mapping[str, Any], looked: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was found of an application; raises AnsibleFilterError for what no plan has made."""
    try:
        return found(application, looked)
    except (AttributeError, KeyError, TypeError) as error:
        raise AnsibleFilterError(f"application_found: {error!r}") from error


class FilterModule:
    """The filters of this file."""

    def filters(self) -> dict[str, Any]:
        """Return the filters by name."""
        return {"application_found": application_found}
