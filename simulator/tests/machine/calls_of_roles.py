# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""One call of each module that public roles set up machines with, for the test of their return values."""

from __future__ import annotations

from typing import Any

URL = "https://downloads.example.com/putty/putty-64bit-0.81-installer.msi"
CHOCOLATEY: dict[str, dict[str, Any]] = {
    "config": {"name": "proxy", "value": "http://proxy"},
    "facts": {},
    "feature": {"name": "virusCheck"},
    "source": {"name": "internal", "source": "https://feed.example.net"},
}
CALLS: list[tuple[str, dict[str, Any]]] = [
    *((f"chocolatey.chocolatey.win_chocolatey_{kind}", options) for kind, options in CHOCOLATEY.items()),
    ("win_hotfix", {"hotfix_kb": "KB1", "state": "absent"}),
    ("win_uri", {"url": URL, "return_content": True}),
    ("win_group", {"name": "Operators"}),
    ("win_user_right", {"name": "SeBatchLogonRight", "users": ["Users"], "action": "add"}),
    ("community.windows.win_nssm", {"name": "a", "state": "absent"}),
    ("community.windows.win_psmodule", {"name": "Pester"}),
    ("community.windows.win_power_plan", {"name": "High performance"}),
    ("community.windows.win_firewall_rule", {"name": "a"}),
    ("community.windows.win_lineinfile", {"path": "C:\\Temp\\a.txt", "line": "b", "backup": True}),
    (
        "community.windows.win_security_policy",
        {"section": "System Access", "key": "MinimumPasswordLength", "value": 14},
    ),
]
# Returned by the module's source, but missing in its documentation.
UNDOCUMENTED = {
    "community.windows.win_lineinfile": {"backup", "encoding", "found"},
    # Properties of .NET's HttpWebResponse.
    "win_uri": {
        *("character_set", "content_encoding", "content_type", "last_modified", "method", "response_uri", "server")
    },
}
# Options that the module's source knows, but not its documentation.
UNDOCUMENTED_OPTIONS = {"edge", "interfacetypes", "security"}
