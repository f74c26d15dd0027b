#!/usr/bin/python
# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: image_export_info
version_added: 0.1.0
short_description: Get information on exports of Amazon AppStream 2.0 images to Amazon EC2 AMIs
description:
  - Reads the tasks that export images of Amazon AppStream 2.0 (also named Amazon WorkSpaces Applications) to AMIs.
  - The newest task comes first. How long the service keeps tasks is not documented.
author:
  - The euc.appstream team (@euc)
options:
  task_ids:
    description:
      - The ids of tasks. Ids that do not exist are left out of the answer.
      - Mutually exclusive with O(filters).
    type: list
    elements: str
  names:
    description:
      - Only tasks that export images of these names.
    type: list
    elements: str
  ami_names:
    description:
      - Only tasks that export to AMIs of these names.
    type: list
    elements: str
  states:
    description:
      - Only tasks in one of these states, for example V(COMPLETED).
    type: list
    elements: str
  filters:
    description:
      - Filters handed to the service as they are, each a name with one value or a list of values.
      - The service's documentation says that tasks can be filtered, for example by state, but does not name the
        filters. The other options do without it.
      - Mutually exclusive with O(task_ids).
    type: dict
notes:
  - Needs a botocore that knows export tasks.
extends_documentation_fragment:
  - euc.appstream._attributes
  - euc.appstream._attributes.info_module
  - euc.appstream._boto3
  - amazon.aws.common.modules
  - amazon.aws.region.modules
seealso:
  - module: euc.appstream.image_export
"""

EXAMPLES = r"""
- name: Look at all exports
  euc.appstream.image_export_info:

- name: Find the AMIs an image has been exported to
  euc.appstream.image_export_info:
    names: [design-20261122T124526Z]
    states: [COMPLETED]
  register: exports

- name: Show them
  ansible.builtin.debug:
    msg: "{{ exports.export_image_tasks | map(attribute='ami_id') }}"
"""

RETURN = r"""
export_image_tasks:
  description:
    - The export tasks, the newest first.
    - Attributes the service does not report are left out.
  type: list
  elements: dict
  returned: success
  contains:
    task_id:
      description: The id of the task.
      type: str
      returned: always
      sample: 01234567-89ab-cdef-0123-456789abcdef
    image_arn:
      description: The ARN of the image.
      type: str
      returned: always
      sample: arn:aws:appstream:eu-central-1:123456789012:image/design-20261122T124526Z
    ami_name:
      description: The name of the AMI.
      type: str
      returned: always
      sample: design/20261122T124526Z
    created_date:
      description: When the task was begun.
      type: str
      returned: always
      sample: "2026-11-22T14:00:00+00:00"
    ami_description:
      description: The description of the AMI.
      type: str
      returned: when it has one
      sample: Design applications
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
    tag_specifications:
      description: The tags of the AMI.
      type: dict
      returned: when it was given any
      sample: {CostCenter: "42"}
    error_details:
      description: What went wrong.
      type: list
      elements: dict
      returned: when the task did not end well
      contains:
        error_code:
          description: The code. Which there are is not documented.
          type: str
          returned: when reported by the service
          sample: InvalidAMIName.Duplicate
        error_message:
          description: The error in words.
          type: str
          returned: when reported by the service
          sample: AMI name design is already in use.
error:
  description: AWS's own error, with C(code) and C(message).
  type: dict
  returned: when the task fails because AWS refused a call
  sample: {code: AccessDeniedException, message: Not authorized.}
retryable:
  description: Whether the same may succeed later, because AWS could not answer just now or the connection was lost.
  type: bool
  returned: when the task fails
  sample: false
remedy:
  description: What to do about the failure.
  type: str
  returned: when something is known about it
  sample: Allow this action in the IAM policy of the credentials in use.
"""

import re
from collections.abc import Mapping
from typing import Any

from ansible_collections.euc.appstream.plugins.module_utils._appstream.core.aws import AnsibleAppStreamModule
from ansible_collections.euc.appstream.plugins.module_utils._appstream.core.common_settings import image_name_of
from ansible_collections.euc.appstream.plugins.module_utils._appstream.core.errors import AppStreamError
from ansible_collections.euc.appstream.plugins.module_utils._appstream.core.validation import pattern_problems
from ansible_collections.euc.appstream.plugins.module_utils._appstream.image_export import api as image_exports

ARGUMENT_SPEC: dict[str, Any] = {
    "task_ids": {"type": "list", "elements": "str"},
    "names": {"type": "list", "elements": "str"},
    "ami_names": {"type": "list", "elements": "str"},
    "states": {"type": "list", "elements": "str"},
    "filters": {"type": "dict"},
}

TASK_ID = re.compile(r"[a-f0-9]{8}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{12}\Z")


def read(client: Any, options: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the tasks named by id, or all that pass the service's filters, the newest first."""
    if options["task_ids"] is None:
        filters = {
            name: [str(value) for value in (values if isinstance(values, list) else [values])]
            for name, values in (options["filters"] or {}).items()
        }
        return image_exports.list_export_image_tasks(client, filters)
    found = [image_exports.get_export_image_task(client, task_id) for task_id in dict.fromkeys(options["task_ids"])]
    return sorted(filter(None, found), key=lambda task: str(task["created_date"]), reverse=True)


def matches(task: Mapping[str, Any], options: Mapping[str, Any]) -> bool:
    """Say whether a task passes the module's own options."""
    seen = {"names": image_name_of(task), "ami_names": task["ami_name"], "states": task.get("state")}
    return all(options[option] is None or value in options[option] for option, value in seen.items())


def do(module: AnsibleAppStreamModule) -> dict[str, Any]:
    """Return the module's return values. Raises AppStreamError."""
    options = module.params
    problems = [
        problem
        for task_id in options["task_ids"] or []
        for problem in pattern_problems("task_ids", task_id or " ", TASK_ID, "01234567-89ab-cdef-0123-456789abcdef")
    ]
    if problems:
        raise AppStreamError("; ".join(problems))
    found = read(module.client("appstream"), options)
    return {"changed": False, "export_image_tasks": [task for task in found if matches(task, options)]}


def main() -> None:
    module = AnsibleAppStreamModule(
        argument_spec=ARGUMENT_SPEC,
        mutually_exclusive=[("task_ids", "filters")],
        supports_check_mode=True,
    )
    try:
        values = do(module)
    except AppStreamError as error:
        module.fail_json_appstream(error)
    module.exit_json(**values)


if __name__ == "__main__":
    main()
