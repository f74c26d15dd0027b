# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Brings one application to its desired state: what module ``application`` does, step by step.

Private to the euc.appstream collection.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from typing import Any

from ansible.errors import AnsibleConnectionFailure, AnsibleError
from ansible_collections.euc.appstream.plugins.plugin_utils._applications import state
from ansible_collections.euc.appstream.plugins.plugin_utils._applications.around import set_around
from ansible_collections.euc.appstream.plugins.plugin_utils._applications.failure import explain, fetch_logs
from ansible_collections.euc.appstream.plugins.plugin_utils._applications.fetching import fetch
from ansible_collections.euc.appstream.plugins.plugin_utils._applications.installing import install, remove
from ansible_collections.euc.appstream.plugins.plugin_utils._applications.kinds import KINDS, NONE
from ansible_collections.euc.appstream.plugins.plugin_utils._applications.restart import restart
from ansible_collections.euc.appstream.plugins.plugin_utils._applications.run import Run, StepError
from ansible_collections.euc.appstream.plugins.plugin_utils._applications.state import found as judge
from ansible_collections.euc.appstream.plugins.plugin_utils._progress import show

_PACKAGE_MANAGED = ("chocolatey", "winget", "windows_feature")


def converge(run: Run, *, check_mode: bool) -> dict[str, Any]:
    """The result of the task. Raises AnsibleActionFail when the application is required and fails."""
    before: Mapping[str, Any] = run.settings.get("found") or {}
    try:
        _require_dependencies(run)
        if not before:
            with run.doing("Read what is there"):
                before = judge(run.entry, state.read(run.host, [run.entry]))
        if run.entry["state"] == "absent":
            return _converge_absent(run, before, check_mode=check_mode)
        return _converge_present(run, before, check_mode=check_mode)
    except AnsibleConnectionFailure:
        raise
    except (AnsibleError, StepError) as error:
        result = error.result if isinstance(error, StepError) else {"msg": str(error)}
        return failed(run, before, result)


def failed(run: Run, before: Mapping[str, Any], result: Mapping[str, Any]) -> dict[str, Any]:
    """The result of an application that could not be installed: a failure, or a warning when it is not required."""
    message = explain(run.entry, run.step, result, run.credentials)
    logs = fetch_logs(run) if run.changed else ""
    message = f"{message} {logs}" if logs else message
    _clean_up(run)
    outcome = _result(run, before, failed=True, message=message)
    if run.entry["required"]:
        return {**outcome, "failed": True, "msg": message}
    return {**outcome, "warnings": [f"{message} The image goes on without it (required: false)."]}


def _require_dependencies(run: Run) -> None:
    missing = run.settings.get("unavailable") or []
    if missing:
        run.step = "Verify what it depends on"
        raise StepError({"msg": f"it depends on {', '.join(missing)}, which could not be installed"})


def _converge_present(run: Run, before: Mapping[str, Any], *, check_mode: bool) -> dict[str, Any]:
    entry = run.entry
    if before["there"]:
        return _result(run, before)
    if entry["kind"] == NONE and not before.get("settings"):
        if check_mode:
            return _predicted(run, before, "must be there, but")
        run.step = "Verify that it is there"
        raise StepError({"msg": "; ".join(before["problems"])})
    if check_mode:
        return _predicted(run, before, f"would be {'set up' if before.get('settings') else 'installed'}{_how(entry)}:")
    fetch(run)
    if not before.get("settings"):
        with run.doing("Run the installer" if KINDS[entry["kind"]].runner == "package" else "Install"):
            install(run, before)
    set_around(run)
    if entry["reboot"] == "always" or (entry["reboot"] == "if_needed" and run.restart):
        restart(run)
    with run.doing("Verify what is there now"):
        after = judge(entry, state.read(run.host, [entry], _record(run)))
    if after["problems"]:
        raise StepError({"msg": f"it ended with success, but afterwards {'; '.join(after['problems'])}"})
    run.changed = True
    return _result(run, before, version=after["version"])


def _converge_absent(run: Run, before: Mapping[str, Any], *, check_mode: bool) -> dict[str, Any]:
    entry = run.entry
    if not before["present"]:
        return _result(run, {**before, "version": None})
    if check_mode:
        asked = {"reasons": [f"if {entry['kind']} has it"]} if entry["kind"] in _PACKAGE_MANAGED else {}
        return _predicted(run, {**before, **asked}, "would be removed:")
    with run.doing("Remove"):
        remove(run)
    if entry["reboot"] == "always" or (entry["reboot"] == "if_needed" and run.restart):
        restart(run)
    gone = [entry["record_key"], *_leftovers(run)] if run.changed else _leftovers(run)
    with run.doing("Verify that it is gone"):
        after = judge(entry, state.read(run.host, [entry], {"Remove": gone}))
    if entry["kind"] not in _PACKAGE_MANAGED and after["present"]:
        raise StepError({"msg": "it ended with success, but it is still there"})
    return _result(run, before, version=None)


def _how(entry: Mapping[str, Any]) -> str:
    source = f", from {entry['shown_source']}" if entry["shown_source"] else ""
    return f" ({entry['kind']}{source})" if entry["kind"] != NONE else ""


def _record(run: Run) -> dict[str, Any]:
    """Parameters of the script that records the installation and removes what was fetched."""
    entry = run.entry
    parameters: dict[str, Any] = {"Remove": _leftovers(run)}
    if entry["kind"] == NONE and not entry["settings"]:
        return parameters
    product = [key for key in entry["look"]["keys"] if "\\Uninstall\\" in key]
    known = {"Described": entry["described_version"], "Fingerprint": entry["fingerprint"]}
    return {**parameters, **known, "Record": entry["record_key"], "Settings": entry["settings"], "Product": product}


def _leftovers(run: Run) -> list[str]:
    kept = [run.entry["folder"]] if run.settings["keep_installers"] else []
    return [path for path in dict.fromkeys(run.leftovers) if path not in kept]


def _clean_up(run: Run) -> None:
    """Remove what a failed installation has left; the failure is what counts."""
    paths = _leftovers(run)
    if paths:
        with contextlib.suppress(Exception):
            state.read(run.host, [], {"Remove": paths})


def _predicted(run: Run, before: Mapping[str, Any], what: str) -> dict[str, Any]:
    """The result in check mode, shown, because most callbacks show nothing of it."""
    message = f"{run.entry['name']} {what} {'; '.join(before['reasons'])}"
    show(message)
    run.changed = run.entry["kind"] != NONE or bool(before.get("settings"))
    result = _result(run, before)
    result["application"]["changed"] = False
    return {**result, "msg": message}


def _result(
    run: Run, before: Mapping[str, Any], *, failed: bool = False, message: str = "", version: Any = ...
) -> dict[str, Any]:
    entry = run.entry
    seen = before.get("version") if version is ... else version
    state_before = {"name": entry["name"], "state": "present" if before.get("present") else "absent"}
    application = state.reported(entry, seen, changed=run.changed, failed=failed, message=message)
    result: dict[str, Any] = {
        "changed": run.changed,
        "application": application,
        "reasons": list(before.get("reasons") or []),
        "rebooted": run.rebooted,
    }
    if run.host.action._task.diff and not failed:
        after = {"name": entry["name"], "state": entry["state"], "fingerprint": entry["fingerprint"]}
        result["diff"] = {"before": state_before, "after": after if run.changed else state_before}
    if run.facts:
        result["ansible_facts"] = dict(run.facts)
    return result
