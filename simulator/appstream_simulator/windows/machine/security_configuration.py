# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""secedit.exe /configure: puts a security template into force, as a baseline's or an administrator's script does.

Source: Microsoft's reference of `secedit configure`. Of a template the sections of `security_policy` are simulated; one
with anything else is journalled as `unhandled` and changes nothing.
"""

from __future__ import annotations

import ntpath
from typing import TYPE_CHECKING

from appstream_simulator.windows.domain import security_template
from appstream_simulator.windows.domain.policy_files import PolicyFileError, assignment, sections_of, text_of
from appstream_simulator.windows.protocol.host import ProcessResult

from . import security_policy

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
        settings = _settings(disk.read(path))
        security_policy.configure(disk, process.machine.computer_name, settings)
    except (PolicyFileError, security_policy.UnknownSettingError):
        return None
    except security_policy.UnknownAccountError:
        return ProcessResult(3, b"\r\nThe task has completed with an error.\r\n\r\n")
    return ProcessResult(0, f"\r\n{_COMPLETED}\r\n".encode())


def _settings(data: bytes) -> dict[str, dict[str, str]]:
    """What the template sets, by section.

    Raises:
        PolicyFileError: it is malformed.
        UnknownSettingError: it has a section that is not simulated.
    """
    security_template.parse(data)
    sections = sections_of(text_of(data))
    known = {name.lower(): name for name in security_policy.SECTIONS}
    unknown = set(sections) - set(known) - {"unicode", "version"}
    if unknown:
        raise security_policy.UnknownSettingError(f"[{unknown.pop()}]")
    return {known[section]: dict(map(assignment, lines)) for section, lines in sections.items() if section in known}
