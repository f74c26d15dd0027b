#!/usr/bin/python
# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: ad_computer_cleanup
version_added: 0.1.0
short_description: Delete computer accounts of image builders that no longer exist, from Linux
description:
  - AppStream makes a computer account for each image builder that joins a domain and never deletes it. This module
    deletes those of image builders that no longer exist.
  - Only computer accounts whose description ends in C(image-builder:) and a name are looked at. Those of fleets are
    not.
  - An account that has something below it, such as BitLocker recovery information, is not deleted. The task goes on
    with the others and fails at the end.
author:
  - The euc.appstream team (@euc)
options:
  organizational_unit:
    description:
      - The distinguished name of the organizational unit that is cleaned, with those below it.
    type: str
    required: true
  in_use:
    description:
      - The names of all image builders that exist, in whatever state. Their accounts, all that are said to be theirs,
        are kept. A stopped image builder needs its account too.
      - If AWS accounts or Regions share the organizational unit, list the image builders of all of them. An image
        builder that is missing here loses the domain.
      - May be empty only with O(names), since an empty list is also what a look into the wrong Region gives.
    type: list
    elements: str
    required: true
  names:
    description:
      - Deletes accounts of image builders of these names only.
    type: list
    elements: str
  minimum_age:
    description:
      - How many hours ago an account must have been made, and its password set, to be deleted. An image builder that is
        just being made may not be among O(in_use) yet.
    type: int
    default: 24
notes:
  - Needs the right to delete Computer objects, see O(euc.appstream.ad_delegation#module:delegation=remove_computers).
extends_documentation_fragment:
  - euc.appstream._active_directory
  - euc.appstream._attributes.changing_module
seealso:
  - module: euc.appstream.image_builder_info
  - module: euc.appstream.ad_image_builder_info
  - module: euc.appstream.ad_delegation
"""

EXAMPLES = r"""
- name: Find all image builders
  euc.appstream.image_builder_info:
    include_tags: false
  register: existing

- name: Delete computer accounts of those that no longer exist
  euc.appstream.ad_computer_cleanup:
    domain_name: corp.example.com
    domain_username: svc-appstream-cleanup
    domain_password: "{{ cleanup_password }}"
    organizational_unit: OU=ImageBuilders,DC=corp,DC=example,DC=com
    in_use: "{{ existing.image_builders | map(attribute='name') }}"

- name: Delete those of an image builder that was just deleted
  euc.appstream.ad_computer_cleanup:
    domain_name: corp.example.com
    domain_username: svc-appstream-cleanup
    domain_password: "{{ cleanup_password }}"
    organizational_unit: OU=ImageBuilders,DC=corp,DC=example,DC=com
    names:
      - design
    in_use: []
    minimum_age: 0
"""

RETURN = r"""
removed:
  description: The computer accounts that were deleted, in check mode those that would be, as far as the task got.
  type: list
  elements: dict
  returned: success, and when some could not be deleted
  contains: &computer
    name:
      description: The name of the image builder.
      type: str
      returned: always
      sample: design
    computer_name:
      description: The name of the computer.
      type: str
      returned: always
      sample: EC2AMAZ-7QJ2K1L
    dns_name:
      description: The DNS name of the computer, null if it has none.
      type: str
      returned: always
      sample: EC2AMAZ-7QJ2K1L.corp.example.com
    distinguished_name:
      description: The distinguished name of the computer account.
      type: str
      returned: always
      sample: CN=EC2AMAZ-7QJ2K1L,OU=ImageBuilders,DC=corp,DC=example,DC=com
    organizational_unit:
      description: The distinguished name of what it lies in.
      type: str
      returned: always
      sample: OU=ImageBuilders,DC=corp,DC=example,DC=com
    description:
      description: The description.
      type: str
      returned: always
      sample: AppStream 2.0 - image-builder:design
    enabled:
      description: Whether the account is enabled.
      type: bool
      returned: always
      sample: true
    created:
      description: When the account was made.
      type: str
      returned: always
      sample: "2026-11-22T12:45:26+00:00"
    last_password_set:
      description: When the computer set its password last. Null if never.
      type: str
      returned: always
      sample: "2026-11-22T12:45:27+00:00"
    sid:
      description: The security identifier.
      type: str
      returned: always
      sample: S-1-5-21-1004336348-1177238915-682003330-1105
    reason:
      description: Why it is kept, C(in use), C(too young) or C(not asked for), or why it could not be deleted.
      type: str
      returned: in RV(kept) and RV(not_removed)
      sample: in use
kept:
  description: The computer accounts of image builders that stay.
  type: list
  elements: dict
  returned: success
  contains: *computer
not_removed:
  description: The computer accounts that could not be deleted, each with the reason.
  type: list
  elements: dict
  returned: when some could not be deleted
  contains: *computer
error_kind:
  description: What went wrong, one of C(other), C(not found), C(exists), C(denied), C(credentials), C(unreachable) and
    C(refused value).
  type: str
  returned: when the directory could not do it
  sample: denied
cause:
  description: Why, in the words of the domain controller where it said something.
  type: str
  returned: when the task fails and it is known
  sample: "Insufficient access: 00002098: acl_check_access: ..."
remedy:
  description: What to do about the failure.
  type: str
  returned: when the task fails and it is known
  sample: Delete or move what lies below it first.
"""

from datetime import datetime, timedelta, timezone
from typing import Any

from ansible_collections.euc.appstream.plugins.module_utils._active_directory import computers, names
from ansible_collections.euc.appstream.plugins.module_utils._active_directory.errors import ActiveDirectoryError
from ansible_collections.euc.appstream.plugins.module_utils._active_directory.module import (
    AnsibleActiveDirectoryModule,
)

ARGUMENT_SPEC: dict[str, Any] = {
    "organizational_unit": {"type": "str", "required": True},
    "in_use": {"type": "list", "elements": "str", "required": True},
    "names": {"type": "list", "elements": "str"},
    "minimum_age": {"type": "int", "default": 24},
}


def problems_of(options: dict[str, Any]) -> list[str]:
    """Check the options. Returns problems."""
    problems = names.distinguished_name_problems("organizational_unit", options["organizational_unit"])
    if options["minimum_age"] < 0:
        problems.append("minimum_age is less than 0")
    if not options["in_use"] and options["names"] is None:
        problems.append("in_use is empty, with which every computer account would go: give names too, if that is meant")
    return problems


def do(module: AnsibleActiveDirectoryModule) -> dict[str, Any]:
    """Delete what is not used; the module's return values. Raises ActiveDirectoryError."""
    options = module.params
    module.refuse(problems_of(options))
    cleanup = computers.Cleanup(
        in_use=options["in_use"], minimum_age=timedelta(hours=options["minimum_age"]), names=options["names"]
    )
    with module.directory() as directory:
        plan, removed, kept = computers.plan_cleanup(
            directory, options["organizational_unit"], cleanup, datetime.now(timezone.utc)
        )
        if not module.check_mode:
            plan.carry_out()
        return {"changed": plan.changed, "diff": plan.diff, "removed": removed, "kept": kept}


def main() -> None:
    module = AnsibleActiveDirectoryModule(argument_spec=ARGUMENT_SPEC, supports_check_mode=True)
    try:
        values = do(module)
    except ActiveDirectoryError as error:
        module.fail_json_active_directory(error)
    module.exit_json(**values)


if __name__ == "__main__":
    main()
