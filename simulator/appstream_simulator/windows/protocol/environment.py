# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Paths that name environment variables or the home directory."""

from __future__ import annotations

import re

from appstream_simulator.windows.protocol.host import Host


def expand_variables(host: Host, user: str, text: str) -> str:
    """`%NAME%` replaced as ExpandEnvironmentVariables does: names in any case, unknown ones left alone."""
    variables = {name.upper(): value for name, value in host.environment(user).items()}
    return re.sub(r"%([^%]+)%", lambda found: variables.get(found[1].upper(), found[0]), text)


def expand_home(host: Host, user: str, path: str) -> str:
    """A leading `~` replaced by the user's profile directory."""
    home = expand_variables(host, user, "%USERPROFILE%")
    if path == "~":
        return home
    return f"{home}\\{path[2:]}" if path.startswith(("~\\", "~/")) else path
