# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Faults on demand, and power-off."""

from __future__ import annotations

import threading
from typing import Any

import pytest
import requests
import winrm.exceptions
from appstream_simulator.windows.protocol.certificates import Authority
from appstream_simulator.windows.protocol.faults import WindowsFaults
from appstream_simulator.windows.protocol.host import ProcessResult
from appstream_simulator.windows.protocol.listener import Listener
from fake_host import FakeHost
from winrm_client import protocol, run

LOST = (requests.exceptions.ConnectionError, winrm.exceptions.WinRMTransportError)


def outcomes(ask: Any, count: int) -> list[bool]:
    return [ask() for _ in range(count)]


def test_times_and_after() -> None:
    faults = WindowsFaults()
    faults.add({"kind": "unauthorized", "after": 1, "times": 2})

    assert outcomes(lambda: faults.unauthorized("x"), 5) == [False, True, True, False, False]


def test_without_times_a_rule_applies_for_ever_until_it_is_cleared() -> None:
    faults = WindowsFaults()
    faults.add({"kind": "refuse", "host": "^a"})

    assert outcomes(lambda: faults.refuses("abc"), 3) == [True, True, True]
    assert not faults.refuses("cba")
    assert [rule["kind"] for rule in faults.list()] == ["refuse"]
    faults.clear()
    assert not faults.refuses("abc")


def test_drop_matches_module_or_text() -> None:
    faults = WindowsFaults()
    faults.add({"kind": "drop", "match": "win_package|shutdown", "when": "after"})

    assert not faults.cuts("x", "ansible.windows.win_package", "before")
    assert faults.cuts("x", "ansible.windows.win_package", "after")
    assert faults.cuts("x", "C:\\Windows\\System32\\SHUTDOWN.exe /r", "after")
    assert not faults.cuts("x", "hostname", "after")


def test_refuse_with_match_begins_with_a_matching_task() -> None:
    faults = WindowsFaults()
    faults.add({"kind": "refuse", "match": "win_regedit", "after": 1, "times": 1})

    assert not faults.refuses("x")
    assert not faults.cuts("x", "ansible.windows.win_regedit", "before")
    assert not faults.refuses("x")
    assert faults.cuts("x", "ansible.windows.win_regedit", "before")
    assert outcomes(lambda: faults.refuses("x"), 2) == [True, False]
    assert not faults.cuts("x", "ansible.windows.win_regedit", "before")


@pytest.mark.parametrize(
    "rule",
    [
        {},
        {"kind": "nonsense"},
        {"kind": "drop", "when": "during"},
        {"kind": "drop", "hots": "x"},
        {"kind": "full"},
        {"kind": "no_return", "match": "win_reboot"},
    ],
)
def test_malformed_rules(rule: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        WindowsFaults().add(rule)


def test_refused_connections(listener: Listener, host: FakeHost, faults: WindowsFaults) -> None:
    faults.add({"kind": "refuse", "host": "builder", "times": 1})

    with pytest.raises(LOST):
        protocol(host).open_shell()
    assert run(protocol(host), "hostname")[2] == 0
    assert host.journal.entries("fault", fault="refuse")


def test_unauthorized(listener: Listener, host: FakeHost, faults: WindowsFaults) -> None:
    faults.add({"kind": "unauthorized", "times": 1})

    with pytest.raises(winrm.exceptions.InvalidCredentialsError):
        protocol(host).open_shell()
    assert run(protocol(host), "hostname")[2] == 0


@pytest.mark.parametrize(("when", "runs"), [("before", 0), ("after", 1)])
def test_dropped_in_the_middle_of_a_task(
    listener: Listener, host: FakeHost, faults: WindowsFaults, when: str, runs: int
) -> None:
    seen: list[str] = []

    def program(line: str, stdin: bytes) -> ProcessResult:
        seen.append(line)
        return ProcessResult(0)

    host.programs["install"] = program
    faults.add({"kind": "drop", "match": "install /q", "when": when, "times": 1})

    with pytest.raises(LOST):
        run(protocol(host), "install", "/q")
    assert len(seen) == runs
    assert run(protocol(host), "install", "/q")[2] == 0
    assert host.journal.entries("fault", fault="drop", when=when, task="install /q")


def test_power_off_resets_a_request_in_flight(listener: Listener, host: FakeHost) -> None:
    running, finish = threading.Event(), threading.Event()

    def program(line: str, stdin: bytes) -> ProcessResult:
        running.set()
        finish.wait(10)
        return ProcessResult(0)

    host.programs["slow"] = program
    lost: list[BaseException] = []

    def client() -> None:
        try:
            run(protocol(host), "slow")
        except LOST as error:
            lost.append(error)

    thread = threading.Thread(target=client)
    thread.start()
    assert running.wait(10)
    listener.stop()
    thread.join(10)
    finish.set()

    assert not thread.is_alive()
    assert lost
    with pytest.raises(requests.exceptions.ConnectionError):
        protocol(host).open_shell()


def test_after_power_on_shells_of_before_are_gone(listener: Listener, host: FakeHost, authority: Authority) -> None:
    shell = protocol(host).open_shell()
    listener.stop()
    assert host.address
    again = Listener(host, host.address, authority, WindowsFaults())
    again.start()
    try:
        with pytest.raises((winrm.exceptions.WinRMError, winrm.exceptions.WSManFaultError), match="was not found"):
            protocol(host).run_command(shell, "hostname")
    finally:
        again.stop()


def test_a_machine_that_goes_off_by_itself_cuts_the_connection(listener: Listener, host: FakeHost) -> None:
    def program(line: str, stdin: bytes) -> ProcessResult:
        raise ConnectionResetError("the machine went off")

    host.programs["shutdown"] = program

    with pytest.raises(LOST):
        run(protocol(host), "shutdown")


def test_a_defect_is_answered_and_journalled(listener: Listener, host: FakeHost) -> None:
    def program(line: str, stdin: bytes) -> ProcessResult:
        raise KeyError(line)

    host.programs["broken"] = program

    stdout, stderr, exit_code = run(protocol(host), "broken")

    assert (stdout, exit_code) == (b"", 1)
    assert b"AppStream simulator: KeyError" in stderr
    assert [entry["error"] for entry in host.journal.entries("error")] == ["KeyError: 'broken'"]
    host.journal.clear()


def run_lost(host: FakeHost, faults: WindowsFaults, kind: str) -> None:
    """Run a program whose first run makes a rule begin, which costs that run its connection."""
    host.programs["install"] = lambda line, stdin: ProcessResult(0)
    faults.add({"kind": kind, "match": "install"})
    client = protocol(host)
    shell = client.open_shell()
    # A client that asks again at once is refused already.
    with pytest.raises((*LOST, winrm.exceptions.InvalidCredentialsError)):
        client.get_command_output(shell, client.run_command(shell, "install"))


def test_unauthorized_from_a_task_on(listener: Listener, host: FakeHost, faults: WindowsFaults) -> None:
    assert run(protocol(host), "hostname")[2] == 0
    run_lost(host, faults, "unauthorized")
    for _attempt in range(2):
        with pytest.raises(winrm.exceptions.InvalidCredentialsError):
            protocol(host).open_shell()
    faults.clear()
    assert run(protocol(host), "hostname")[2] == 0


def test_another_certificate_from_a_task_on(
    listener: Listener, host: FakeHost, faults: WindowsFaults, authority: Authority
) -> None:
    trusting = {"ca_trust_path": str(authority.ca_path)}
    assert run(protocol(host, "https", **trusting), "hostname")[2] == 0
    run_lost(host, faults, "certificate")
    with pytest.raises(requests.exceptions.SSLError):
        protocol(host, "https", **trusting).open_shell()
    assert run(protocol(host, "https", server_cert_validation="ignore"), "hostname")[2] == 0
    faults.clear()
    assert run(protocol(host, "https", **trusting), "hostname")[2] == 0


def test_hanging_from_a_task_on(listener: Listener, host: FakeHost, faults: WindowsFaults) -> None:
    host.programs["install"] = lambda line, stdin: ProcessResult(0)
    faults.add({"kind": "hang", "match": "install"})
    impatient = {"read_timeout_sec": 3, "operation_timeout_sec": 1}
    with pytest.raises(requests.exceptions.ReadTimeout):
        run(protocol(host, **impatient), "install")
    assert host.journal.entries("fault", fault="hang", task="install")
    with pytest.raises(requests.exceptions.ReadTimeout):
        protocol(host, **impatient).open_shell()
    faults.clear()
    assert run(protocol(host), "install")[2] == 0


def test_full_disk_from_a_task_on(listener: Listener, host: FakeHost, faults: WindowsFaults) -> None:
    host.programs["install"] = lambda line, stdin: ProcessResult(0)
    faults.add({"kind": "full", "match": "install", "when": "after"})
    run(protocol(host), "hostname")
    assert host.disk.free_space() == 1000
    assert run(protocol(host), "install")[2] == 0
    assert host.disk.free_space() == 0
