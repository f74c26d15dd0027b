#!/usr/bin/python
# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: image
version_added: 0.1.0
short_description: Wait for, tag and delete Amazon AppStream 2.0 images
description:
  - Waits until an image of Amazon AppStream 2.0 (also named Amazon WorkSpaces Applications) is available, changes
    its tags, or deletes it.
  - The service cannot be asked to make an image of an image builder; that is begun on the image builder itself, see
    M(euc.appstream.image_capture).
author:
  - The euc.appstream team (@euc)
options:
  name:
    description:
      - The name of the image.
    type: str
    required: true
  state:
    description:
      - V(available) waits until the image is AVAILABLE and then sets its tags. It fails when the image has FAILED.
      - V(absent) deletes the image, after waiting until it is made if it is in the making. It fails, and says what
        still uses it, when the image is in use by a fleet or shared with another account.
    type: str
    choices: [available, absent]
    default: available
  image_builder_name:
    description:
      - The image builder the image is made on. While that is SNAPSHOTTING the image is waited for even when it can't
        be seen.
    type: str
  appear_timeout:
    description:
      - For how many seconds an image may be missing, with O(state=available), before the task fails. An image shows
        up only some minutes after it was begun.
      - Does not count while O(image_builder_name) is SNAPSHOTTING.
    type: int
    default: 300
  include_permissions:
    description:
      - Whether to read with which accounts an own image is shared, once it is AVAILABLE. That costs one more call to
        AWS.
      - Ignored with O(state=absent).
    type: bool
    default: false
  wait_timeout:
    description:
      - How many seconds to wait for the wanted state.
      - When the time is up the task fails and returns the image as last seen. Nothing is undone, and running the
        task again continues where this one stopped.
    type: int
    default: 7200
notes:
  - With O(wait=false) an image that does not exist (yet) is no failure, RV(image) is null then.
extends_documentation_fragment:
  - euc.appstream._attributes
  - euc.appstream._attributes.changing_module
  - euc.appstream._boto3
  - euc.appstream._wait
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.tags
seealso:
  - module: euc.appstream.image_info
  - module: euc.appstream.image_capture
  - module: euc.appstream.image_permission
"""

EXAMPLES = r"""
- name: Wait for the image that is being made on an image builder
  euc.appstream.image:
    name: design-20261122T124526Z
    image_builder_name: design
    wait_timeout: 5400

- name: Tag an image, leaving its other tags alone
  euc.appstream.image:
    name: design-20261122T124526Z
    tags:
      approved: "yes"
    purge_tags: false

- name: Delete an image
  euc.appstream.image:
    name: design-20250901T080000Z
    state: absent
"""

RETURN = r"""
image:
  description:
    - The image as last seen, also when the task fails while waiting. Null when it does not exist.
    - All its keys are those of RV(euc.appstream.image_info#module:images); these are the ones that matter most.
  type: dict
  returned: always, once AWS has been asked
  contains:
    name:
      description: The name.
      type: str
      returned: always
      sample: design-20261122T124526Z
    arn:
      description: The ARN. Those of public base images name no account.
      type: str
      returned: always
      sample: arn:aws:appstream:eu-central-1:123456789012:image/design-20261122T124526Z
    state:
      description: The state.
      type: str
      returned: always
      sample: AVAILABLE
    state_change_reason:
      description: Why the state changed last, its C(code) and C(message).
      type: dict
      returned: when reported by the service
      sample: {code: INTERNAL_ERROR, message: The image could not be created.}
    image_errors:
      description: What went wrong, each with C(error_code), C(error_message) and C(error_timestamp).
      type: list
      elements: dict
      returned: when reported by the service
      sample: [{error_code: INTERNAL_SERVICE_ERROR, error_message: The image could not be created.}]
    tags:
      description: The tags. Null, and there is a warning, when the credentials may not look and O(tags) is not set.
      type: dict
      returned: when it is AVAILABLE
      sample: {CostCenter: "42"}
    permissions:
      description:
        - What it is shared for, one entry per account, empty when it is not shared.
        - Null, and there is a warning, when the credentials may not look.
      type: list
      elements: dict
      returned: when it is AVAILABLE and this account's own, with O(include_permissions=true)
      contains:
        account_id:
          description: The id of the account.
          type: str
          returned: always
          sample: "012345670123"
        allow_fleet:
          description: Whether the account may use the image for fleets.
          type: bool
          returned: always
          sample: true
        allow_image_builder:
          description: Whether the account may start image builders from the image.
          type: bool
          returned: always
          sample: false
elapsed:
  description: How many seconds it took.
  type: int
  returned: always, once AWS has been asked
  sample: 1210
state_changes:
  description: Every C(state) seen, in order, and after how many seconds (C(elapsed)). C(ABSENT) stands for an image
    that does not exist.
  type: list
  elements: dict
  returned: always, once AWS has been asked
  sample: [{state: PENDING, elapsed: 0}, {state: AVAILABLE, elapsed: 1210}]
actions:
  description: What was done, in order; only C(delete) is possible.
  type: list
  elements: str
  returned: always, once AWS has been asked
  sample: []
used_by:
  description:
    - What uses the image, C(fleets) and C(image_builders) by name, C(accounts) it is shared with by id. Each is null
      when the credentials may not look.
    - Fleets and accounts keep it from being deleted, image builders don't.
  type: dict
  returned: when the task fails because of that
  sample: {fleets: [design], image_builders: [], accounts: ["123456789012"]}
error:
  description: AWS's own error, with C(code) and C(message).
  type: dict
  returned: when the task fails because AWS refused a call
  sample: {code: ResourceInUseException, message: The image is in use.}
retryable:
  description: Whether the same may succeed later, because AWS could not answer just now or the connection was lost.
  type: bool
  returned: when the task fails
  sample: false
remedy:
  description: What to do about the failure.
  type: str
  returned: when the task fails for a reason AWS's troubleshooting guide knows
  sample: Give the fleets another image and stop sharing the image with the accounts, then delete it.
"""

from typing import Any

from ansible_collections.euc.appstream.plugins.module_utils._appstream.core.aws import AnsibleAppStreamModule
from ansible_collections.euc.appstream.plugins.module_utils._appstream.core.reconcile import run
from ansible_collections.euc.appstream.plugins.module_utils._appstream.core.waits import wait_options
from ansible_collections.euc.appstream.plugins.module_utils._appstream.image.resource import Image

ARGUMENT_SPEC: dict[str, Any] = {
    "name": {"type": "str", "required": True},
    "state": {"type": "str", "choices": ["available", "absent"], "default": "available"},
    "image_builder_name": {"type": "str"},
    "appear_timeout": {"type": "int", "default": 300},
    "include_permissions": {"type": "bool", "default": False},
    "tags": {"type": "dict", "aliases": ["resource_tags"]},
    "purge_tags": {"type": "bool", "default": True},
    **wait_options(timeout=7200),
}


def main() -> None:
    run(AnsibleAppStreamModule(argument_spec=ARGUMENT_SPEC, supports_check_mode=True), Image)


if __name__ == "__main__":
    main()
