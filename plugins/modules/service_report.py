#!/usr/bin/python
# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

DOCUMENTATION = r"""
---
module: service_report
short_description: Compare what was seen of Amazon AppStream 2.0 with what is assumed
version_added: 0.1.0
description:
  - Compares answers of M(euc.appstream.service_probe) and M(euc.appstream.windows_probe) with the list of assumptions
    of this collection, prints a table of both, and writes a file that can be published and one of settings for the
    simulator. Serves the playbook C(euc.appstream.verify_service).
  - The files are without account numbers, ARNs, addresses and identifiers of AWS, and without O(names).
  - As long as not everything has been asked, C(verify_service_unfinished.json) keeps what has been, so that a run
    that was interrupted does not ask it once more.
  - No host is connected to.
options:
  answers:
    description:
      - What was seen, as the modules return it.
    type: dict
    default: {}
  times:
    description:
      - Seconds that were measured, by the ids of assumptions.
    type: dict
    default: {}
  complete:
    description:
      - Whether everything has been asked. With V(false) the answers are kept for the next run, and nothing is printed.
    type: bool
    default: true
  directory:
    description:
      - Folder on the controller for the files. It is made if it is missing. Empty, no file is written.
    type: path
    default: appstream_reports
  names:
    description:
      - Names that tell whose account it is, such as those of domains and of images. They are left out of the files.
    type: list
    elements: str
    default: []
  maximum_age:
    description:
      - After how many hours the answers of a run that was interrupted are not used any more.
    type: float
    default: 24
  expires_after:
    description:
      - After how many hours what RV(run) makes may be cleaned up.
    type: int
    default: 6
attributes:
  check_mode:
    description: Can run in C(check_mode) and return changed status prediction without modifying target.
    support: full
    details:
      - No file is written.
  diff_mode:
    description:
      - Will return details on what has changed (or possibly needs changing in C(check_mode)), when in diff mode.
    support: none
  idempotent:
    description:
      - When run twice in a row outside check mode, with the same arguments, the second invocation indicates no
        change.
    support: full
  platform:
    description: Operating systems of the hosts this action works on.
    support: full
    platforms: all
seealso:
  - module: euc.appstream.service_probe
  - module: euc.appstream.windows_probe
author:
  - The euc.appstream team (@euc)
"""

EXAMPLES = r"""
- name: Ask what costs nothing
  euc.appstream.service_probe:
    probes: [read_only]
  register: probed

- name: Say what is different
  euc.appstream.service_report:
    answers: "{{ probed.answers }}"
    names: [corp.example.com]
"""

RETURN = r"""
answers:
  description: All answers, those of a run that was interrupted included.
  returned: always
  type: dict
  sample: {missing_image: {seen: ResourceNotFoundException, text: The image none does not exist.}}
different:
  description: The ids of the assumptions that were seen to be wrong.
  returned: always
  type: list
  elements: str
  sample: [missing_image]
lines:
  description: The table for people.
  returned: always
  type: list
  elements: str
  sample: ["40 as assumed, 2 different, 200 not asked"]
run:
  description:
    - A run that begins now, with C(id), C(started), C(stamp), C(expires), C(job), C(process), and C(lock_tag), the tag
      by which an image builder of it is locked.
  returned: always
  type: dict
  sample: {id: 20261130T120000Z-4711, expires: "2026-11-30T18:00:00Z"}
path:
  description: The file that can be published; empty without one.
  returned: always
  type: str
  sample: /home/me/appstream_reports/verify_service.json
settings_path:
  description: The file of settings for the simulator; empty without one.
  returned: always
  type: str
  sample: /home/me/appstream_reports/verify_service_settings.yml
"""
