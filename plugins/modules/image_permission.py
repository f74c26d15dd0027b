#!/usr/bin/python
# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: image_permission
version_added: 0.1.0
short_description: Share Amazon AppStream 2.0 images with other AWS accounts
description:
  - Shares an image of Amazon AppStream 2.0 (also named Amazon WorkSpaces Applications) with other AWS accounts, for
    fleets, for image builders or for both, changes for what it is shared, and stops sharing it.
  - An image is shared within its own Region. For other Regions copy it there first and share the copy. The image stays
    this account's own.
  - There is a warning whenever fleets of another account may no longer use the image, because AWS then sets their
    desired capacity to 0.
author:
  - The euc.appstream team (@euc)
options:
  name:
    description:
      - The name of the image. It must be this account's own and AVAILABLE.
    type: str
    required: true
  state:
    description:
      - V(present) shares the image with the O(accounts), each for just what is said there.
      - V(absent) stops sharing it with the O(accounts). With an image that does not exist there is nothing to do.
    type: str
    choices: [present, absent]
    default: present
  accounts:
    description:
      - The accounts, each once. An empty list together with O(purge=true) stops sharing the image altogether.
    type: list
    elements: dict
    required: true
    suboptions:
      account_id:
        description:
          - The account's id, 12 digits. Write it in quotes, because YAML takes one with a leading zero for an octal
            number.
        type: str
        required: true
      allow_fleet:
        description:
          - Whether the account may use the image for fleets. Ignored with O(state=absent).
          - At least one of O(accounts[].allow_fleet) and O(accounts[].allow_image_builder) must be V(true).
        type: bool
        default: true
      allow_image_builder:
        description:
          - Whether the account may start image builders from the image, and so make images of its own with what is
            in it. Ignored with O(state=absent).
        type: bool
        default: true
  purge:
    description:
      - Whether to stop sharing the image with accounts that are not listed in O(accounts). Ignored with
        O(state=absent).
    type: bool
    default: false
notes:
  - An image can be shared with 100 accounts at most.
  - The other account finds a shared image by its ARN only, see O(euc.appstream.image_info#module:arns), or among those
    of the O(euc.appstream.image_info#module:type) V(SHARED).
  - An image that is shared can't be deleted.
  - The accounts are changed one after the other. When AWS refuses one, the task fails and says which were done before;
    running it again does the rest.
extends_documentation_fragment:
  - euc.appstream._attributes
  - euc.appstream._attributes.changing_module
  - euc.appstream._boto3
  - amazon.aws.common.modules
  - amazon.aws.region.modules
seealso:
  - module: euc.appstream.image_permission_info
  - module: euc.appstream.image
  - module: euc.appstream.image_info
  - name: Share an image that you own with another AWS account
    description: The administration guide on shared images.
    link: https://docs.aws.amazon.com/appstream2/latest/developerguide/share-image-with-another-account.html
"""

EXAMPLES = r"""
- name: Share an image with the production account, for fleets only
  euc.appstream.image_permission:
    name: design-20261122T124526Z
    accounts:
      - account_id: "012345670123"
        allow_image_builder: false

- name: Share it with these accounts and no others
  euc.appstream.image_permission:
    name: design-20261122T124526Z
    accounts:
      - account_id: "012345670123"
      - account_id: "123456789012"
        allow_fleet: false
    purge: true

- name: Stop sharing it with one account
  euc.appstream.image_permission:
    name: design-20261122T124526Z
    state: absent
    accounts:
      - account_id: "012345670123"

- name: Stop sharing it with anybody, so that it can be deleted
  euc.appstream.image_permission:
    name: design-20261122T124526Z
    accounts: []
    purge: true
"""

RETURN = r"""
permissions:
  description:
    - What the image is shared for, one entry per account, also when AWS refused some change.
    - In check mode what it would be shared for.
  type: list
  elements: dict
  returned: always, once AWS has been asked
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
actions:
  description:
    - What was done, in order, one for each account. V(share) gives permissions or changes them, V(unshare) takes them
      away.
    - When the task fails, what had been done until then; C(changed) says whether there was anything.
  type: list
  elements: str
  returned: always, once AWS has been asked
  sample: [share, share, unshare]
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
  returned: when the task fails for a reason something is known about
  sample: Wait for the image with module euc.appstream.image first.
"""

from typing import Any

from ansible_collections.euc.appstream.plugins.module_utils._appstream.core.aws import AnsibleAppStreamModule
from ansible_collections.euc.appstream.plugins.module_utils._appstream.core.reconcile import run
from ansible_collections.euc.appstream.plugins.module_utils._appstream.image_permission.resource import ImagePermission

ARGUMENT_SPEC: dict[str, Any] = {
    "name": {"type": "str", "required": True},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "accounts": {
        "type": "list",
        "elements": "dict",
        "required": True,
        "options": {
            "account_id": {"type": "str", "required": True},
            "allow_fleet": {"type": "bool", "default": True},
            "allow_image_builder": {"type": "bool", "default": True},
        },
    },
    "purge": {"type": "bool", "default": False},
}


def main() -> None:
    run(AnsibleAppStreamModule(argument_spec=ARGUMENT_SPEC, supports_check_mode=True), ImagePermission)


if __name__ == "__main__":
    main()
