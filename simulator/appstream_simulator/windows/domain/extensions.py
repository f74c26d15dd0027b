# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The client-side extensions of a group policy object: which files they read, and what is in them."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from appstream_simulator.windows.domain import (
    group_preferences,
    registry_policy,
    security_template,
    startup_scripts,
)
from appstream_simulator.windows.domain.policy import StartupScript
from appstream_simulator.windows.domain.policy_files import PolicyFileError

# Client-side extension GUIDs: MS-GPREG, MS-GPSB, MS-GPSCR and MS-GPPREF, 1.9 each.
REGISTRY = "{35378EAC-683F-11D2-A89A-00C04FBBCFA2}"
SECURITY = "{827D319E-6EAC-11D2-A4EA-00C04F79F83A}"
SCRIPTS = "{42B5FAAE-6536-11D2-AE5A-0000F87571E3}"
LOCAL_USERS_AND_GROUPS = "{17D89FEC-5C44-4972-B12D-241CAEF74509}"
# Stands for the preferences as a whole and has no files.
_PREFERENCES_CORE = "{00000000-0000-0000-0000-000000000000}"

_GUID = r"\{[0-9A-F]{8}(?:-[0-9A-F]{4}){3}-[0-9A-F]{12}\}"
_EXTENSIONS = re.compile(rf"(?:\[({_GUID})(?:{_GUID})*\])", re.IGNORECASE)

# Content of a file by its path below the object's folder in SYSVOL, None when there is none.
ReadFile = Callable[[str], bytes | None]


@dataclass
class Settings:
    """What the extensions of one object found: fields of `policy.PolicyObject` by name."""

    fields: dict[str, Any] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)


def listed(extension_names: str) -> list[str]:
    """The client-side extensions in gPCMachineExtensionNames (MS-GPOL 2.2.4), upper case.

    Raises:
        PolicyFileError: it is malformed.
    """
    text = extension_names.strip()
    if _EXTENSIONS.sub("", text):
        raise PolicyFileError(f"gPCMachineExtensionNames is malformed: {text}")
    return [guid.upper() for guid in _EXTENSIONS.findall(text)]


def read(extension_names: str, read_file: ReadFile) -> Settings:
    """What the listed extensions read; one whose files are malformed contributes an error and nothing else."""
    settings = Settings()
    try:
        extensions = listed(extension_names)
    except PolicyFileError as error:
        settings.errors.append(str(error))
        return settings
    for guid in extensions:
        if guid == _PREFERENCES_CORE:
            continue
        reader = _READERS.get(guid)
        if reader is None:
            settings.ignored.append(f"the client-side extension {guid}")
            continue
        try:
            fields, ignored = reader(read_file)
        except PolicyFileError as error:
            settings.errors.append(str(error))
            continue
        settings.fields.update(fields)
        settings.ignored += ignored
    return settings


def _parsed(read_file: ReadFile, path: str, parse: Callable[[bytes], Any]) -> Any | None:
    data = read_file(path)
    if data is None:
        return None
    try:
        return parse(data)
    except PolicyFileError as error:
        raise PolicyFileError(f"{path}: {error}") from None


def _registry(read_file: ReadFile) -> tuple[dict[str, Any], list[str]]:
    values = _parsed(read_file, r"Machine\Registry.pol", registry_policy.parse)
    return {"registry": values or []}, []


def _security(read_file: ReadFile) -> tuple[dict[str, Any], list[str]]:
    path = r"Machine\Microsoft\Windows NT\SecEdit\GptTmpl.inf"
    template = _parsed(read_file, path, security_template.parse)
    if template is None:
        return {}, []
    fields = {
        "services": template.services,
        "restricted_groups": template.restricted_groups,
        "administrator_name": template.administrator_name,
        "privilege_rights": template.privilege_rights,
    }
    return fields, [f"{path}: {what}" for what in template.ignored]


def _local_groups(read_file: ReadFile) -> tuple[dict[str, Any], list[str]]:
    path = r"Machine\Preferences\Groups\Groups.xml"
    preferences = _parsed(read_file, path, group_preferences.parse)
    if preferences is None:
        return {}, []
    return {"local_groups": preferences.groups}, [f"{path}: {what}" for what in preferences.ignored]


def _scripts(read_file: ReadFile) -> tuple[dict[str, Any], list[str]]:
    ignored: list[str] = []
    kinds: dict[bool, list[StartupScript]] = {False: [], True: []}
    powershell_first = False
    for powershell, name in ((False, "scripts.ini"), (True, "psscripts.ini")):
        path = rf"Machine\Scripts\{name}"
        scripts = _parsed(read_file, path, startup_scripts.parse)
        if scripts is None:
            continue
        ignored += [f"{path}: {what}" for what in scripts.ignored]
        powershell_first = powershell_first or (powershell and bool(scripts.powershell_first))
        kinds[powershell] = [_with_content(read_file, script, powershell) for script in scripts.startup]
    # Without StartExecutePSFirst PowerShell's come after the others.
    return {"startup_scripts": kinds[powershell_first] + kinds[not powershell_first]}, ignored


def _with_content(read_file: ReadFile, script: startup_scripts.Script, powershell: bool) -> StartupScript:
    if re.search(r"[\\/:]", script.name):
        raise PolicyFileError(f"the start-up script {script.name} is not in the policy; that is not simulated")
    content = read_file(rf"Machine\Scripts\Startup\{script.name}")
    if content is None:
        raise PolicyFileError(f"the start-up script {script.name} does not exist")
    return StartupScript(script.name, script.parameters, powershell, content)


_READERS: dict[str, Callable[[ReadFile], tuple[dict[str, Any], list[str]]]] = {
    REGISTRY: _registry,
    SECURITY: _security,
    SCRIPTS: _scripts,
    LOCAL_USERS_AND_GROUPS: _local_groups,
}
