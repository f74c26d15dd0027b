#!/usr/bin/python
# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: stack_info
version_added: 0.1.0
short_description: Get information on Amazon AppStream 2.0 stacks
description:
  - Reads stacks of Amazon AppStream 2.0 (also named Amazon WorkSpaces Applications), all or by name.
author:
  - The euc.appstream team (@euc)
options:
  names:
    description:
      - The names of the stacks. Names that do not exist are left out of the answer.
      - All stacks of the Region are returned when this is not set, and none when it is empty.
    type: list
    elements: str
  include_tags:
    description:
      - Whether to read the tags too. That costs one more call to AWS per stack.
    type: bool
    default: true
  include_fleets:
    description:
      - Whether to read the names of the associated fleets too. That costs one more call to AWS per stack.
    type: bool
    default: true
extends_documentation_fragment:
  - euc.appstream._attributes
  - euc.appstream._attributes.info_module
  - euc.appstream._boto3
  - amazon.aws.common.modules
  - amazon.aws.region.modules
seealso:
  - module: euc.appstream.stack
  - module: euc.appstream.fleet_info
"""

EXAMPLES = r"""
- name: Look at all stacks
  euc.appstream.stack_info:
  register: all_stacks

- name: Show which stacks offer no fleet
  ansible.builtin.debug:
    msg: "{{ all_stacks.stacks | selectattr('fleets', 'eq', []) | map(attribute='name') }}"

- name: Look at one, without tags
  euc.appstream.stack_info:
    names:
      - office
    include_tags: false
"""

RETURN = r"""
stacks:
  description:
    - The stacks, by name.
    - Attributes the service does not report are left out.
  type: list
  elements: dict
  returned: success
  contains:
    name:
      description: The name.
      type: str
      returned: always
      sample: office
    arn:
      description: The ARN.
      type: str
      returned: always
      sample: arn:aws:appstream:eu-central-1:123456789012:stack/office
    display_name:
      description: The name shown to people.
      type: str
      returned: when it has one
      sample: Office
    description:
      description: The description.
      type: str
      returned: when it has one
      sample: Office applications
    created_time:
      description: When it was created.
      type: str
      returned: always
      sample: "2026-11-22T12:45:26+00:00"
    storage_connectors:
      description: The persistent storage that people have.
      type: list
      elements: dict
      returned: when reported by the service
      contains:
        connector_type:
          description: The type, V(HOMEFOLDERS), V(GOOGLE_DRIVE) or V(ONE_DRIVE).
          type: str
          returned: always
          sample: HOMEFOLDERS
        resource_identifier:
          description: What the service keeps it in.
          type: str
          returned: when reported by the service
          sample: appstream2-36fb080bb8-eu-central-1-123456789012
        domains:
          description: The domains of the accounts that can be linked.
          type: list
          elements: str
          returned: when it has any
          sample: [example.com]
        domains_require_admin_consent:
          description: The domains in which an administrator has to consent.
          type: list
          elements: str
          returned: when it has any
          sample: [example.com]
    redirect_url:
      description: Where people are led when their session ends.
      type: str
      returned: when it has one
      sample: https://portal.example.com/
    feedback_url:
      description: Where people are led to send feedback.
      type: str
      returned: when it has one
      sample: https://portal.example.com/feedback
    stack_errors:
      description: What is wrong with the stack.
      type: list
      elements: dict
      returned: when reported by the service
      contains:
        error_code:
          description: The code.
          type: str
          returned: when reported by the service
          sample: STORAGE_CONNECTOR_ERROR
        error_message:
          description: The error in words.
          type: str
          returned: when reported by the service
          sample: The storage connector cannot be used.
    user_settings:
      description: What people may do in their sessions. The service tells of all actions.
      type: list
      elements: dict
      returned: when reported by the service
      contains:
        action:
          description: The action.
          type: str
          returned: always
          sample: FILE_DOWNLOAD
        permission:
          description: Whether people may do it, V(ENABLED) or V(DISABLED).
          type: str
          returned: always
          sample: DISABLED
        maximum_length:
          description: How many characters can be copied at once.
          type: int
          returned: when reported by the service
          sample: 20971520
    application_settings:
      description: Whether people's application settings are kept from session to session.
      type: dict
      returned: when reported by the service
      contains:
        enabled:
          description: Whether they are.
          type: bool
          returned: when reported by the service
          sample: true
        settings_group:
          description: The prefix in the bucket under which they are kept.
          type: str
          returned: when they are
          sample: office
        s3_bucket_name:
          description: The bucket they are kept in.
          type: str
          returned: when reported by the service
          sample: appstream-app-settings-eu-central-1-123456789012-abcdefg
    access_endpoints:
      description: The interface VPC endpoints through which alone people can connect.
      type: list
      elements: dict
      returned: when it has any
      contains:
        endpoint_type:
          description: The type of the endpoint.
          type: str
          returned: always
          sample: STREAMING
        vpce_id:
          description: The id of the VPC endpoint.
          type: str
          returned: when it has one
          sample: vpce-0123456789abcdef0
    embed_host_domains:
      description: The domains whose pages may embed sessions.
      type: list
      elements: str
      returned: when it has any
      sample: [portal.example.com]
    streaming_experience_settings:
      description: How sessions are streamed.
      type: dict
      returned: when it has any
      contains:
        preferred_protocol:
          description: The protocol that is preferred, V(TCP) or V(UDP).
          type: str
          returned: when reported by the service
          sample: UDP
    content_redirection:
      description: Which URLs are opened on the other side.
      type: dict
      returned: when it has any
      contains:
        host_to_client:
          description: Those of the session that are opened in the browser of people's own device.
          type: dict
          returned: when reported by the service
          contains:
            enabled:
              description: Whether there are any.
              type: bool
              returned: always
              sample: true
            allowed_urls:
              description: Patterns of the URLs that are.
              type: list
              elements: str
              returned: when it has any
              sample: ["https://meet.example.com/*"]
            denied_urls:
              description: Patterns of the URLs that are not, although they are allowed.
              type: list
              elements: str
              returned: when it has any
              sample: ["https://intranet.example.com/*"]
    web_authn_redirection:
      description: Whether programs can use the authenticators of people's own device (WebAuthn).
      type: dict
      returned: when it has any
      contains:
        enabled:
          description: Whether they can.
          type: bool
          returned: always
          sample: true
        process_compatibility_list:
          description: The programs that can.
          type: list
          elements: str
          returned: when it has any
          sample: [chrome.exe]
    agent_access_config:
      description: How AI agents may use sessions.
      type: dict
      returned: when they may
      contains:
        settings:
          description: What agents may do.
          type: list
          elements: dict
          returned: always
          contains:
            agent_action:
              description: The action.
              type: str
              returned: always
              sample: COMPUTER_VISION
            permission:
              description: Whether agents may do it, V(ENABLED) or V(DISABLED).
              type: str
              returned: always
              sample: ENABLED
        screen_resolution:
          description: The screen resolution.
          type: str
          returned: always
          sample: W_1280xH_720
        screen_image_format:
          description: The format of screen captures.
          type: str
          returned: always
          sample: PNG
        screenshots_upload_enabled:
          description: Whether screen captures are uploaded to Amazon S3.
          type: bool
          returned: when reported by the service
          sample: true
        replay_session_enabled:
          description: Whether sessions are recorded for a replay.
          type: bool
          returned: when reported by the service
          sample: true
        s3_bucket_arn:
          description: The ARN of the bucket for screen captures and recordings.
          type: str
          returned: when it has one
          sample: arn:aws:s3:::agents
        kms_key_arn:
          description: The ARN of the key that recordings are encrypted with while they are processed.
          type: str
          returned: when it has one
          sample: arn:aws:kms:eu-central-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab
        user_control_mode:
          description: What people may do in an agent's session.
          type: str
          returned: when reported by the service
          sample: VIEW_STOP
    storage_connector_authentication:
      description: Whether people have to link their cloud storage again in every session.
      type: str
      returned: when reported by the service
      sample: FORCE_REAUTHENTICATION
    tags:
      description: The tags. Null, and there is a warning, when the credentials may not look.
      type: dict
      returned: when O(include_tags) is true
      sample: {CostCenter: "42"}
    fleets:
      description: The names of the fleets associated with the stack, at most one.
      type: list
      elements: str
      returned: when O(include_fleets) is true
      sample: [office-2026]
error:
  description: AWS's own error, with C(code) and C(message).
  type: dict
  returned: when the task fails because AWS refused a call
  sample: {code: AccessDeniedException, message: This is not allowed.}
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
from ansible_collections.euc.appstream.plugins.module_utils._appstream.core.tags import with_tags
from ansible_collections.euc.appstream.plugins.module_utils._appstream.stack.api import describe_stacks, with_fleets

ARGUMENT_SPEC: dict[str, Any] = {
    "names": {"type": "list", "elements": "str"},
    "include_tags": {"type": "bool", "default": True},
    "include_fleets": {"type": "bool", "default": True},
}


def do(module: AnsibleAppStreamModule) -> dict[str, Any]:
    """Return the module's return values. Raises AppStreamError."""
    client = module.client("appstream")
    found = sorted(describe_stacks(client, module.params["names"]), key=lambda stack: str(stack["name"]))
    if module.params["include_tags"]:
        found = [with_tags(client, stack, module.warn) for stack in found]
    if module.params["include_fleets"]:
        found = [with_fleets(client, stack) for stack in found]
    return {"changed": False, "stacks": found}


def main() -> None:
    module = AnsibleAppStreamModule(argument_spec=ARGUMENT_SPEC, supports_check_mode=True)
    try:
        values = do(module)
    except AppStreamError as error:
        module.fail_json_appstream(error)
    module.exit_json(**values)


if __name__ == "__main__":
    main()
