# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What sealing has to know of an image builder, read at once.

Private to the euc.appstream collection.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ansible.errors import AnsibleActionFail
from ansible_collections.euc.appstream.plugins.plugin_utils import _capture_baseline as baselines
from ansible_collections.euc.appstream.plugins.plugin_utils import _pending_reboot as pending_reboot
from ansible_collections.euc.appstream.plugins.plugin_utils._capture_baseline import Baseline
from ansible_collections.euc.appstream.plugins.plugin_utils._capture_preflight import ENVIRONMENT_KEY
from ansible_collections.euc.appstream.plugins.plugin_utils._sealing import access
from ansible_collections.euc.appstream.plugins.plugin_utils._sealing.access import Listener
from ansible_collections.euc.appstream.plugins.plugin_utils._sealing.files import TRANSCRIPTION_KEY
from ansible_collections.euc.appstream.plugins.plugin_utils._ssm_registration import NODE_SCRIPT, REGISTRATION
from ansible_collections.euc.appstream.plugins.plugin_utils._windows_host import RunModule, run_script

MANIFEST = r"C:\ProgramData\Amazon\Photon\Prewarm\PrewarmManifest.txt"

SCRIPT = (
    r"""
param([string[]]$Path, [string[]]$Key, [string]$Parent, [string]$Servicing, [string]$Registration)
[pscustomobject]@{ Kind = 'servicing'; Name = $Servicing; Value = Test-Path -LiteralPath $Servicing }
foreach ($one in $Path) { [pscustomobject]@{ Kind = 'file'; Name = $one; Value = [IO.File]::Exists($one) } }
$found = @(foreach ($one in $Key) { Get-Item -LiteralPath $one -ErrorAction SilentlyContinue })
if ($Parent) { $found += @(Get-ChildItem -LiteralPath $Parent -ErrorAction SilentlyContinue) }
foreach ($item in $found) {
    $values = @{}
    foreach ($name in $item.GetValueNames()) { $values[$name] = $item.GetValue($name) }
    [pscustomobject]@{ Kind = 'key'; Name = $item.Name; Value = $values }
}
"""
    + NODE_SCRIPT
)
"""Tells which files exist, the values of those keys that exist and of the keys right below one more, and the node."""

_HIVE = "HKEY_LOCAL_MACHINE\\"


@dataclass(frozen=True)
class State:
    """The builder before it is sealed.

    ``pending``: what a reboot is pending for. ``files``: those that exist. ``transcripts``: folder of PowerShell's.
    ``has_policy``: group policy has settings of WinRM. ``firewall``: rules of group policy by name. ``node``: what the
    builder is registered as with Systems Manager, empty when it is not. ``has_baseline``: one is noted there, be it
    another's; ``baseline``: its own.
    """

    pending: tuple[str, ...] = ()
    files: frozenset[str] = frozenset()
    transcripts: str | None = None
    listeners: tuple[Listener, ...] = ()
    has_policy: bool = False
    firewall: Mapping[str, Any] = field(default_factory=dict)
    node: str = ""
    has_baseline: bool = False
    baseline: Baseline | None = None


def read(options: Mapping[str, Any], facts: Mapping[str, Any], run_module: RunModule) -> State:
    """What the options of module seal need to know. ``facts``: of ``setup``. Raises AnsibleActionFail."""
    paths = [MANIFEST] if options["manifest_permissions"] else []
    of_access = [access.POLICY_KEY, access.SERVICE_POLICY_KEY, access.FIREWALL_KEY] if options["remove_access"] else []
    parameters = {
        "Path": paths,
        "Key": [TRANSCRIPTION_KEY, baselines.KEY, ENVIRONMENT_KEY, pending_reboot.SESSION_MANAGER_KEY, *of_access],
        "Parent": access.LISTENERS_KEY if options["remove_access"] else "",
        "Servicing": pending_reboot.SERVICING_KEY,
        "Registration": REGISTRATION,
    }
    found = run_script(SCRIPT, parameters, run_module, "cannot read the image builder", read_only=True)
    exists = {one["Name"]: one["Value"] for one in found if one["Kind"] == "file"}
    keys = {_short(one["Name"]): one["Value"] or {} for one in found if one["Kind"] == "key"}
    is_servicing = any(one["Kind"] == "servicing" and one["Value"] for one in found)
    node = next((one["Value"] for one in found if one["Kind"] == "node"), None)
    parent = access.LISTENERS_KEY.lower() + "\\"
    below = {name[len(parent) :]: values for name, values in keys.items() if name.lower().startswith(parent)}
    by_name = {name.lower(): values for name, values in keys.items()}

    def values_of(key: str) -> Mapping[str, Any]:
        return by_name.get(key.lower(), {})

    try:
        listeners = access.listeners(below, values_of(access.SERVICE_POLICY_KEY))
    except ValueError as error:
        raise AnsibleActionFail(f"cannot list the listeners of WinRM: {error}") from error
    folder = {name.lower(): value for name, value in values_of(TRANSCRIPTION_KEY).items()}.get("outputdirectory")
    plain = {name.removeprefix("ansible_"): value for name, value in facts.items()}
    computer = baselines.computer_of(plain, values_of(ENVIRONMENT_KEY))
    renames = {pending_reboot.SESSION_MANAGER_KEY: values_of(pending_reboot.SESSION_MANAGER_KEY)}
    return State(
        pending=tuple(pending_reboot.causes(renames, is_servicing)) if plain.get("reboot_pending") else (),
        files=frozenset(path for path in paths if exists[path]),
        transcripts=str(folder) if folder and options["remove_logs"] else None,
        listeners=tuple(listeners),
        has_policy=access.POLICY_KEY.lower() in by_name,
        firewall=values_of(access.FIREWALL_KEY),
        node=str(node or "") if options["remove_hybrid_activation"] else "",
        has_baseline=baselines.KEY.lower() in by_name,
        baseline=baselines.parsed(values_of(baselines.KEY).get(baselines.VALUE), computer),
    )


def _short(name: str) -> str:
    """The name of a key of the computer as a path of the registry provider."""
    return name if not name.upper().startswith(_HIVE) else f"HKLM:\\{name[len(_HIVE) :]}"
