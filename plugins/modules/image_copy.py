#!/usr/bin/python
# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: image_copy
version_added: 0.1.0
short_description: Copy an Amazon AppStream 2.0 image to another Region
description:
  - Copies an image of Amazon AppStream 2.0 (also named Amazon WorkSpaces Applications) to another Region of the same
    account, or to another name in the same Region, and waits until the copy is AVAILABLE.
  - An image of the wanted name that exists already in the destination Region is adopted as the copy, whatever it was
    made of. Images cannot be changed, tags apart, so there is a warning when its description differs from the task's.
  - AWS does not copy tags, so this module does. It does not copy permissions, see M(euc.appstream.image_permission).
  - Only two images may be copied to a Region at once, by default. A third one waits until one of them has ended.
author:
  - The euc.appstream team (@euc)
options:
  name:
    description:
      - The name of the image to copy. It must be AVAILABLE and this account's own; base images and images shared by
        other accounts cannot be copied.
      - Once the copy exists only its tags are read, and it may be gone.
    type: str
    required: true
  destination_region:
    description:
      - The Region to copy to, of the same AWS partition.
      - The Region the image is in is the default.
    type: str
  destination_name:
    description:
      - The name of the copy, by default that of the image. Within one Region it must be another one.
      - It starts with a letter or digit, has at most 100 letters, digits, dots, dashes and underscores, and does not
        begin with C(aws), C(appstream) or C(amazon).
    type: str
  destination_description:
    description:
      - The description of the copy, at most 256 characters.
    type: str
  copy_tags:
    description:
      - Whether the copy gets the image's tags too, apart from those whose keys begin with C(aws:). Those of O(tags)
        come on top of them.
      - Tags are written as soon as the service lets them be written, at the latest when the copy is AVAILABLE, and on
        a copy that exists already, too.
    type: bool
    default: true
  purge_tags:
    description:
      - Whether tags of the copy are removed that are neither among O(tags) nor, with O(copy_tags=true), among those of
        the image.
      - Without O(tags) nothing is removed, nor when the image to copy from is gone.
    type: bool
    default: true
  retry_failed:
    description:
      - What to do with a FAILED image of the wanted name, which the name is taken by. V(true) deletes it and copies
        again, V(false) fails.
      - A copy that this very task has begun is not begun once more when it fails.
    type: bool
    default: false
  wait:
    description:
      - Whether to wait until the copy is AVAILABLE, and before that for other copies to the Region when there are too
        many. With V(false) the task fails in that case.
    type: bool
    default: true
  wait_timeout:
    description:
      - How many seconds to wait until the copy is AVAILABLE, waiting for other copies included.
      - When the time is up the task fails and returns the copy as last seen. Nothing is undone, and running the
        task again continues where this one stopped.
    type: int
    default: 7200
notes:
  - O(endpoint_url), when it is set, counts for both Regions. With an endpoint of one Region, such as that of a VPC
    endpoint, an image can only be copied within that Region. Leave it to botocore to find the endpoints, or set the
    environment variable E(AWS_ENDPOINT_URL_APPSTREAM) only where it leads to an endpoint that serves both Regions.
  - The credentials need C(appstream:CopyImage) in the Region of the image, and C(appstream:DescribeImages),
    C(appstream:ListTagsForResource), C(appstream:TagResource) and C(appstream:UntagResource) in the Region of the copy.
  - Some newer Regions take only images with an agent of October 2025 or newer.
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
  - module: euc.appstream.image_permission
  - module: euc.appstream.image_update
  - name: Copy an image that you own to another AWS Region
    description: The administration guide on copying images.
    link: https://docs.aws.amazon.com/appstream2/latest/developerguide/administer-images.html#copy-image-different-region
"""

EXAMPLES = r"""
- name: Bring an image to another Region
  euc.appstream.image_copy:
    region: eu-central-1
    name: design-20261122T124526Z
    destination_region: us-east-1
  register: copied

- name: Show the copy's ARN
  ansible.builtin.debug:
    msg: "{{ copied.image.arn }}"

- name: Bring an image to several Regions at once
  euc.appstream.image_copy:
    region: eu-central-1
    name: design-20261122T124526Z
    destination_region: "{{ item }}"
    tags:
      CostCenter: "42"
    wait: false
  loop:
    - us-east-1
    - ap-southeast-2

- name: Keep an image under another name in the same Region, without its tags
  euc.appstream.image_copy:
    name: design-20261122T124526Z
    destination_name: design-golden
    destination_description: The one to go back to
    copy_tags: false

- name: Copy once more what failed before
  euc.appstream.image_copy:
    region: eu-central-1
    name: design-20261122T124526Z
    destination_region: us-east-1
    retry_failed: true
"""

RETURN = r"""
image:
  description:
    - The copy as last seen, also when the task fails while waiting. Null when it does not exist, or not yet.
    - In check mode the copy as it would be, as far as that can be known.
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
      description: The ARN.
      type: str
      returned: when it exists
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
      sample: {code: IMAGE_COPY_FAILURE, message: The image could not be copied.}
    image_errors:
      description: What went wrong, each with C(error_code), C(error_message) and C(error_timestamp).
      type: list
      elements: dict
      returned: when reported by the service
      sample: [{error_code: INTERNAL_SERVICE_ERROR, error_message: An internal error occurred.}]
    tags:
      description: The tags.
      type: dict
      returned: always
      sample: {CostCenter: "42"}
elapsed:
  description: How many seconds it took.
  type: int
  returned: always, once AWS has been asked
  sample: 905
state_changes:
  description: Every C(state) seen, in order, and after how many seconds (C(elapsed)). C(ABSENT) stands for an image
    that does not exist.
  type: list
  elements: dict
  returned: always, once AWS has been asked
  sample: [{state: ABSENT, elapsed: 0}, {state: COPYING, elapsed: 1}, {state: AVAILABLE, elapsed: 905}]
actions:
  description: What was done, in order, of C(delete) (a failed image) and C(create).
  type: list
  elements: str
  returned: always, once AWS has been asked
  sample: [create]
copies_under_way:
  description: The names of the images that are being copied to the Region already.
  type: list
  elements: str
  returned: when the task fails because there are too many of them
  sample: [design-20261101T080000Z, office-20261101T080000Z]
error:
  description: AWS's own error, with C(code) and C(message).
  type: dict
  returned: when the task fails because AWS refused a call
  sample: {code: LimitExceededException, message: The requested limit exceeds the permitted limit for an account.}
retryable:
  description: Whether the same may succeed later, because AWS could not answer just now, the connection was lost, or
    too many copies are under way.
  type: bool
  returned: when the task fails
  sample: false
remedy:
  description: What to do about the failure.
  type: str
  returned: when the task fails for a reason AWS's troubleshooting guide knows
  sample: "Copy it when one of them has ended, which is waited for with wait: true."
"""

from typing import Any

from ansible_collections.euc.appstream.plugins.module_utils._appstream.core.aws import AnsibleAppStreamModule
from ansible_collections.euc.appstream.plugins.module_utils._appstream.core.reconcile import run
from ansible_collections.euc.appstream.plugins.module_utils._appstream.core.waits import wait_options
from ansible_collections.euc.appstream.plugins.module_utils._appstream.image_copy.resource import ImageCopy

ARGUMENT_SPEC: dict[str, Any] = {
    "name": {"type": "str", "required": True},
    "destination_region": {"type": "str"},
    "destination_name": {"type": "str"},
    "destination_description": {"type": "str"},
    "copy_tags": {"type": "bool", "default": True},
    "tags": {"type": "dict", "aliases": ["resource_tags"]},
    "purge_tags": {"type": "bool", "default": True},
    "retry_failed": {"type": "bool", "default": False},
    **wait_options(timeout=7200),
}


def main() -> None:
    run(AnsibleAppStreamModule(argument_spec=ARGUMENT_SPEC, supports_check_mode=True), ImageCopy)


if __name__ == "__main__":
    main()
