#!/usr/bin/python
# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: image_info
version_added: 0.1.0
short_description: Get information on Amazon AppStream 2.0 images
description:
  - Reads images of Amazon AppStream 2.0 (also named Amazon WorkSpaces Applications), own, shared and public ones,
    and finds the newest image to start an image builder from.
  - The newest image comes first. Public base images count by their release date, all others by their creation time.
author:
  - The euc.appstream team (@euc)
options:
  names:
    description:
      - The names of own or public images. Names that do not exist are left out of the answer.
      - There is a warning for a public base image that is not the newest of its series, and for a deprecated one.
      - O(names), O(arns) and O(type) exclude each other.
    type: list
    elements: str
  arns:
    description:
      - The ARNs of images; the only way to name an image another account shares.
      - O(names), O(arns) and O(type) exclude each other.
    type: list
    elements: str
  type:
    description:
      - Whose images to look for, V(PUBLIC) ones by AWS, V(PRIVATE) ones of this account or ones V(SHARED) with it.
      - With O(latest=true) and neither O(names) nor O(arns) this is V(PUBLIC) unless set otherwise.
      - O(names), O(arns) and O(type) exclude each other.
    type: str
    choices: [PUBLIC, PRIVATE, SHARED]
    aliases: [visibility]
  platform:
    description:
      - Only images of this operating system, for example V(WINDOWS_SERVER_2022).
    type: str
  name_prefix:
    description:
      - Only images whose names begin with this.
    type: str
  states:
    description:
      - Only images in one of these states, for example V(AVAILABLE).
    type: list
    elements: str
  image_builder_supported:
    description:
      - Only images from which an image builder can be started, or only others.
    type: bool
  instance_type:
    description:
      - Only images that can run on this instance type, for example V(stream.graphics.g5.xlarge).
      - V(stream.*) types are for images of AWS and those made of them, V(GeneralPurpose.*), V(ComputeOptimized.*),
        V(MemoryOptimized.*) and V(Accelerated.*) for imported images. An image that lists no instance families is none
        for graphics, unless its name says so. When the names of the families it lists are not known, there is a
        warning.
    type: str
  latest:
    description:
      - Only the newest image an image builder can be started from, that is AVAILABLE and supports image builders.
      - Images for graphics, whose names have C(-Graphics-), count only when O(instance_type), O(name_prefix), O(names)
        or O(arns) asks for them. Those named C(AppStream-Graphics-NV-) are for all graphics families from G4 on.
      - The task fails when there is none.
    type: bool
    default: false
  include_tags:
    description:
      - Whether to read the tags of own images too. That costs one more call to AWS for each.
    type: bool
    default: true
  include_usage:
    description:
      - Whether to find out what uses the own images, RV(images[].used_by).
      - All fleets and image builders of the Region are read for that, once, and the permissions of each image that is
        shared. What the credentials may not look at is null, and there is a warning.
    type: bool
    default: false
extends_documentation_fragment:
  - euc.appstream._attributes
  - euc.appstream._attributes.info_module
  - euc.appstream._boto3
  - amazon.aws.common.modules
  - amazon.aws.region.modules
seealso:
  - module: euc.appstream.image
  - module: euc.appstream.image_permission
  - module: euc.appstream.image_permission_info
"""

EXAMPLES = r"""
- name: Find the newest Windows Server 2022 base image
  euc.appstream.image_info:
    platform: WINDOWS_SERVER_2022
    instance_type: stream.standard.large
    latest: true
  register: base

- name: Show its name
  ansible.builtin.debug:
    msg: "{{ base.images[0].name }}"

- name: Look at all own images of a recipe
  euc.appstream.image_info:
    type: PRIVATE
    name_prefix: design-

- name: Look at an image another account shares
  euc.appstream.image_info:
    arns:
      - arn:aws:appstream:eu-central-1:123456789012:image/office-base

- name: Look at all own images of a recipe and at what uses them
  euc.appstream.image_info:
    type: PRIVATE
    name_prefix: design-
    states: [AVAILABLE, FAILED]
    include_usage: true
  register: own

# Images whose use is not known for sure, because the credentials may not look, are kept: null is not an empty list.
- name: Delete those that nothing uses, but keep the newest three
  euc.appstream.image:
    name: "{{ item.name }}"
    state: absent
  loop: "{{ unused[3:] }}"
  loop_control:
    label: "{{ item.name }}"
  vars:
    unused: >-
      {{ own.images | selectattr('used_by.fleets', 'eq', []) | selectattr('used_by.accounts', 'eq', [])
         | selectattr('used_by.image_builders', 'eq', []) }}
"""

RETURN = r"""
images:
  description:
    - The images, the newest first.
    - Attributes the service does not report are left out.
  type: list
  elements: dict
  returned: success
  contains:
    name:
      description: The name.
      type: str
      returned: always
      sample: AppStream-WinServer2022-10-10-2025
    arn:
      description: The ARN. Those of public base images name no account.
      type: str
      returned: always
      sample: arn:aws:appstream:eu-central-1::image/AppStream-WinServer2022-10-10-2025
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
      returned: when it exists
      sample: PUBLIC
    platform:
      description: The operating system.
      type: str
      returned: when reported by the service
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
          description: Further attributes, by the names the service gives them.
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
      description: The tags, empty for images of others. Null, and there is a warning, when the credentials may not
        look.
      type: dict
      returned: when O(include_tags=true)
      sample: {CostCenter: "42"}
    used_by:
      description: What uses it.
      type: dict
      returned: for own images with O(include_usage=true)
      contains:
        fleets:
          description:
            - The names of the fleets of this account that use it, in whatever state they are. They keep it from being
              deleted.
            - Null when the credentials may not look at fleets.
          type: list
          elements: str
          returned: always
          sample: [design]
        image_builders:
          description:
            - The names of the image builders of this account that were started from it. They need it no longer.
            - Null when the credentials may not look at image builders.
          type: list
          elements: str
          returned: always
          sample: []
        accounts:
          description:
            - The ids of the accounts it is shared with. As long as there are any it can't be deleted.
            - Null when the credentials may not look at its permissions.
          type: list
          elements: str
          returned: always
          sample: ["012345670123"]
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
from ansible_collections.euc.appstream.plugins.module_utils._appstream.image import selection as image_selection
from ansible_collections.euc.appstream.plugins.module_utils._appstream.image.api import (
    describe_images,
    is_own,
    with_tags,
)
from ansible_collections.euc.appstream.plugins.module_utils._appstream.image.usage import usage_of_images

ARGUMENT_SPEC: dict[str, Any] = {
    "names": {"type": "list", "elements": "str"},
    "arns": {"type": "list", "elements": "str"},
    "type": {"type": "str", "choices": ["PUBLIC", "PRIVATE", "SHARED"], "aliases": ["visibility"]},
    "platform": {"type": "str"},
    "name_prefix": {"type": "str"},
    "states": {"type": "list", "elements": "str"},
    "image_builder_supported": {"type": "bool"},
    "instance_type": {"type": "str"},
    "latest": {"type": "bool", "default": False},
    "include_tags": {"type": "bool", "default": True},
    "include_usage": {"type": "bool", "default": False},
}


def matches(image: dict[str, Any], options: dict[str, Any]) -> bool:
    """Say whether an image passes the options the service itself can't filter by."""
    supported = options["image_builder_supported"]
    return (
        (options["platform"] is None or image.get("platform") == options["platform"])
        and (options["name_prefix"] is None or image["name"].startswith(options["name_prefix"]))
        and (options["states"] is None or image.get("state") in options["states"])
        and (supported is None or bool(image.get("image_builder_supported")) == supported)
        and (
            options["instance_type"] is None or image_selection.refused_because(image, options["instance_type"]) is None
        )
    )


def do(module: AnsibleAppStreamModule) -> dict[str, Any]:
    """Return the module's return values, warning about images that should not be chosen. Raises AppStreamError."""
    options = module.params
    client = module.client("appstream")
    by_name = options["names"] is not None or options["arns"] is not None
    visibility = options["type"] or ("PUBLIC" if options["latest"] and not by_name else None)
    seen = describe_images(client, names=options["names"], arns=options["arns"], visibility=visibility)
    found = image_selection.newest_first(image for image in seen if matches(image, options))
    if options["latest"]:
        newest = image_selection.choose(
            found, name_prefix=options["name_prefix"], instance_type=options["instance_type"], with_graphics=by_name
        )
        if newest is None:
            raise AppStreamError("There is no such image from which an image builder can be started")
        found = [newest]
    for image in found if options["instance_type"] else []:
        for warning in image_selection.support_warnings(image, options["instance_type"]):
            module.warn(warning)
    if by_name:
        warn_about(module, client, found)
    if options["include_tags"]:
        found = [with_tags(client, image, module.warn) for image in found]
    if options["include_usage"]:
        usage = usage_of_images(client, [image for image in found if is_own(image)], module.warn)
        found = [{**image, "used_by": usage[image["name"]]} if is_own(image) else image for image in found]
    return {"changed": False, "images": found}


def warn_about(module: AnsibleAppStreamModule, client: Any, chosen: list[dict[str, Any]]) -> None:
    """Warn about chosen images that are deprecated or not the newest of their series."""
    dated = any(image.get("visibility") == "PUBLIC" and image_selection.series(image["name"]) for image in chosen)
    public_images = describe_images(client, visibility="PUBLIC") if dated else []
    for image in chosen:
        for warning in image_selection.choice_warnings(image, public_images):
            module.warn(warning)


def main() -> None:
    module = AnsibleAppStreamModule(
        argument_spec=ARGUMENT_SPEC,
        mutually_exclusive=[("names", "arns", "type")],
        supports_check_mode=True,
    )
    try:
        values = do(module)
    except AppStreamError as error:
        module.fail_json_appstream(error)
    module.exit_json(**values)


if __name__ == "__main__":
    main()
