#!/usr/bin/python
# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: image_permission_info
version_added: 0.1.0
short_description: Get information on the sharing of Amazon AppStream 2.0 images
description:
  - Reads with which AWS accounts images of Amazon AppStream 2.0 (also named Amazon WorkSpaces Applications) are shared,
    and for what.
author:
  - The euc.appstream team (@euc)
options:
  names:
    description:
      - The names of images of this account. Names of images that do not exist, or that are not this account's own, are
        left out of the answer.
    type: list
    elements: str
    required: true
  accounts:
    description:
      - The ids of accounts, only permissions of these are returned. All are returned when this is not set.
      - Each has 12 digits. Write them in quotes, because YAML takes one with a leading zero for an octal number.
    type: list
    elements: str
extends_documentation_fragment:
  - euc.appstream._attributes
  - euc.appstream._attributes.info_module
  - euc.appstream._boto3
  - amazon.aws.common.modules
  - amazon.aws.region.modules
seealso:
  - module: euc.appstream.image_permission
  - module: euc.appstream.image_info
"""

EXAMPLES = r"""
- name: Find out with whom an image is shared
  euc.appstream.image_permission_info:
    names:
      - design-20261122T124526Z
  register: sharing

- name: Show the accounts
  ansible.builtin.debug:
    msg: "{{ sharing.image_permissions[0].permissions | map(attribute='account_id') }}"

- name: Find out which of the own images an account can use
  euc.appstream.image_permission_info:
    names: "{{ own.images | map(attribute='name') }}"
    accounts:
      - "012345670123"
"""

RETURN = r"""
image_permissions:
  description:
    - The images, in the order of O(names).
  type: list
  elements: dict
  returned: success
  contains:
    name:
      description: The name of the image.
      type: str
      returned: always
      sample: design-20261122T124526Z
    permissions:
      description: What the image is shared for, one entry per account; empty when it is not shared.
      type: list
      elements: dict
      returned: always
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
from ansible_collections.euc.appstream.plugins.module_utils._appstream.core.calls import NOT_FOUND
from ansible_collections.euc.appstream.plugins.module_utils._appstream.core.errors import AppStreamError
from ansible_collections.euc.appstream.plugins.module_utils._appstream.core.validation import (
    account_id_problems,
    existing_image_name_problems,
)
from ansible_collections.euc.appstream.plugins.module_utils._appstream.image_permission.api import (
    Permission,
    as_list,
    describe_image_permissions,
)

ARGUMENT_SPEC: dict[str, Any] = {
    "names": {"type": "list", "elements": "str", "required": True},
    "accounts": {"type": "list", "elements": "str"},
}


def read(client: Any, name: str) -> dict[str, Permission] | None:
    """Return the permissions of an image by account, None when there is no own image of that name."""
    try:
        return describe_image_permissions(client, name)
    except AppStreamError as error:
        if error.code != NOT_FOUND:
            raise
        return None


def do(module: AnsibleAppStreamModule) -> dict[str, Any]:
    """Return the module's return values. Raises AppStreamError."""
    names, accounts = list(dict.fromkeys(module.params["names"])), module.params["accounts"]
    problems = [problem for name in names for problem in existing_image_name_problems(name)]
    problems += [problem for account in accounts or [] for problem in account_id_problems("accounts", account)]
    if problems:
        raise AppStreamError("; ".join(problems))
    client = module.client("appstream")
    found = {name: read(client, name) for name in names}
    return {
        "changed": False,
        "image_permissions": [
            {"name": name, "permissions": [one for one in as_list(permissions) if _is_asked_for(one, accounts)]}
            for name, permissions in found.items()
            if permissions is not None
        ],
    }


def _is_asked_for(permission: dict[str, Any], accounts: list[str] | None) -> bool:
    return accounts is None or permission["account_id"] in accounts


def main() -> None:
    module = AnsibleAppStreamModule(argument_spec=ARGUMENT_SPEC, supports_check_mode=True)
    try:
        values = do(module)
    except AppStreamError as error:
        module.fail_json_appstream(error)
    module.exit_json(**values)


if __name__ == "__main__":
    main()
