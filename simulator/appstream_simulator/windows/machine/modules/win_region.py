# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""ansible.windows.win_region, for the cultures and countries that `cultures` knows."""

from __future__ import annotations

from typing import Any

from .. import cultures, profiles
from ..registry import HiveError
from .task import Option, Task

OPTIONS = {
    "location": Option(),
    "format": Option(),
    "unicode_language": Option(),
    "copy_settings": Option("bool", False),
}

_INTERNATIONAL = "Control Panel\\International"
_NLS = "HKLM\\SYSTEM\\CurrentControlSet\\Control\\Nls"
_COPIED = ("Keyboard Layout", _INTERNATIONAL, "Control Panel\\Input Method")
_DEFAULT_HIVE = f"{profiles.DEFAULT_PROFILE}\\{profiles.HIVE_FILE}"


def run(task: Task) -> dict[str, Any]:
    """Set the user's location and formats and the machine's locale, and copy the user's settings for new users."""
    options = task.options(OPTIONS)
    if all(options[name] is None for name in ("format", "location", "unicode_language")):
        task.fail("An argument for 'format', 'location' or 'unicode_language' needs to be supplied", **_result(False))
    location = _location(task, options["location"])
    chosen = {name: _culture(task, name, options[name]) for name in ("format", "unicode_language")}
    changed, restart = False, False
    if location is not None:
        changed = _write(task, f"HKCU\\{_INTERNATIONAL}\\Geo", {"Nation": location}) or changed
    if chosen["format"]:
        changed = _write(task, f"HKCU\\{_INTERNATIONAL}", chosen["format"].settings()) or changed
    if chosen["unicode_language"]:
        restart = _set_system_locale(task, chosen["unicode_language"])
        changed = changed or restart
    if options["copy_settings"] and changed and not task.check_mode:
        _copy_settings(task)
    return _result(changed, restart)


def _result(changed: bool, restart: bool = False) -> dict[str, Any]:
    return {"changed": changed, "restart_required": restart}


def _location(task: Task, location: str | None) -> str | None:
    if location is None:
        return None
    if location not in {str(culture.geography) for culture in cultures.BY_NAME.values()}:
        if location.isdigit():
            task.machine.record("unhandled", what="win_region location", text=location)
        task.fail(f"The argument location '{location}' does not contain a valid Geo ID", **_result(False))
    return location


def _culture(task: Task, option: str, name: str | None) -> cultures.Culture | None:
    if name is None:
        return None
    found = cultures.BY_NAME.get(name.lower())
    if found is None:
        if cultures.is_plausible(name):
            task.machine.record("unhandled", what=f"win_region {option}", text=name)
        task.fail(f"The argument {option} '{name}' does not contain a valid Culture Name", **_result(False))
    return found


def _write(task: Task, key: str, texts: dict[str, str]) -> bool:
    registry = task.disk.registry
    present = registry.texts(key)
    differing = {name: text for name, text in texts.items() if present.get(name) != text}
    if not task.check_mode:
        for name, text in differing.items():
            registry.set(key, name, text)
    return bool(differing)


def _set_system_locale(task: Task, culture: cultures.Culture) -> bool:
    language = _write(task, f"{_NLS}\\Language", {"Default": f"{culture.locale:04X}"})
    return _write(task, f"{_NLS}\\Locale", {"(Default)": f"{culture.locale:08X}"}) or language


def _copy_settings(task: Task) -> None:
    try:
        profiles.load(task.disk, "HKU", "ANSIBLE", _DEFAULT_HIVE)
    except HiveError as error:
        reason = f"Failed to load registry hive at {_DEFAULT_HIVE} ({error}, Win32ErrorCode {error.code})"
        shown = f'Exception calling ".ctor" with "2" argument(s): "{reason}"'
        task.fail(f"Unhandled exception while executing module: {shown}", **_result(True))
    try:
        for target in ("ANSIBLE", ".DEFAULT", "S-1-5-19", "S-1-5-20"):
            for key in _COPIED:
                task.disk.registry.copy_tree(f"HKCU\\{key}", f"HKU\\{target}\\{key}")
    finally:
        profiles.unload(task.disk, "HKU", "ANSIBLE")
