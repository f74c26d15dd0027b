#!/usr/bin/python
# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: leftover_info
version_added: 0.1.0
short_description: Find what dead builds of images have left behind in Amazon AppStream 2.0
description:
  - Reads one account and Region of Amazon AppStream 2.0 (also named Amazon WorkSpaces Applications) for image builders,
    images and files that builds of this collection have left behind, and says of each why it can be removed or why it
    has to stay.
  - An image builder is left over when its run is dead, that is when its build lock has not been renewed for
    O(stale_after) minutes, or when it has no lock and the time of its tag C(euc.appstream:expires) is over.
  - A FAILED image is left over when no run is at work with it, its recipe or its name.
  - What the playbook C(euc.appstream.verify_service) has made counts, too, its stack, its fleet, and its image even
    when that is AVAILABLE, once the time of its tag C(euc.appstream:expires) is over. Those of a name that does not
    begin with C(euc-appstream-verify) are not looked for.
  - Nothing is left over that has no tags of this collection, that a live run has locked or has adopted, that is
    SNAPSHOTTING, or whose image is in the making. What AppStream makes for managed image updates it removes itself.
  - An image in the making whose image builder is gone is reported, and stays until it is FAILED.
author:
  - The euc.appstream team (@euc)
options:
  grace:
    description:
      - How many hours to wait until something counts as left over, since it has expired, since the last sign of life of
        its run, or since a FAILED image was begun. Running the build again within this time goes on with what is there.
    type: float
    default: 6
  stale_after:
    description:
      - After how many minutes without a sign of life a run counts as dead. The same as for the builds.
    type: int
    default: 30
  kinds:
    description:
      - What to look for.
    type: list
    elements: str
    choices: [image_builder, stack, fleet, image, transfer_file]
    default: [image_builder, stack, fleet, image, transfer_file]
  transfer_buckets:
    description:
      - Where objects in Amazon S3 may lie that were put there on their way to image builders. This collection puts none
        there itself. Only objects that have the tags C(euc.appstream:recipe) and C(euc.appstream:run) count.
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
      - What an hour of an instance costs in this Region, by instance type, for RV(leftovers[].cost_a_day).
    type: dict
    default: {}
  assume_role_arn:
    description:
      - A role to read in, of this or of another account. The credentials of the task need the right
        C(sts:AssumeRole) for it.
    type: str
extends_documentation_fragment:
  - euc.appstream._attributes
  - euc.appstream._attributes.info_module
  - euc.appstream._boto3
  - amazon.aws.common.modules
  - amazon.aws.region.modules
seealso:
  - module: euc.appstream.leftover
  - module: euc.appstream.ad_computer_cleanup
"""

EXAMPLES = r"""
- name: Find what builds have left behind
  euc.appstream.leftover_info:
    region: eu-west-1
    hourly_prices:
      stream.standard.medium: 0.10
  register: found

- name: Say why each is there
  ansible.builtin.debug:
    msg: "{{ item.name }} {{ item.reason }} {{ item.kept_because }}"
  loop: "{{ found.leftovers }}"
  loop_control:
    label: "{{ item.kind }}"

- name: Look in another account, right after the end of a run
  euc.appstream.leftover_info:
    region: eu-west-1
    assume_role_arn: arn:aws:iam::123456789012:role/clean-up
    grace: 0
"""

RETURN = r"""
leftovers:
  description:
    - Every image builder there is, every own image that is FAILED or in the making, every object below
      O(transfer_buckets), and what has the name of a check of the service, whether it is left over or not.
  type: list
  elements: dict
  returned: success
  contains:
    kind:
      description: What it is, one of C(image_builder), C(temporary_image_builder), C(stack), C(fleet), C(image) and
        C(transfer_file).
      type: str
      returned: always
      sample: image_builder
    name:
      description: The name; of an object in Amazon S3 its bucket and key.
      type: str
      returned: always
      sample: design
    arn:
      description: The ARN.
      type: str
      returned: always
      sample: arn:aws:appstream:eu-west-1:123456789012:image-builder/design
    account:
      description: The account it is in. Null for an object in Amazon S3.
      type: str
      returned: always
      sample: "123456789012"
    region:
      description: The Region it is in. Null for an object in Amazon S3.
      type: str
      returned: always
      sample: eu-west-1
    recipe:
      description: The recipe it was made for, null when there is none.
      type: str
      returned: always
      sample: design
    run:
      description: The run that has made it or has adopted it last, null when there is none.
      type: str
      returned: always
      sample: 20261130T210000Z-4711
    state:
      description: The state, null for a stack and for an object in Amazon S3.
      type: str
      returned: always
      sample: RUNNING
    instance_type:
      description: The instance type of an image builder or a fleet, null for everything else.
      type: str
      returned: always
      sample: stream.standard.medium
    removable:
      description: Whether it can be removed now.
      type: bool
      returned: always
      sample: true
    reason:
      description: Why it is left over, empty when it is not.
      type: str
      returned: always
      sample: expired at 2026-11-30T21:00:00Z
    kept_because:
      description: Why it stays, empty when it can be removed.
      type: str
      returned: always
      sample: ""
    since:
      description: Since when it is left over, in UTC; when it was made if it is not. Null when that is not known.
      type: str
      returned: always
      sample: "2026-11-30T21:00:00Z"
    hours:
      description: How many hours ago that was.
      type: float
      returned: always
      sample: 7.5
    hours_a_day:
      description:
        - How many hours of instances AWS bills for it in a day, 0 for what costs nothing by the hour in this state.
      type: int
      returned: always
      sample: 24
    cost_a_day:
      description: What that costs. Null without a price in O(hourly_prices).
      type: float
      returned: always
      sample: 2.4
    message:
      description: All of that in a line for people.
      type: str
      returned: always
      sample: "image builder design (RUNNING, stream.standard.medium) is left over: expired at 2026-11-30T21:00:00Z"
image_builders:
  description: The names of all image builders, for O(euc.appstream.ad_computer_cleanup#module:in_use).
  type: list
  elements: str
  returned: success
  sample: [design, office]
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
from ansible_collections.euc.appstream.plugins.module_utils._appstream.leftovers.options import (
    ARGUMENTS,
    connection,
    policy_of,
    prices_of,
)
from ansible_collections.euc.appstream.plugins.module_utils._appstream.leftovers.reading import read_place
from ansible_collections.euc.appstream.plugins.module_utils._appstream.leftovers.rules import KINDS, leftovers

ARGUMENT_SPEC: dict[str, Any] = {
    **ARGUMENTS,
    "kinds": {"type": "list", "elements": "str", "choices": list(KINDS), "default": list(KINDS)},
}


def do(module: AnsibleAppStreamModule) -> dict[str, Any]:
    """Return the module's return values. Raises AppStreamError."""
    options = module.params
    policy, prices = policy_of(options), prices_of(options)
    place = read_place(connection(module), options["kinds"], options["transfer_buckets"])
    found = leftovers(place, policy, options["kinds"], prices)
    return {"changed": False, "leftovers": found, "image_builders": sorted(place.image_builders)}


def main() -> None:
    module = AnsibleAppStreamModule(argument_spec=ARGUMENT_SPEC, supports_check_mode=True)
    try:
        values = do(module)
    except AppStreamError as error:
        module.fail_json_appstream(error)
    module.exit_json(**values)


if __name__ == "__main__":
    main()
