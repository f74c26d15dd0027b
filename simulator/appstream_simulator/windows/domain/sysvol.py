# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Files of group policy objects in SYSVOL, over SMB with Kerberos. Runs in `member`'s process."""

from __future__ import annotations

import re
import uuid

import smbclient
from smbprotocol.connection import Connection
from smbprotocol.exceptions import (
    SMBOSError,
)

from appstream_simulator.windows.domain.membership import Membership
from appstream_simulator.windows.domain.policy_files import PolicyFileError

_PORT = 445
_TIMEOUT = 10
_SYSVOL = re.compile(r"\\\\([^\\]+)\\sysvol\\(.+)", re.IGNORECASE)
# STATUS_OBJECT_NAME_NOT_FOUND, STATUS_OBJECT_PATH_NOT_FOUND
_MISSING = (0xC0000034, 0xC000003A)
_ACCESS_DENIED = 0xC0000022


class Sysvol:
    """SYSVOL of the machine's domain controller; never of another one, whose copy may be older.

    Raises:
        smbprotocol.exceptions.SMBException, ValueError, OSError: it cannot be reached.
    """

    def __init__(self, membership: Membership) -> None:
        self._membership = membership
        connection = Connection(uuid.uuid4(), membership.controller_address, _PORT, require_signing=True)
        connection.connect(timeout=_TIMEOUT)
        # The ticket is for the controller's name, which need not be known to this computer's resolver.
        connection.server_name = membership.controller
        self._cache = {f"{membership.controller.lower()}:{_PORT}": connection}
        self._options = {"port": _PORT, "connection_cache": self._cache, "auth_protocol": "kerberos"}
        smbclient.register_session(membership.controller, **self._options)

    def folder(self, file_system_path: str) -> str:
        """Where the folder of an object (`gPCFileSysPath`) is on this controller.

        Raises:
            PolicyFileError: it is not in the domain's SYSVOL.
        """
        matched = _SYSVOL.fullmatch(file_system_path)
        domain, controller = self._membership.domain, self._membership.controller.lower()
        if matched is None or matched[1].lower() not in (domain, controller):
            raise PolicyFileError(f"gPCFileSysPath is not in SYSVOL of {domain}: {file_system_path!r}")
        return rf"\\{self._membership.controller}\SYSVOL\{matched[2]}"

    def read(self, path: str) -> bytes | None:
        """Content of a file; None when there is none.

        Raises:
            PolicyFileError: the machine may not read it.
        """
        try:
            with smbclient.open_file(path, mode="rb", share_access="r", **self._options) as file:
                return bytes(file.read())
        except SMBOSError as error:
            if error.ntstatus in _MISSING:
                return None
            if error.ntstatus == _ACCESS_DENIED:
                raise PolicyFileError(f"{path}: access is denied") from None
            raise
