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
    - Attributes the service does not report are left out.
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
    base_image_arn:
      description: The ARN of the image it was made from.
      type: str
      returned: when reported by the service
      sample: arn:aws:appstream:eu-central-1::image/AppStream-WinServer2022-10-10-2025
    display_name:
      description: The name shown to people.
      type: str
      returned: when it has one
      sample: Design
    description:
      description: The description.
      type: str
      returned: when it has one
      sample: Everything the design department works with
    state:
      description: The state.
      type: str
      returned: always
      sample: AVAILABLE
    state_change_reason:
      description: Why the state changed last.
      type: dict
      returned: when reported by the service
      contains:
        code:
          description: The code.
          type: str
          returned: when reported by the service
          sample: INTERNAL_ERROR
        message:
          description: The reason in words.
          type: str
          returned: when reported by the service
          sample: The image could not be created.
    image_errors:
      description: What went wrong.
      type: list
      elements: dict
      returned: when reported by the service
      contains:
        error_code:
          description: The code.
          type: str
          returned: when reported by the service
          sample: INTERNAL_SERVICE_ERROR
        error_message:
          description: The error in words.
          type: str
          returned: when reported by the service
          sample: The image could not be created.
        error_timestamp:
          description: When it occurred.
          type: str
          returned: when reported by the service
          sample: "2026-11-22T13:20:00+00:00"
    visibility:
      description: Whose it is, C(PUBLIC) AWS's, C(PRIVATE) this account's own, C(SHARED) another account's.
      type: str
      returned: always
      sample: PRIVATE
    platform:
      description: The operating system.
      type: str
      returned: always
      sample: WINDOWS_SERVER_2022
    image_builder_supported:
      description: Whether an image builder can be started from it.
      type: bool
      returned: when reported by the service
      sample: true
    image_builder_name:
      description: The name of the image builder it was made on.
      type: str
      returned: for images made on an image builder
      sample: design
    image_type:
      description: What it was made of, C(NATIVE) a base image of AWS, C(CUSTOM) an AMI or a WorkSpaces image, C(BYOL) a
        WorkSpaces image with its own licence.
      type: str
      returned: when reported by the service
      sample: NATIVE
    image_permissions:
      description: What this account may do with an image another account shares.
      type: dict
      returned: for images of other accounts
      contains:
        allow_fleet:
          description: Whether it may be used for fleets.
          type: bool
          returned: when reported by the service
          sample: true
        allow_image_builder:
          description: Whether image builders may be started from it.
          type: bool
          returned: when reported by the service
          sample: false
    image_shared_with_others:
      description: Whether it is shared with other accounts, C(TRUE) or C(FALSE).
      type: str
      returned: when reported by the service
      sample: "FALSE"
    supported_instance_families:
      description: The instance families it can run on.
      type: list
      elements: str
      returned: when reported by the service
      sample: [General Purpose, Compute Optimized, Memory Optimized]
    applications:
      description: The applications in its catalog.
      type: list
      elements: dict
      returned: when reported by the service
      contains:
        name:
          description: The name.
          type: str
          returned: when reported by the service
          sample: notepad
        display_name:
          description: The name people see.
          type: str
          returned: when reported by the service
          sample: Notepad
        description:
          description: The description.
          type: str
          returned: when reported by the service
          sample: A text editor
        icon_url:
          description: The URL of the icon, which is valid for some time only.
          type: str
          returned: when reported by the service
          sample: https://example.com/notepad.png
        icon_s3_location:
          description: Where the icon of an application of an app block is stored.
          type: dict
          returned: when reported by the service
          contains:
            s3_bucket:
              description: The bucket.
              type: str
              returned: when reported by the service
              sample: icons
            s3_key:
              description: The object.
              type: str
              returned: when reported by the service
              sample: notepad.png
        launch_path:
          description: The path of the program.
          type: str
          returned: when reported by the service
          sample: C:\Windows\System32\notepad.exe
        launch_parameters:
          description: What it is started with.
          type: str
          returned: when reported by the service
          sample: C:\welcome.txt
        working_directory:
          description: The folder it is started in.
          type: str
          returned: when reported by the service
          sample: C:\Windows
        enabled:
          description: Whether people can start it.
          type: bool
          returned: when reported by the service
          sample: true
        metadata:
          description: Further attributes. Their names are told as they are.
          type: dict
          returned: when reported by the service
          sample: {}
        arn:
          description: The ARN, of an application of an app block.
          type: str
          returned: when reported by the service
          sample: arn:aws:appstream:eu-central-1:123456789012:application/notepad
        app_block_arn:
          description: The ARN of its app block.
          type: str
          returned: when reported by the service
          sample: arn:aws:appstream:eu-central-1:123456789012:app-block/notepad
        platforms:
          description: The operating systems it can run on.
          type: list
          elements: str
          returned: when reported by the service
          sample: [WINDOWS_SERVER_2022]
        instance_families:
          description: The instance families it can run on.
          type: list
          elements: str
          returned: when reported by the service
          sample: [GENERAL_PURPOSE]
        created_time:
          description: When it was created.
          type: str
          returned: when reported by the service
          sample: "2026-11-22T12:45:26+00:00"
    dynamic_app_providers_enabled:
      description: Whether dynamic app providers are C(ENABLED) or C(DISABLED).
      type: str
      returned: when reported by the service
      sample: DISABLED
    managed_software_included:
      description: Whether it has licence-included applications.
      type: bool
      returned: when reported by the service
      sample: false
    image_software_metadata:
      description: What is known of software on it.
      type: dict
      returned: when reported by the service
      contains:
        nvidia_grid_driver_version:
          description: The version of the NVIDIA GRID driver.
          type: str
          returned: when reported by the service
          sample: "573.39"
    appstream_agent_version:
      description: The version of the AppStream agent.
      type: str
      returned: when reported by the service
      sample: 10-10-2025
    latest_appstream_agent_version:
      description: Whether fleets always get the latest AppStream agent, C(TRUE) or C(FALSE).
      type: str
      returned: when reported by the service
      sample: "TRUE"
    created_time:
      description: When it was created.
      type: str
      returned: when reported by the service
      sample: "2026-11-22T12:45:26+00:00"
    public_base_image_released_date:
      description: When it, or the base image it was made from, was released.
      type: str
      returned: when reported by the service
      sample: "2025-10-10T00:00:00+00:00"
    tags:
      description: The tags.
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

from ansible_collections.euc.appstream.plugins.module_utils._appstream.core import states
from ansible_collections.euc.appstream.plugins.module_utils._appstream.core.aws import AnsibleAppStreamModule
from ansible_collections.euc.appstream.plugins.module_utils._appstream.core.calls import ACCESS_DENIED_CODES
from ansible_collections.euc.appstream.plugins.module_utils._appstream.core.errors import AppStreamError
from ansible_collections.euc.appstream.plugins.module_utils._appstream.core.tags import tags_after, write_tags
from ansible_collections.euc.appstream.plugins.module_utils._appstream.core.validation import tag_problems
from ansible_collections.euc.appstream.plugins.module_utils._appstream.core.waits import (
    Outcome,
    converge,
    first_sight,
    outcome_values,
    wait_config,
)
from ansible_collections.euc.appstream.plugins.module_utils._appstream.image import api as images
from ansible_collections.euc.appstream.plugins.module_utils._appstream.image import resource as image_goal
from ansible_collections.euc.appstream.plugins.module_utils._appstream.image_permission import api as image_permissions

ARGUMENT_SPEC: dict[str, Any] = {
    **image_goal.GOAL_OPTIONS,
    "include_permissions": {"type": "bool", "default": False},
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
        return Outcome(before if wish.state == "available" else None, 0, first_sight(before), [])
    return converge(image_goal.goal(client, wish), before, wait_config(options))


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
        **outcome_values(outcome, image_goal.RESULT_KEY),
    }


def ensure_available(module: AnsibleAppStreamModule, client: Any) -> dict[str, Any]:
    """Wait for the image, set its tags and return the module's return values. Raises AppStreamError."""
    options = module.params
    outcome = reach(module, client, images.describe_image(client, options["name"]))
    values = {"changed": False, **outcome_values(outcome, image_goal.RESULT_KEY)}
    image = outcome.resource
    if image is None or not states.image_is(states.READY, image.get("state")):
        return {**values, "diff": {"before": view(image), "after": view(image)}}
    image = images.with_tags(client, image)
    after = tags_after(image["tags"], options["tags"], options["purge_tags"])
    if after != image["tags"] and not images.is_own(image):
        raise AppStreamError(f"Image {image['name']} is {image.get('visibility')} and cannot be tagged by this account")
    if not module.check_mode:
        write_tags(client, image["arn"], image["tags"], after)
    changed_image = {**image, "tags": after, **shared_for(module, client, image)}
    diff = {"before": view(image), "after": view(changed_image)}
    return {**values, "changed": after != image["tags"], "diff": diff, image_goal.RESULT_KEY: changed_image}


def shared_for(module: AnsibleAppStreamModule, client: Any, image: dict[str, Any]) -> dict[str, Any]:
    """Return the image's ``permissions``, None when these may not be read; {} when not asked for or not to be had."""
    if not module.params["include_permissions"] or not images.is_own(image):
        return {}
    try:
        permissions = image_permissions.describe_image_permissions(client, image["name"])
    except AppStreamError as error:
        if error.code not in ACCESS_DENIED_CODES:
            raise
        module.warn(f"It is not known with whom image {image['name']} is shared: {error}")
        return {"permissions": None}
    return {"permissions": image_permissions.as_list(permissions)}


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
