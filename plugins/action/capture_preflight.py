# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

from ansible.plugins.action import ActionBase
from ansible_collections.euc.appstream.plugins.plugin_utils._capture_preflight import KEYS, Findings, judged
from ansible_collections.euc.appstream.plugins.plugin_utils._security_policy import decoded, parsed
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
}

MANIFEST = r"C:\ProgramData\Amazon\Photon\Prewarm\PrewarmManifest.txt"


SCRIPT = r"""
param([string[]]$Key, [string]$Manifest)
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
"""
"""Reads the registry, the local security policy, which no module reads, and whether the manifest can be read."""


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

        facts, rebooted = _facts(run_module), False
        if facts.get("reboot_pending") and options["settle_pending_reboot"]:
            arguments = {"reboot_timeout": options["reboot_timeout"], "msg": "A reboot was pending before the image."}
            reboot = run_module("ansible.windows.win_reboot", arguments, read_only=False)
            require_success(reboot, "the pending reboot failed")
            facts, rebooted = (
                {**_facts(run_module), **({"reboot_pending": False} if self._task.check_mode else {})},
                True,
            )
        found = _findings(facts, run_module)
        result.update(changed=rebooted, problems=found.problems, warnings=found.warnings)
        if found.problems and options["fail"]:
            result.update(failed=True, msg=f"no image can be taken of this builder yet: {'; '.join(found.problems)}")
        return result


def _facts(run_module: RunModule) -> dict[str, Any]:
    arguments = {"gather_subset": ["!all", "!min", "platform", "windows_domain"]}
    found = run_module("ansible.windows.setup", arguments)
    facts = require_success(found, "cannot read the facts of the image builder")["ansible_facts"]
    return {name.removeprefix("ansible_"): value for name, value in facts.items()}


def _findings(facts: Mapping[str, Any], run_module: RunModule) -> Findings:
    parameters = {"Key": list(KEYS), "Manifest": MANIFEST}
    read = run_script(SCRIPT, parameters, run_module, "cannot read the settings of the image builder", read_only=True)
    found = {(one["Kind"], one["Name"]): one["Value"] for one in read}
    policy = parsed(decoded(base64.b64decode(found["policy", "policy"])))
    services = require_success(run_module("ansible.windows.win_service_info", {}), "cannot read the services")
    judgement = judged({key: found["key", key] or {} for key in KEYS}, policy, facts, services["services"])
    return Findings(judgement.problems, [*judgement.warnings, *_manifest_warnings(found["manifest", MANIFEST])])


def _manifest_warnings(reason: str | None) -> list[str]:
    """create-image fails with "access denied" on a manifest it can't read (guide, "Troubleshooting Image Builders")."""
    if reason is None:
        return []
    return [f"{MANIFEST} can't be read ({reason}); create-image fails when it can't either: delete the file"]
