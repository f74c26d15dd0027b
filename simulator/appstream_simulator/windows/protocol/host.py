"""What the protocol side needs from a Windows machine; the machine package implements it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol


@dataclass(frozen=True)
class ProcessResult:
    """What a finished process leaves behind: exit code and the bytes of its two streams.

    `unhandled` means that the simulator could not do it, as the journal says: what ran it must not go on as if it had
    been done.
    """

    exit_code: int
    stdout: bytes = b""
    stderr: bytes = b""
    unhandled: bool = False


@dataclass(frozen=True)
class ModuleCall:
    """One run of an Ansible module, whatever ansible-core version sent it.

    `name` is the canonical FQCN (`ansible.windows.win_copy`, also when core said `ansible.legacy.copy`). `arguments`
    are already validated against the module's own specification but otherwise as sent: aliases, defaults and types are
    not applied. `user` is the account the module runs as (the become user if there is one).
    """

    name: str
    arguments: Mapping[str, Any]
    user: str
    check_mode: bool = False
    diff: bool = False
    environment: Mapping[str, str] = field(default_factory=dict)
    source: bytes = field(default=b"", repr=False)


class Disk(Protocol):
    """The file system by Windows paths: case-insensitive, either slash, 8.3 short names."""

    def read(self, path: str) -> bytes:
        """Content of the file; FileNotFoundError when there is none."""
        ...

    def write(self, path: str, data: bytes) -> None:
        """Create or replace the file; FileNotFoundError when there is no such directory, IsADirectoryError for one."""
        ...

    def make_directories(self, path: str) -> Any: ...

    def remove(self, path: str) -> Any:
        """Remove a file or a whole directory; FileNotFoundError when there is nothing."""
        ...

    def is_file(self, path: str) -> bool: ...

    def is_directory(self, path: str) -> bool: ...

    def list(self, path: str) -> Sequence[str]: ...

    def free_space(self) -> int:
        """Bytes."""
        ...

    def take_space(self, what: str, size: int) -> None:
        """Let something take this many bytes."""
        ...


class Clock(Protocol):
    """Virtual time, in seconds."""

    def now(self) -> float: ...

    def sleep(self, seconds: float) -> Any: ...

    def start(self, function: Callable[..., Any], *arguments: Any, name: str) -> None:
        """Begin a thread that whoever lets time pass has to wait for."""
        ...


class Journal(Protocol):
    """Where everything a host was asked to do is written down."""

    def record(self, kind: str, **fields: Any) -> None: ...


class Host(Protocol):
    """One Windows machine as WinRM sees it.

    What takes time raises ConnectionError when the machine goes off meanwhile.
    """

    @property
    def builder_name(self) -> str:
        """Name of the image builder the machine belongs to; the `host` of every journal entry."""
        ...

    @property
    def computer_name(self) -> str: ...

    @property
    def fqdn(self) -> str: ...

    @property
    def address(self) -> str | None: ...

    @property
    def boot_time(self) -> float:
        """Virtual epoch seconds of the last boot."""
        ...

    @property
    def clock(self) -> Clock: ...

    @property
    def journal(self) -> Journal: ...

    @property
    def disk(self) -> Disk: ...

    def accounts(self) -> Mapping[str, str]:
        """Accounts that may log on over WinRM (`Administrator`, `CORP\\svc`, `svc@corp.example.com`) with passwords."""
        ...

    def is_administrator(self, user: str) -> bool:
        """Whether a user is a local administrator."""
        ...

    def check_password(self, user: str, password: str) -> bool:
        """Whether this is an account of the machine and its password."""
        ...

    def may_log_on(self, user: str, password: str) -> bool:
        """As `check_password`, for accounts that may log on over WinRM only."""
        ...

    def environment(self, user: str) -> Mapping[str, str]:
        """Environment variables of a new process of this user (TEMP, USERPROFILE, SystemRoot …)."""
        ...

    def run_process(
        self,
        command_line: str,
        *,
        stdin: bytes,
        user: str,
        environment: Mapping[str, str],
        working_directory: str = "",
    ) -> ProcessResult:
        """Run a native command line to its end; FileNotFoundError when there is no such program.

        An empty `working_directory` is the user's profile.
        """
        ...

    def has_program(self, name: str, *, user: str, environment: Mapping[str, str], working_directory: str) -> bool:
        """Whether there is a program of this name or path that `run_process` can do anything with.

        One that Windows has and that is not simulated is none.
        """
        ...

    def set_winrm(self, path: str, *, on: bool) -> bool:
        """Change a setting of the WinRM service (`service/auth/Basic`); False when policy says what it is."""
        ...

    def run_module(self, call: ModuleCall) -> dict[str, Any]:
        """Result of the module as Ansible gets it; `failed` set when it failed."""
        ...

    def registry_number(self, key: str, name: str) -> int | None:
        """The number in a registry value; None when there is no such value, or no number in it."""
        ...

    def spend(self, seconds: float) -> None:
        """Let virtual seconds pass for what runs on the machine."""
        ...

    def restart(self, delay: float) -> None:
        """Restart the guest `delay` virtual seconds from now; returns at once."""
        ...
