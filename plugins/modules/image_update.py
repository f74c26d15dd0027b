#!/usr/bin/python
# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: image_update
version_added: 0.1.0
short_description: Bring an Amazon AppStream 2.0 image up to date with a managed image update
description:
  - Has Amazon AppStream 2.0 (also named Amazon WorkSpaces Applications) make a new image of an existing one, with the
    latest updates of Windows and drivers and the latest AppStream agent, and waits until it is AVAILABLE.
  - The service is asked first whether there is anything newer. When the image is up to date nothing is done.
  - An image of the new name that exists already is adopted, whatever it was made of. Images cannot be changed, tags
    apart, so there is a warning when its texts differ from the task's.
  - The existing image stays as it is, and fleets stay with it. Applications on the image are not updated.
author:
  - The euc.appstream team (@euc)
options:
  name:
    description:
      - The name of the image to update. It must be AVAILABLE, this account's own, and made of a base image released on
        2017-07-24 or later.
      - It is not read, and may be gone, when the new image exists already.
    type: str
    required: true
  new_name:
    description:
      - The name of the new image, unique in the account and Region.
      - It starts with a letter or digit, has at most 100 letters, digits, dots, dashes and underscores, and does not
        begin with C(aws), C(appstream) or C(amazon).
    type: str
    required: true
  new_description:
    description:
      - The description of the new image, at most 256 characters.
    type: str
  new_display_name:
    description:
      - The name of the new image that is shown to people, at most 100 characters.
    type: str
  retry_failed:
    description:
      - What to do with a FAILED image of the new name, which the name is taken by. V(true) deletes it and begins the
        update again, V(false) fails.
      - An update that this very task has begun is not begun once more when it fails.
    type: bool
    default: false
  wait_timeout:
    description:
      - How many seconds to wait until the new image is AVAILABLE, which may take several hours.
      - When the time is up the task fails and returns the image as last seen. Nothing is undone, and running the
        task again continues where this one stopped.
    type: int
    default: 21600
notes:
  - For the time of an update AppStream makes an image builder of its own, which costs, counts in the quota of image
    builders, and is deleted by AppStream. Its name ends in ten digits. No module of this collection touches it, and
    M(euc.appstream.image_builder_info) marks it with
    RV(euc.appstream.image_builder_info#module:image_builders[].temporary).
  - Five updates may be under way at once, by default.
  - In check mode the service itself says whether there is anything newer (C(dryRun)).
  - Images are deleted with M(euc.appstream.image).
extends_documentation_fragment:
  - euc.appstream._attributes
  - euc.appstream._attributes.changing_module
  - euc.appstream._boto3
  - euc.appstream._wait
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.tags
seealso:
  - module: euc.appstream.image
  - module: euc.appstream.image_info
  - module: euc.appstream.image_copy
  - module: euc.appstream.image_builder_info
  - name: Update an image by using managed image updates
    description: The administration guide on managed image updates.
    link: https://docs.aws.amazon.com/appstream2/latest/developerguide/keep-image-updated-managed-image-updates.html
"""

EXAMPLES = r"""
- name: Bring an image up to date
  euc.appstream.image_update:
    name: design-20261122T124526Z
    new_name: design-20261222T080000Z
    new_description: With the updates of December
    tags:
      CostCenter: "42"
  register: updated

- name: Show the new image
  ansible.builtin.debug:
    msg: "{{ updated.image.name }} has agent {{ updated.image.appstream_agent_version }}"
  when: updated.update_available

- name: See whether there is anything newer
  euc.appstream.image_update:
    name: design-20261122T124526Z
    new_name: design-20261222T080000Z
  check_mode: true
  register: newer

- name: Say so
  ansible.builtin.debug:
    msg: "{{ 'An update is available' if newer.update_available else 'The image is up to date' }}"
"""

RETURN = r"""
update_available:
  description:
    - Whether there is anything newer. Nothing is done when there is not.
    - Also true when the new image exists already, because it was made by an update then; the service is not asked.
  type: bool
  returned: success
  sample: true
image:
  description:
    - The new image as last seen, also when the task fails while waiting. Null when it does not exist, as when there is
      nothing newer, and in check mode as long as it does not exist.
    - All its keys are those of RV(euc.appstream.image_info#module:images); these are the ones that matter most.
  type: dict
  returned: always, once AWS has been asked
  contains:
    name:
      description: The name.
      type: str
      returned: always
      sample: design-20261222T080000Z
    arn:
      description: The ARN.
      type: str
      returned: when it exists
      sample: arn:aws:appstream:eu-central-1:123456789012:image/design-20261222T080000Z
    state:
      description: The state.
      type: str
      returned: always
      sample: AVAILABLE
    state_change_reason:
      description: Why the state changed last, its C(code) and C(message).
      type: dict
      returned: when reported by the service
      sample: {code: IMAGE_UPDATE_FAILURE, message: The image could not be updated.}
    image_errors:
      description: What went wrong, each with C(error_code), C(error_message) and C(error_timestamp).
      type: list
      elements: dict
      returned: when reported by the service
      sample: [{error_code: INTERNAL_SERVICE_ERROR, error_message: An internal error occurred.}]
    appstream_agent_version:
      description: The version of the AppStream agent.
      type: str
      returned: when reported by the service
      sample: 10-10-2025
    tags:
      description: The tags.
      type: dict
      returned: always
      sample: {CostCenter: "42"}
elapsed:
  description: How many seconds it took.
  type: int
  returned: always, once AWS has been asked
  sample: 9005
state_changes:
  description: Every C(state) seen, in order, and after how many seconds (C(elapsed)). C(ABSENT) stands for an image
    that does not exist.
  type: list
  elements: dict
  returned: always, once AWS has been asked
  sample: [{state: ABSENT, elapsed: 0}, {state: CREATING, elapsed: 1}, {state: AVAILABLE, elapsed: 9005}]
actions:
  description: What was done, in order, of C(delete) (a failed image) and C(create).
  type: list
  elements: str
  returned: always, once AWS has been asked
  sample: [create]
error:
  description: AWS's own error, with C(code) and C(message).
  type: dict
  returned: when the task fails because AWS refused a call
  sample: {code: LimitExceededException, message: The requested limit exceeds the permitted limit for an account.}
retryable:
  description: Whether the same may succeed later, because AWS could not answer just now or the connection was lost.
  type: bool
  returned: when the task fails
  sample: false
remedy:
  description: What to do about the failure.
  type: str
  returned: when the task fails for a reason AWS's troubleshooting guide knows
  sample: Try again; if it keeps failing, contact AWS Support.
"""

from typing import Any

from ansible_collections.euc.appstream.plugins.module_utils._appstream.core.aws import AnsibleAppStreamModule
from ansible_collections.euc.appstream.plugins.module_utils._appstream.core.reconcile import run
from ansible_collections.euc.appstream.plugins.module_utils._appstream.core.waits import wait_options
from ansible_collections.euc.appstream.plugins.module_utils._appstream.image_update.resource import ImageUpdate

ARGUMENT_SPEC: dict[str, Any] = {
    "name": {"type": "str", "required": True},
    "new_name": {"type": "str", "required": True},
    "new_description": {"type": "str"},
    "new_display_name": {"type": "str"},
    "tags": {"type": "dict", "aliases": ["resource_tags"]},
    "purge_tags": {"type": "bool", "default": True},
    "retry_failed": {"type": "bool", "default": False},
    # "It might take several hours" (administration guide).
    **wait_options(timeout=21600),
}


def main() -> None:
    run(AnsibleAppStreamModule(argument_spec=ARGUMENT_SPEC, supports_check_mode=True), ImageUpdate)


if __name__ == "__main__":
    main()
