# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What an image builder is registered as with Systems Manager.

AppStream may register its builders itself: AWS says that its own scripts run there by way of SSM, and not how. So only
a registration that was not there when the builder was first reached can be taken for one of the build.

Private to the euc.appstream collection.
"""

from __future__ import annotations

REGISTRATION = r"C:\ProgramData\Amazon\SSM\Vault\Store\RegistrationKey"
"""There is one on a hybrid node of Systems Manager: JSON with the node's identifier, its Region and its private key."""
SERVICE = "AmazonSSMAgent"

NODE_SCRIPT = r"""
$node = $null
if ([IO.File]::Exists($Registration)) {
    $node = 'unknown'
    try {
        $found = ([IO.File]::ReadAllText($Registration) | ConvertFrom-Json).instanceID
        if ($found) { $node = "$found" }
    } catch { $node = 'unknown' }
}
[pscustomobject]@{ Kind = 'node'; Name = $Registration; Value = $node }
"""
"""Tells the identifier of the node in the file $Registration: unknown when it is no such file, null without it."""

REMOVAL = (
    ("net", "stop", SERVICE),
    ("rd", "/s", "/q", r"C:\ProgramData\Amazon\SSM\Vault"),
    ("rd", "/s", "/q", r"C:\ProgramData\Amazon\SSM\InstanceData"),
)
"""Commands that take a registration away."""
