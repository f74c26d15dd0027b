#!/usr/bin/python
# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: directory_config_info
version_added: 0.1.0
short_description: Get information on Amazon AppStream 2.0 directory configs
description:
  - Reads the directory configs of Amazon AppStream 2.0 (also named Amazon WorkSpaces Applications), all or by name.
author:
  - The euc.appstream team (@euc)
options:
  names:
    description:
      - The fully qualified names of domains, without regard to case. Those without a directory config are left out of
        the answer.
      - All directory configs of the Region are returned when this is not set, and none when it is empty.
    type: list
    elements: str
extends_documentation_fragment:
  - euc.appstream._attributes
  - euc.appstream._attributes.info_module
  - euc.appstream._boto3
  - amazon.aws.common.modules
  - amazon.aws.region.modules
seealso:
  - module: euc.appstream.directory_config
"""

EXAMPLES = r"""
- name: List all directory configs
  euc.appstream.directory_config_info:
  register: all_directory_configs

- name: Show the organizational units of one
  ansible.builtin.debug:
    msg: "{{ item.organizational_unit_distinguished_names }}"
  loop: "{{ all_directory_configs.directory_configs | selectattr('directory_name', 'eq', 'corp.example.com') }}"
  loop_control:
    label: "{{ item.directory_name }}"
"""

RETURN = r"""
directory_configs:
  description:
    - The directory configs, by name. The accounts' passwords are never part of them.
  type: list
  elements: dict
  returned: success
  contains:
    directory_name:
      description: The domain.
      type: str
      returned: always
      sample: corp.example.com
    organizational_unit_distinguished_names:
      description: The organizational units.
      type: list
      elements: str
      returned: always
      sample: ["OU=ImageBuilders,DC=corp,DC=example,DC=com"]
    account_name:
      description: The account that joins computers to the domain, null when there is none.
      type: str
      returned: always
      sample: CORP\appstream-join
    certificate_based_auth_properties:
      description: Certificate-based authentication, with C(status) and C(certificate_authority_arn).
      type: dict
      returned: when reported by the service
      sample: {status: DISABLED}
    created_time:
      description: When it was created.
      type: str
      returned: always, unless in check mode
      sample: "2026-11-22T12:45:26+00:00"
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
from ansible_collections.euc.appstream.plugins.module_utils._appstream.directory_config.api import (
    describe_directory_configs,
    is_named,
)

ARGUMENT_SPEC: dict[str, Any] = {"names": {"type": "list", "elements": "str"}}


def do(module: AnsibleAppStreamModule) -> dict[str, Any]:
    """Return the module's return values. Raises AppStreamError."""
    names = module.params["names"]
    found = sorted(describe_directory_configs(module.client("appstream")), key=lambda one: str(one["directory_name"]))
    if names is not None:
        found = [config for config in found if any(is_named(config, name) for name in names)]
    return {"changed": False, "directory_configs": found}


def main() -> None:
    module = AnsibleAppStreamModule(argument_spec=ARGUMENT_SPEC, supports_check_mode=True)
    try:
        values = do(module)
    except AppStreamError as error:
        module.fail_json_appstream(error)
    module.exit_json(**values)


if __name__ == "__main__":
    main()
