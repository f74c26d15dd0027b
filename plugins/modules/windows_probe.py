#!/usr/bin/python
# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

DOCUMENTATION = r"""
---
module: windows_probe
short_description: Ask Windows and Image Assistant on an image builder what no documentation says
version_added: 0.1.0
description:
  - Puts questions of the list of assumptions of this collection to an image builder over the host's own connection, and
    returns what was answered. Serves the playbook C(euc.appstream.verify_service).
  - Made for an image builder of a public base image on which nothing else has been done.
options:
  probes:
    description:
      - What to ask, by the names that the list of assumptions has, in this order.
      - V(windows_settings) and V(windows_preflight) only read. V(windows_commands) runs commands that end with
        an error.
      - V(windows_catalog) adds applications to the catalog and removes them again.
      - V(windows_scan) searches the disk and the registry for a text that is nowhere.
      - V(windows_capture) begins an image named O(image_name), and takes the times of what follows.
    type: list
    elements: str
    required: true
    choices: [windows_settings, windows_commands, windows_catalog, windows_preflight, windows_scan, windows_capture]
  builder_name:
    description:
      - The name of the image builder in AWS.
    type: str
    default: euc-appstream-verify
  image_name:
    description:
      - The name of an image that does not exist.
    type: str
    default: euc-appstream-verify
  taken_image_name:
    description:
      - The name of any image of the account, if there is one. Nothing is done to it.
    type: str
    default: ""
  tags:
    description:
      - The tags of the image.
    type: dict
    default: {}
  image_assistant_path:
    description:
      - Where Image Assistant is on the host.
    type: str
    default: C:\Program Files\Amazon\Photon\ConsoleImageBuilder\image-assistant.exe
attributes:
  check_mode:
    support: full
    details:
      - Nothing is asked.
  diff_mode:
    support: none
  idempotent:
    support: partial
    details:
      - Not for V(windows_capture).
  platform:
    description: Operating systems of the hosts this action works on.
    support: full
    platforms: windows
extends_documentation_fragment:
  - euc.appstream._attributes
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - euc.appstream._boto3
notes:
  - The connection needs local administrator rights on the builder.
seealso:
  - module: euc.appstream.service_probe
  - module: euc.appstream.service_report
author:
  - The euc.appstream team (@euc)
"""

EXAMPLES = r"""
- name: Ask Windows and Image Assistant
  euc.appstream.windows_probe:
    probes: [windows_preflight, windows_settings, windows_catalog]
  register: probed
"""

RETURN = r"""
answers:
  description: What was answered, as M(euc.appstream.service_probe) returns it.
  returned: success
  type: dict
  sample: {stock_preflight: {seen: [], text: ""}}
problems:
  description: Which probes could not ask, and why.
  returned: success
  type: list
  elements: str
  sample: []
"""
