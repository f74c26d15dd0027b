#!/usr/bin/python
# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

DOCUMENTATION = r"""
---
module: plan_images
short_description: Check image recipes and plan the build of each image
version_added: 0.1.0
description:
  - Reads image recipes, checks everything the controller can know of them, asks AWS for what they need, and plans the
    build of each image. The first step of the role P(euc.appstream.plan_images#role) and of the playbook
    C(euc.appstream.build_images).
  - A recipe that is wrong in itself fails the task, with one line for each key that is wrong, in all recipes at once,
    before AWS is asked. What AWS lacks for one image does not stop the others and is in its RV(images[].problems).
  - Every role of a recipe is loaded as Ansible will load it in the build, its dependencies, handlers, includes and
    modules with it. What would end the run of all images there is refused, with file, line and remedy.
  - The connection of each image is read as Ansible will make it, and settings that reach no image builder are refused.
    Where an image is to be built, its Kerberos ticket and its downloads are asked for from the controller.
  - Creates nothing in AWS. Files of tasks and variables for the build are written to Ansible's temporary folder of
    this run.
options:
  recipes:
    description:
      - The recipes, as O(euc.appstream.plan_images#role:main:plan_images_recipes) describes them.
      - When left out they are read from the variable C(appstream_images) as it was written, so that templates in
        C(vars) are those of the image's host, and from the hosts of the play that are in the inventory group
        C(appstream_images), whose variables that begin with C(appstream_) are the keys of a recipe.
    type: list
    elements: dict
  credentials:
    description:
      - What applications name as C(credential) and C(run_as), as in the role
        P(euc.appstream.install_applications#role). Only read for what is missing.
    type: dict
    default: {}
  expires_after:
    description:
      - Hours after which what the run leaves behind may be reaped; becomes the tag C(euc.appstream:expires).
    type: int
    default: 24
  image_builder_quota:
    description:
      - The account's quota of image builders in the Region, that of Service Quotas when left out. V(0) leaves the check
        out.
    type: int
  image_quota:
    description:
      - The account's quota of images in the Region, that of Service Quotas when left out. V(0) leaves the check out.
    type: int
  lock:
    description:
      - The lock that lets only one run at a time build an image, see M(euc.appstream.build_lock).
    type: dict
    default: {}
    suboptions:
      type:
        description:
          - What decides who holds the lock, as in O(euc.appstream.build_lock#module:type).
        type: str
        choices: [tags, dynamodb]
        default: tags
      table:
        description:
          - The name or ARN of the table in Amazon DynamoDB, whose partition key is C(lock), a string.
        type: str
      stale_after:
        description:
          - After how many minutes without a sign of life another run counts as dead.
        type: int
        default: 30
  take_over:
    description:
      - The id of a run whose locks are taken over although it may be alive.
    type: str
  preflight:
    description:
      - How serious the checks of the preflight are, each V(error), V(warning) or V(off), as in
        O(euc.appstream.preflight#module:checks).
    type: dict
    default: {}
  report_directory:
    description:
      - Folder on the controller that the report of the run is to be written to, see M(euc.appstream.build_report).
        Examined only, so that a folder that can't be written to is refused at the beginning. Empty, there is none.
    type: path
    default: ""
attributes:
  check_mode:
    support: full
    details:
      - Plans no steps in check mode, so that nothing is built.
  diff_mode:
    support: none
  idempotent:
    support: full
  platform:
    description: Operating systems this action works on; it runs on the controller, whatever the task's host is.
    support: full
    platforms: posix
extends_documentation_fragment:
  - euc.appstream._attributes
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - euc.appstream._boto3
seealso:
  - module: euc.appstream.preflight
  - module: euc.appstream.image_host
author:
  - The euc.appstream team (@euc)
"""

EXAMPLES = r"""
- name: Plan the images of the variable appstream_images and of the inventory
  euc.appstream.plan_images:
  register: plan

- name: Make each image a host
  euc.appstream.image_host:
    name: "{{ item.name }}"
    groups: "{{ item.groups }}"
    variables: "{{ item.variables }}"
  loop: "{{ plan.images }}"
  loop_control:
    label: "{{ item.name }}"
"""

RETURN = r"""
run:
  description: The run that is planned.
  returned: success
  type: dict
  contains:
    id:
      description: Its identifier, which ends with the job's number in AWX.
      returned: always
      type: str
      sample: 20261122T124526Z-4711
    started:
      description: When it began, UTC, ISO 8601.
      returned: always
      type: str
      sample: "2026-11-22T12:45:26Z"
    stamp:
      description: What the names of new images end with.
      returned: always
      type: str
      sample: 20261122T124526Z
    expires:
      description: When what it leaves behind may be reaped, UTC, ISO 8601.
      returned: always
      type: str
      sample: "2026-11-23T12:45:26Z"
images:
  description: The images, in the order of their recipes.
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: The name of the recipe, and of the image's host.
      returned: always
      type: str
      sample: design
    groups:
      description: The inventory groups of that host.
      returned: always
      type: list
      elements: str
      sample: [appstream_image_builders, appstream_builds]
    variables:
      description:
        - The variables of that host. They are options of the roles that carry out the build, under the names of these
          roles' options, with C(build_image_plan), the steps of the build, among them.
      returned: always
      type: dict
    image_name:
      description: The name of its image.
      returned: always
      type: str
      sample: design-20261122T124526Z
    image:
      description: The image of that name, see RV(euc.appstream.image_info#module:images). Null when there is none.
      returned: always
      type: dict
    base_image:
      description: The image to start from, see RV(euc.appstream.image_info#module:images). Null when there is none.
      returned: always
      type: dict
    problems:
      description: Why the image can't be built. Empty when it can.
      returned: always
      type: list
      elements: str
      sample: [subnet subnet-0123456789abcdef0 does not exist in this account and Region]
    warnings:
      description: What may be unwanted, or could not be checked.
      returned: always
      type: list
      elements: str
      sample: []
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
