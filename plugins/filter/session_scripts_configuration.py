# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Makes the configuration file of session scripts."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ansible.errors import AnsibleFilterError
from ansible_collections.euc.appstream.plugins.plugin_utils._session_scripts import (
    configuration,
    file_destination,
    referenced_files,
)

DOCUMENTATION = r"""
name: session_scripts_configuration
version_added: 0.1.0
short_description: The configuration file of session scripts
description:
  - Makes the content of C(C:\\AppStream\\SessionScripts\\config.json) and checks it against the limits that AWS
    documents.
author: The euc.appstream team (@euc)
options:
  _input:
    description:
      - The option C(configure_sessions_session_scripts) of the role P(euc.appstream.configure_sessions#role). Where its
        C(config) is a text, that is the content of a JSON file.
    type: dict
    required: true
seealso:
  - name: Session Scripts Configuration File
    description: The keys and limits of the file.
    link: https://docs.aws.amazon.com/appstream2/latest/developerguide/session-script-configuration-file.html
"""

EXAMPLES = r"""
- name: See the file
  ansible.builtin.debug:
    msg: "{{ scripts | euc.appstream.session_scripts_configuration }}"
  vars:
    scripts:
      session_start:
        executables:
          - context: system
            filename: C:\Scripts\start.bat
"""

RETURN = r"""
_value:
  description:
    - C(content), the text of the file.
    - C(references), the programs and scripts that it names, which must exist on the image builder.
    - C(files), the files of the controller with C(src) and C(dest), the latter always an absolute path.
  type: dict
"""


def session_scripts_configuration(session_scripts: Mapping[str, Any]) -> dict[str, Any]:
    """The file of session scripts and what belongs to it; raises AnsibleFilterError with everything that is wrong."""
    try:
        config = configuration(session_scripts)
        files = [{"src": file["src"], "dest": file_destination(file)} for file in session_scripts.get("files") or []]
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise AnsibleFilterError(f"session_scripts: {error}") from error
    return {"content": json.dumps(config, indent=2) + "\n", "references": referenced_files(config), "files": files}


class FilterModule:
    """The filters of this file."""

    def filters(self) -> dict[str, Any]:
        """Return the filters by name."""
        return {"session_scripts_configuration": session_scripts_configuration}
