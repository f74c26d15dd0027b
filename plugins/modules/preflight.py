#!/usr/bin/python
# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: preflight
version_added: 0.1.0
short_description: Check whether Amazon AppStream 2.0 images can be built
description:
  - Checks recipes for images of Amazon AppStream 2.0 (also named Amazon WorkSpaces Applications) before anything is
    made, all of them with one look at AWS, and only reading.
  - Checked are the names, whether they are free, the base image and whether it supports the instance type, the
    quotas, subnets and their free addresses, security groups, routes, VPC endpoints, directory configs and their
    organizational units, IAM roles, what the credentials in use may do, and objects of S3. Option O(checks) has them
    by name.
  - What the credentials may not ask, or what AWS can't answer just now, is a warning. Only image builders and images
    have to be readable.
  - A recipe that can't be built is no failure of this module, see RV(images[].problems). It fails when AWS can't be
    asked.
author:
  - The euc.appstream team (@euc)
options:
  images:
    description:
      - The recipes.
    type: list
    elements: dict
    required: true
    suboptions:
      name:
        description:
          - The name of the recipe.
        type: str
        required: true
      image_name:
        description:
          - The name of the image to be.
          - When it is not set, the image is the one the recipe's image builder is at work on, as its tag
            C(euc.appstream:image) says, unless that has FAILED, and otherwise a new one named after recipe and
            O(timestamp).
        type: str
      base_image:
        description:
          - The image to start from, given in one of these ways.
          - An image builder of the recipe that exists already stays with the image it was started from if that fits.
        type: dict
        suboptions:
          platform:
            description:
              - The newest public base image of this operating system that supports the instance type.
            type: str
          name_prefix:
            description:
              - The newest public or own image whose name begins with this and that supports the instance type.
            type: str
          name:
            description:
              - The public or own image of this name.
            type: str
          arn:
            description:
              - The image with this ARN; the only way to name one that another account shares.
            type: str
      builder:
        description:
          - The image builder.
        type: dict
        suboptions:
          name:
            description:
              - The name of the image builder, the recipe's own when it is not set.
            type: str
          instance_type:
            description:
              - The instance type.
            type: str
          subnet_id:
            description:
              - The subnet.
            type: str
          security_group_ids:
            description:
              - The security groups.
            type: list
            elements: str
          iam_role_arn:
            description:
              - The ARN of the machine's IAM role. It must be one of this account and trust C(appstream.amazonaws.com).
            type: str
          enable_default_internet_access:
            description:
              - Whether the image builder gets a public address, which needs a public subnet.
            type: bool
          access_endpoints:
            description:
              - The interface VPC endpoints for streaming.
            type: list
            elements: dict
            suboptions:
              endpoint_type:
                description:
                  - The type of the endpoint.
                type: str
              vpce_id:
                description:
                  - The id of the endpoint.
                type: str
          domain:
            description:
              - The Active Directory domain to join.
            type: dict
            suboptions:
              directory_name:
                description:
                  - The fully qualified name of the domain.
                type: str
                required: true
              organizational_unit:
                description:
                  - The distinguished name of the organizational unit for the computer object.
                type: str
                required: true
      catalog_applications:
        description:
          - The names of the applications that the recipe registers in the application catalog. An image needs one.
          - The check is left out when this is not set.
        type: list
        elements: str
      dynamic_app_catalog:
        description:
          - Whether the dynamic application catalog is enabled, so that the image's own may be empty.
        type: bool
        default: false
      purge_catalog:
        description:
          - Whether applications of the base image are removed from the catalog.
        type: bool
        default: false
      internet_hosts:
        description:
          - The hosts that the image builder fetches something from. With one that is on the internet, the subnet must
            have a route there.
        type: list
        elements: str
        default: []
      may_set_proxy:
        description:
          - Whether something, such as a role, may set a proxy on the image builder before it fetches anything. Then a
            missing route is a warning.
        type: bool
        default: false
      s3_sources:
        description:
          - The objects of Amazon S3 that are fetched.
        type: list
        elements: dict
        default: []
        suboptions:
          source:
            description:
              - The object, C(s3://bucket/key).
            type: str
            required: true
          access:
            description:
              - Who fetches it. With V(builder_role) it is the role of the image builder, so that a missing object is a
                warning only.
            type: str
            choices: [presigned, builder_role]
            default: presigned
          region:
            description:
              - The Region of its bucket, if it is another one.
            type: str
      tags:
        description:
          - The tags of image builder and image.
        type: dict
        default: {}
  checks:
    description:
      - How serious each check is - V(error) makes what it finds one of RV(images[].problems), V(warning) one of
        RV(images[].warnings), V(off) leaves it out.
      - The checks are C(names), C(base_image), C(platform), C(catalog), C(image), C(image_builder), C(build_lock),
        C(quotas), C(network), C(internet_route), C(vpc_endpoints), C(directory_config), C(iam_role), C(permissions),
        C(sources), C(credentials), C(connection), C(kerberos) and C(proxy). The guide on the preflight says what each
        of them looks at. C(proxy) is a warning, the others are errors.
      - C(build_lock), C(credentials), C(connection), C(kerberos) and C(proxy) are not checked by this module, but by
        M(euc.appstream.plan_images).
      - That image builder and image of these names belong to the recipe, and that no two recipes share them, is an
        error in any case.
    type: dict
    default: {}
  image_builder_quota:
    description:
      - How many image builders the account may have in the Region. Service Quotas is asked when it is not set, for
        those of the instance types as well; where that is not possible, it is AWS's default of 10.
      - V(0) leaves the check of the total out.
    type: int
  image_quota:
    description:
      - How many images the account may have in the Region. Service Quotas is asked when it is not set; where that is
        not possible, it is AWS's default of 10.
      - V(0) leaves the check out.
    type: int
  timestamp:
    description:
      - What the names of new images end with, the time now in UTC when it is not set.
    type: str
extends_documentation_fragment:
  - euc.appstream._attributes
  - euc.appstream._attributes.info_module
  - euc.appstream._boto3
  - amazon.aws.common.modules
  - amazon.aws.region.modules
seealso:
  - module: euc.appstream.image_builder
  - module: euc.appstream.image_info
"""

EXAMPLES = r"""
- name: Check two recipes
  euc.appstream.preflight:
    images:
      - name: design
        base_image:
          platform: WINDOWS_SERVER_2022
        builder:
          instance_type: stream.standard.large
          subnet_id: subnet-0123456789abcdef0
          security_group_ids:
            - sg-0123456789abcdef0
      - name: office
        image_name: office-2026-11
        base_image:
          name_prefix: corp-office-base-
        builder:
          instance_type: stream.memory.large
          subnet_id: subnet-0123456789abcdef0
          domain:
            directory_name: corp.example.com
            organizational_unit: OU=ImageBuilders,DC=corp,DC=example,DC=com
  register: preflight

- name: Stop if any of them can't be built
  ansible.builtin.assert:
    that: item.problems | length == 0
    fail_msg: "{{ item.name }}: {{ item.problems | join('; ') }}"
  loop: "{{ preflight.images }}"
  loop_control:
    label: "{{ item.name }}"
"""

RETURN = r"""
timestamp:
  description: What the names of new images end with.
  type: str
  returned: success
  sample: 20261122T124526Z
images:
  description: What was found out about each recipe, in the order of O(images).
  type: list
  elements: dict
  returned: success
  contains:
    name:
      description: The name of the recipe.
      type: str
      returned: always
      sample: design
    builder_name:
      description: The name of its image builder.
      type: str
      returned: always
      sample: design
    image_name:
      description: The name of its image.
      type: str
      returned: always
      sample: design-20261122T124526Z
    image:
      description: The image of that name with its tags, see RV(euc.appstream.image_info#module:images). Null when
        there is none.
      type: dict
      returned: always
    image_builder:
      description:
        - The image builder of that name with its tags, see
          RV(euc.appstream.image_builder_info#module:image_builders).
        - Null when there is none.
      type: dict
      returned: always
    base_image:
      description:
        - The image to start from, see RV(euc.appstream.image_info#module:images).
        - Null when there is none, or nothing is to be built because the image is there or in the making.
      type: dict
      returned: always
    replace_failed:
      description: Whether there is an image of that name that was made for the recipe and has FAILED, to be deleted
        first.
      type: bool
      returned: always
      sample: false
    problems:
      description: Why the recipe can't be built. Empty when it can.
      type: list
      elements: str
      returned: always
      sample: [subnet subnet-0123456789abcdef0 does not exist in this account and Region]
    warnings:
      description: What may be unwanted, or could not be checked.
      type: list
      elements: str
      returned: always
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

from datetime import datetime, timezone
from typing import Any

from ansible_collections.euc.appstream.plugins.module_utils._appstream.core.aws import AnsibleAppStreamModule
from ansible_collections.euc.appstream.plugins.module_utils._appstream.core.errors import AppStreamError
from ansible_collections.euc.appstream.plugins.module_utils._appstream.preflight.report import Settings, check
from ansible_collections.euc.appstream.plugins.module_utils._appstream.preflight.severities import severities

ARGUMENT_SPEC: dict[str, Any] = {
    "images": {
        "type": "list",
        "elements": "dict",
        "required": True,
        "options": {
            "name": {"type": "str", "required": True},
            "image_name": {"type": "str"},
            "base_image": {
                "type": "dict",
                "mutually_exclusive": [("platform", "name", "arn"), ("name_prefix", "name", "arn")],
                "options": {
                    "platform": {"type": "str"},
                    "name_prefix": {"type": "str"},
                    "name": {"type": "str"},
                    "arn": {"type": "str"},
                },
            },
            "builder": {
                "type": "dict",
                "options": {
                    "name": {"type": "str"},
                    "instance_type": {"type": "str"},
                    "subnet_id": {"type": "str"},
                    "security_group_ids": {"type": "list", "elements": "str"},
                    "iam_role_arn": {"type": "str"},
                    "enable_default_internet_access": {"type": "bool"},
                    "access_endpoints": {
                        "type": "list",
                        "elements": "dict",
                        "options": {"endpoint_type": {"type": "str"}, "vpce_id": {"type": "str"}},
                    },
                    "domain": {
                        "type": "dict",
                        "options": {
                            "directory_name": {"type": "str", "required": True},
                            "organizational_unit": {"type": "str", "required": True},
                        },
                    },
                },
            },
            "catalog_applications": {"type": "list", "elements": "str"},
            "dynamic_app_catalog": {"type": "bool", "default": False},
            "purge_catalog": {"type": "bool", "default": False},
            "internet_hosts": {"type": "list", "elements": "str", "default": []},
            "may_set_proxy": {"type": "bool", "default": False},
            "s3_sources": {
                "type": "list",
                "elements": "dict",
                "default": [],
                "options": {
                    "source": {"type": "str", "required": True},
                    "access": {"type": "str", "choices": ["presigned", "builder_role"], "default": "presigned"},
                    "region": {"type": "str"},
                },
            },
            "tags": {"type": "dict", "default": {}},
        },
    },
    "checks": {"type": "dict", "default": {}},
    "image_builder_quota": {"type": "int"},
    "image_quota": {"type": "int"},
    "timestamp": {"type": "str"},
}


def do(module: AnsibleAppStreamModule) -> dict[str, Any]:
    """Return the module's return values. Raises AppStreamError."""
    options = module.params
    timestamp = options["timestamp"] or datetime.now(timezone.utc).strftime("%Y%m%dT%H%M%SZ")
    try:
        chosen = severities(options["checks"])
    except ValueError as error:
        raise AppStreamError(f"checks: {error}") from error
    settings = Settings(timestamp, chosen, options["image_builder_quota"], options["image_quota"])
    findings = check(module.client, options["images"], settings)
    warning = module.credentials_warning()
    for finding in findings if warning else []:
        if (finding.image or {}).get("state") != "AVAILABLE":
            finding.warnings.append(str(warning))
    return {"changed": False, "timestamp": timestamp, "images": [finding.values() for finding in findings]}


def main() -> None:
    module = AnsibleAppStreamModule(argument_spec=ARGUMENT_SPEC, supports_check_mode=True)
    # Nothing has been begun that waiting would save.
    module.params["credentials_timeout"] = 0
    try:
        values = do(module)
    except AppStreamError as error:
        module.fail_json_appstream(error)
    module.exit_json(**values)


if __name__ == "__main__":
    main()
