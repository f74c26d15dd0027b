# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ansible.errors import AnsibleActionFail, AnsibleError
from ansible.plugins.action import ActionBase
from ansible_collections.euc.appstream.plugins.plugin_utils import _secret_scan as scan
from ansible_collections.euc.appstream.plugins.plugin_utils._windows_job import Host

ARGUMENT_SPEC: dict[str, Any] = {
    "secrets": {"type": "raw", "no_log": True},
    "folders": {"type": "list", "elements": "str", "default": list(scan.FOLDERS)},
    "registry_keys": {"type": "list", "elements": "str", "default": list(scan.REGISTRY_KEYS)},
    "maximum_file_size": {"type": "int", "default": scan.MAXIMUM_FILE_SIZE},
    "time_limit": {"type": "int", "default": 1800},
    "fail": {"type": "bool", "default": True},
}

WIN_FILE = "ansible.windows.win_file"
WIN_POWERSHELL = "ansible.windows.win_powershell"
PLACES_TOLD = 20
"""How many places a message names; the result has more of them."""
GUARD = 120
"""Seconds for which the job may go on beyond the search's own limit: for compiling, and for the file it is in."""


class ActionModule(ActionBase):  # type: ignore[misc]  # ansible-core ships no types
    """Looks for the run's secrets on the task's host. No secret is in anything that it returns, raises or shows."""

    _requires_connection = True
    _supports_check_mode = True
    _supports_async = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        result: dict[str, Any] = super().run(tmp, task_vars)
        _validated, options = self.validate_argument_spec(argument_spec=ARGUMENT_SPEC)
        secrets, too_short = scan.searchable(self._secrets(options["secrets"], task_vars or {}))
        warnings = [f"{name} is shorter than {scan.MINIMUM_LENGTH} characters and not looked for" for name in too_short]
        spelled = [spelling for secret in secrets for spelling in scan.spellings(secret)]
        extent = scan.Extent(
            options["folders"], options["registry_keys"], options["maximum_file_size"], options["time_limit"]
        )
        found, troubles = self._scan(spelled, extent, task_vars or {}) if spelled else (scan.Report(), [])
        warnings += [*troubles, *left_out(found, extent)]
        result |= {
            "changed": False,
            "findings": found.findings,
            "findings_count": found.findings_count,
            "searched_for": [secret.name for secret in secrets],
            "too_short": too_short,
            "not_searched": found.not_searched,
            "seconds": found.seconds,
            "time_is_up": found.time_is_up,
            **found.counts,
        }
        if warnings:
            result["warnings"] = warnings
        if found.findings:
            result |= {"failed": options["fail"], "msg": message(found)}
        elif spelled and not (found.counts["folders"] or found.counts["registry_keys"]):
            result |= {"failed": True, "msg": nothing_searched(found)}
        return result

    def _secrets(self, given: Any, task_vars: Mapping[str, Any]) -> Iterator[scan.Secret]:
        """The secrets given, those of the connection and those in the environment, not yet examined."""
        yield from scan.named_secrets(given, "" if isinstance(given, Mapping) else "secrets")
        yield from self._connection_secrets(task_vars)
        yield from scan.environment_secrets(os.environ)

    def _connection_secrets(self, task_vars: Mapping[str, Any]) -> Iterator[scan.Secret]:
        for name in scan.connection_variables(task_vars):
            try:
                yield from scan.named_secrets(self._templar.template(task_vars[name]), name)
            except AnsibleError as error:
                # The text of the error may quote a template, which may quote a secret.
                raise AnsibleActionFail(f"the variable {name} can not be told, so it can't be looked for") from error
        for option in ("remote_password", "password"):
            # What the plugin really uses; each has one of the two, and some have none.
            try:
                yield from scan.named_secrets(self._connection.get_option(option), "the connection's password")
            except (KeyError, AnsibleError):
                continue

    def _scan(
        self, secrets: Sequence[scan.Secret], extent: scan.Extent, task_vars: Mapping[str, Any]
    ) -> tuple[scan.Report, list[str]]:
        """What the search has come to, and what PowerShell complained of although it came to its end."""
        try:
            arguments = scan.module_arguments(secrets, extent)
        except ValueError as error:
            raise AnsibleActionFail(str(error)) from error
        host = Host(self, task_vars)
        outcome = host.run_job(WIN_POWERSHELL, arguments, time_limit=extent.seconds + GUARD, read_only=True)
        if outcome.get("results_file"):
            host.run(WIN_FILE, {"path": outcome["results_file"], "state": "absent"}, read_only=True)
        errors = [str(item.get("output") or "").strip() for item in outcome.get("error") or []]
        try:
            return scan.report(str((outcome.get("output") or [""])[-1]), secrets), [
                f"The scan for secrets reported: {scan.masked(error, secrets)}" for error in errors
            ]
        except ValueError as error:
            reason = "; ".join(filter(None, [str(outcome.get("msg") or ""), *errors])) or "no reason given"
            raise AnsibleActionFail(
                f"the scan for secrets did not come to an end: {scan.masked(reason, secrets)}"
            ) from error


def message(found: scan.Report) -> str:
    """The findings for people, the first PLACES_TOLD of them."""
    places = [f"{item['secret']} in {item['place']} ({item['kind'].replace('_', ' ')})" for item in found.findings]
    return (
        f"Secrets of this run are still on the image builder: {_some(places, found.findings_count)}. Everything on "
        "its disk becomes part of the image: remove them, or have the installation not write them."
    )


def nothing_searched(found: scan.Report) -> str:
    """Why it is not known whether there is a secret."""
    reasons = [f"{item['place']}: {item['reason']}" for item in found.not_searched]
    count = sum(found.counts[name] for name in ("too_large", "unreadable", "not_reached"))
    why = _some(reasons, count) if reasons else "none of the folders and registry keys exists"
    return f"Nothing could be searched for secrets of this run: {why}."


def left_out(found: scan.Report, extent: scan.Extent) -> list[str]:
    """Warnings of what the limits have left out."""
    warnings = []
    large, missed = (
        [item["place"] for item in found.not_searched if item["kind"] == kind] for kind in ("too_large", "not_reached")
    )
    if large:
        places = _some(large, found.counts["too_large"])
        warnings.append(f"Files of more than {extent.maximum_file_size} bytes were not searched for secrets: {places}")
    if missed:
        places = _some(missed, found.counts["not_reached"])
        warnings.append(
            f"The search for secrets ended at its limit of {extent.seconds} seconds and did not reach all of: {places}"
        )
    return warnings


def _some(places: Sequence[str], count: int) -> str:
    """The first PLACES_TOLD of what there are so many of."""
    more = [f"and in {count - PLACES_TOLD} more places"] if count > PLACES_TOLD else []
    return "; ".join([*places[:PLACES_TOLD], *more])
