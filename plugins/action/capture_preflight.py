# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from ansible.plugins.action import ActionBase
from ansible_collections.euc.appstream.plugins.plugin_utils import _capture_baseline as baselines
from ansible_collections.euc.appstream.plugins.plugin_utils import _pending_reboot as pending_reboot
from ansible_collections.euc.appstream.plugins.plugin_utils._capture_baseline import Baseline
from ansible_collections.euc.appstream.plugins.plugin_utils._capture_preflight import (
    ENVIRONMENT_KEY,
    KEYS,
    Findings,
    judged,
)
from ansible_collections.euc.appstream.plugins.plugin_utils._security_policy import decoded, parsed
from ansible_collections.euc.appstream.plugins.plugin_utils._ssm_registration import NODE_SCRIPT, REGISTRATION
from ansible_collections.euc.appstream.plugins.plugin_utils._windows_host import (
    RunModule,
    require_success,
    run_on_host,
    run_script,
)

ARGUMENT_SPEC: dict[str, Any] = {
    "fail": {"type": "bool", "default": True},
    "settle_pending_reboot": {"type": "bool", "default": False},
    "reboot_timeout": {"type": "int", "default": 1200},
    "note_baseline": {"type": "bool", "default": False},
}

MANIFEST = r"C:\ProgramData\Amazon\Photon\Prewarm\PrewarmManifest.txt"
_REBOOT_IS_PENDING = "a reboot is pending; reboot before the image is taken"
_NO_BASELINE = (
    "What of it the base image brought is not known: it is noted when a run first reaches an image builder that it has "
    "created, and was not noted on this one."
)


SCRIPT = (
    r"""
param([string[]]$Key, [string]$Manifest, [string]$Servicing, [string]$Registration)
foreach ($one in $Key) {
    $values = @{}
    $item = Get-Item -LiteralPath $one -ErrorAction SilentlyContinue
    if ($item) { foreach ($name in $item.GetValueNames()) { $values[$name] = $item.GetValue($name) } }
    [pscustomobject]@{ Kind = 'key'; Name = $one; Value = $values }
}
$file = [IO.Path]::Combine([IO.Path]::GetTempPath(), "euc.appstream-$([guid]::NewGuid()).inf")
try {
    $lines = & C:\Windows\System32\secedit.exe /export /areas SECURITYPOLICY USER_RIGHTS /cfg $file
    if ($LASTEXITCODE -ne 0) { throw "cannot export the local security policy: $($lines -join ' ')" }
    $policy = [Convert]::ToBase64String([IO.File]::ReadAllBytes($file))
    [pscustomobject]@{ Kind = 'policy'; Name = 'policy'; Value = $policy }
} finally {
    Remove-Item -LiteralPath $file -Force -ErrorAction SilentlyContinue
}
$reason = $null
try {
    if ([IO.File]::Exists($Manifest)) { $null = Get-FileHash -LiteralPath $Manifest -ErrorAction Stop }
} catch { $reason = $_.Exception.Message }
[pscustomobject]@{ Kind = 'manifest'; Name = $Manifest; Value = $reason }
[pscustomobject]@{ Kind = 'servicing'; Name = $Servicing; Value = Test-Path -LiteralPath $Servicing }
$apps, $reason = @(), $null
try {
    $known = @(Get-AppxProvisionedPackage -Online -ErrorAction Stop | ForEach-Object {
        $parts = $_.PackageName.Split('_')
        "$($parts[0])_$($parts[-1])"
    })
    foreach ($app in Get-AppxPackage -AllUsers -ErrorAction Stop) {
        $holders = @($app.PackageUserInformation | Where-Object { "$($_.InstallState)" -like 'Installed*' })
        $is_part = $app.IsFramework -or $app.NonRemovable -or "$($app.SignatureKind)" -eq 'System'
        $is_known = $is_part -or $known -contains $app.PackageFamilyName
        if ($holders -and -not $is_known) { $apps += $app.PackageFullName }
    }
} catch { $reason = $_.Exception.Message }
[pscustomobject]@{ Kind = 'apps'; Name = 'apps'; Value = $apps }
[pscustomobject]@{ Kind = 'apps'; Name = 'reason'; Value = $reason }
"""
    + NODE_SCRIPT
)
"""Reads the registry, the local security policy, which no module reads, app packages, whether the manifest can be read,
and what the builder is registered as with Systems Manager."""


@dataclass(frozen=True)
class State:
    """What was found on the builder. ``pending``: what a reboot is pending for; ``baseline``: that of this builder."""

    findings: Findings
    pending: list[str]
    computer: str
    node: str
    baseline: Baseline | None


class ActionModule(ActionBase):  # type: ignore[misc]  # ansible-core ships no types
    """Looks for what would break AppStream or the image, over the host's own connection."""

    _requires_connection = True
    _supports_check_mode = True
    _supports_async = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        result: dict[str, Any] = super().run(tmp, task_vars)
        _validated, options = self.validate_argument_spec(argument_spec=ARGUMENT_SPEC)

        def run_module(module: str, arguments: Mapping[str, Any], **keywords: Any) -> Mapping[str, Any]:
            return run_on_host(self, task_vars or {}, module, arguments, **{"read_only": True, **keywords})

        # Services are no problem, only worth a look: nothing of theirs is noted.
        with_services = not options["note_baseline"]
        state, rebooted = _state(run_module, with_services), False
        if self._asks_for_reboot(options, state):
            arguments = {"reboot_timeout": options["reboot_timeout"], "msg": "A reboot was pending before the image."}
            reboot = run_module("ansible.windows.win_reboot", arguments, read_only=False)
            require_success(reboot, "the pending reboot failed")
            state, rebooted = (
                replace(state, pending=[]) if self._task.check_mode else _state(run_module, with_services),
                True,
            )
        if options["note_baseline"]:
            return {**result, **self._note(state, rebooted, run_module)}
        found = _compared(state, rebooted)
        result.update(changed=rebooted, problems=found.problems, warnings=found.warnings)
        result["baseline"] = state.baseline is not None
        if found.problems and options["fail"]:
            unknown = "" if state.baseline else f". {_NO_BASELINE}"
            told = "; ".join(found.problems)
            result.update(failed=True, msg=f"no image can be taken of this builder yet: {told}{unknown}")
        return result

    def _asks_for_reboot(self, options: Mapping[str, Any], state: State) -> bool:
        """Whether a reboot is to be made. What is pending at each boot is not cured by one more."""
        known = state.baseline.pending if state.baseline else ()
        is_needed = bool(state.pending) and not pending_reboot.is_known(state.pending, known)
        return bool(options["settle_pending_reboot"]) and is_needed

    def _note(self, state: State, rebooted: bool, run_module: RunModule) -> dict[str, Any]:
        """Write down what the builder is like, unless that has been done: nothing that comes later is the image's."""
        noted = {"problems": state.findings.problems, "warnings": state.findings.warnings, "baseline": True}
        if state.baseline:
            return {**noted, "changed": rebooted}
        baseline = Baseline(state.computer, tuple(state.findings.problems), tuple(state.pending), state.node)
        arguments = {"path": baselines.KEY, "name": baselines.VALUE, "data": baseline.text, "type": "string"}
        written = run_module("ansible.windows.win_regedit", arguments, read_only=False)
        require_success(written, "cannot note what the image builder is like")
        return {**noted, "changed": True}


def _compared(state: State, rebooted: bool) -> Findings:
    """Problems that came since the baseline; everything else that was found is a warning."""
    problems, warnings = baselines.divided(state.findings.problems, state.baseline)
    if state.pending and rebooted:
        warnings.append(
            f"a reboot is pending again right after a reboot, for {pending_reboot.named(state.pending)}: what asks for "
            "it at each boot will do so on instances, too"
        )
    elif state.pending and state.baseline and pending_reboot.is_known(state.pending, state.baseline.pending):
        names = pending_reboot.named(state.pending)
        warnings.append(f"a reboot is pending, for {names}, as it was when the image builder was first reached")
    elif state.pending:
        problems.append(f"{_REBOOT_IS_PENDING}: {pending_reboot.named(state.pending)}")
    return Findings(problems, [*warnings, *state.findings.warnings])


def _state(run_module: RunModule, with_services: bool) -> State:
    """Everything of the builder that is judged, its services only if wanted. Raises AnsibleActionFail."""
    arguments = {"gather_subset": ["!all", "!min", "platform", "windows_domain"]}
    gathered = require_success(
        run_module("ansible.windows.setup", arguments), "cannot read the facts of the image builder"
    )
    facts = {name.removeprefix("ansible_"): value for name, value in gathered["ansible_facts"].items()}
    keys = [*KEYS, pending_reboot.SESSION_MANAGER_KEY, baselines.KEY]
    parameters = {
        "Key": keys,
        "Manifest": MANIFEST,
        "Servicing": pending_reboot.SERVICING_KEY,
        "Registration": REGISTRATION,
    }
    read = run_script(SCRIPT, parameters, run_module, "cannot read the settings of the image builder", read_only=True)
    found = {(one["Kind"], one["Name"]): one["Value"] for one in read}
    values = {key: found["key", key] or {} for key in keys}
    policy = parsed(decoded(base64.b64decode(found["policy", "policy"])))
    services: list[Any] = []
    if with_services:
        listed = require_success(run_module("ansible.windows.win_service_info", {}), "cannot read the services")
        services = listed["services"]
    apps = found["apps", "apps"] or []
    judgement = judged(values, policy, facts, services, [apps] if isinstance(apps, str) else apps)
    more = [*_manifest_warnings(found["manifest", MANIFEST]), *_app_warnings(found["apps", "reason"])]
    computer = baselines.computer_of(facts, values[ENVIRONMENT_KEY])
    is_servicing = bool(found["servicing", pending_reboot.SERVICING_KEY])
    return State(
        Findings(judgement.problems, [*judgement.warnings, *more]),
        pending_reboot.causes(values, is_servicing) if facts.get("reboot_pending") else [],
        computer,
        str(found["node", REGISTRATION] or ""),
        baselines.parsed(values[baselines.KEY].get(baselines.VALUE), computer),
    )


def _manifest_warnings(reason: str | None) -> list[str]:
    """create-image fails with "access denied" on a manifest it can't read (guide, "Troubleshooting Image Builders")."""
    if reason is None:
        return []
    return [f"{MANIFEST} can't be read ({reason}); create-image fails when it can't either: delete the file"]


def _app_warnings(reason: str | None) -> list[str]:
    if reason is None:
        return []
    return [f"app packages of users can't be listed ({reason}); Sysprep refuses those that are not provisioned for all"]
