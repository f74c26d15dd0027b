#!/usr/bin/python
# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: image_export
version_added: 0.1.0
short_description: Export an Amazon AppStream 2.0 image to an Amazon EC2 AMI
description:
  - Exports an own, AVAILABLE image of Amazon AppStream 2.0 (also named Amazon WorkSpaces Applications) to an AMI, and
    waits until the AMI is there. Only images of Windows Server 2022 and 2025 can be exported.
  - The service takes the AppStream agent and licence-included applications off the AMI.
  - An image is exported to a name once. When there is a task for the image and the AMI's name already, that one is
    waited for, and one that is COMPLETED is as good as a new one. Tasks that are older than the image are those of a
    former image of the same name, and an image whose AMI has been deregistered since is exported again.
  - A task that has begun cannot be cancelled.
author:
  - The euc.appstream team (@euc)
options:
  name:
    description:
      - The name of the image.
    type: str
    required: true
  ami_name:
    description:
      - The name of the AMI to be, unique in the account and Region, 3 to 128 letters, digits, parentheses, dots,
        dashes, slashes and underscores.
    type: str
    required: true
  iam_role_arn:
    description:
      - The ARN of an IAM role that trusts C(appstream.amazonaws.com) and allows C(ec2:CopyImage),
        C(ec2:DescribeImages) and C(ec2:CreateTags).
      - A role made just before is not known to the service at once, so a role it refuses is tried for some minutes.
    type: str
    required: true
  ami_description:
    description:
      - The description of the AMI, at most 256 characters.
      - Given when the export begins. There is a warning when an export that has begun before has another one.
    type: str
  tags:
    description:
      - The tags of the AMI, as a dictionary.
      - Given when the export begins. There is a warning when an export that has begun before has others.
    type: dict
    aliases: [resource_tags]
  retry_failed:
    description:
      - Whether to begin again when the last task for the image and the AMI's name has FAILED or TIMED_OUT. With
        V(false) this fails.
      - An export that this very task has begun is not begun once more when it fails.
    type: bool
    default: true
  wait_timeout:
    description:
      - How many seconds to wait until the export is COMPLETED.
      - When the time is up the task fails and returns the export task as last seen. Nothing is undone, and running the
        task again continues where this one stopped.
    type: int
    default: 7200
notes:
  - Needs a botocore that knows export tasks.
  - Whether the AMI of a COMPLETED task still exists is asked of Amazon EC2 (C(ec2:DescribeImages)). Without that
    permission it is taken to exist.
extends_documentation_fragment:
  - euc.appstream._attributes
  - euc.appstream._attributes.changing_module
  - euc.appstream._boto3
  - euc.appstream._wait
  - amazon.aws.common.modules
  - amazon.aws.region.modules
seealso:
  - module: euc.appstream.image_export_info
  - module: euc.appstream.image_import
  - module: euc.appstream.image
  - module: amazon.aws.ec2_ami
  - name: Export image
    description: The developer guide on what is exported and on the IAM role.
    link: https://docs.aws.amazon.com/appstream2/latest/developerguide/export-image.html
"""

EXAMPLES = r"""
- name: Export an image to an AMI
  euc.appstream.image_export:
    name: design-20261122T124526Z
    ami_name: design/20261122T124526Z
    ami_description: Design applications
    iam_role_arn: arn:aws:iam::123456789012:role/appstream-image-export
    tags:
      CostCenter: "42"
  register: exported

- name: Show the AMI
  ansible.builtin.debug:
    msg: "{{ exported.export_image_task.ami_id }}"

- name: Begin an export, and don't wait for it
  euc.appstream.image_export:
    name: office-20261122T130211Z
    ami_name: office/20261122T130211Z
    iam_role_arn: arn:aws:iam::123456789012:role/appstream-image-export
    wait: false
"""

RETURN = r"""
export_image_task:
  description:
    - The export task as last seen, also when the task fails while waiting. Null when there is none.
    - In check mode the export task as it would be, as far as that can be known.
    - All its keys are those of RV(euc.appstream.image_export_info#module:export_image_tasks); these are the ones that
      matter most.
  type: dict
  returned: always, once AWS has been asked
  contains:
    task_id:
      description: The id of the task.
      type: str
      returned: when it exists
      sample: 01234567-89ab-cdef-0123-456789abcdef
    state:
      description: The state, C(EXPORTING), C(COMPLETED), C(FAILED) or C(TIMED_OUT).
      type: str
      returned: when reported by the service
      sample: COMPLETED
    ami_id:
      description: The id of the AMI.
      type: str
      returned: when the task is COMPLETED
      sample: ami-0123456789abcdef0
    created_date:
      description: When the task was begun.
      type: str
      returned: when it exists
      sample: "2026-11-22T14:00:00+00:00"
    error_details:
      description: What went wrong, each with C(error_code) and C(error_message).
      type: list
      elements: dict
      returned: when the task did not end well
      sample: [{error_code: InvalidAMIName.Duplicate, error_message: AMI name design is already in use.}]
elapsed:
  description: How many seconds it took.
  type: int
  returned: always, once AWS has been asked
  sample: 1810
state_changes:
  description: Every C(state) seen, in order, and after how many seconds (C(elapsed)). C(ABSENT) stands for a task that
    does not exist.
  type: list
  elements: dict
  returned: always, once AWS has been asked
  sample: [{state: ABSENT, elapsed: 0}, {state: EXPORTING, elapsed: 1}, {state: COMPLETED, elapsed: 1810}]
actions:
  description: What was done, in order; only C(create) is possible.
  type: list
  elements: str
  returned: always, once AWS has been asked
  sample: [create]
error:
  description: AWS's own error, with C(code) and C(message).
  type: dict
  returned: when the task fails because AWS refused a call
  sample: {code: ResourceNotAvailableException, message: The image is not available.}
retryable:
  description: Whether the same may succeed later, because AWS could not answer just now or the connection was lost.
  type: bool
  returned: when the task fails
  sample: false
remedy:
  description: What to do about the failure.
  type: str
  returned: when something is known about it
  sample: See that the IAM role trusts appstream.amazonaws.com, then export the image again.
"""

from typing import Any

from ansible_collections.euc.appstream.plugins.module_utils._appstream.core.aws import AnsibleAppStreamModule
from ansible_collections.euc.appstream.plugins.module_utils._appstream.core.reconcile import run
from ansible_collections.euc.appstream.plugins.module_utils._appstream.core.waits import wait_options
from ansible_collections.euc.appstream.plugins.module_utils._appstream.image_export.resource import ImageExport

ARGUMENT_SPEC: dict[str, Any] = {
    "name": {"type": "str", "required": True},
    "ami_name": {"type": "str", "required": True},
    "iam_role_arn": {"type": "str", "required": True},
    "ami_description": {"type": "str"},
    "tags": {"type": "dict", "aliases": ["resource_tags"]},
    "retry_failed": {"type": "bool", "default": True},
    **wait_options(timeout=7200),
}


def main() -> None:
    run(AnsibleAppStreamModule(argument_spec=ARGUMENT_SPEC, supports_check_mode=True), ImageExport)


if __name__ == "__main__":
    main()
