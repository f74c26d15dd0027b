#!/usr/bin/python
# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: image_builder_software
version_added: 0.1.0
short_description: Manage licence-included software on Amazon AppStream 2.0 image builders
description:
  - Installs and removes the Microsoft applications that Amazon AppStream 2.0 (also named Amazon WorkSpaces
    Applications) offers with their licence (Office, Visio and Project) on an image builder that exists already.
    To install them when the image builder is created use
    O(euc.appstream.image_builder#module:softwares_to_install).
  - The service does that in two steps, software is first staged and then deployed. This module takes both, and waits
    until the image builder is RUNNING again. Meanwhile it is PENDING_SYNCING_APPS and SYNCING_APPS and no image can
    be taken.
  - An image taken afterwards has the software.
author:
  - The euc.appstream team (@euc)
options:
  name:
    description:
      - The name of the image builder. It must be RUNNING when there is anything to do; one that is about to be RUNNING
        is waited for, and any other is refused before anything is done.
    type: str
    required: true
  softwares:
    description:
      - The names of the software, for example V(Microsoft_Office_2024_LTSC_Standard_64Bit).
      - 'They are made of C(Microsoft_Office_2021_LTSC_), C(Microsoft_Office_2024_LTSC_),
        C(Microsoft_Visio_2021_LTSC_), C(Microsoft_Visio_2024_LTSC_), C(Microsoft_Project_2021_) or
        C(Microsoft_Project_2024_), then C(Standard_) or C(Professional_) (C(Professional_Plus_) for Office), then
        C(32Bit) or C(64Bit).'
      - All software of an image builder must be of one year and one architecture. Software of 2021 needs Windows
        Server 2019 or newer, that of 2024 Windows Server 2022 or newer, and both an AppStream agent of 2025-10-02 or
        newer.
      - With O(purge=true) an empty list removes all software.
    type: list
    elements: str
    required: true
  state:
    description:
      - V(present) installs the software.
      - V(absent) removes it. What is not there, and an image builder that does not exist, is fine then.
    type: str
    choices: [present, absent]
    default: present
  purge:
    description:
      - Whether all other licence-included software is removed from the image builder. Only with O(state=present).
    type: bool
    default: false
  deploy:
    description:
      - Whether staged software is deployed. That is all of the image builder's, also what somebody else has staged.
      - With V(false) software is staged only, which later tasks can add to, and which the last one deploys.
    type: bool
    default: true
  retry_failed:
    description:
      - Whether software whose deployment has failed is deployed once more. That is all of the image builder's.
      - Otherwise the task fails, before anything is done, when software of O(softwares) has failed to install, or to
        be removed when it should be.
    type: bool
    default: false
  wait_timeout:
    description:
      - How many seconds to wait until the software is deployed and the image builder RUNNING again.
      - When the time is up the task fails and returns the software as last seen. Nothing is undone, and running the
        task again continues where this one stopped.
    type: int
    default: 3600
notes:
  - Every user who streams from a fleet whose image has licence-included software is billed for it by the month,
    whether it is used or not.
  - The software is not activated on the image builder, only on fleets.
  - Needs botocore 1.40.60 or newer.
extends_documentation_fragment:
  - euc.appstream._attributes
  - euc.appstream._attributes.changing_module
  - euc.appstream._boto3
  - euc.appstream._wait
  - amazon.aws.common.modules
  - amazon.aws.region.modules
seealso:
  - module: euc.appstream.image_builder_software_info
  - module: euc.appstream.image_builder
  - name: License included applications
    description: The administration guide on the applications, their requirements and what they cost.
    link: https://docs.aws.amazon.com/appstream2/latest/developerguide/license-included-applications.html
"""

EXAMPLES = r"""
- name: Have Office and Visio on an image builder
  euc.appstream.image_builder_software:
    name: design
    softwares:
      - Microsoft_Office_2024_LTSC_Professional_Plus_64Bit
      - Microsoft_Visio_2024_LTSC_Standard_64Bit

- name: Go from Office 2021 to Office 2024, and remove all else
  euc.appstream.image_builder_software:
    name: design
    softwares:
      - Microsoft_Office_2024_LTSC_Professional_Plus_64Bit
    purge: true

- name: Try again what has failed, with two hours for it
  euc.appstream.image_builder_software:
    name: design
    softwares:
      - Microsoft_Project_2024_Standard_64Bit
    retry_failed: true
    wait_timeout: 7200

- name: Remove Visio
  euc.appstream.image_builder_software:
    name: design
    softwares:
      - Microsoft_Visio_2024_LTSC_Standard_64Bit
    state: absent
"""

RETURN = r"""
software_associations:
  description:
    - The licence-included software of the image builder as last seen, by name, also when the task fails while waiting.
    - In check mode as it would be.
    - All its keys are those of RV(euc.appstream.image_builder_software_info#module:software_associations); these are
      the ones that matter most.
  type: list
  elements: dict
  returned: always, once AWS has been asked
  contains:
    software_name:
      description: The name.
      type: str
      returned: always
      sample: Microsoft_Office_2024_LTSC_Standard_64Bit
    status:
      description: How far it is. Software that has been removed is not listed.
      type: str
      returned: always
      sample: INSTALLED
    deployment_error:
      description: Why the deployment failed, each with C(error_code) and C(error_message).
      type: list
      elements: dict
      returned: when reported by the service
      sample: [{error_code: "1603", error_message: The installation failed.}]
image_builder:
  description:
    - The image builder as last seen. Null when it does not exist.
    - All its keys are those of RV(euc.appstream.image_builder_software_info#module:image_builder); these are the ones
      that matter most.
  type: dict
  returned: always, once AWS has been asked
  contains:
    name:
      description: The name.
      type: str
      returned: always
      sample: design
    state:
      description: The state.
      type: str
      returned: always
      sample: RUNNING
    software_associations:
      description: The same as RV(software_associations).
      type: list
      elements: dict
      returned: always
      sample: [{software_name: Microsoft_Office_2024_LTSC_Standard_64Bit, status: INSTALLED}]
elapsed:
  description: How many seconds it took.
  type: int
  returned: always, once AWS has been asked
  sample: 240
state_changes:
  description: Every state of the image builder seen, in order, and after how many seconds it was seen first. C(ABSENT)
    stands for an image builder that does not exist.
  type: list
  elements: dict
  returned: always, once AWS has been asked
  sample: [{state: RUNNING, elapsed: 0}, {state: SYNCING_APPS, elapsed: 60}, {state: RUNNING, elapsed: 240}]
actions:
  description:
    - What was done, in order, of C(disassociate), C(associate) and C(deploy).
    - When the task fails, what had been done until then; C(changed) says whether there was anything.
  type: list
  elements: str
  returned: always, once AWS has been asked
  sample: [associate, deploy]
error:
  description: AWS's own error, with C(code) and C(message).
  type: dict
  returned: when the task fails because AWS refused a call
  sample: {code: IncompatibleImageException, message: The agent does not support license included applications.}
retryable:
  description: Whether the same may succeed later, because AWS could not answer just now or the connection was lost.
  type: bool
  returned: when the task fails
  sample: false
remedy:
  description: What to do about the failure.
  type: str
  returned: when the task fails and something is known that helps
  sample: "With retry_failed: true the deployment is tried again."
"""

from typing import Any

from ansible_collections.euc.appstream.plugins.module_utils._appstream.core.aws import AnsibleAppStreamModule
from ansible_collections.euc.appstream.plugins.module_utils._appstream.core.reconcile import run
from ansible_collections.euc.appstream.plugins.module_utils._appstream.core.waits import wait_options
from ansible_collections.euc.appstream.plugins.module_utils._appstream.image_builder_software.resource import (
    ImageBuilderSoftware,
)

ARGUMENT_SPEC: dict[str, Any] = {
    "name": {"type": "str", "required": True},
    "softwares": {"type": "list", "elements": "str", "required": True},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "purge": {"type": "bool", "default": False},
    "deploy": {"type": "bool", "default": True},
    "retry_failed": {"type": "bool", "default": False},
    **wait_options(timeout=3600),
}


def main() -> None:
    run(AnsibleAppStreamModule(argument_spec=ARGUMENT_SPEC, supports_check_mode=True), ImageBuilderSoftware)


if __name__ == "__main__":
    main()
