# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The installed ansible-core, over each connection."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from ansible_runs import CONNECTIONS, Ansible
from appstream_simulator.clock import Clock
from appstream_simulator.journal import Journal
from appstream_simulator.settings import Settings
from appstream_simulator.windows.machine.site import Machine, MachineRequest, Site
from appstream_simulator.windows.protocol.certificates import Authority
from appstream_simulator.windows.protocol.host import ModuleCall
from appstream_simulator.windows.protocol.listener import Listener
from fake_host import PASSWORD, FakeHost

PROTOCOL_PLAY = """
- hosts: builder
  gather_facts: false
  tasks:
    - ansible.windows.win_ping:
      register: pinged
    - ansible.builtin.setup:
    - ansible.builtin.raw: hostname
      register: named
    - ansible.windows.win_command: hostname
      check_mode: true
      environment: {COLOUR: blue}
    - ansible.windows.win_command: hostname
      become: true
      become_method: ansible.builtin.runas
      become_user: SYSTEM
    - ansible.windows.win_ping: {data: hidden-value}
      no_log: true
    - ansible.windows.win_ping: {dat: x}
      ignore_errors: true
      register: misspelt
    - ansible.builtin.assert:
        that:
          - pinged.ping == 'pong'
          - ansible_facts.hostname == 'BUILDER'
          - named.stdout_lines == ['BUILDER']
          - "'Unsupported parameters for (ansible.windows.win_ping) module: dat' in misspelt.msg"
"""


@pytest.mark.parametrize("connection", CONNECTIONS)
def test_a_play_over_each_connection(
    listener: Listener, host: FakeHost, authority: Authority, address: str, tmp_path: Path, connection: str
) -> None:
    ansible = Ansible(tmp_path, address, authority, connection)
    (tmp_path / "play.yml").write_text(PROTOCOL_PLAY)

    done = ansible.run("ansible-playbook", "play.yml")

    assert done.returncode == 0, done.stdout + done.stderr
    journal = host.journal.entries("module")
    assert [entry["name"].rpartition(".")[2] for entry in journal] == [
        "win_ping",
        "setup",
        "win_command",
        "win_command",
        "win_ping",
        "win_ping",
    ]
    checked, became = (call for call in host.calls if call.name.endswith("win_command"))
    assert (checked.check_mode, checked.environment, checked.user) == (True, {"COLOUR": "blue"}, "Administrator")
    assert (became.check_mode, became.user) == (False, "SYSTEM")
    assert [entry["failed"] for entry in journal[-2:]] == [False, True]
    assert "hidden-value" not in str(host.journal.entries())
    assert PASSWORD not in str(host.journal.entries())
    assert not host.journal.entries("unhandled")


def test_become_with_a_wrong_password(
    listener: Listener, host: FakeHost, authority: Authority, address: str, tmp_path: Path
) -> None:
    ansible = Ansible(tmp_path, address, authority, "winrm-http")
    become = ["-e", "ansible_become=true ansible_become_method=runas ansible_become_user=Administrator"]

    done = ansible.run(
        "ansible", "builder", "-m", "ansible.windows.win_ping", *become, "-e", "ansible_become_password=wrong-one"
    )

    assert done.returncode == 2
    assert "Failed to become user" in done.stdout
    assert "wrong-one" not in str(host.journal.entries())
    assert not host.calls


def test_a_defect_of_a_module_reaches_the_play(
    listener: Listener, host: FakeHost, authority: Authority, address: str, tmp_path: Path
) -> None:
    def defect(call: ModuleCall) -> dict[str, object]:
        raise KeyError("nothing")

    host.modules["ansible.windows.win_ping"] = defect
    done = Ansible(tmp_path, address, authority, "winrm-http").run(
        "ansible", "builder", "-m", "ansible.windows.win_ping"
    )

    assert done.returncode == 2
    assert "Unhandled exception while executing module: KeyError" in done.stdout
    assert [entry["error"] for entry in host.journal.entries("error")] == ["KeyError: 'nothing'"]
    host.journal.clear()


MACHINE_PLAY = """
- hosts: builder
  gather_facts: true
  tasks:
    - ansible.windows.win_copy: {src: payload.bin, dest: 'C:\\Windows\\Temp\\payload.bin'}
    - ansible.builtin.fetch: {src: 'C:\\Windows\\Temp\\payload.bin', dest: fetched.bin, flat: true}
    - ansible.builtin.script: script.ps1
      register: script
    - ansible.windows.win_shell: Start-Sleep -Seconds 30
      async: 60
      poll: 1
    - ansible.windows.win_shell: Start-Sleep -Seconds 120
      vars: {ansible_winrm_operation_timeout_sec: 1, ansible_winrm_read_timeout_sec: 5}
    - ansible.windows.win_reboot: {pre_reboot_delay: 0}
      when: reboot | default(false)
    - ansible.builtin.wait_for_connection:
    - ansible.builtin.assert: {that: "script.stdout_lines == ['from a script']"}
"""


@pytest.fixture
def machine(address: str, tmp_path: Path) -> Iterator[Machine]:
    clock = Clock(speed=60)
    settings = Settings(
        speed=60, accounts={"Administrator": PASSWORD}, state_directory=tmp_path / "state", durations={"boot": 1}
    )
    site = Site(clock, Journal(clock.now), settings)
    machine = site.create(
        MachineRequest(
            key="arn",
            builder_name="builder",
            platform="WINDOWS_SERVER_2022",
            image_arn="arn",
            instance_type="stream.standard.large",
            region="eu-west-1",
            account_id="123456789012",
            domain=None,
            disk=None,
            on_create_image=lambda image: None,
            image_name_exists=lambda name: False,
            on_restart=lambda down: None,
        )
    )
    machine.power_on(address)
    yield machine
    site.close()


@pytest.mark.parametrize(("connection", "reboot"), [("winrm-http", True), ("psrp-https", False)])
def test_transfers_jobs_and_reboots_of_the_simulated_machine(
    machine: Machine, address: str, tmp_path: Path, connection: str, reboot: bool
) -> None:
    ansible = Ansible(tmp_path, address, Authority(tmp_path / "state"), connection)
    content = bytes(range(256)) * 2500
    (tmp_path / "payload.bin").write_bytes(content)
    (tmp_path / "script.ps1").write_text("Write-Output 'from a script'\n")
    (tmp_path / "play.yml").write_text(MACHINE_PLAY)

    ready = ansible.run("ansible", "builder", "-m", "ansible.builtin.wait_for_connection", "-a", "sleep=0 timeout=30")
    booted = machine.boot_time
    done = ansible.run("ansible-playbook", "play.yml", "-e", f'{{"reboot": {str(reboot).lower()}}}')

    assert ready.returncode == 0, ready.stdout + ready.stderr
    assert done.returncode == 0, done.stdout + done.stderr
    assert (tmp_path / "fetched.bin").read_bytes() == content
    assert (machine.boot_time > booted) is reboot
    assert not machine.journal.entries("unhandled")
    assert not machine.journal.entries("error")
