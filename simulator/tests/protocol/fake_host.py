# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A Windows machine with just enough behind it to test the protocol side alone."""

from __future__ import annotations

import ntpath
import re
import threading
from collections.abc import Callable, Mapping
from typing import Any

from appstream_simulator.clock import Clock
from appstream_simulator.journal import Journal
from appstream_simulator.windows.protocol.host import ModuleCall, ProcessResult

PASSWORD = "P@ss:wörd 0!"


class FakeDisk:
    """Files and directories by lower-case path; directories are None."""

    def __init__(self) -> None:
        self._content: dict[str, bytes | None] = {}
        self.space = 1000

    @staticmethod
    def _key(path: str) -> str:
        return ntpath.normpath(path.replace("/", "\\")).lower()

    def read(self, path: str) -> bytes:
        content = self._content.get(self._key(path))
        if content is None:
            raise FileNotFoundError(path)
        return content

    def write(self, path: str, data: bytes) -> None:
        if not self.is_directory(ntpath.dirname(self._key(path))):
            raise FileNotFoundError(f"Could not find a part of the path '{path}'.")
        self._content[self._key(path)] = data

    def make_directories(self, path: str) -> None:
        key = self._key(path)
        while key not in self._content:
            self._content[key] = None
            key = ntpath.dirname(key)

    def remove(self, path: str) -> None:
        key = self._key(path)
        found = [name for name in self._content if name == key or name.startswith(f"{key}\\")]
        if not found:
            raise FileNotFoundError(path)
        for name in found:
            del self._content[name]

    def free_space(self) -> int:
        return self.space

    def take_space(self, what: str, size: int) -> None:
        self.space -= size

    def is_file(self, path: str) -> bool:
        return self._content.get(self._key(path)) is not None

    def is_directory(self, path: str) -> bool:
        return self._content.get(self._key(path), b"") is None

    def list(self, path: str) -> list[str]:
        return [ntpath.basename(name) for name in self._content if ntpath.dirname(name) == self._key(path)]


class FakeHost:
    """Implements the protocol side's `Host`; programs and modules are dictionaries that a test fills."""

    def __init__(self, builder_name: str = "builder", address: str = "127.0.9.1") -> None:
        self.builder_name = builder_name
        self.computer_name = builder_name.upper()
        self.fqdn = f"{builder_name}.appstream.test"
        self.address: str | None = address
        self.clock = Clock()
        self.journal = Journal()
        self.boot_time = self.clock.now()
        self.disk = FakeDisk()
        self.users = {"Administrator": PASSWORD, "svc@corp.example.com": "Svc-1", "CORP\\other": "Other-1"}
        self.programs: dict[str, Callable[[str, bytes], ProcessResult]] = {
            "hostname": lambda line, stdin: ProcessResult(0, f"{self.computer_name}\r\n".encode()),
            "sort": lambda line, stdin: ProcessResult(0, b"\r\n".join(sorted(stdin.split())) + b"\r\n"),
        }
        self.modules: dict[str, Callable[[ModuleCall], dict[str, Any]]] = {
            "ansible.windows.win_ping": lambda call: {"ping": call.arguments.get("data", "pong")},
            "ansible.windows.win_command": self._win_command,
            "ansible.windows.setup": lambda call: {"ansible_facts": {"ansible_hostname": self.computer_name}},
        }
        self.calls: list[ModuleCall] = []
        self.registry: dict[tuple[str, str], int] = {}
        self.restarts: list[float] = []
        self.limited_users: set[str] = set()
        self.unwraps_cmd = True
        self.restarted = threading.Event()
        self.disk.make_directories("C:\\Users\\Administrator\\AppData\\Local\\Temp")

    def accounts(self) -> Mapping[str, str]:
        return self.users

    def may_log_on(self, user: str, password: str) -> bool:
        return self.check_password(user, password)

    def is_administrator(self, user: str) -> bool:
        return user not in self.limited_users

    def check_password(self, user: str, password: str) -> bool:
        return {name.lower(): known for name, known in self.users.items()}.get(user.lower()) == password

    def environment(self, user: str) -> Mapping[str, str]:
        home = f"C:\\Users\\{user.rpartition(chr(92))[2].partition('@')[0]}"
        return {"TEMP": f"{home}\\AppData\\Local\\Temp", "USERPROFILE": home, "SystemRoot": "C:\\Windows"}

    def run_process(
        self,
        command_line: str,
        *,
        stdin: bytes,
        user: str,
        environment: Mapping[str, str],
        working_directory: str = "",
    ) -> ProcessResult:
        if self.unwraps_cmd:
            # What comes over WinRS goes through cmd.exe, which most tests with this host are not about.
            command_line = re.sub(r'\Acmd\.exe /c "(.*)"\Z', r"\1", command_line, flags=re.DOTALL)
        path = command_line[1:].partition('"')[0] if command_line.startswith('"') else command_line.split()[0]
        program = self._program(path)
        if program not in self.programs:
            raise FileNotFoundError(program)
        return self.programs[program](command_line, stdin)

    @staticmethod
    def _program(path: str) -> str:
        return ntpath.basename(path).lower().removesuffix(".exe")

    def has_program(self, name: str, *, user: str, environment: Mapping[str, str], working_directory: str) -> bool:
        return self._program(name) in self.programs

    def spend(self, seconds: float) -> None:
        self.clock.sleep(seconds)

    def run_module(self, call: ModuleCall) -> dict[str, Any]:
        self.calls.append(call)
        return self.modules[call.name](call)

    def _win_command(self, call: ModuleCall) -> dict[str, Any]:
        line = call.arguments.get("_raw_params") or call.arguments.get("cmd") or " ".join(call.arguments["argv"])
        result = self.run_process(line, stdin=b"", user=call.user, environment=call.environment)
        return {"changed": True, "rc": result.exit_code, "stdout": result.stdout.decode(), "stderr": "", "cmd": line}

    def set_winrm(self, path: str, *, on: bool) -> bool:
        raise NotImplementedError

    def registry_number(self, key: str, name: str) -> int | None:
        return self.registry.get((key, name))

    def restart(self, delay: float) -> None:
        self.restarts.append(delay)
        self.restarted.set()
