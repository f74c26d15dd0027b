# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What runs in the logon of a WinRM connection, and what has a logon of its own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible_runs import CONNECTIONS, Ansible
from appstream_simulator.windows.protocol import remote_logon
from appstream_simulator.windows.protocol.certificates import Authority
from appstream_simulator.windows.protocol.host import ModuleCall, ProcessResult
from appstream_simulator.windows.protocol.listener import Listener
from fake_host import FakeHost
from winrm_client import protocol, run

PLAY = """
- hosts: builder
  gather_facts: false
  become_method: ansible.builtin.runas
  become_user: SYSTEM
  tasks:
    - ansible.windows.win_ping:
    - ansible.windows.win_ping:
      become: true
    - ansible.windows.win_ping:
      async: 60
      poll: 1
"""


@pytest.mark.parametrize("connection", CONNECTIONS)
def test_become_leaves_the_logon_of_the_connection_and_async_does_not(
    listener: Listener, host: FakeHost, authority: Authority, address: str, tmp_path: Path, connection: str
) -> None:
    seen: list[bool] = []

    def ping(_call: ModuleCall) -> dict[str, Any]:
        seen.append(remote_logon.current())
        return {"ping": "pong"}

    host.modules["ansible.windows.win_ping"] = ping
    (tmp_path / "play.yml").write_text(PLAY)
    done = Ansible(tmp_path, address, authority, connection).run("ansible-playbook", "play.yml")
    assert done.returncode == 0, done.stdout + done.stderr
    assert seen == [True, False, True]


def test_a_command_over_winrs(listener: Listener, host: FakeHost) -> None:
    seen: list[bool] = []

    def program(_line: str, _stdin: bytes) -> ProcessResult:
        seen.append(remote_logon.current())
        return ProcessResult(0)

    host.programs["hostname"] = program
    run(protocol(host, "http", transport="ntlm"), "hostname")
    assert seen == [True]


def test_anything_else_has_a_logon_of_its_own() -> None:
    assert not remote_logon.current()
