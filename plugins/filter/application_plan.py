# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Plans how applications are installed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ansible.errors import AnsibleFilterError
from ansible_collections.euc.appstream.plugins.plugin_utils._application_plan import Circumstances, plan

DOCUMENTATION = r"""
name: application_plan
version_added: 0.1.0
short_description: Plan how applications are installed
description:
  - Checks the descriptions of applications, completes them and puts them into the order in which they can be installed.
  - Looks up files and folders of the controller as a copy task does, and checks that the controller has what an
    application needs. Nothing is asked of AWS or of the builder.
author: The euc.appstream team (@euc)
positional: _input
options:
  _input:
    description:
      - Applications as O(euc.appstream.install_applications#role:main:install_applications_list) takes them.
    type: list
    elements: dict
    required: true
  credentials:
    description:
      - The user's secrets by name, to see whether those that are named are complete. No part of them is returned.
    type: dict
    default: {}
  directory:
    description:
      - Folder on the builder for what is downloaded.
    type: str
    default: C:\Windows\Temp\euc.appstream
  search_path:
    description:
      - Where relative files of the controller are looked up; pass Ansible's C(ansible_search_path).
    type: list
    elements: str
    default: []
  checksums:
    description:
      - Read the files of the controller for their checksums.
    type: bool
    default: true
"""

EXAMPLES = r"""
- name: See in which order they would be installed
  ansible.builtin.debug:
    msg: "{{ plan.applications | map(attribute='name') }}"
  vars:
    plan: "{{ applications | euc.appstream.application_plan(search_path=ansible_search_path) }}"
"""

RETURN = r"""
_value:
  description:
    - What to do.
  type: dict
  contains:
    problems:
      description: All that is wrong with the applications, each a sentence that names the application and the remedy.
      returned: always
      type: list
      elements: str
    applications:
      description: What to do for each application, in the order of installation. Empty when there are problems.
      returned: always
      type: list
      elements: dict
      contains:
        name:
          description: Name of the application.
          returned: always
          type: str
        kind:
          description: How it is installed, V(none) for what somebody else installs.
          returned: always
          type: str
        origin:
          description:
            - Where its file comes from - V(url), V(s3), V(share), V(controller_file), V(controller_folder) or V(none).
          returned: always
          type: str
        shown_source:
          description: The source without user and query of a URL.
          returned: always
          type: str
        local:
          description: Path on the builder of the file that is run.
          returned: always
          type: str
        checksum:
          description: Expected checksum of that file, V(none) when it was waived, null when it has none.
          returned: always
          type: str
        fingerprint:
          description:
            - Digest of what the application is. Another one means that it has to be installed again.
            - Neither secrets nor the place that an equal file comes from are part of it.
          returned: always
          type: str
        look:
          description: What must be read from the builder to tell whether the application is there.
          returned: always
          type: dict
"""


def application_plan(
    applications: Sequence[Any],
    credentials: Mapping[str, Any] | None = None,
    directory: str = "C:\\Windows\\Temp\\euc.appstream",
    search_path: Sequence[str] = (),
    checksums: bool = True,
) -> dict[str, Any]:
    """Return what to do and what is wrong; raises AnsibleFilterError for what is no list of applications."""
    if not isinstance(applications, (list, tuple)):
        raise AnsibleFilterError("application_plan: the applications must be a list")
    try:
        return plan(applications, Circumstances(credentials or {}, directory, search_path, checksums))
    except OSError as error:
        raise AnsibleFilterError(f"application_plan: a file of the controller can't be read: {error}") from error


class FilterModule:
    """The filters of this file."""

    def filters(self) -> dict[str, Any]:
        """Return the filters by name."""
        return {"application_plan": application_plan}
