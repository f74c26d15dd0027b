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
    - Attributes the service does not report are left out. The ones listed here are the most used.
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
      returned: always
      sample: arn:aws:appstream:eu-central-1:123456789012:image/design-20261122T124526Z
    base_image_arn:
      description: The ARN of the image it was made from.
      type: str
      returned: when the service tells
      sample: arn:aws:appstream:eu-central-1::image/AppStream-WinServer2022-10-10-2025
    state:
      description: The state.
      type: str
      returned: always
      sample: AVAILABLE
    state_change_reason:
      description: Why the state changed last, with C(code) and C(message).
      type: dict
      returned: when the service tells
      sample: {code: INTERNAL_ERROR, message: The image could not be created.}
    image_errors:
      description: What went wrong, each with C(error_code), C(error_message) and C(error_timestamp).
      type: list
      elements: dict
      returned: when the service tells
      sample: []
    image_builder_name:
      description: The name of the image builder it was made on.
      type: str
      returned: when the service tells
      sample: design
    applications:
      description: The applications in its catalog.
      type: list
      elements: dict
      returned: when the service tells
      sample: []
    created_time:
      description: When it was created.
      type: str
      returned: when the service tells
      sample: "2026-11-22T12:45:26+00:00"
    tags:
      description: The tags.
      type: dict
      returned: when it is AVAILABLE
      sample: {CostCenter: "42"}
elapsed:
  description: How many seconds it took.
  type: int
  returned: always, once AWS has been asked
  sample: 1210
state_changes:
  description: Every state seen, in order, and after how many seconds. C(ABSENT) stands for an image that does not
    exist.
  type: list
  elements: dict
  returned: always, once AWS has been asked
  sample: [{state: PENDING, elapsed: 0}, {state: AVAILABLE, elapsed: 1210}]
  contains:
    state:
      description: The state.
      type: str
      returned: always
    elapsed:
      description: After how many seconds it was seen first.
      type: int
      returned: always
actions:
  description: What was done, in order; only C(delete) is possible.
  type: list
  elements: str
  returned: always, once AWS has been asked
  sample: []
used_by:
  description: What keeps the image from being deleted, C(fleets) by name and C(accounts) by id.
  type: dict
  returned: when the task fails because of that
  sample: {fleets: [design], accounts: ["123456789012"]}
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

from ansible_collections.euc.appstream.plugins.module_utils._appstream import image_goal, images, states
from ansible_collections.euc.appstream.plugins.module_utils._appstream.aws import AnsibleAppStreamModule
from ansible_collections.euc.appstream.plugins.module_utils._appstream.errors import AppStreamError
from ansible_collections.euc.appstream.plugins.module_utils._appstream.tags import tags_after, write_tags
from ansible_collections.euc.appstream.plugins.module_utils._appstream.validation import tag_problems
from ansible_collections.euc.appstream.plugins.module_utils._appstream.waits import (
    Outcome,
    converge,
    outcome_values,
    pace_of,
)

ARGUMENT_SPEC: dict[str, Any] = {
    **image_goal.GOAL_OPTIONS,
    "tags": {"type": "dict", "aliases": ["resource_tags"]},
    "purge_tags": {"type": "bool", "default": True},
}


def view(image: dict[str, Any] | None) -> dict[str, Any]:
    """Return what this module can change of an image; {} when it does not exist."""
    return {} if image is None else {"state": image.get("state"), "tags": image.get("tags", {})}


def reach(module: AnsibleAppStreamModule, client: Any, before: dict[str, Any] | None) -> Outcome:
    """Wait for, or delete, the image; in check mode only say how it is, or that it can't be. Raises AppStreamError."""
    options = module.params
    wish = image_goal.Wish.from_options(options)
    if module.check_mode and states.image_step(before, wish.state) != states.FAIL:
        state_changes = [{"state": states.state_of(before) or states.ABSENT, "elapsed": 0}]
        return Outcome(before if wish.state == "available" else None, 0, state_changes, [])
    return converge(image_goal.goal(client, wish), before, pace_of(options))


def would_delete(before: dict[str, Any] | None, waits: bool) -> bool:
    """Say whether a run would delete the image; one in the making is deleted only after waiting for it."""
    step = states.image_step(before, "absent")
    return step == states.DELETE or (step == states.WAIT and waits and states.state_of(before) != "DELETING")


def ensure_absent(module: AnsibleAppStreamModule, client: Any) -> dict[str, Any]:
    """Delete the image and return the module's return values. Raises AppStreamError."""
    before = images.describe_image(client, module.params["name"])
    if before is not None and not images.is_own(before):
        raise AppStreamError(f"Image {before['name']} is {before.get('visibility')} and not this account's to delete")
    before = before and images.with_tags(client, before)
    outcome = reach(module, client, before)
    return {
        "changed": would_delete(before, module.params["wait"]) if module.check_mode else bool(outcome.actions),
        "diff": {"before": view(before), "after": {}},
        **outcome_values(outcome, image_goal.RETURNED_AS),
    }


def ensure_available(module: AnsibleAppStreamModule, client: Any) -> dict[str, Any]:
    """Wait for the image, set its tags and return the module's return values. Raises AppStreamError."""
    options = module.params
    outcome = reach(module, client, images.describe_image(client, options["name"]))
    values = {"changed": False, **outcome_values(outcome, image_goal.RETURNED_AS)}
    image = outcome.resource
    if image is None or not states.image_is(states.READY, image.get("state")):
        return {**values, "diff": {"before": view(image), "after": view(image)}}
    image = images.with_tags(client, image)
    after = tags_after(image["tags"], options["tags"], options["purge_tags"])
    if after != image["tags"] and not images.is_own(image):
        raise AppStreamError(f"Image {image['name']} is {image.get('visibility')} and cannot be tagged by this account")
    if not module.check_mode:
        write_tags(client, image["arn"], image["tags"], after)
    changed_image = {**image, "tags": after}
    diff = {"before": view(image), "after": view(changed_image)}
    return {**values, "changed": after != image["tags"], "diff": diff, image_goal.RETURNED_AS: changed_image}


def do(module: AnsibleAppStreamModule) -> dict[str, Any]:
    """Bring the image to the wanted state and return the module's return values. Raises AppStreamError."""
    problems = tag_problems(module.params["tags"]) if module.params["state"] != "absent" else []
    if problems:
        raise AppStreamError("; ".join(problems))
    client = module.client("appstream")
    if module.params["state"] == "absent":
        return ensure_absent(module, client)
    return ensure_available(module, client)


def main() -> None:
    module = AnsibleAppStreamModule(argument_spec=ARGUMENT_SPEC, supports_check_mode=True)
    try:
        values = do(module)
    except AppStreamError as error:
        module.fail_json_appstream(error)
    module.exit_json(**values)


if __name__ == "__main__":
    main()
