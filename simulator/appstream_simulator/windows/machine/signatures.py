# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Authenticode signatures: what a file is signed with is what its entry on the shelf says.

A file with any other bytes is not signed.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .machine import Machine

# Extensions Windows has a subject interface package for; other files have no place for a signature.
_SIGNABLE = re.compile(
    r"\.(exe|dll|sys|ocx|cpl|scr|efi|mui|msi|msp|msm|mst|msix|appx|msixbundle|appxbundle|cab|cat|ps1|psm1|psd1|ps1xml"
    r"|vbs|js|wsf|jar|xap)$",
    re.IGNORECASE,
)


def of_file(machine: Machine, path: str) -> tuple[str, str]:
    """Signature status of a file, and the subject of the certificate it is signed with, empty when it is not."""
    entry = machine.shelf.entry(machine.disk.read(path))
    if entry and entry.signer:
        return entry.signature_status or "Valid", entry.signer
    if entry and entry.signature_status:
        return entry.signature_status, ""
    return ("NotSigned" if _SIGNABLE.search(path) else "UnknownError"), ""
