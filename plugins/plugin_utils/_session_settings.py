# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Refuses what a recipe says about sessions and the default profile where it is wrong, before anything is created.

Private to the euc.appstream collection.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.euc.appstream.plugins.plugin_utils._default_profile import source_of
from ansible_collections.euc.appstream.plugins.plugin_utils._session_scripts import (
    configuration,
    file_problems,
    is_absolute,
)
from ansible_collections.euc.appstream.plugins.plugin_utils._settings_problems import Check, problems_of

DEFAULT_PROFILE = "C:\\Users\\Default"

_USER_HIVE = re.compile(r"(?i)(HKCU|HKEY_CURRENT_USER):?\\")
_ANY_HIVE = re.compile(r"(?i)(HK[A-Z]{1,4}|HKEY_[A-Z_]+):?(\\|$)")


def session_problems(settings: Mapping[str, Any]) -> list[str]:
    """Sentences about everything wrong with the options of ``configure_sessions``, without their prefix."""
    return problems_of(settings, _CHECKS)


def user_key(key: str) -> str | None:
    r"""A key of the user's hive relative to it, given so or below ``HKCU:\``; None for another hive's."""
    text = _USER_HIVE.sub("", key.strip(), count=1) if _USER_HIVE.match(key.strip()) else key.strip()
    text = text.strip("\\")
    return None if not text or _ANY_HIVE.match(text) else text


def _session_scripts(session_scripts: Mapping[str, Any]) -> list[str]:
    problems = file_problems(session_scripts)
    # The content of a file of the controller is looked at where the file is: by the role's tasks.
    if not isinstance(session_scripts.get("config"), str):
        try:
            configuration(session_scripts)
        except ValueError as error:
            problems.append(str(error))
    return problems


def _dynamic_app_providers(providers: Sequence[Mapping[str, Any]]) -> list[str]:
    return [
        f"{provider['display_name']}: path {provider['path']} is no absolute path"
        for provider in providers
        if not is_absolute(str(provider["path"]))
    ]


def _default_profile(profile: Mapping[str, Any]) -> list[str]:
    problems = [
        f"registry: {value['key']} is no key below HKCU:\\"
        for value in profile.get("registry") or []
        if user_key(str(value["key"])) is None
    ]
    for file in profile.get("files") or []:
        path = str(file["dest"])
        if re.match(r"[A-Za-z]:|[\\/]", path) or ".." in re.split(r"[\\/]", path):
            problems.append(f"files: dest {path} must be relative to the profile, such as AppData\\Roaming\\x.ini")
        elif path.lower() in ("ntuser.dat", "ntuser.dat.log1", "ntuser.dat.log2"):
            problems.append(f"files: {path} is the registry hive; set its values with registry")
    if profile.get("from_user"):
        try:
            source_of(str(profile["from_user"]))
        except ValueError as error:
            problems.append(f"from_user: {error}")
    return problems


_CHECKS: dict[str, Check] = {
    "session_scripts": _session_scripts,
    "dynamic_app_providers": _dynamic_app_providers,
    "default_profile": _default_profile,
}
