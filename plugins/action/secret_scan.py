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
"""How many places a message names; the result has them all."""


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
        found = self._scan(spelled, options, task_vars or {}) if spelled else scan.Report([], [])
        result |= {
            "changed": False,
            "findings": found.findings,
            "searched_for": [secret.name for secret in secrets],
            "too_short": too_short,
            "not_searched": found.not_searched,
        }
        if warnings:
            result["warnings"] = warnings
        if found.findings:
            result |= {"failed": options["fail"], "msg": message(found.findings)}
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
        self, secrets: Sequence[scan.Secret], options: Mapping[str, Any], task_vars: Mapping[str, Any]
    ) -> scan.Report:
        try:
            arguments = scan.module_arguments(
                secrets, options["folders"], options["registry_keys"], options["maximum_file_size"]
            )
        except ValueError as error:
            raise AnsibleActionFail(str(error)) from error
        host = Host(self, task_vars)
        outcome = host.run_job(WIN_POWERSHELL, arguments, time_limit=options["time_limit"], read_only=True)
        if outcome.get("results_file"):
            host.run(WIN_FILE, {"path": outcome["results_file"], "state": "absent"}, read_only=True)
        errors = [str(item.get("output") or "").strip() for item in outcome.get("error") or []]
        if outcome.get("failed") or errors:
            reason = "; ".join([str(outcome.get("msg") or ""), *errors]).strip("; ") or "no reason given"
            raise AnsibleActionFail(f"the scan for secrets did not come to an end: {scan.masked(reason, secrets)}")
        return scan.report(outcome.get("output") or [], secrets)


def message(findings: Sequence[Mapping[str, str]]) -> str:
    """The findings for people, the first PLACES_TOLD of them."""
    told = [f"{item['secret']} in {item['place']} ({item['kind'].replace('_', ' ')})" for item in findings]
    more = [f"and in {len(told) - PLACES_TOLD} more places"] if len(told) > PLACES_TOLD else []
    return (
        f"Secrets of this run are still on the image builder: {'; '.join(told[:PLACES_TOLD] + more)}. Everything on "
        "its disk becomes part of the image: remove them, or have the installation not write them."
    )
