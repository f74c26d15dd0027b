# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The files of group policy objects: SYSVOL of one domain controller, over SMB with signing.

Always the domain controller that LDAP talks to, never the domain's name: other controllers get the files later, by
replication. Paths are relative to SYSVOL's folder of policies, for example ``{GUID}\\Machine\\Registry.pol``.
"""

from __future__ import annotations

import errno
import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, TypeVar

from . import security_descriptors
from .connection import DACL, GROUP, OWNER, Directory, Logon
from .names import domain_of, simple_bind_name
from .security_descriptors import READ_CONTROL, WRITE_DACL, WRITE_OWNER, SecurityDescriptor
from .sysvol_errors import failure

try:
    import smbclient
    import smbclient.shutil
    from smbclient._io import SMBFileTransaction, SMBRawIO
    from smbprotocol.exceptions import SMBException
    from smbprotocol.open import SMB2QueryInfoRequest, SMB2QueryInfoResponse, SMB2SetInfoRequest

    SMB_IMPORT_ERROR = None
except ImportError as error:
    smbclient = None
    SMB_IMPORT_ERROR = str(error)

# MS-SMB2 2.2.37: SMB2_0_INFO_SECURITY, and room enough for any security descriptor of a folder.
_INFO_SECURITY, _LARGEST_DESCRIPTOR = 3, 65536
_SHARED = "rwd"
_Result = TypeVar("_Result")


class Sysvol:
    """The share, for as long as a connection lasts. All methods raise ActiveDirectoryError."""

    def __init__(self, server: str, domain: str, username: str, arguments: dict[str, Any]) -> None:
        self.root = f"\\\\{server}\\SYSVOL\\{domain}\\Policies"
        self.username = username
        self._arguments = arguments

    def files(self, folder: str) -> list[str] | None:
        """Return the paths, below a folder, of all files in it, None when there is no such folder."""
        with self._telling("read", folder, "read access"):
            found = _if_there(lambda: self._below(folder, ""))
            return None if found is None else sorted(path for path, is_folder in found if not is_folder)

    def below(self, folder: str) -> list[tuple[str, bool]]:
        """Return the paths, below a folder, of everything in it, each with whether it is a folder; deepest last."""
        with self._telling("read", folder, "read access"):
            return self._below(folder, "")

    def _below(self, folder: str, below: str) -> list[tuple[str, bool]]:
        found: list[tuple[str, bool]] = []
        with smbclient.scandir(self._full(f"{folder}\\{below}" if below else folder), **self._arguments) as entries:
            for entry in entries:
                path = f"{below}\\{entry.name}" if below else entry.name
                # What is behind a link is not the policy's.
                found.append((path, entry.is_dir() and not entry.is_symlink()))
        return found + [one for path, is_folder in found if is_folder for one in self._below(folder, path)]

    def read(self, path: str) -> bytes | None:
        """Return a file's content, None when there is no such file."""
        with self._telling("read", path, "read access"):
            return _if_there(lambda: self._read(path))

    def _read(self, path: str) -> bytes:
        with smbclient.open_file(self._full(path), mode="rb", share_access=_SHARED, **self._arguments) as file:
            return bytes(file.read())

    def write(self, path: str, content: bytes) -> None:
        """Write a file whose folder exists."""
        with self._telling("write", path, "write access"):
            self._write(path, content)

    def _write(self, path: str, content: bytes) -> None:
        with smbclient.open_file(self._full(path), mode="wb", share_access="r", **self._arguments) as file:
            file.write(content)

    def make_folder(self, path: str) -> None:
        """Make a folder, and those above it; those that exist are left as they are."""
        with self._telling("make folder", path, "the right to create folders in the one above"):
            smbclient.makedirs(self._full(path), exist_ok=True, **self._arguments)

    def remove(self, path: str) -> None:
        """Remove a file; nothing happens when it is gone."""
        with self._telling("remove", path, "the right to delete it"):
            _if_there(lambda: smbclient.remove(self._full(path), **self._arguments))

    def remove_folder(self, path: str) -> None:
        """Remove a folder with everything in it; nothing happens when it is gone."""
        with self._telling("remove folder", path, "the right to delete it and what is in it"):
            if smbclient.path.isdir(self._full(path), **self._arguments):
                smbclient.shutil.rmtree(self._full(path), **self._arguments)

    def security(self, path: str) -> SecurityDescriptor:
        """Return owner, group and access list of a file or folder."""
        with self._telling("read the permissions of", path, "the right to read permissions"):
            request = SMB2QueryInfoRequest()
            request["output_buffer_length"] = _LARGEST_DESCRIPTOR
            data = self._on_security(path, READ_CONTROL, request, OWNER | GROUP | DACL)
            answer = SMB2QueryInfoResponse()
            answer.unpack(data)
            return security_descriptors.parse(bytes(answer["buffer"].get_value()))

    def set_security(self, path: str, descriptor: SecurityDescriptor, *, with_owner: bool) -> None:
        """Write a file's or folder's access list, and its owner and group too if asked for.

        What is below a folder keeps its own: no server hands access lists down for SMB.
        """
        needs = (
            "the rights to change permissions and to take ownership"
            if with_owner
            else "the right to change permissions"
        )
        with self._telling("write the permissions of", path, needs):
            request = SMB2SetInfoRequest()
            request["buffer"] = security_descriptors.build(descriptor)
            access, parts = WRITE_DACL | READ_CONTROL, DACL
            if with_owner:
                access, parts = access | WRITE_OWNER, parts | OWNER | GROUP
            self._on_security(path, access, request, parts)

    def _on_security(self, path: str, access: int, request: Any, parts: int) -> bytes:
        """Open a file or folder, send one request on its security descriptor, and close it; returns the answer."""
        opened = SMBRawIO(self._full(path), mode="r", share_access=_SHARED, desired_access=access, **self._arguments)
        request["info_type"] = _INFO_SECURITY
        request["additional_information"] = parts
        request["file_id"] = opened.fd.file_id
        transaction = SMBFileTransaction(opened)
        transaction += (request, lambda sent: opened.fd.connection.receive(sent)["data"].get_value())
        transaction.commit()
        return bytes(transaction.results[0])

    def _full(self, path: str) -> str:
        return f"{self.root}\\{path}"

    @contextmanager
    def _telling(self, what: str, path: str, needs: str) -> Iterator[None]:
        try:
            yield
        except (SMBException, OSError, ValueError) as error:
            raise failure(error, what, self._full(path), self.username, needs) from None


def _if_there(operation: Callable[[], _Result]) -> _Result | None:
    """Return an operation's result, None when there is no such file or folder."""
    try:
        return operation()
    except OSError as error:
        # The library's error has the number, but is no FileNotFoundError.
        if error.errno != errno.ENOENT:
            raise
        return None


@contextmanager
def connected(logon: Logon, directory: Directory) -> Iterator[Sysvol]:
    """SYSVOL of the domain controller a directory is connected to, logged on in the same way.

    Kerberos takes the ticket LDAP used; with a simple bind over TLS, SMB proves the password by NTLM.

    Raises ActiveDirectoryError.
    """
    cache: dict[str, Any] = {}
    arguments: dict[str, Any] = {
        "connection_cache": cache,
        "connection_timeout": logon.timeout,
        "require_signing": True,
        "auth_protocol": "kerberos",
    }
    if logon.authentication == "simple":
        name = _logon_name(logon.username or "", directory)
        arguments.update(auth_protocol="ntlm", username=name, password=logon.password)
    # Referrals would lead to other domain controllers.
    smbclient.ClientConfig(skip_dfs=True)
    try:
        _log_on(directory.server, logon.timeout, arguments)
        yield Sysvol(directory.server, domain_of(directory.base), directory.username, arguments)
    finally:
        for connection in cache.values():
            # A connection that is broken already cannot be ended in good manners, which changes nothing.
            with suppress(SMBException, OSError, ValueError):
                connection.disconnect()


def _log_on(server: str, timeout: int, arguments: dict[str, Any]) -> None:
    try:
        connection = smbclient.register_session(server, **arguments).connection
    except (SMBException, OSError, ValueError, ImportError) as error:
        raise failure(error, "connect to", f"\\\\{server}\\SYSVOL", arguments.get("username") or "", "") from None
    # The library itself would wait for an answer without end.
    connection.receive = functools.partial(connection.receive, timeout=timeout)


def _logon_name(username: str, directory: Directory) -> str:
    """The name for NTLM: a simple bind also takes distinguished names, which NTLM does not."""
    if "=" not in username:
        return simple_bind_name(username, domain_of(directory.base))
    entry = directory.read(username, ["sAMAccountName"])
    return simple_bind_name((entry.text("sAMAccountName") if entry else None) or username, domain_of(directory.base))
