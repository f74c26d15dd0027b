# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What sealing has to know of an image builder, read at once.

Private to the euc.appstream collection.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ansible.errors import AnsibleActionFail
from ansible_collections.euc.appstream.plugins.plugin_utils._sealing.access import Listener, parse_listeners
from ansible_collections.euc.appstream.plugins.plugin_utils._sealing.files import TRANSCRIPTION_KEY
from ansible_collections.euc.appstream.plugins.plugin_utils._windows_host import RunModule, run_script

MANIFEST = r"C:\ProgramData\Amazon\Photon\Prewarm\PrewarmManifest.txt"
REGISTRATION = r"C:\ProgramData\Amazon\SSM\Vault\Store\RegistrationKey"
"""There is one on a hybrid node of Systems Manager."""

SCRIPT = r"""
param([string[]]$Path, [string]$Transcription, [bool]$Listener)
foreach ($one in $Path) { [pscustomobject]@{ Kind = 'file'; Name = $one; Value = [IO.File]::Exists($one) } }
$key = Get-Item -LiteralPath $Transcription -ErrorAction SilentlyContinue
$folder = if ($key) { $key.GetValue('OutputDirectory') } else { $null }
[pscustomobject]@{ Kind = 'transcripts'; Name = $Transcription; Value = $folder }
if ($Listener) {
    $lines = & cmd.exe /d /c winrm enumerate winrm/config/listener
    if ($LASTEXITCODE -ne 0) { throw "cannot list the listeners of WinRM: $($lines -join ' ')" }
    [pscustomobject]@{ Kind = 'listeners'; Name = 'WinRM'; Value = $lines -join "`n" }
}
"""


@dataclass(frozen=True)
class State:
    """The builder before it is sealed: files that exist, the folder of PowerShell's transcripts, WinRM's listeners."""

    files: frozenset[str] = frozenset()
    transcripts: str | None = None
    listeners: tuple[Listener, ...] = ()


def read(options: Mapping[str, Any], run_module: RunModule) -> State:
    """What the options of module seal need to know. Raises AnsibleActionFail."""
    wanted = {MANIFEST: options["manifest_permissions"], REGISTRATION: options["remove_hybrid_activation"]}
    paths = [path for path, is_wanted in wanted.items() if is_wanted]
    if not (paths or options["remove_logs"] or options["remove_access"]):
        return State()
    parameters = {"Path": paths, "Transcription": TRANSCRIPTION_KEY, "Listener": options["remove_access"]}
    found = run_script(SCRIPT, parameters, run_module, "cannot read the image builder", read_only=True)
    values = {(one["Kind"], one["Name"]): one["Value"] for one in found}
    try:
        listeners = parse_listeners(values.get(("listeners", "WinRM")) or "")
    except ValueError as error:
        raise AnsibleActionFail(f"cannot list the listeners of WinRM: {error}") from error
    folder = values["transcripts", TRANSCRIPTION_KEY]
    return State(
        frozenset(path for path in paths if values["file", path]),
        str(folder) if folder and options["remove_logs"] else None,
        tuple(listeners),
    )
