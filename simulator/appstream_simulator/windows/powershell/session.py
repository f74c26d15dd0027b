# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a script runs in: the machine, who runs it, its process, and the streams it writes to."""

from __future__ import annotations

import ntpath
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .errors import ErrorRecord, NetError
from .values import Names

if TYPE_CHECKING:
    from ..machine.disk import Disk
    from ..machine.machine import Machine

# Process identifiers of the simulator's scripts; no more than a number to tell them by.
PROCESS_IDENTIFIER = 4242


@dataclass
class Streams:
    """What a script has written besides its output."""

    errors: list[ErrorRecord] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    verbose: list[str] = field(default_factory=list)
    debug: list[str] = field(default_factory=list)
    information: list[str] = field(default_factory=list)
    host_out: list[str] = field(default_factory=list)
    host_err: list[str] = field(default_factory=list)


@dataclass
class Session:
    """One PowerShell process that runs a script.

    Attributes:
        variables: the environment variables of the process, which the script can change.
        folder: where it works.
        temporary: the module's own folder for temporary files.
        assemblies: what Add-Type has loaded.
        compiled: C# that Add-Type has compiled, by the name of its type.
    """

    machine: Machine
    user: str
    variables: Names
    folder: str
    check_mode: bool = False
    temporary: str = ""
    streams: Streams = field(default_factory=Streams)
    began: float = 0.0
    assemblies: set[str] = field(default_factory=set)
    compiled: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.began = self.machine.clock.now()

    @property
    def disk(self) -> Disk:
        """The machine's disk."""
        return self.machine.disk

    def absolute(self, path: str) -> str:
        """A path of .NET, which may be relative to the folder the process works in. Raises NetError."""
        if not path.strip():
            raise NetError("System.ArgumentException", "Empty path name is not legal.")
        return path if path[:2] == "\\\\" else ntpath.normpath(ntpath.join(self.folder, path.replace("/", "\\")))


def on_disk(function: Callable[..., Any], *arguments: Any) -> Any:
    """What a function of the disk gives; its errors are those of .NET.

    Raises:
        NetError: the disk refuses.
    """
    try:
        return function(*arguments)
    except FileNotFoundError as error:
        kind = "System.IO.DirectoryNotFoundException" if "part of" in str(error) else "System.IO.FileNotFoundException"
        raise NetError(kind, str(error)) from error
    except IsADirectoryError as error:
        raise NetError("System.UnauthorizedAccessException", str(error)) from error
    except PermissionError as error:
        denied = "denied" in str(error)
        kind = "System.UnauthorizedAccessException" if denied else "System.IO.IOException"
        raise NetError(kind, str(error)) from error
    except ValueError as error:
        raise NetError("System.ArgumentException", str(error)) from error
    except OSError as error:
        raise NetError("System.IO.IOException", str(error)) from error
