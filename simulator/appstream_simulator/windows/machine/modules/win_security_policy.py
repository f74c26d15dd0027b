# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""community.windows.win_security_policy, which exports the policy, changes a setting and configures the whole again."""

from __future__ import annotations

from typing import Any

from .. import security_policy
from .task import Option, Task

OPTIONS = {"section": Option(), "key": Option(), "value": Option("raw")}

_WARNING = (
    "Using this module to edit rights and privileges is error-prone, "
    "use the ansible.windows.win_user_right module instead"
)
_LOG = "----Configuration engine was initialized successfully.----"


def run(task: Task) -> dict[str, Any]:
    """Set one setting of the local security policy."""
    options = task.options(OPTIONS)
    section, key, value = options["section"], options["key"], options["value"]
    result: dict[str, Any] = {"changed": False, **options}
    if section.lower() == security_policy.PRIVILEGE_RIGHTS.lower():
        task.warnings.append(_WARNING)
    known = next((name for name in security_policy.SECTIONS if name.lower() == section.lower()), None)
    if known is None:
        task.fail(f"The section '{section}' does not exist in SecEdit.exe output ini", **result)
    present = _present(task, known, key)
    if (present is None and str(value) == "") or (present is not None and _is_same(present, value)):
        return {**result, "diff": {}} if task.call.diff else result
    result["changed"] = True
    if task.call.diff:
        removed = "" if present is None else f"-{key} = {present}\n"
        result["diff"] = {"prepared": f"[{section}]\n{removed}+{key} = {value}"}
    if not task.check_mode:
        result["import_log"] = _LOG
        _set(task, known, result)
    return result


def _present(task: Task, section: str, key: str) -> str | int | None:
    """The value as the module reads it from the exported file: a number, or a text without its quotation marks."""
    found = {name.lower(): value for name, value in security_policy.sections(task.disk)[section].items()}
    value = found.get(key.lower())
    if value is None:
        return None
    if value.isdecimal():
        return int(value)
    return value[1:-1] if value.startswith('"') and value.endswith('"') and len(value) > 1 else value


def _is_same(present: str | int, value: Any) -> bool:
    """PowerShell's -ceq, which converts what is on the right to the type of what is on the left."""
    if isinstance(present, str):
        return present == str(value)
    text = str(int(value)) if isinstance(value, bool) else str(value).strip()
    return text.isdecimal() and int(text) == present


def _set(task: Task, section: str, result: dict[str, Any]) -> None:
    """Configure, and see what has become of it, as secedit takes no notice of what it does not know."""
    key, value = result["key"], result["value"]
    if security_policy.spelling(section, key) is None and section != security_policy.REGISTRY_VALUES:
        task.fail(f"The key '{key}' in section '{section}' is not a valid key, cannot set this value", **result)
    try:
        security_policy.configure(task.disk, task.machine.computer_name, {section: {key: str(value)}})
    except security_policy.UnknownAccountError:
        shown = "Failed to import secedit.ini file"
        task.fail(f"{shown} from {task.variables['TEMP']}\\tmp4242.tmp", **result, rc=3, stdout="", stderr=None)
    except security_policy.UnknownSettingError as error:
        task.machine.record("unhandled", what="win_security_policy", text=str(error))
        task.fail(f"appstream-simulator: the setting is not simulated: {error}", **result)
    present = _present(task, section, key)
    if present is not None and not _is_same(present, value):
        message = f"Failed to change the value for key '{key}' in section '{section}', the value is still {present}"
        task.fail(message, **result)
