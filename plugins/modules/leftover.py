#!/usr/bin/python
# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: leftover
version_added: 0.1.0
short_description: Remove what a dead build of an image has left behind in Amazon AppStream 2.0
description:
  - Removes an image builder, a FAILED image or a file that a build of this collection has left behind, or what the
    playbook C(euc.appstream.verify_service) has, by the rules of M(euc.appstream.leftover_info).
  - It is read and judged again right before, so that a run that has come for it meanwhile keeps it. The task then
    succeeds, and RV(leftover) says why it stays.
  - An image builder gets the lock of a build while it is stopped and deleted, which keeps other runs away. Before each
    call it is read whether somebody else has a lock, who always comes first.
author:
  - The euc.appstream team (@euc)
options:
  kind:
    description:
      - What it is.
    type: str
    choices: [image_builder, stack, fleet, image, transfer_file]
    required: true
  name:
    description:
      - The name; of an object in Amazon S3 its bucket and key, with a C(/) between.
    type: str
    required: true
  state:
    description:
      - It is removed.
    type: str
    choices: [absent]
    default: absent
  grace:
    description:
      - As O(euc.appstream.leftover_info#module:grace).
    type: float
    default: 6
  stale_after:
    description:
      - As O(euc.appstream.leftover_info#module:stale_after).
    type: int
    default: 30
  transfer_buckets:
    description:
      - As O(euc.appstream.leftover_info#module:transfer_buckets).
    type: list
    elements: dict
    default: []
    suboptions:
      bucket:
        description: The bucket.
        type: str
        required: true
      prefix:
        description: What the keys begin with.
        type: str
        required: true
  hourly_prices:
    description:
      - As O(euc.appstream.leftover_info#module:hourly_prices).
    type: dict
    default: {}
  assume_role_arn:
    description:
      - A role to do it in, of this or of another account.
    type: str
  wait_timeout:
    description:
      - How many seconds to wait at most until an image builder or a fleet is gone.
    type: int
    default: 1500
  wait_delay:
    description:
      - About how many seconds to wait between two readings of an image builder or a fleet.
    type: int
    default: 15
extends_documentation_fragment:
  - euc.appstream._attributes
  - euc.appstream._attributes.changing_module
  - euc.appstream._boto3
  - amazon.aws.common.modules
  - amazon.aws.region.modules
attributes:
  diff_mode:
    support: none
seealso:
  - module: euc.appstream.leftover_info
  - module: euc.appstream.image_builder
  - module: euc.appstream.image
"""

EXAMPLES = r"""
- name: Find what builds have left behind
  euc.appstream.leftover_info:
    region: eu-west-1
  register: found

- name: Remove it
  euc.appstream.leftover:
    region: eu-west-1
    kind: "{{ item.kind }}"
    name: "{{ item.name }}"
  loop: "{{ found.leftovers | selectattr('removable') }}"
  loop_control:
    label: "{{ item.kind }} {{ item.name }}"
"""

RETURN = r"""
leftover:
  description:
    - The thing as it was judged right before it was removed, or kept. Null when there is none of that name.
    - All its keys are those of RV(euc.appstream.leftover_info#module:leftovers).
  type: dict
  returned: success, and when an image builder could not be removed
  contains:
    removable:
      description: Whether it was removed, in check mode whether it would be.
      type: bool
      returned: always
      sample: true
    kept_because:
      description: Why it stays, empty when it was removed.
      type: str
      returned: always
      sample: ""
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
  returned: when the task fails for a reason something is known about
  sample: Allow this action in the IAM policy of the credentials in use.
"""

from typing import Any

from ansible_collections.euc.appstream.plugins.module_utils._appstream.core.aws import AnsibleAppStreamModule
from ansible_collections.euc.appstream.plugins.module_utils._appstream.core.errors import AppStreamError
from ansible_collections.euc.appstream.plugins.module_utils._appstream.core.waits import WAIT_DELAY
from ansible_collections.euc.appstream.plugins.module_utils._appstream.leftovers.options import (
    ARGUMENTS,
    connection,
    policy_of,
    prices_of,
)
from ansible_collections.euc.appstream.plugins.module_utils._appstream.leftovers.removal import Removal, remove
from ansible_collections.euc.appstream.plugins.module_utils._appstream.leftovers.rules import KINDS

ARGUMENT_SPEC: dict[str, Any] = {
    **ARGUMENTS,
    "kind": {"type": "str", "choices": list(KINDS), "required": True},
    "name": {"type": "str", "required": True},
    "state": {"type": "str", "choices": ["absent"], "default": "absent"},
    # Below the time after which the lock counts as given up.
    "wait_timeout": {"type": "int", "default": 1500},
    "wait_delay": {"type": "int", "default": WAIT_DELAY},
}


def do(module: AnsibleAppStreamModule) -> dict[str, Any]:
    """Return the module's return values. Raises AppStreamError."""
    options = module.params
    removal = Removal(
        kind=options["kind"],
        name=options["name"],
        policy=policy_of(options),
        prices=prices_of(options),
        buckets=options["transfer_buckets"],
        options={key: options[key] for key in ("wait_timeout", "wait_delay")},
    )
    return remove(removal, connection(module), check_mode=module.check_mode, warn=module.warn)


def main() -> None:
    module = AnsibleAppStreamModule(argument_spec=ARGUMENT_SPEC, supports_check_mode=True)
    try:
        values = do(module)
    except AppStreamError as error:
        module.fail_json_appstream(error)
    module.exit_json(**values)


if __name__ == "__main__":
    main()
