#!/usr/bin/python
# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

DOCUMENTATION = r"""
---
module: image_capture
short_description: Start the making of an image on an AppStream image builder
version_added: 0.1.0
description:
  - Runs C(create-image) of the Image Assistant on an Amazon AppStream 2.0 (Amazon WorkSpaces Applications) image
    builder, first as a dry run, then for real, over the host's own connection.
  - Soon after the making of an image has begun the builder cuts all connections. A lost connection therefore proves
    nothing. The controller asks AWS until the image shows up, and the task succeeds as soon as it does. An answer of
    the Image Assistant other than success fails the task with its own message.
  - Does nothing when an image of that name is available or in the making, also when AWS doesn't show it yet but the
    dry run says that it exists.
  - Does not wait until the image is available. M(euc.appstream.image) with
    O(euc.appstream.image#module:state=available) does that.
options:
  name:
    description:
      - Name of the image, unique per account and Region, 1 to 100 letters, digits, C(_), C(.) and C(-), which begins
        with a letter or digit and not with C(aws), C(appstream) or C(amazon).
      - The name of an image that failed stays taken until it is deleted.
    type: str
    required: true
  description:
    description:
      - Description of the image, at most 256 characters.
    type: str
  display_name:
    description:
      - Display name of the image, at most 100 characters.
    type: str
  dynamic_app_catalog:
    description:
      - Whether applications are also provided by a dynamic application provider at run time.
      - Without it the builder's application catalog must hold at least one application.
    type: bool
    default: false
  use_latest_agent_version:
    description:
      - Whether fleets with this image always use the newest AppStream agent.
      - V(true) is also the default of the graphical Image Assistant, while the default of its command line is to pin
        the agent that is installed on the builder. It can't be changed later without a new image.
    type: bool
    default: true
  tags:
    description:
      - Tags of the image, at most 50.
    type: dict
    default: {}
  builder_name:
    description:
      - Name of the image builder, to tell its state when no image shows up, and for O(builder_tags).
    type: str
  builder_tags:
    description:
      - Tags that the image builder gets right before the making of the image begins, for example one that says that
        O(after_start) ends the access to it. Its other tags stay. That it can't be tagged is a warning.
    type: dict
    default: {}
  appear_timeout:
    description:
      - How many seconds to wait until AWS shows the image after C(create-image).
      - This usually takes seconds, at times minutes.
    type: int
    default: 600
  wait_delay:
    description:
      - About how many seconds to wait between two queries of AWS.
    type: int
    default: 15
  after_start:
    description:
      - Commands of Windows, each a list of a program and its arguments, that are run on the builder in one go right
        after C(create-image) has said that the making of the image has begun, and before the builder is copied.
      - Meant for what the connection lives on and so can't be removed before, such as the account that is connected
        and the certificate and the listener of WinRM. Put what ends the connection last.
      - They never fail the task. What became of them is RV(after_start), with a warning unless they all succeeded.
      - Arguments may consist of letters, digits, spaces and C(.:/\?=*+@${}-_), so that nothing in them means anything
        to C(cmd.exe), which runs them.
    type: list
    elements: list
    default: []
  image_assistant_path:
    description:
      - Absolute path of the Image Assistant on the builder.
    type: str
    default: C:\Program Files\Amazon\Photon\ConsoleImageBuilder\image-assistant.exe
attributes:
  check_mode:
    support: full
    details:
      - Asks AWS for the image and lists the application catalog; the dry run of C(create-image) is not run.
  diff_mode:
    support: none
  idempotent:
    support: full
  platform:
    description: Operating systems of the hosts this action works on.
    support: full
    platforms: windows
extends_documentation_fragment:
  - euc.appstream._attributes
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - euc.appstream._boto3
notes:
  - The task's host is the image builder. AWS is asked from the controller, with the AWS options and environment
    variables as there, whatever the inventory says of localhost.
  - The connection needs local administrator rights on the builder.
seealso:
  - module: euc.appstream.application_catalog
  - module: euc.appstream.image
  - module: euc.appstream.image_info
author:
  - The euc.appstream team (@euc)
"""

EXAMPLES = r"""
- name: Begin an image of this builder
  euc.appstream.image_capture:
    name: design-20261122
    display_name: Design
    description: Design applications on Windows Server 2022
    region: eu-central-1
    tags:
      CostCenter: "42"

- name: Begin an image and remove the account that is connected
  euc.appstream.image_capture:
    name: design-20261122
    region: eu-central-1
    after_start:
      - [net, user, automation, /delete]
      - [reg, delete, 'HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\WSMAN\Listener\*+HTTPS', /f]

- name: Begin an image whose applications come from a dynamic application provider
  euc.appstream.image_capture:
    name: design-dynamic
    dynamic_app_catalog: true
    region: eu-central-1
"""

RETURN = r"""
after_start:
  description: What became of the commands of O(after_start).
  returned: success
  type: dict
  contains:
    status:
      description:
        - V(done), V(failed) when some of them failed, V(unknown) when the connection was lost before an answer came, or
          V(not_run) when there are none or the image was there or in the making already.
      returned: always
      type: str
      sample: done
    failed:
      description: The commands that failed.
      returned: always
      type: list
      elements: str
      sample: []
    message:
      description: What they printed, or how the connection was lost.
      returned: always
      type: str
      sample: ""
builder_tags_missing:
  description: Why the image builder did not get O(builder_tags), which is a warning, too.
  returned: when it did not get them
  type: str
  sample: "image builder design did not get the tags euc.appstream:sealed, so that the next run does not know of them"
image:
  description:
    - The image as M(euc.appstream.image_info) returns it, without tags.
    - In check mode only its name, with state null, when it doesn't exist.
  returned: success, and when the image has failed
  type: dict
  contains:
    name:
      description: The name.
      type: str
      returned: always
      sample: design-20261122
    arn:
      description: The ARN.
      type: str
      returned: when it exists
      sample: arn:aws:appstream:eu-central-1:123456789012:image/design-20261122
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
      description: The state, null when it does not exist.
      type: str
      returned: always
      sample: PENDING
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
      sample: PRIVATE
    platform:
      description: The operating system.
      type: str
      returned: when it exists
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
          description: Further attributes. Their names are returned as they are.
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
image_assistant:
  description: What the Image Assistant said to C(create-image).
  returned: success
  type: dict
  contains:
    status:
      description: Its status, null when it was not run or its answer got lost.
      returned: always
      type: int
      sample: 0
    message:
      description: Its message, or how the connection was lost. Null when it was not run.
      returned: always
      type: str
      sample: Success
    connection_lost:
      description: Whether the connection was lost before an answer arrived.
      returned: always
      type: bool
      sample: false
"""
