# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Get-AuthenticodeSignature, as far as a script outputs the status and the signer's subject.

What a file is signed with is what its entry on the shelf says; a file with any other bytes is not signed.
"""

from __future__ import annotations

import re
from typing import Any

from ..modules.task import Task
from . import ScriptRun, TerminatingError

_SIGNATURE = (
    r"\$(?P<signature>\w+)\s*=\s*Get-AuthenticodeSignature\s+-(?:LiteralPath|FilePath)\s+\$(?P<path>\w+)"
    r"(?:\s+-ErrorAction\s+'?Stop'?)?\s*+;?\s*+"
    r"(?:\"\$\(\$(?P=signature)\.Status\)\"|\$(?P=signature)\.Status\.ToString\(\))\s*+;?\s*+"
    r"(?:(?P<as_text>\"\$\(\$(?P=signature)\.SignerCertificate\.Subject\)\")|\$(?P=signature)\.SignerCertificate\.Subject)"
    r"\s*;?"
)
PATTERN = re.compile(_SIGNATURE, re.IGNORECASE)

# Extensions Windows has a subject interface package for; other files have no place for a signature.
_SIGNABLE = re.compile(
    r"\.(exe|dll|sys|ocx|cpl|scr|efi|mui|msi|msp|msm|mst|msix|appx|msixbundle|appxbundle|cab|cat|ps1|psm1|psd1|ps1xml"
    r"|vbs|js|wsf|jar|xap)$",
    re.IGNORECASE,
)


def signature(run: ScriptRun) -> list[Any]:
    """The status and the signer's subject, the latter empty as a text and null as a value when there is none."""
    path = str(run.parameters.get(run.found["path"].lower()) or "")
    if not run.task.disk.is_file(path):
        raise TerminatingError(f"File {path} was not found.")
    status, subject = of_file(run.task, path)
    return [status, subject or ("" if run.found["as_text"] else None)]


def of_file(task: Task, path: str) -> tuple[str, str]:
    """Signature status of a file, and the subject of the certificate it is signed with, empty when it is not."""
    entry = task.machine.shelf.entry(task.disk.read(path))
    if entry and entry.signer:
        return entry.signature_status or "Valid", entry.signer
    if entry and entry.signature_status:
        return entry.signature_status, ""
    return ("NotSigned" if _SIGNABLE.search(path) else "UnknownError"), ""
