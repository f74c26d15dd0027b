#!/usr/bin/python
# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: image_builder_streaming_url
version_added: 0.1.0
short_description: Make a URL that opens a streaming session on an Amazon AppStream 2.0 image builder
description:
  - Makes a URL with which a person can use a running image builder of Amazon AppStream 2.0 (also named Amazon
    WorkSpaces Applications) in a browser, to look at something by hand.
  - Whoever has the URL is let in without any further question, also as an administrator, for as long as it is valid.
    The service has no call to take it back. So it is written to a file that only its owner can read, or is returned to
    a task with C(no_log=true), and is in no log, whatever the verbosity.
author:
  - The euc.appstream team (@euc)
options:
  name:
    description:
      - The name of the image builder, which must be RUNNING.
    type: str
    required: true
  validity:
    description:
      - For how many seconds the URL is valid, 1 to 604800 (7 days).
    type: int
    default: 3600
  path:
    description:
      - The file to write the URL to, with a line feed, on the host the task runs on. The directory must exist.
      - It has the mode 0600 from its first moment on. An existing file is replaced as a whole, its permissions too.
      - The URL is not returned then. Without this the task must have C(no_log=true), and is refused otherwise before
        anything is asked of AWS.
    type: path
notes:
  - Every run makes another URL. Those made before remain valid.
  - Stopping the image builder ends all sessions on it.
  - In check mode no URL is made, but all else is checked.
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
      - All there would be to show is secret.
  idempotent:
    support: none
    details:
      - Every run makes another URL.
seealso:
  - module: euc.appstream.image_builder
  - name: Streaming URLs
    description: The administration guide on connecting to an image builder.
    link: https://docs.aws.amazon.com/appstream2/latest/developerguide/managing-image-builders-connect.html
"""

EXAMPLES = r"""
- name: Make a URL for a quarter of an hour, for whoever can read the file
  euc.appstream.image_builder_streaming_url:
    name: design
    validity: 900
    path: ~/design.url

- name: Make a URL for a task that follows
  euc.appstream.image_builder_streaming_url:
    name: design
  register: streaming
  no_log: true

- name: Hand it to the portal of those who are to look at the image builder
  ansible.builtin.uri:
    url: https://portal.example.com/sessions
    method: POST
    body_format: json
    body:
      url: "{{ streaming.streaming_url }}"
      expires: "{{ streaming.expires }}"
  no_log: true
"""

RETURN = r"""
streaming_url:
  description: The URL, a secret.
  type: str
  returned: when one was made, unless O(path) is set
  sample: https://appstream2.eu-central-1.aws.amazon.com/authenticate?parameters=SECRET
expires:
  description: Until when it is valid (ISO 8601, UTC).
  type: str
  returned: when one was made
  sample: "2026-11-22T13:45:26+00:00"
path:
  description: The file the URL is in.
  type: str
  returned: when O(path) is set
  sample: /home/user/design.url
mode:
  description: The permissions of the file.
  type: str
  returned: when O(path) is set and the file exists
  sample: "0600"
owner:
  description: The owner of the file.
  type: str
  returned: when O(path) is set and the file exists
  sample: user
group:
  description: The group of the file.
  type: str
  returned: when O(path) is set and the file exists
  sample: user
uid:
  description: The id of the file's owner.
  type: int
  returned: when O(path) is set and the file exists
  sample: 1000
gid:
  description: The id of the file's group.
  type: int
  returned: when O(path) is set and the file exists
  sample: 1000
size:
  description: The size of the file in bytes.
  type: int
  returned: when O(path) is set and the file exists
  sample: 180
state:
  description: The kind of the file.
  type: str
  returned: when O(path) is set and the file exists
  sample: file
secontext:
  description: The SELinux context of the file.
  type: list
  elements: str
  returned: when O(path) is set and the file exists, on hosts with SELinux
  sample: [unconfined_u, object_r, user_home_t, s0]
error:
  description: AWS's own error, with C(code) and C(message).
  type: dict
  returned: when the task fails because AWS refused a call
  sample: {code: OperationNotPermittedException, message: The operation is not permitted.}
retryable:
  description: Whether the same may succeed later, because AWS could not answer just now or the connection was lost.
  type: bool
  returned: when the task fails
  sample: false
remedy:
  description: What to do about the failure.
  type: str
  returned: when the task fails and something is known that helps
  sample: Bring it to RUNNING with module euc.appstream.image_builder first.
"""

from typing import Any

from ansible_collections.euc.appstream.plugins.module_utils._appstream.core.aws import AnsibleAppStreamModule
from ansible_collections.euc.appstream.plugins.module_utils._appstream.core.errors import AppStreamError
from ansible_collections.euc.appstream.plugins.module_utils._appstream.core.validation import (
    image_builder_name_problems,
)
from ansible_collections.euc.appstream.plugins.module_utils._appstream.image_builder.streaming_urls import (
    DEFAULT_VALIDITY,
    create_streaming_url,
    require_running,
    require_writable,
    secret_file,
    validity_problems,
)

ARGUMENT_SPEC: dict[str, Any] = {
    "name": {"type": "str", "required": True},
    "validity": {"type": "int", "default": DEFAULT_VALIDITY},
    "path": {"type": "path"},
}


def do(module: AnsibleAppStreamModule) -> dict[str, Any]:
    """Make the URL and return the module's return values. Raises AppStreamError, which never names the URL."""
    name, validity, path = (module.params[option] for option in ("name", "validity", "path"))
    problems = [*image_builder_name_problems(name), *validity_problems(validity)]
    if problems:
        raise AppStreamError("; ".join(problems))
    if path is None and not module.no_log:
        raise AppStreamError(
            "A streaming URL is a secret and this task would show it",
            remedy="Set path, to have it in a file that only you can read, or no_log: true on the task.",
        )
    if path is not None:
        require_writable(path)
    client = module.client("appstream")
    require_running(client, name)
    values = {"changed": True} if path is None else {"changed": True, "path": path}
    if module.check_mode:
        return values
    if path is None:
        url, expires = create_streaming_url(client, name, validity)
        return {**values, "streaming_url": url, "expires": expires}
    with secret_file(path) as write:
        url, expires = create_streaming_url(client, name, validity)
        write(url)
    return {**values, "expires": expires}


def main() -> None:
    module = AnsibleAppStreamModule(argument_spec=ARGUMENT_SPEC, supports_check_mode=True)
    try:
        values = do(module)
    except AppStreamError as error:
        module.fail_json_appstream(error)
    module.exit_json(**values)


if __name__ == "__main__":
    main()
