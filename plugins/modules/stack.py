#!/usr/bin/python
# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: stack
version_added: 0.1.0
short_description: Manage Amazon AppStream 2.0 stacks
description:
  - Creates, changes and deletes stacks of Amazon AppStream 2.0 (also named Amazon WorkSpaces Applications), which say
    how people use the applications of a fleet, and associates them with their fleet.
  - Options that are not set are left alone, unless O(purge_attributes=true). An option set to an empty value (V(''),
    V([]) or V({})) takes away what the stack has of it.
  - The order of entries in lists does not matter, nor is it a difference what the service fills in by itself.
author:
  - The euc.appstream team (@euc)
options:
  name:
    description:
      - The name of the stack, 1 to 101 letters, digits, dots, dashes and underscores. It cannot be changed.
    type: str
    required: true
  state:
    description:
      - V(present) creates the stack if need be and otherwise changes it.
      - V(absent) takes its fleet off and deletes it. The fleet itself stays as it is, running or not.
    type: str
    choices: [present, absent]
    default: present
  fleet:
    description:
      - The name of the fleet whose applications the stack offers. The fleet must exist; whether it runs does not
        matter.
      - A stack has at most one fleet. Another one it has is taken off first, which AWS refuses while people stream from
        it by way of this stack.
      - An empty name takes the fleet off.
    type: str
  display_name:
    description:
      - The name shown to people, at most 100 characters.
    type: str
  description:
    description:
      - A description, at most 256 characters.
    type: str
  redirect_url:
    description:
      - The URL people are led to when their session ends, at most 1000 characters.
    type: str
  feedback_url:
    description:
      - The URL people are led to when they choose to send feedback, at most 1000 characters.
    type: str
  storage_connectors:
    description:
      - The persistent storage that people have in their sessions, one entry per type. Types that are not listed are
        taken away.
      - People's files are never deleted by that.
    type: list
    elements: dict
    suboptions:
      connector_type:
        description:
          - The type. Home folders need nothing else.
        type: str
        choices: [HOMEFOLDERS, GOOGLE_DRIVE, ONE_DRIVE]
        required: true
      resource_identifier:
        description:
          - The ARN of the storage connector. That of home folders is the service's business.
        type: str
      domains:
        description:
          - The domains of the accounts that can be linked, at most 50. Needed with V(GOOGLE_DRIVE) and V(ONE_DRIVE).
        type: list
        elements: str
      domains_require_admin_consent:
        description:
          - The domains in which an administrator has to consent when people link their account, for V(ONE_DRIVE) only.
        type: list
        elements: str
  storage_connector_authentication:
    description:
      - Whether the link to people's Google Drive or OneDrive is kept from session to session, which is the default, or
        has to be made again every time.
      - Needs botocore 1.44.5 or newer.
    type: str
    choices: [FORCE_REAUTHENTICATION, REUSE_CREDENTIALS]
  user_settings:
    description:
      - What people may do in their sessions, one entry per action. Actions that are not listed are left alone.
      - An empty list brings back the defaults of the service. It allows most of it; C(DOMAIN_SMART_CARD_SIGNIN) and
        C(AUTO_TIME_ZONE_REDIRECTION) are DISABLED by default. C(SMART_CARD_REDIRECTION) is not reported before it has
        been set, and whatever it is counts as its default.
    type: list
    elements: dict
    suboptions:
      action:
        description:
          - The action.
        type: str
        choices:
          - CLIPBOARD_COPY_FROM_LOCAL_DEVICE
          - CLIPBOARD_COPY_TO_LOCAL_DEVICE
          - FILE_UPLOAD
          - FILE_DOWNLOAD
          - PRINTING_TO_LOCAL_DEVICE
          - DOMAIN_PASSWORD_SIGNIN
          - DOMAIN_SMART_CARD_SIGNIN
          - AUTO_TIME_ZONE_REDIRECTION
          - SMART_CARD_REDIRECTION
        required: true
      permission:
        description:
          - Whether people may do it.
        type: str
        choices: [ENABLED, DISABLED]
        required: true
      maximum_length:
        description:
          - How many characters can be copied at once, 1 to 20971520, for clipboard actions that are V(ENABLED). A new
            stack allows as many as possible.
        type: int
  application_settings:
    description:
      - Whether people's application and Windows settings are kept from session to session, in an S3 bucket of the
        account.
      - An empty dictionary is the same as O(application_settings.enabled=false). Settings that are kept already are not
        deleted by that.
    type: dict
    suboptions:
      enabled:
        description:
          - Whether they are kept. Needed unless the dictionary is empty.
        type: bool
      settings_group:
        description:
          - The prefix in the bucket under which they are kept, at most 100 characters. Stacks with the same one share
            them. Needed to keep them for the first time.
        type: str
  access_endpoints:
    description:
      - Interface VPC endpoints through which alone people can connect, at most 4.
    type: list
    elements: dict
    suboptions:
      endpoint_type:
        description:
          - The type of the endpoint.
        type: str
        choices: [STREAMING]
        default: STREAMING
      vpce_id:
        description:
          - The id of the VPC endpoint.
        type: str
  embed_host_domains:
    description:
      - The domains, in lower case, whose pages may embed sessions in an iframe, at most 20.
    type: list
    elements: str
  streaming_experience_settings:
    description:
      - How sessions are streamed.
    type: dict
    suboptions:
      preferred_protocol:
        description:
          - The protocol to prefer. UDP works in the Windows client only.
        type: str
        choices: [TCP, UDP]
  content_redirection:
    description:
      - Which URLs are opened on the other side.
    type: dict
    suboptions:
      host_to_client:
        description:
          - Those of the session that are opened in the browser of people's own device.
        type: dict
        suboptions:
          enabled:
            description:
              - Whether there are any.
            type: bool
            required: true
          allowed_urls:
            description:
              - Patterns of the URLs that are, at most 100, beginning with V(https://), V(http://), V(ftp://),
                V(sftp://) or V(mailto:).
            type: list
            elements: str
          denied_urls:
            description:
              - Patterns of the URLs that are not, although they are allowed.
            type: list
            elements: str
  web_authn_redirection:
    description:
      - Whether programs in the session can use the authenticators of people's own device (WebAuthn).
      - Needs botocore 1.44.8 or newer.
    type: dict
    suboptions:
      enabled:
        description:
          - Whether they can. Needed unless the dictionary is empty.
        type: bool
      process_compatibility_list:
        description:
          - The programs that can, 1 to 100, for example V(chrome.exe).
        type: list
        elements: str
  agent_access_config:
    description:
      - How AI agents may use sessions. Suboptions that are not set are left alone.
    type: dict
    suboptions:
      settings:
        description:
          - What agents may do, one entry per action. Actions that are not listed are left alone. At least one must be
            enabled. Needed to allow agents anything for the first time.
        type: list
        elements: dict
        suboptions:
          agent_action:
            description:
              - The action. V(COMPUTER_INPUT) needs V(COMPUTER_VISION).
            type: str
            choices: [COMPUTER_VISION, COMPUTER_INPUT, FORWARD_MCP_TOOLS]
            required: true
          permission:
            description:
              - Whether agents may do it.
            type: str
            choices: [ENABLED, DISABLED]
            required: true
      screen_resolution:
        description:
          - The screen resolution for agents. Needed to allow agents anything for the first time.
        type: str
        choices: [W_1280xH_720]
      screen_image_format:
        description:
          - The format of screen captures. Needed to allow agents anything for the first time.
        type: str
        choices: [PNG, JPEG]
      screenshots_upload_enabled:
        description:
          - Whether screen captures are uploaded to Amazon S3.
        type: bool
      replay_session_enabled:
        description:
          - Whether sessions of agents are recorded for a replay. Needs the action C(COMPUTER_VISION).
          - Needs botocore 1.44.8 or newer.
        type: bool
      s3_bucket_arn:
        description:
          - The ARN of the S3 bucket for screen captures and recordings, needed for both. It can be changed but not
            taken away.
        type: str
      kms_key_arn:
        description:
          - The ARN of the KMS key that recordings are encrypted with while they are processed, one of the stack's
            Region. An empty text takes it away, and so does switching off the recording.
          - Needs botocore 1.44.8 or newer.
        type: str
      user_control_mode:
        description:
          - What people may do in an agent's session.
        type: str
        choices: [VIEW_ONLY, VIEW_STOP, DISABLED]
  purge_attributes:
    description:
      - Whether the stack loses what the task leaves out, so that it has nothing but what is written there. That does
        not touch O(fleet) and O(tags), nor single suboptions.
    type: bool
    default: false
notes:
  - The newer options need a botocore that knows them. If it does not, the task says so before anything is changed.
extends_documentation_fragment:
  - euc.appstream._attributes
  - euc.appstream._attributes.changing_module
  - euc.appstream._boto3
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.tags
seealso:
  - module: euc.appstream.stack_info
  - module: euc.appstream.fleet
  - name: Stacks and fleets
    description: The administration guide on stacks and fleets.
    link: https://docs.aws.amazon.com/appstream2/latest/developerguide/managing-stacks-fleets.html
"""

EXAMPLES = r"""
- name: Offer the applications of a fleet
  euc.appstream.stack:
    name: office
    fleet: office-2026
    display_name: Office
    storage_connectors:
      - connector_type: HOMEFOLDERS
    application_settings:
      enabled: true
      settings_group: office
    tags:
      CostCenter: "42"

- name: Let nothing leave the sessions
  euc.appstream.stack:
    name: office
    user_settings:
      - action: CLIPBOARD_COPY_TO_LOCAL_DEVICE
        permission: DISABLED
      - action: FILE_DOWNLOAD
        permission: DISABLED
      - action: PRINTING_TO_LOCAL_DEVICE
        permission: DISABLED

- name: Move the stack to the fleet with the new image
  euc.appstream.stack:
    name: office
    fleet: office-2027

- name: Take away the redirection and the storage connectors
  euc.appstream.stack:
    name: office
    redirect_url: ""
    storage_connectors: []

- name: Have just this, whatever the stack had before
  euc.appstream.stack:
    name: kiosk
    display_name: Kiosk
    streaming_experience_settings:
      preferred_protocol: TCP
    purge_attributes: true

- name: Delete the stack, leaving the fleet
  euc.appstream.stack:
    name: office
    state: absent
"""

RETURN = r"""
stack:
  description:
    - The stack as last seen, null when there is none.
    - In check mode the stack as it would be, as far as that can be known.
    - All its keys are those of RV(euc.appstream.stack_info#module:stacks); these are the ones that matter most.
  type: dict
  returned: always, once AWS has been asked
  contains:
    name:
      description: The name.
      type: str
      returned: always
      sample: office
    arn:
      description: The ARN.
      type: str
      returned: when it exists
      sample: arn:aws:appstream:eu-central-1:123456789012:stack/office
    tags:
      description: The tags.
      type: dict
      returned: always
      sample: {CostCenter: "42"}
    fleets:
      description: The names of the fleets associated with the stack, at most one.
      type: list
      elements: str
      returned: always
      sample: [office-2026]
actions:
  description:
    - What was done, in order, out of V(create), V(update), V(untag), V(tag), V(disassociate), V(associate) and
      V(delete).
    - When the task fails, what had been done until then; C(changed) says whether there was anything.
  type: list
  elements: str
  returned: always, once AWS has been asked
  sample: [create, associate]
error:
  description: AWS's own error, with C(code) and C(message).
  type: dict
  returned: when the task fails because AWS refused a call
  sample: {code: ResourceInUseException, message: The resource is in use.}
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
from ansible_collections.euc.appstream.plugins.module_utils._appstream.core.reconcile import run
from ansible_collections.euc.appstream.plugins.module_utils._appstream.stack.resource import Stack

_PERMISSION: dict[str, Any] = {"type": "str", "choices": ["ENABLED", "DISABLED"], "required": True}

ARGUMENT_SPEC: dict[str, Any] = {
    "name": {"type": "str", "required": True},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "fleet": {"type": "str"},
    "display_name": {"type": "str"},
    "description": {"type": "str"},
    "redirect_url": {"type": "str"},
    "feedback_url": {"type": "str"},
    "storage_connectors": {
        "type": "list",
        "elements": "dict",
        "options": {
            "connector_type": {
                "type": "str",
                "choices": ["HOMEFOLDERS", "GOOGLE_DRIVE", "ONE_DRIVE"],
                "required": True,
            },
            "resource_identifier": {"type": "str"},
            "domains": {"type": "list", "elements": "str"},
            "domains_require_admin_consent": {"type": "list", "elements": "str"},
        },
    },
    "storage_connector_authentication": {"type": "str", "choices": ["FORCE_REAUTHENTICATION", "REUSE_CREDENTIALS"]},
    "user_settings": {
        "type": "list",
        "elements": "dict",
        "options": {
            "action": {
                "type": "str",
                "choices": [
                    "CLIPBOARD_COPY_FROM_LOCAL_DEVICE",
                    "CLIPBOARD_COPY_TO_LOCAL_DEVICE",
                    "FILE_UPLOAD",
                    "FILE_DOWNLOAD",
                    "PRINTING_TO_LOCAL_DEVICE",
                    "DOMAIN_PASSWORD_SIGNIN",
                    "DOMAIN_SMART_CARD_SIGNIN",
                    "AUTO_TIME_ZONE_REDIRECTION",
                    "SMART_CARD_REDIRECTION",
                ],
                "required": True,
            },
            "permission": _PERMISSION,
            "maximum_length": {"type": "int"},
        },
    },
    "application_settings": {
        "type": "dict",
        "options": {"enabled": {"type": "bool"}, "settings_group": {"type": "str"}},
    },
    "access_endpoints": {
        "type": "list",
        "elements": "dict",
        "options": {
            "endpoint_type": {"type": "str", "choices": ["STREAMING"], "default": "STREAMING"},
            "vpce_id": {"type": "str"},
        },
    },
    "embed_host_domains": {"type": "list", "elements": "str"},
    "streaming_experience_settings": {
        "type": "dict",
        "options": {"preferred_protocol": {"type": "str", "choices": ["TCP", "UDP"]}},
    },
    "content_redirection": {
        "type": "dict",
        "options": {
            "host_to_client": {
                "type": "dict",
                "options": {
                    "enabled": {"type": "bool", "required": True},
                    "allowed_urls": {"type": "list", "elements": "str"},
                    "denied_urls": {"type": "list", "elements": "str"},
                },
            },
        },
    },
    "web_authn_redirection": {
        "type": "dict",
        "options": {
            "enabled": {"type": "bool"},
            "process_compatibility_list": {"type": "list", "elements": "str"},
        },
    },
    "agent_access_config": {
        "type": "dict",
        "options": {
            "settings": {
                "type": "list",
                "elements": "dict",
                "options": {
                    "agent_action": {
                        "type": "str",
                        "choices": ["COMPUTER_VISION", "COMPUTER_INPUT", "FORWARD_MCP_TOOLS"],
                        "required": True,
                    },
                    "permission": _PERMISSION,
                },
            },
            "screen_resolution": {"type": "str", "choices": ["W_1280xH_720"]},
            "screen_image_format": {"type": "str", "choices": ["PNG", "JPEG"]},
            "screenshots_upload_enabled": {"type": "bool"},
            "replay_session_enabled": {"type": "bool"},
            "s3_bucket_arn": {"type": "str"},
            # An ARN is no secret, whatever its name looks like.
            "kms_key_arn": {"type": "str", "no_log": False},
            "user_control_mode": {"type": "str", "choices": ["VIEW_ONLY", "VIEW_STOP", "DISABLED"]},
        },
    },
    "purge_attributes": {"type": "bool", "default": False},
    "tags": {"type": "dict", "aliases": ["resource_tags"]},
    "purge_tags": {"type": "bool", "default": True},
}


def main() -> None:
    run(AnsibleAppStreamModule(argument_spec=ARGUMENT_SPEC, supports_check_mode=True), Stack)


if __name__ == "__main__":
    main()
