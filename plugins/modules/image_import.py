#!/usr/bin/python
# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: image_import
version_added: 0.1.0
short_description: Import an Amazon EC2 AMI as an Amazon AppStream 2.0 image
description:
  - Makes an image of Amazon AppStream 2.0 (also named Amazon WorkSpaces Applications) of an AMI or of an Amazon
    WorkSpaces image, and waits until it is AVAILABLE.
  - An image of the given name that exists already is adopted, whatever it was made of. Images cannot be changed, tags
    apart, so there is a warning when one differs from the task.
  - Images imported from AMIs run on instance types such as V(GeneralPurpose.t3.large), C(ComputeOptimized.*),
    C(MemoryOptimized.*) and C(Accelerated.*), not on V(stream.standard.large) and its like.
  - An import takes 30 to 60 minutes, and longer with O(runtime_validation_config).
author:
  - The euc.appstream team (@euc)
options:
  name:
    description:
      - The name of the image to be, unique in the account and Region.
      - It starts with a letter or digit and has at most 100 letters, digits, dots, dashes and underscores.
    type: str
    required: true
  source_ami_id:
    description:
      - The AMI to import. It must be owned by this account and be in this Region.
      - The service wants Windows Server 2022 or 2025 Full Base without SQL Server, UEFI, TPM 2.0, C(x86_64), one
        unencrypted volume of at most 500 GB on C(/dev/sda1), and neither Remote Desktop Services licensing nor session
        host.
      - Exactly one of O(source_ami_id) and O(workspace_image_id) is needed.
    type: str
  workspace_image_id:
    description:
      - The Amazon WorkSpaces image to import. Needs botocore 1.44.5 or newer.
      - Exactly one of O(source_ami_id) and O(workspace_image_id) is needed.
    type: str
  iam_role_arn:
    description:
      - The ARN of an IAM role that trusts C(appstream.amazonaws.com) and allows C(ec2:ModifyImageAttribute) and
        C(ec2:DescribeImages).
      - Needed with O(source_ami_id), and of no use with O(workspace_image_id).
      - A role made just before is not known to the service at once, so a role it refuses is tried for some minutes.
    type: str
  description:
    description:
      - A description, at most 256 letters, digits, spaces, parentheses, dots, dashes and underscores.
    type: str
  display_name:
    description:
      - The name shown to people, at most 100 letters, digits, spaces, parentheses, dots, dashes and underscores.
    type: str
  agent_software_version:
    description:
      - Which AppStream agent instances of the image run, V(CURRENT_LATEST) the one that is the latest when the image
        is imported, V(ALWAYS_LATEST) the one that is the latest when they start.
      - What the service does without this option is not documented.
    type: str
    choices: [CURRENT_LATEST, ALWAYS_LATEST]
  app_catalog_config:
    description:
      - The application catalog of the image, at most 50 applications that are installed on the AMI.
    type: list
    elements: dict
    suboptions:
      name:
        description:
          - The name of the application, unique in the catalog.
          - It starts with a letter or digit and has at most 100 letters, digits, dots, dashes and underscores.
        type: str
        required: true
      display_name:
        description:
          - The name users see. It starts with a letter or digit and has at most 100 letters, digits, spaces, dots,
            dashes and underscores.
        type: str
      absolute_app_path:
        description:
          - The absolute path of the program.
        type: str
        required: true
      absolute_icon_path:
        description:
          - The absolute path of its icon, best a PNG file. Without it the program's own icon is taken.
        type: str
      absolute_manifest_path:
        description:
          - The absolute path of a text file that lists files to be fetched early, so that the application starts
            faster, one path per line.
        type: str
      working_directory:
        description:
          - The absolute path of the folder the program is started in.
        type: str
      launch_parameters:
        description:
          - What the program is started with, at most 1024 characters.
        type: str
  runtime_validation_config:
    description:
      - Have the service start an instance of the image and try to stream from it. The instance is billed.
    type: dict
    suboptions:
      intended_instance_type:
        description:
          - The instance type to try, for example V(GeneralPurpose.t3.large), best that of the fleet.
        type: str
        required: true
  retry_failed:
    description:
      - What to do with a FAILED image of the name, which the name is taken by. V(true) deletes it and imports
        again, V(false) fails.
      - An import that this very task has begun is not begun once more when it fails.
    type: bool
    default: false
  wait_timeout:
    description:
      - How many seconds to wait until the image is AVAILABLE.
      - When the time is up the task fails and returns the image as last seen. Nothing is undone, and running the
        task again continues where this one stopped.
    type: int
    default: 7200
notes:
  - In check mode the service itself checks the import (C(DryRun)), role and AMI included, and the task fails as the
    import would. Where a FAILED image would be deleted first, the service may get no further than its name.
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
  - module: euc.appstream.image_export
  - name: Import image
    description: The developer guide on what an AMI and the IAM role must be like.
    link: https://docs.aws.amazon.com/appstream2/latest/developerguide/import-image.html
"""

EXAMPLES = r"""
- name: Import an AMI
  euc.appstream.image_import:
    name: golden-2026-11
    source_ami_id: ami-0123456789abcdef0
    iam_role_arn: arn:aws:iam::123456789012:role/appstream-image-import
    agent_software_version: ALWAYS_LATEST
    app_catalog_config:
      - name: notepad
        display_name: Notepad
        absolute_app_path: C:\Windows\System32\notepad.exe
    runtime_validation_config:
      intended_instance_type: GeneralPurpose.t3.large
    tags:
      CostCenter: "42"
  register: golden

- name: Show what it runs on
  ansible.builtin.debug:
    msg: "{{ golden.image.supported_instance_families }}"

- name: Have the service check whether an AMI could be imported
  euc.appstream.image_import:
    name: golden-2026-12
    source_ami_id: ami-0123456789abcdef1
    iam_role_arn: arn:aws:iam::123456789012:role/appstream-image-import
  check_mode: true

- name: Import once more what failed before
  euc.appstream.image_import:
    name: golden-2026-12
    source_ami_id: ami-0123456789abcdef1
    iam_role_arn: arn:aws:iam::123456789012:role/appstream-image-import
    retry_failed: true
"""

RETURN = r"""
image:
  description:
    - The image as last seen, also when the task fails while waiting. Null when it does not exist.
    - In check mode the image as it would be, as far as that can be known.
    - All its keys are those of RV(euc.appstream.image_info#module:images); these are the ones that matter most.
  type: dict
  returned: always, once AWS has been asked
  contains:
    name:
      description: The name.
      type: str
      returned: always
      sample: golden-2026-11
    arn:
      description: The ARN.
      type: str
      returned: when it exists
      sample: arn:aws:appstream:eu-central-1:123456789012:image/golden-2026-11
    state:
      description: The state.
      type: str
      returned: always
      sample: AVAILABLE
    state_change_reason:
      description: Why the state changed last, its C(code) and C(message).
      type: dict
      returned: when reported by the service
      sample: {code: IMAGE_IMPORT_FAILURE, message: The image could not be imported.}
    image_errors:
      description: What went wrong, each with C(error_code), C(error_message) and C(error_timestamp).
      type: list
      elements: dict
      returned: when reported by the service
      sample: [{error_code: VALIDATION_ERROR, error_message: The AMI has no TPM.}]
    supported_instance_families:
      description: The instance families it runs on.
      type: list
      elements: str
      returned: when reported by the service
      sample: [GeneralPurpose, ComputeOptimized, MemoryOptimized, Accelerated]
    tags:
      description: The tags.
      type: dict
      returned: always
      sample: {CostCenter: "42"}
elapsed:
  description: How many seconds it took.
  type: int
  returned: always, once AWS has been asked
  sample: 2415
state_changes:
  description: Every C(state) seen, in order, and after how many seconds (C(elapsed)). C(ABSENT) stands for an image
    that does not exist.
  type: list
  elements: dict
  returned: always, once AWS has been asked
  sample: [{state: ABSENT, elapsed: 0}, {state: IMPORTING, elapsed: 1}, {state: AVAILABLE, elapsed: 2415}]
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
  sample: {code: IncompatibleImageException, message: The AMI is encrypted.}
retryable:
  description: Whether the same may succeed later, because AWS could not answer just now or the connection was lost.
  type: bool
  returned: when the task fails
  sample: false
remedy:
  description: What to do about the failure.
  type: str
  returned: when the task fails for a reason AWS's troubleshooting guide knows
  sample: See that the AMI meets the requirements for imported images, then import it again.
"""

from typing import Any

from ansible_collections.euc.appstream.plugins.module_utils._appstream.core.aws import AnsibleAppStreamModule
from ansible_collections.euc.appstream.plugins.module_utils._appstream.core.reconcile import run
from ansible_collections.euc.appstream.plugins.module_utils._appstream.core.waits import wait_options
from ansible_collections.euc.appstream.plugins.module_utils._appstream.image_import.resource import ImageImport

ARGUMENT_SPEC: dict[str, Any] = {
    "name": {"type": "str", "required": True},
    "source_ami_id": {"type": "str"},
    "workspace_image_id": {"type": "str"},
    "iam_role_arn": {"type": "str"},
    "description": {"type": "str"},
    "display_name": {"type": "str"},
    "agent_software_version": {"type": "str", "choices": ["CURRENT_LATEST", "ALWAYS_LATEST"]},
    "app_catalog_config": {
        "type": "list",
        "elements": "dict",
        "options": {
            "name": {"type": "str", "required": True},
            "display_name": {"type": "str"},
            "absolute_app_path": {"type": "str", "required": True},
            "absolute_icon_path": {"type": "str"},
            "absolute_manifest_path": {"type": "str"},
            "working_directory": {"type": "str"},
            "launch_parameters": {"type": "str"},
        },
    },
    "runtime_validation_config": {
        "type": "dict",
        "options": {"intended_instance_type": {"type": "str", "required": True}},
    },
    "tags": {"type": "dict", "aliases": ["resource_tags"]},
    "purge_tags": {"type": "bool", "default": True},
    "retry_failed": {"type": "bool", "default": False},
    **wait_options(timeout=7200),
}


def main() -> None:
    module = AnsibleAppStreamModule(
        argument_spec=ARGUMENT_SPEC,
        mutually_exclusive=[("source_ami_id", "workspace_image_id")],
        required_one_of=[("source_ami_id", "workspace_image_id")],
        required_by={"source_ami_id": "iam_role_arn"},
        supports_check_mode=True,
    )
    run(module, ImageImport)


if __name__ == "__main__":
    main()
