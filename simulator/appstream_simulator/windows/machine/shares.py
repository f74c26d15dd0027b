# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Shares of file servers: what is on them, who may read it, and how Windows says that somebody may not.

Servers and shares are those of the installer shelf. A path of an installer is on a share that everybody may read,
without credentials too; a share described with accounts is for these accounts only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from appstream_simulator.windows.protocol import network_credentials

from . import windows_paths

_Found = TypeVar("_Found")

ACCESS_DENIED = 5
BAD_NETWORK_PATH = 53
BAD_NETWORK_NAME = 67
LOGON_FAILURE = 1326

# Texts of FormatMessage.
_MESSAGES = {
    ACCESS_DENIED: "Access is denied",
    BAD_NETWORK_PATH: "The network path was not found",
    BAD_NETWORK_NAME: "The network name cannot be found",
    LOGON_FAILURE: "The user name or password is incorrect",
}


class ShareError(OSError):
    """A share cannot be read; the text is that of Windows' error `code`."""

    def __init__(self, code: int) -> None:
        super().__init__(_MESSAGES[code])
        self.code = code


@dataclass(frozen=True)
class Share:
    r"""A share for certain accounts.

    Attributes:
        path: `\\server\share`.
        accounts: who may read it, with passwords.
        files: content by the path below the share, with back slashes.
    """

    path: str
    accounts: Mapping[str, str] = field(default_factory=dict, repr=False)
    files: Mapping[str, bytes] = field(default_factory=dict)


class ShareReader(Protocol):
    """Reads shares with the network credentials of what is running; both methods raise `ShareError`."""

    def read(self, path: str) -> bytes | None:
        """Content of a file, None when there is none."""
        ...

    def list(self, path: str) -> list[str] | None:
        """Names in a directory, None when there is none."""
        ...


class Shares:
    """All shares there are.

    Args:
        public: content by full path, of the shares that everybody may read.
        private: the others.
    """

    def __init__(self, public: Mapping[str, bytes], private: Iterable[Share] = ()) -> None:
        self._private = {_normal(share.path): share for share in private}
        everything = dict(public)
        for share in self._private.values():
            everything |= {f"{share.path}\\{name}": content for name, content in share.files.items()}
        self._files = {_normal(path): content for path, content in everything.items()}
        self._directories: dict[str, set[str]] = {share: set() for share in self._private}
        for path in everything:
            self._add_directories(windows_paths.normalise(path))

    def _add_directories(self, path: str) -> None:
        share, names = windows_paths.components(path)
        for depth in range(len(names)):
            directory = "\\".join([share, *names[:depth]])
            self._directories.setdefault(directory.lower(), set()).add(names[depth])

    def read(self, path: str) -> bytes | None:
        """Content of a file, None when there is none. Raises ShareError."""
        self._authorise(path)
        return self._files.get(_normal(path))

    def list(self, path: str) -> list[str] | None:
        """Names in a directory, None when there is none. Raises ShareError."""
        self._authorise(path)
        names = self._directories.get(_normal(path))
        return None if names is None else sorted(names, key=str.lower)

    def _authorise(self, path: str) -> None:
        share, _names = windows_paths.components(_normal(path))
        server = share.lstrip("\\").partition("\\")[0]
        if all(known.lstrip("\\").partition("\\")[0] != server for known in self._shares()):
            raise ShareError(BAD_NETWORK_PATH)
        if share not in self._shares():
            raise ShareError(BAD_NETWORK_NAME)
        if share in self._private:
            self._check_account(self._private[share], server)

    def _shares(self) -> set[str]:
        return {windows_paths.components(directory)[0] for directory in self._directories}

    def _check_account(self, share: Share, server: str) -> None:
        """A server first finds out who it is, then whether that account may read the share."""
        credentials = network_credentials.current()
        if credentials is None:
            raise ShareError(ACCESS_DENIED)
        user = credentials.user.lower()
        if credentials.password is not None and self._accounts_of(server).get(user) != credentials.password:
            raise ShareError(LOGON_FAILURE)
        if user not in {account.lower() for account in share.accounts}:
            raise ShareError(ACCESS_DENIED)

    def _accounts_of(self, server: str) -> dict[str, str]:
        shares = (share for path, share in self._private.items() if path.startswith(f"\\\\{server}\\"))
        return {account.lower(): password for share in shares for account, password in share.accounts.items()}


def found(method: Callable[[str], _Found], path: str) -> _Found | None:
    """What Test-Path goes by: a denied access and a missing server are errors, a failed logon is just no file."""
    try:
        return method(windows_paths.normalise(path))
    except ShareError as error:
        if error.code in (ACCESS_DENIED, BAD_NETWORK_PATH):
            raise
        return None


def _normal(path: str) -> str:
    return windows_paths.normalise(path).lower()
