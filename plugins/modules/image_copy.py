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
    made of. Images cannot be changed, tags apart, so a description that differs from the task's is told by a warning.
  - AWS does not copy tags, so this module does. It does not copy permissions, see M(euc.appstream.image_permission).
  - Only two images may be copied to a Region at once, by default. A third one waits until one of them has ended.
author:
  - The euc.appstream team (@euc)
options:
  name:
    description:
      - The name of the image to copy. It must be AVAILABLE and this account's own; base images and images shared by
        other accounts cannot be copied.
      - Once the copy exists it is looked at for its tags only, and may be gone.
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
        anew, V(false) fails.
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
    - Attributes the service does not report are left out.
    - In check mode the copy as it would be, as far as that can be known.
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
      sample: For the offices overseas
    state_change_reason:
      description: Why the state changed last.
      type: dict
      returned: when reported by the service
      contains:
        code:
          description: The code, C(IMAGE_COPY_FAILURE) when copying failed.
          type: str
          returned: when reported by the service
          sample: IMAGE_COPY_FAILURE
        message:
          description: The reason in words.
          type: str
          returned: when reported by the service
          sample: The image could not be copied.
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
  sample: 905
state_changes:
  description: Every state seen, in order, and after how many seconds. C(ABSENT) stands for an image that does not
    exist.
  type: list
  elements: dict
  returned: always, once AWS has been asked
  sample: [{state: ABSENT, elapsed: 0}, {state: COPYING, elapsed: 1}, {state: AVAILABLE, elapsed: 905}]
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
from ansible_collections.euc.appstream.plugins.module_utils._appstream.core.errors import AppStreamError
from ansible_collections.euc.appstream.plugins.module_utils._appstream.core.waits import Resource, wait_config
from ansible_collections.euc.appstream.plugins.module_utils._appstream.image import api as images
from ansible_collections.euc.appstream.plugins.module_utils._appstream.image import derived as made_images
from ansible_collections.euc.appstream.plugins.module_utils._appstream.image.tagging import Tagging
from ansible_collections.euc.appstream.plugins.module_utils._appstream.image_copy import resource as image_copy_goal
from ansible_collections.euc.appstream.plugins.module_utils._appstream.image_copy.resource import Place

ARGUMENT_SPEC: dict[str, Any] = {
    **image_copy_goal.GOAL_OPTIONS,
    "destination_description": {"type": "str"},
    "copy_tags": {"type": "bool", "default": True},
    "tags": {"type": "dict", "aliases": ["resource_tags"]},
    "purge_tags": {"type": "bool", "default": True},
}


def places(module: AnsibleAppStreamModule) -> tuple[Place, Place]:
    """Return the Region of the image and that of the copy, which may be the same. Raises AppStreamError."""
    client = module.client("appstream")
    source = Place(client.meta.region_name, client)
    problems = image_copy_goal.problems(module.params, source.region)
    if problems:
        raise AppStreamError("; ".join(problems))
    region = module.params["destination_region"] or source.region
    if region == source.region:
        return source, source
    destination = Place(region, module.client("appstream", region=region))
    image_copy_goal.require_same_partition(source, destination)
    return source, destination


def tags_to_copy(module: AnsibleAppStreamModule, source: Place, before: Resource) -> dict[str, str] | None:
    """Return the tags the copy gets from the image, which is known to be there then. Raises AppStreamError."""
    options = module.params
    if not image_copy_goal.needs_source(options, before):
        return {}
    image = images.describe_image(source.client, options["name"])
    if made_images.is_made(before, image_copy_goal.wish_of(options, None)):
        made_images.require_source(image, options["name"], "copied", before, f" in {source.region}")
    copied = image_copy_goal.tags_to_copy(source.client, options, image)
    if copied is None:
        module.warn(f"Image {options['name']} is gone from {source.region}, so its tags are neither copied nor purged")
    return copied


def do(module: AnsibleAppStreamModule) -> dict[str, Any]:
    """Copy the image, or adopt the copy, and return the module's return values. Raises AppStreamError."""
    options = module.params
    source, destination = places(module)
    before = images.describe_image(destination.client, image_copy_goal.destination_name(options))
    before = before and images.with_tags(destination.client, before)
    made_images.require_own(before, image_copy_goal.wish_of(options, None))
    wish = image_copy_goal.wish_of(options, tags_to_copy(module, source, before))
    image_copy_goal.require_few_tags(wish, before)
    for warning in made_images.warnings(before, wish):
        module.warn(warning)
    predict = bool(module.check_mode)
    tagging = Tagging(destination.client, wish.tags, wish.purge_tags)
    goal = image_copy_goal.goal(source, destination, options, wish, tagging)
    return made_images.reach(goal, wish, tagging, before, wait_config(options), predict=predict)


def main() -> None:
    module = AnsibleAppStreamModule(argument_spec=ARGUMENT_SPEC, supports_check_mode=True)
    try:
        values = do(module)
    except AppStreamError as error:
        module.fail_json_appstream(error)
    module.exit_json(**values)


if __name__ == "__main__":
    main()
