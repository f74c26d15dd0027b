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
    apart, so texts that differ from the task's are told by a warning.
  - The existing image stays as it is, and fleets stay with it. Applications on the image are not updated.
author:
  - The euc.appstream team (@euc)
options:
  name:
    description:
      - The name of the image to update. It must be AVAILABLE, this account's own, and made of a base image released on
        2017-07-24 or later.
      - It is not looked at, and may be gone, when the new image exists already.
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
        update anew, V(false) fails.
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
    M(euc.appstream.image_builder_info) tells it by
    RV(euc.appstream.image_builder_info#module:image_builders[].temporary).
  - Five updates may be under way at once, by default.
  - In check mode the service itself tells whether there is anything newer (C(dryRun)).
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
    - Attributes the service does not report are left out.
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
    base_image_arn:
      description: The ARN of the image it was made from.
      type: str
      returned: when reported by the service
      sample: arn:aws:appstream:eu-central-1:123456789012:image/AppStream-WinServer2022-10-10-2025
    display_name:
      description: The name shown to people.
      type: str
      returned: when it has one
      sample: Design
    state:
      description: The state.
      type: str
      returned: always
      sample: AVAILABLE
    visibility:
      description: Whose it is; C(PRIVATE) stands for this account's own.
      type: str
      returned: when it exists
      sample: PRIVATE
    image_builder_supported:
      description: Whether an image builder can be started from it.
      type: bool
      returned: when it exists
      sample: true
    image_builder_name:
      description: The image builder it was made on.
      type: str
      returned: when it was made on one
      sample: design
    platform:
      description: The operating system.
      type: str
      returned: when reported by the service
      sample: WINDOWS_SERVER_2022
    description:
      description: The description.
      type: str
      returned: when it has one
      sample: With the updates of December
    state_change_reason:
      description: Why the state changed last.
      type: dict
      returned: when reported by the service
      contains:
        code:
          description: The code, C(IMAGE_UPDATE_FAILURE) when the update failed.
          type: str
          returned: when reported by the service
          sample: IMAGE_UPDATE_FAILURE
        message:
          description: The reason in words.
          type: str
          returned: when reported by the service
          sample: The image could not be updated.
    applications:
      description: The applications in its catalog.
      type: list
      elements: dict
      returned: when it exists
      contains:
        name:
          description: The name.
          type: str
          returned: when reported by the service
          sample: notepad
        display_name:
          description: The name users see.
          type: str
          returned: when reported by the service
          sample: Notepad
        icon_url:
          description: The URL of the icon, which may be valid for some time only.
          type: str
          returned: when reported by the service
          sample: https://example.com/notepad.png
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
        enabled:
          description: Whether it can be used.
          type: bool
          returned: when reported by the service
          sample: true
        metadata:
          description: Further attributes.
          type: dict
          returned: when reported by the service
          sample: {}
        working_directory:
          description: The folder it is started in.
          type: str
          returned: when reported by the service
          sample: C:\Windows
        description:
          description: The description.
          type: str
          returned: when reported by the service
          sample: A text editor
        arn:
          description: The ARN.
          type: str
          returned: when reported by the service
          sample: arn:aws:appstream:eu-central-1:123456789012:application/notepad
        app_block_arn:
          description: The ARN of its app block.
          type: str
          returned: when reported by the service
          sample: arn:aws:appstream:eu-central-1:123456789012:app-block/notepad
        icon_s3_location:
          description: Where its icon is stored, C(s3_bucket) and C(s3_key).
          type: dict
          returned: when reported by the service
          sample: {s3_bucket: icons, s3_key: notepad.png}
        platforms:
          description: The operating systems it runs on.
          type: list
          elements: str
          returned: when reported by the service
          sample: [WINDOWS_SERVER_2022]
        instance_families:
          description: The instance families it runs on.
          type: list
          elements: str
          returned: when reported by the service
          sample: [GENERAL_PURPOSE]
        created_time:
          description: When it was created.
          type: str
          returned: when reported by the service
          sample: "2026-11-22T12:45:26+00:00"
    created_time:
      description: When it was created.
      type: str
      returned: when it exists
      sample: "2026-11-22T12:45:26+00:00"
    public_base_image_released_date:
      description: When the public base image it comes from was released.
      type: str
      returned: when reported by the service
      sample: "2025-10-10T00:00:00+00:00"
    appstream_agent_version:
      description: The version of the AppStream agent.
      type: str
      returned: when reported by the service
      sample: 10-10-2025
    image_permissions:
      description: What this account may do with an image that is shared with it, C(allow_fleet) and
        C(allow_image_builder).
      type: dict
      returned: when it is shared with this account
      sample: {allow_fleet: true, allow_image_builder: false}
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
          sample: An internal error occurred.
        error_timestamp:
          description: When it occurred.
          type: str
          returned: when reported by the service
          sample: "2026-11-22T13:20:00+00:00"
    latest_appstream_agent_version:
      description: Whether instances always run the latest AppStream agent, C(TRUE) or C(FALSE).
      type: str
      returned: when reported by the service
      sample: "TRUE"
    supported_instance_families:
      description: The instance families it runs on.
      type: list
      elements: str
      returned: when reported by the service
      sample: [General Purpose, Compute Optimized, Memory Optimized]
    dynamic_app_providers_enabled:
      description: Whether dynamic app providers are C(ENABLED) or C(DISABLED).
      type: str
      returned: when reported by the service
      sample: DISABLED
    image_shared_with_others:
      description: Whether it is shared with other accounts, C(TRUE) or C(FALSE).
      type: str
      returned: when reported by the service
      sample: "FALSE"
    managed_software_included:
      description: Whether it has licence-included applications.
      type: bool
      returned: when reported by the service
      sample: false
    image_type:
      description: What it was made of, C(CUSTOM) an AMI or a WorkSpaces image, C(BYOL) a WorkSpaces image with its own
        licence, C(NATIVE) a base image of AWS.
      type: str
      returned: when reported by the service
      sample: NATIVE
    image_software_metadata:
      description: Software found on it, C(nvidia_grid_driver_version).
      type: dict
      returned: when reported by the service
      sample: {nvidia_grid_driver_version: "573.39"}
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
  description: Every state seen, in order, and after how many seconds. C(ABSENT) stands for an image that does not
    exist.
  type: list
  elements: dict
  returned: always, once AWS has been asked
  sample: [{state: ABSENT, elapsed: 0}, {state: CREATING, elapsed: 1}, {state: AVAILABLE, elapsed: 9005}]
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
from ansible_collections.euc.appstream.plugins.module_utils._appstream.core.errors import AppStreamError
from ansible_collections.euc.appstream.plugins.module_utils._appstream.core.waits import Resource, wait_config
from ansible_collections.euc.appstream.plugins.module_utils._appstream.image import api as images
from ansible_collections.euc.appstream.plugins.module_utils._appstream.image import derived as made_images
from ansible_collections.euc.appstream.plugins.module_utils._appstream.image.tagging import Tagging
from ansible_collections.euc.appstream.plugins.module_utils._appstream.image_update import resource as image_update_goal

ARGUMENT_SPEC: dict[str, Any] = {
    **image_update_goal.GOAL_OPTIONS,
    "name": {"type": "str", "required": True},
    "new_description": {"type": "str"},
    "new_display_name": {"type": "str"},
    "tags": {"type": "dict", "aliases": ["resource_tags"]},
    "purge_tags": {"type": "bool", "default": True},
}


def is_available(client: Any, options: dict[str, Any], before: Resource) -> bool:
    """Have the service say whether there is an update for the image. Raises AppStreamError when it can have none."""
    existing = images.describe_image(client, options["name"])
    made_images.require_source(existing, options["name"], "updated", before)
    return image_update_goal.ask(client, options, before)


def do(module: AnsibleAppStreamModule) -> dict[str, Any]:
    """Have the image updated, or adopt the new one, and return the module's return values. Raises AppStreamError."""
    options = module.params
    problems = image_update_goal.problems(options)
    if problems:
        raise AppStreamError("; ".join(problems))
    client = module.client("appstream")
    wish = image_update_goal.wish_of(options)
    before = images.describe_image(client, wish.name)
    before = before and images.with_tags(client, before)
    made_images.require_own(before, wish)
    if made_images.is_made(before, wish):
        wish.nothing_to_make = not is_available(client, options, before)
    for warning in made_images.warnings(before, wish):
        module.warn(warning)
    predict = bool(module.check_mode)
    tagging = Tagging(client, wish.tags, wish.purge_tags)
    goal = image_update_goal.goal(client, options, wish, tagging)
    values = made_images.reach(goal, wish, tagging, before, wait_config(options), predict=predict)
    if predict and before is None:
        values[made_images.RESULT_KEY] = None
    return {**values, "update_available": not wish.nothing_to_make}


def main() -> None:
    module = AnsibleAppStreamModule(argument_spec=ARGUMENT_SPEC, supports_check_mode=True)
    try:
        values = do(module)
    except AppStreamError as error:
        module.fail_json_appstream(error)
    module.exit_json(**values)


if __name__ == "__main__":
    main()
