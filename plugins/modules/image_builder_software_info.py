#!/usr/bin/python
# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: image_builder_software_info
version_added: 0.1.0
short_description: Get information on licence-included software of Amazon AppStream 2.0 image builders and images
description:
  - Reads which licence-included software an image builder or an image of Amazon AppStream 2.0 (also named Amazon
    WorkSpaces Applications) has, and how far its deployment is.
author:
  - The euc.appstream team (@euc)
options:
  name:
    description:
      - The name of an image builder.
      - Exactly one of O(name), O(image_name) and O(arn) must be set.
    type: str
  image_name:
    description:
      - The name of an own or a public image.
    type: str
  arn:
    description:
      - The ARN of an image builder or an image. An image shared by another account needs this.
    type: str
notes:
  - Needs botocore 1.40.60 or newer.
extends_documentation_fragment:
  - euc.appstream._attributes
  - euc.appstream._attributes.info_module
  - euc.appstream._boto3
  - amazon.aws.common.modules
  - amazon.aws.region.modules
seealso:
  - module: euc.appstream.image_builder_software
  - module: euc.appstream.image_info
"""

EXAMPLES = r"""
- name: Read the software of an image builder
  euc.appstream.image_builder_software_info:
    name: design
  register: software

- name: Say what has failed, and why
  ansible.builtin.debug:
    msg: "{{ item.deployment_error | default([]) | map(attribute='error_message') | join(', ') }}"
  loop: "{{ software.software_associations | selectattr('status', 'match', 'FAILED') }}"
  loop_control:
    label: "{{ item.software_name }}"

- name: Read the software of an image
  euc.appstream.image_builder_software_info:
    image_name: design-2026-11
  register: image_software
"""

RETURN = r"""
software_associations:
  description: The licence-included software, by name. Empty when there is none, and when the resource does not exist.
  type: list
  elements: dict
  returned: success
  contains:
    software_name:
      description: The name.
      type: str
      returned: always
      sample: Microsoft_Office_2024_LTSC_Standard_64Bit
    status:
      description:
        - How far it is, of C(STAGED_FOR_INSTALLATION), C(PENDING_INSTALLATION), C(INSTALLED),
          C(STAGED_FOR_UNINSTALLATION), C(PENDING_UNINSTALLATION), C(FAILED_TO_INSTALL) and C(FAILED_TO_UNINSTALL).
        - Software that has been removed is not listed.
      type: str
      returned: always
      sample: INSTALLED
    deployment_error:
      description: Why the deployment failed.
      type: list
      elements: dict
      returned: when reported by the service
      contains:
        error_code:
          description: The code.
          type: str
          returned: when reported by the service
          sample: "1603"
        error_message:
          description: The message.
          type: str
          returned: when reported by the service
          sample: The installation failed.
arn:
  description: The ARN of the image builder or image. Null when it does not exist.
  type: str
  returned: success
  sample: arn:aws:appstream:eu-central-1:123456789012:image-builder/design
image_builder:
  description: The image builder. Null when it does not exist.
  type: dict
  returned: when O(name) is set
  contains:
    name:
      description: The name.
      type: str
      returned: always
      sample: design
    arn:
      description: The ARN.
      type: str
      returned: always
      sample: arn:aws:appstream:eu-central-1:123456789012:image-builder/design
    state:
      description: The state.
      type: str
      returned: always
      sample: RUNNING
    platform:
      description: The operating system.
      type: str
      returned: when reported by the service
      sample: WINDOWS_SERVER_2022
    software_associations:
      description: The same as RV(software_associations).
      type: list
      elements: dict
      returned: always
      sample: [{software_name: Microsoft_Office_2024_LTSC_Standard_64Bit, status: INSTALLED}]
error:
  description: AWS's own error, with C(code) and C(message).
  type: dict
  returned: when the task fails because AWS refused a call
  sample: {code: AccessDeniedException, message: You are not authorized to perform this operation.}
retryable:
  description: Whether the same may succeed later, because AWS could not answer just now or the connection was lost.
  type: bool
  returned: when the task fails
  sample: false
remedy:
  description: What to do about the failure.
  type: str
  returned: when the task fails and something is known that helps
  sample: Allow this action in the IAM policy of the credentials in use.
"""

from typing import Any

from ansible_collections.euc.appstream.plugins.module_utils._appstream.core.aws import AnsibleAppStreamModule
from ansible_collections.euc.appstream.plugins.module_utils._appstream.core.calls import NOT_FOUND
from ansible_collections.euc.appstream.plugins.module_utils._appstream.core.errors import AppStreamError
from ansible_collections.euc.appstream.plugins.module_utils._appstream.core.validation import (
    ARN,
    existing_image_name_problems,
    image_builder_name_problems,
    pattern_problems,
)
from ansible_collections.euc.appstream.plugins.module_utils._appstream.image.api import describe_image
from ansible_collections.euc.appstream.plugins.module_utils._appstream.image_builder_software.api import (
    describe_image_builder_software,
    describe_software_associations,
)

_SELECTORS = ("name", "image_name", "arn")

ARGUMENT_SPEC: dict[str, Any] = {selector: {"type": "str"} for selector in _SELECTORS}


def do(module: AnsibleAppStreamModule) -> dict[str, Any]:
    """Return the module's return values. Raises AppStreamError."""
    options = module.params
    problems = [
        *(image_builder_name_problems(options["name"]) if options["name"] is not None else []),
        *(existing_image_name_problems(options["image_name"]) if options["image_name"] is not None else []),
        *pattern_problems("arn", options["arn"], ARN, "arn:aws:appstream:REGION:ACCOUNT:image-builder/NAME"),
    ]
    if problems:
        raise AppStreamError("; ".join(problems))
    client = module.client("appstream")
    if options["name"] is not None:
        builder = describe_image_builder_software(client, options["name"])
        found = builder or {"arn": None, "software_associations": []}
        seen = {"arn": found["arn"], "software_associations": found["software_associations"]}
        return {"changed": False, "image_builder": builder, **seen}
    arn = options["arn"]
    if options["image_name"] is not None:
        arn = (describe_image(client, options["image_name"]) or {}).get("arn")
    return {"changed": False, **_software_of(client, arn)}


def _software_of(client: Any, arn: str | None) -> dict[str, Any]:
    """Return ``arn`` and ``software_associations`` of an image builder or image that may not exist."""
    if arn is None:
        return {"arn": None, "software_associations": []}
    try:
        return {"arn": arn, "software_associations": describe_software_associations(client, arn)}
    except AppStreamError as error:
        if error.code != NOT_FOUND:
            raise
    return {"arn": None, "software_associations": []}


def main() -> None:
    module = AnsibleAppStreamModule(
        argument_spec=ARGUMENT_SPEC,
        mutually_exclusive=[_SELECTORS],
        required_one_of=[_SELECTORS],
        supports_check_mode=True,
    )
    try:
        values = do(module)
    except AppStreamError as error:
        module.fail_json_appstream(error)
    module.exit_json(**values)


if __name__ == "__main__":
    main()
