# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Environment variables: where Windows keeps them, what a new process gets, and `%NAME%` in texts."""

from __future__ import annotations

import re
from collections.abc import Mapping

from .accounts import plain_name
from .registry import Registry

MACHINE_KEY = "HKLM\\SYSTEM\\CurrentControlSet\\Control\\Session Manager\\Environment"
USER_KEY = "HKCU\\Environment"

_VARIABLE = re.compile(r"%([^%]+)%")


def of_process(
    registry: Registry, computer_name: str, user: str, profile: str, *, service: bool = False
) -> dict[str, str]:
    """Variables of a new process of this user: those Windows makes, the machine's, the user's; PATH is both joined.

    Args:
        profile: directory of the user's profile; HKEY_CURRENT_USER must be his.
        service: it is a service account, which has the computer's name and the machine's variables only.
    """
    temporary = "C:\\Windows\\TEMP" if service else f"{profile}\\AppData\\Local\\Temp"
    variables = {
        "ALLUSERSPROFILE": "C:\\ProgramData",
        "APPDATA": f"{profile}\\AppData\\Roaming",
        "COMPUTERNAME": computer_name,
        "HOMEDRIVE": "C:",
        "HOMEPATH": profile[2:],
        "LOCALAPPDATA": f"{profile}\\AppData\\Local",
        "ProgramData": "C:\\ProgramData",
        "ProgramFiles": "C:\\Program Files",
        "ProgramFiles(x86)": "C:\\Program Files (x86)",
        "ProgramW6432": "C:\\Program Files",
        "PUBLIC": "C:\\Users\\Public",
        "SystemDrive": "C:",
        "SystemRoot": "C:\\Windows",
        "TEMP": temporary,
        "TMP": temporary,
        "USERDOMAIN": "WORKGROUP" if service else user.rpartition("\\")[0] or computer_name,
        "USERNAME": f"{computer_name}$" if service else plain_name(user),
        "USERPROFILE": profile,
    }
    machine, own = registry.texts(MACHINE_KEY), {} if service else registry.texts(USER_KEY)
    paths = [values[name] for values in (machine, own) for name in values if name.upper() == "PATH"]
    for values in (machine, own):
        variables.update({name: text for name, text in values.items() if name.upper() != "PATH"})
    expanded = {name: expand(text, variables) for name, text in variables.items()}
    expanded["Path"] = expand(";".join(path.strip(";") for path in paths), expanded)
    return expanded


def expand(text: str, variables: Mapping[str, str]) -> str:
    """The text with `%NAME%` replaced, names in any case; unknown names stay (ExpandEnvironmentStrings)."""
    values = {name.lower(): value for name, value in variables.items()}
    return _VARIABLE.sub(lambda match: values.get(match[1].lower(), match[0]), text)


def profile_directory(user: str) -> str:
    """The directory a user's profile has unless there is another of that name; see `profiles.directory_of_user`."""
    return f"C:\\Users\\{plain_name(user)}"
