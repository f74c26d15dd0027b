# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What to do when the connection to an image builder is lost in the middle of its build.

The words are those of Ansible's connection plugins and of the libraries below them, which tell what happened and leave
open what to do about it.

Private to the euc.appstream collection.
"""

from __future__ import annotations

import re

_TOLD = "Ansible's own words"
"""In messages that have a remedy already."""

_AGAIN = "Then run the same command again."
_REMEDIES = (
    (
        r"credentials were rejected by the server",
        "The image builder let this account in before: see whether a role, an installer or a policy has changed its "
        f"password, its rights or the settings of WinRM. {_AGAIN}",
    ),
    (
        r"CERTIFICATE_VERIFY_FAILED|certificate verify failed",
        "The image builder has shown another certificate than before: see whether a role or a policy has replaced it, "
        f"and whether somebody else has its address. {_AGAIN}",
    ),
    (
        r"Connection aborted|Connection refused|Connection reset|Max retries exceeded|Failed to establish a new "
        r"connection|Read timed out|RemoteDisconnected|Bad HTTP response returned from server",
        "The connection to the image builder was lost: see whether it still runs, whether a role, an installer or a "
        "policy has restarted it, closed WinRM or changed its firewall, and whether something on the way ends "
        f"connections. {_AGAIN}",
    ),
)


def remedy_of(message: str) -> str:
    """What to do about a failure with this message; empty when it is none of the connection."""
    if _TOLD in message:
        return ""
    return next((remedy for pattern, remedy in _REMEDIES if re.search(pattern, message)), "")
