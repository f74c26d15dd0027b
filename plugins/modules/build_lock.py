#!/usr/bin/python
# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: build_lock
version_added: 0.1.0
short_description: Let only one run at a time build with an Amazon AppStream 2.0 image builder
description:
  - Holds, renews and releases the lock of an image builder of Amazon AppStream 2.0 (also named Amazon WorkSpaces
    Applications) for a run of Ansible, so that two runs do not build the same image at the same time.
  - C(euc.appstream.build_images) does so by itself.
  - A run whose last sign of life is older than O(stale_after) counts as dead, and the next one gets its lock without
    being asked. A run of the same controller whose process has ended counts as dead at once.
author:
  - The euc.appstream team (@euc)
options:
  builder_name:
    description:
      - The name of the image builder. When there is none, nobody else can hold its lock with O(type=tags), and
        whoever creates it is its only holder.
    type: str
    required: true
  run:
    description:
      - The id of the run, which no other run has.
      - Of several runs that ask at the same time the one whose id comes first in the alphabet gets the lock, so an id
        should begin with the time of the run.
    type: str
    required: true
  state:
    description:
      - V(held) takes the lock, or fails when another run has it.
      - V(renewed) gives a sign of life, and fails when another run has taken the lock over.
      - V(released) gives the lock back, if the run has it.
    type: str
    choices: [held, renewed, released]
    default: held
  type:
    description:
      - What decides who holds the lock.
      - V(tags) are those of the image builder, of which every run that asks gets one. Tags know no conditional write,
        so each run waits for some seconds before it reads who else has asked.
      - V(dynamodb) is a table in Amazon DynamoDB, see O(table), which lets exactly one run have the lock. The tags of
        the image builder show it, too.
    type: str
    choices: [tags, dynamodb]
    default: tags
  table:
    description:
      - The name or ARN of the table, whose partition key is C(lock), a string.
    type: str
  recipe:
    description:
      - What is locked in the table, beside account and Region. The name of the image builder when it is not set.
    type: str
  stale_after:
    description:
      - After how many minutes without a sign of life another run counts as dead.
    type: int
    default: 30
  take_over:
    description:
      - The id of a run that loses the lock to this one although it may be alive. It ends at its next sign of life.
    type: str
  job:
    description:
      - The id of the AWX job, for people who look for the run.
    type: str
  process:
    description:
      - The process on this host with which the run ends, such as that of C(ansible-playbook). Without it only time
        tells whether a run is dead.
    type: int
notes:
  - What counts is the time of AWS, not that of the controllers.
  - The lock takes one of the 50 tags of an image builder, C(euc.appstream:lock:) and the id of the run.
extends_documentation_fragment:
  - euc.appstream._attributes
  - euc.appstream._boto3
  - amazon.aws.common.modules
  - amazon.aws.region.modules
attributes:
  check_mode:
    support: full
  diff_mode:
    support: none
    details:
      - There is nothing to see but who holds the lock.
  idempotent:
    support: full
    details:
      - Holding a lock again is a sign of life and no change.
seealso:
  - module: euc.appstream.image_builder
  - ref: ansible_collections.euc.appstream.docsite.guide_runs
    description: What two runs, lost runs and their locks mean for a build.
"""

EXAMPLES = r"""
- name: Let nobody else build with the image builder
  euc.appstream.build_lock:
    builder_name: design
    run: 20261130T120000Z-nightly

- name: The same, decided by a table in DynamoDB
  euc.appstream.build_lock:
    builder_name: design
    run: 20261130T120000Z-nightly
    type: dynamodb
    table: appstream-build-locks

- name: Give the lock back
  euc.appstream.build_lock:
    builder_name: design
    run: 20261130T120000Z-nightly
    state: released
"""

RETURN = r"""
run:
  description: The run.
  type: str
  returned: success
  sample: 20261130T120000Z-nightly
holder:
  description: The other run that holds the lock.
  type: dict
  returned: when the task fails because another run holds the lock
  contains:
    run:
      description: Its id.
      type: str
      returned: always
      sample: 20261130T113000Z-4711
    job:
      description: The id of its AWX job; empty without AWX.
      type: str
      returned: always
      sample: "4711"
    host:
      description: The controller it runs on.
      type: str
      returned: always
      sample: automation-job-4711-x7k2p
    phase:
      description: Whether it holds the lock or still asks for it.
      type: str
      returned: always
      sample: holding
    renewed:
      description: Its last sign of life.
      type: str
      returned: always
      sample: "2026-11-30T11:58:21Z"
    age:
      description: How many seconds ago that was.
      type: int
      returned: always
      sample: 99
renewed:
  description: Whether a sign of life was given, with O(state=renewed). There may be nothing yet to give it to.
  type: bool
  returned: success
  sample: true
lost:
  description: Whether the lock was lost to another run.
  type: bool
  returned: when the task fails because another run has taken over
  sample: true
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
  returned: when the task fails and something is known that helps
  sample: Wait until that run has ended, or end it.
"""

import functools
from typing import Any

from ansible_collections.euc.appstream.plugins.module_utils._appstream.build_lock import lock as build_lock
from ansible_collections.euc.appstream.plugins.module_utils._appstream.build_lock.holders import (
    STALE_AFTER,
    this_run,
)
from ansible_collections.euc.appstream.plugins.module_utils._appstream.core.aws import AnsibleAppStreamModule
from ansible_collections.euc.appstream.plugins.module_utils._appstream.core.errors import AppStreamError
from ansible_collections.euc.appstream.plugins.module_utils._appstream.core.validation import (
    image_builder_name_problems,
)

ARGUMENT_SPEC: dict[str, Any] = {
    "builder_name": {"type": "str", "required": True},
    "run": {"type": "str", "required": True},
    "state": {"type": "str", "choices": ["held", "renewed", "released"], "default": "held"},
    "type": {"type": "str", "choices": list(build_lock.TYPES), "default": build_lock.TAGS},
    "table": {"type": "str"},
    "recipe": {"type": "str"},
    "stale_after": {"type": "int", "default": STALE_AFTER},
    "take_over": {"type": "str"},
    "job": {"type": "str"},
    "process": {"type": "int"},
}


def do(module: AnsibleAppStreamModule) -> dict[str, Any]:
    """Hold, renew or release the lock and return the module's return values. Raises AppStreamError."""
    options = module.params
    problems = [*image_builder_name_problems(options["builder_name"]), *build_lock.problems(options)]
    if problems:
        raise AppStreamError("; ".join(problems))
    connect = functools.cache(module.client)
    me = this_run(options["run"], options["job"] or "", options["process"] or 0)
    table = options["table"] or ""
    key = build_lock.key(connect, options["recipe"] or options["builder_name"]) if table else ""
    lock = build_lock.Lock(options["builder_name"], me, table, key, options["stale_after"])
    if module.check_mode:
        return _predicted(connect, lock, options)
    if options["state"] == "released":
        return {"changed": build_lock.release(connect, lock), "run": me.run, "renewed": False}
    if options["state"] == "renewed":
        return {"changed": False, "run": me.run, "renewed": build_lock.renew(connect, lock)}
    changed, warnings = build_lock.acquire(connect, lock, options["take_over"] or "")
    for warning in warnings:
        module.warn(warning)
    return {"changed": changed, "run": me.run, "renewed": False}


def _predicted(connect: build_lock.Connect, lock: build_lock.Lock, options: dict[str, Any]) -> dict[str, Any]:
    """Return what a run would, without a change. Raises AppStreamError when another run holds the lock."""
    is_held = build_lock.is_held(connect, lock, options["take_over"] or "")
    changed = {"held": not is_held, "renewed": False, "released": is_held}
    return {"changed": changed[options["state"]], "run": lock.me.run, "renewed": False}


def main() -> None:
    module = AnsibleAppStreamModule(argument_spec=ARGUMENT_SPEC, supports_check_mode=True)
    try:
        values = do(module)
    except AppStreamError as error:
        module.fail_json_appstream(error)
    module.exit_json(**values)


if __name__ == "__main__":
    main()
