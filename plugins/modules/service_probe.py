#!/usr/bin/python
# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: service_probe
version_added: 0.1.0
short_description: Ask Amazon AppStream 2.0 what no documentation says
description:
  - Puts questions of the list of assumptions of this collection to Amazon AppStream 2.0 (also named Amazon WorkSpaces
    Applications), and returns what was answered. Serves the playbook C(euc.appstream.verify_service).
  - Most questions are calls that the service should refuse. What it makes all the same has O(tags), and a name that
    begins with O(name).
  - Each probe asks in one state of the image builder, the image, the fleet or the stack named O(name). To bring it
    there is up to who calls.
author:
  - The euc.appstream team (@euc)
options:
  probes:
    description:
      - What to ask, by the names that the list of assumptions has, in this order.
      - V(read_only), V(base_images) and V(quotas) change nothing. In check mode all others are left out.
    type: list
    elements: str
    required: true
    choices:
      - read_only
      - base_images
      - quotas
      - refused_image_builders
      - refused_images
      - refused_fleets
      - stack
      - image_builder_pending
      - image_builder_running
      - image_builder_stopping
      - image_builder_stopped
      - image_builder_restarted
      - image_builder_deleting
      - image_pending
      - image_available
      - image_deleting
      - fleet_stopped
      - fleet_starting
      - fleet_running
      - fleet_stopping
      - fleet_restarted
  name:
    description:
      - The name of the image builder, the fleet and the stack that are asked about, and what the names of all else
        that a question may make begin with.
    type: str
    default: euc-appstream-verify
  tags:
    description:
      - The tags of what is made.
    type: dict
    default: {}
  base_image:
    description:
      - The name of a public image that image builders and fleets of O(instance_type) can be made of.
    type: str
    default: ""
  image:
    description:
      - The name of the image that was made of the image builder, if there is one.
    type: str
    default: ""
  instance_type:
    description:
      - The instance type of image builder and fleet.
    type: str
    default: stream.standard.small
  subnet_id:
    description:
      - The subnet of image builder and fleet.
    type: str
    default: ""
  security_group_ids:
    description:
      - Their security groups.
    type: list
    elements: str
    default: []
  domain:
    description:
      - The domain that the image builder joins. Only the name of its directory config is used, in a call that has to be
        refused.
    type: dict
    default: {}
  former_address:
    description:
      - The address of the image builder before it was stopped.
    type: str
    default: ""
extends_documentation_fragment:
  - euc.appstream._attributes
  - euc.appstream._boto3
  - amazon.aws.common.modules
  - amazon.aws.region.modules
attributes:
  check_mode:
    support: partial
    details:
      - Probes that may change something are left out.
  diff_mode:
    support: none
  idempotent:
    support: none
    details:
      - Questions are asked each time.
seealso:
  - module: euc.appstream.service_report
  - ref: ansible_collections.euc.appstream.docsite.guide_verify_service
    description: The playbook that asks everything.
"""

EXAMPLES = r"""
- name: Ask what costs nothing and changes nothing
  euc.appstream.service_probe:
    probes: [read_only, base_images, quotas]
  register: probed

- name: Compare it with what is assumed
  euc.appstream.service_report:
    answers: "{{ probed.answers }}"
"""

RETURN = r"""
answers:
  description:
    - What was answered, by the ids of assumptions. Each has C(seen), a value, and C(text), the service's own words; or
      C(not_asked), the reason.
    - The words of the service may name the account, addresses and resources. M(euc.appstream.service_report) takes
      these out.
  type: dict
  returned: success
  sample: {missing_image: {seen: ResourceNotFoundException, text: The image none does not exist.}}
error:
  description: AWS's own error, with C(code) and C(message).
  type: dict
  returned: when the task fails because AWS refused a call that no question is about
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

import functools
from typing import Any

from ansible_collections.euc.appstream.plugins.module_utils._appstream.core.aws import AnsibleAppStreamModule
from ansible_collections.euc.appstream.plugins.module_utils._appstream.core.calls import call
from ansible_collections.euc.appstream.plugins.module_utils._appstream.core.errors import AppStreamError
from ansible_collections.euc.appstream.plugins.module_utils._appstream.core.reconcile import Connect
from ansible_collections.euc.appstream.plugins.module_utils._appstream.verify_service.asking import Subject
from ansible_collections.euc.appstream.plugins.module_utils._appstream.verify_service.probes import PROBES, READ_ONLY
from ansible_collections.euc.appstream.plugins.module_utils._appstream.verify_service.seen import Answers

ARGUMENT_SPEC: dict[str, Any] = {
    "probes": {"type": "list", "elements": "str", "required": True, "choices": list(PROBES)},
    "name": {"type": "str", "default": "euc-appstream-verify"},
    "tags": {"type": "dict", "default": {}},
    "base_image": {"type": "str", "default": ""},
    "image": {"type": "str", "default": ""},
    "instance_type": {"type": "str", "default": "stream.standard.small"},
    "subnet_id": {"type": "str", "default": ""},
    "security_group_ids": {"type": "list", "elements": "str", "default": []},
    "domain": {"type": "dict", "default": {}},
    "former_address": {"type": "str", "default": ""},
}


def answers_of(module: AnsibleAppStreamModule) -> Answers:
    """Return the answers of all probes that may run. Raises AppStreamError."""
    connect = functools.cache(module.client)
    wanted = [name for name in module.params["probes"] if name in READ_ONLY or not module.check_mode]
    subject = _subject(module.params, connect, needs_account=any(name not in READ_ONLY for name in wanted))
    found: Answers = {}
    for name in wanted:
        found.update(PROBES[name](connect, subject))
    return found


def _subject(options: dict[str, Any], connect: Connect, *, needs_account: bool) -> Subject:
    identity = call(connect("sts"), "get_caller_identity", "the account") if needs_account else {}
    return Subject(
        name=options["name"],
        region=connect("appstream").meta.region_name,
        account=identity.get("Account", ""),
        tags={str(key): str(value) for key, value in options["tags"].items()},
        base_image=options["base_image"],
        image=options["image"],
        instance_type=options["instance_type"],
        subnet_id=options["subnet_id"],
        security_group_ids=tuple(options["security_group_ids"]),
        domain=options["domain"],
        former_address=options["former_address"],
    )


def main() -> None:
    module = AnsibleAppStreamModule(argument_spec=ARGUMENT_SPEC, supports_check_mode=True)
    try:
        found = answers_of(module)
    except AppStreamError as error:
        module.fail_json_appstream(error)
    module.exit_json(changed=False, answers=found)


if __name__ == "__main__":
    main()
