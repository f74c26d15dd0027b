# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The installed ansible-core, over each connection."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from ansible_runs import CONNECTIONS, Ansible
from appstream_simulator.clock import Clock
from appstream_simulator.journal import Journal
from appstream_simulator.settings import Settings
from appstream_simulator.windows.machine.site import Machine, MachineRequest, Site
from appstream_simulator.windows.protocol.certificates import Authority
from appstream_simulator.windows.protocol.faults import WindowsFaults
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


# Each rule (its pattern does not match itself) strikes in the task after it. A connection that is lost in the middle of
# a task is a failure, which a play can rescue; one that cannot be made is UNREACHABLE.
LOSSES = [
    ("win_command: hostname", {"kind": "drop", "match": "win_[c]ommand", "when": "before"}, "FAILED"),
    ("win_command: hostname", {"kind": "drop", "match": "win_[c]ommand", "when": "after"}, "FAILED"),
    ("win_copy: {content: x, dest: 'C:\\Users\\x'}", {"kind": "drop", "match": "win_[c]opy"}, "FAILED"),
    ("win_ping:", {"kind": "refuse"}, "UNREACHABLE"),
    ("win_ping:", {"kind": "unauthorized"}, "UNREACHABLE"),
]
LOSSES_PLAY = """
- hosts: builder
  gather_facts: false
  ignore_errors: true
  ignore_unreachable: true
  tasks:
"""
LOSS = """
    - ansible.windows.win_ping: {{data: '{rule}'}}
    - ansible.windows.{task}
      register: lost
    - ansible.builtin.debug:
        msg: "LOST {{{{ 'UNREACHABLE' if lost is unreachable else 'FAILED' if lost is failed else 'OK' }}}}"
"""


@pytest.mark.parametrize("connection", ["winrm-http", "psrp-http"])
def test_losses_of_the_connection(
    listener: Listener,
    host: FakeHost,
    faults: WindowsFaults,
    authority: Authority,
    address: str,
    tmp_path: Path,
    connection: str,
) -> None:
    def strike_next(call: ModuleCall) -> dict[str, object]:
        if "data" in call.arguments:
            faults.add({**json.loads(call.arguments["data"]), "times": 1})
        return {"ping": "pong"}

    host.modules["ansible.windows.win_ping"] = strike_next
    host.modules["ansible.windows.win_copy"] = lambda _call: {"files": [], "directories": [], "symlinks": []}
    play = LOSSES_PLAY + "".join(LOSS.format(task=task, rule=json.dumps(rule)) for task, rule, _outcome in LOSSES)
    (tmp_path / "play.yml").write_text(play)

    done = Ansible(tmp_path, address, authority, connection).run("ansible-playbook", "play.yml")

    assert re.findall(r"LOST (\w+)", done.stdout) == [outcome for _task, _rule, outcome in LOSSES], done.stdout


MACHINE_PLAY = """
- hosts: builder
  gather_facts: true
  tasks:
    - ansible.windows.win_copy: {src: payload.bin, dest: 'C:\\Windows\\Temp\\payload.bin'}
    - ansible.windows.win_copy: {src: folder, dest: 'C:\\Windows\\Temp'}
    - ansible.windows.win_copy: {src: folder, dest: 'C:\\Windows\\Temp'}
      register: again
    - ansible.builtin.fetch: {src: 'C:\\Windows\\Temp\\payload.bin', dest: fetched.bin, flat: true}
    - ansible.builtin.script: script.ps1
      register: script
    - ansible.windows.win_shell: Start-Sleep -Seconds 30
      async: 60
      poll: 1
    - ansible.windows.win_shell: Start-Sleep -Seconds 120
      vars: {ansible_winrm_operation_timeout_sec: 1, ansible_winrm_read_timeout_sec: 5}
    - ansible.windows.win_reboot: {pre_reboot_delay: 0}
    - ansible.builtin.wait_for_connection:
    - ansible.builtin.fetch: {src: 'C:\\Windows\\Temp\\folder\\Ünter\\empty', dest: empty, flat: true}
    - ansible.builtin.assert: {that: ["script.stdout_lines == ['from a script']", again is not changed]}
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


@pytest.mark.parametrize("connection", ["winrm-http", "psrp-https"])
def test_transfers_jobs_and_reboots_of_the_simulated_machine(
    machine: Machine, address: str, tmp_path: Path, connection: str
) -> None:
    ansible = Ansible(tmp_path, address, Authority(tmp_path / "state"), connection)
    content = bytes(range(256)) * 20000
    (tmp_path / "folder" / "Ünter").mkdir(parents=True)
    (tmp_path / "folder" / "Ünter" / "empty").touch()
    (tmp_path / "folder" / "file").write_bytes(content[:1000])
    (tmp_path / "payload.bin").write_bytes(content)
    (tmp_path / "script.ps1").write_text("Write-Output 'from a script'\n")
    (tmp_path / "play.yml").write_text(MACHINE_PLAY)

    ready = ansible.run("ansible", "builder", "-m", "ansible.builtin.wait_for_connection", "-a", "sleep=0 timeout=30")
    booted = machine.boot_time
    done = ansible.run("ansible-playbook", "play.yml")

    assert ready.returncode == 0, ready.stdout + ready.stderr
    assert done.returncode == 0, done.stdout + done.stderr
    assert (tmp_path / "fetched.bin").read_bytes() == content
    assert (tmp_path / "empty").read_bytes() == b""
    assert machine.boot_time > booted
    assert not machine.journal.entries("unhandled")
    assert not machine.journal.entries("error")
