# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""secedit.exe /configure: puts a security template into force, as a baseline's or an administrator's script does.

Source: Microsoft's reference of `secedit configure`. Of a template the Administrator's name and the user rights are
simulated; one with anything else is journalled as `unhandled` and changes nothing.
"""

from __future__ import annotations

import ntpath
from typing import TYPE_CHECKING

from appstream_simulator.windows.domain import security_template
from appstream_simulator.windows.domain.policy_files import PolicyFileError
from appstream_simulator.windows.protocol.host import ProcessResult

from . import security_identifiers, user_rights

if TYPE_CHECKING:
    from .processes import Process

OPTIONS = frozenset({"configure", "db", "cfg", "overwrite", "log", "quiet"})

_COMPLETED = "The task has completed successfully.\r\nSee log %windir%\\security\\logs\\scesrv.log for detail info."


def configure(process: Process, file: str) -> ProcessResult | None:
    """Apply the template in a file; None when it has what is not simulated."""
    disk, path = process.machine.disk, ntpath.join(process.working_directory, file)
    if not disk.is_file(path):
        return ProcessResult(1, b"\r\nThe system cannot find the file specified.\r\n\r\n")
    try:
        template = security_template.parse(disk.read(path))
    except PolicyFileError:
        return None
    rights = {user_rights.spelling(right): holders for right, holders in template.privilege_rights.items()}
    found = {
        right: [security_identifiers.find(disk.accounts, process.machine.computer_name, holder) for holder in holders]
        for right, holders in rights.items()
    }
    if template.services or template.restricted_groups or template.ignored or None in found:
        return None
    if any(None in holders for holders in found.values()):
        return ProcessResult(3, b"\r\nThe task has completed with an error.\r\n\r\n")
    disk.accounts.rights.update({str(right): [str(holder) for holder in holders] for right, holders in found.items()})
    if template.administrator_name and template.administrator_name != disk.accounts.administrator:
        disk.accounts.rename_administrator(template.administrator_name)
    return ProcessResult(0, f"\r\n{_COMPLETED}\r\n".encode())
