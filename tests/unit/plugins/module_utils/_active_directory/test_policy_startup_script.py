# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The start-up script, on a simulated member of a domain whose WinRM service is not running yet."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.euc.appstream.plugins.module_utils._active_directory import policy_startup_script
from appstream_simulator.clock import Clock
from appstream_simulator.journal import Journal
from appstream_simulator.settings import Settings
from appstream_simulator.windows.domain.membership import Membership
from appstream_simulator.windows.domain.policy import ComputerPolicy, PolicyObject, StartupScript
from appstream_simulator.windows.machine.machine import Machine
from appstream_simulator.windows.machine.machine_options import MachineOptions
from appstream_simulator.windows.machine.requests import MachineRequest
from appstream_simulator.windows.machine.shelf import Shelf
from appstream_simulator.windows.machine.winrm_configuration import HTTP_LISTENER_KEY, HTTPS_LISTENER_KEY

_FQDN = "ib1.corp.example.com"


class _Ports:
    """WinRM's ports, which nobody reaches here."""

    def __init__(self) -> None:
        self.running = threading.Event()

    def start(self) -> None:
        self.running.set()

    def stop(self) -> None:
        self.running.clear()

    def refresh(self) -> None:
        """Nobody can tell the difference."""


class Member:
    """A machine whose policy has the script."""

    def __init__(self, folder: Path) -> None:
        clock = Clock(20000.0)
        self.journal = Journal(clock.now)
        self.ports = _Ports()
        script = StartupScript(policy_startup_script.NAME, "", True, policy_startup_script.CONTENT)
        policy = ComputerPolicy([PolicyObject("{1}", "policy", 1, startup_scripts=[script])])
        controller = ("dc1.corp.example.com", "127.0.0.10")
        membership = Membership(
            "corp.example.com", "CORP", *controller, "IB1", _FQDN, folder / "keytab", folder / "krb5.conf"
        )
        self.machine = Machine(
            MachineRequest(
                key="arn:aws:appstream:eu-west-1:123456789012:image-builder/design",
                builder_name="design",
                platform="WINDOWS_SERVER_2022",
                image_arn="arn:aws:appstream:eu-west-1::image/base",
                instance_type="stream.standard.large",
                region="eu-west-1",
                account_id="123456789012",
                domain=membership.domain,
                disk=None,
                on_create_image=lambda _image: None,
                image_name_exists=lambda _name: False,
                on_restart=lambda _begins: None,
                closed=True,
                membership=membership,
            ),
            clock=clock,
            journal=self.journal,
            settings=Settings(state_directory=folder),
            shelf=Shelf(),
            winrm=lambda _machine, _address: self.ports,
            options=MachineOptions(read_policy=lambda _membership: policy),
        )

    def boot(self) -> list[tuple[bool, Any]]:
        """Start; how the script's runs ended so far."""
        self.machine.power_off()
        self.machine.power_on("127.0.77.21")
        assert self.ports.running.wait(10)
        assert self.journal.entries("unhandled") == []
        return [(entry["failed"], entry.get("message")) for entry in self.journal.entries("startup_script")]

    @property
    def thumbprint(self) -> Any:
        value = self.machine.disk.registry.get(HTTPS_LISTENER_KEY, "certThumbprint")
        return value.data if value else None


@pytest.fixture
def member(tmp_path: Path) -> Iterator[Member]:
    made = Member(tmp_path)
    yield made
    made.machine.power_off()


def test_the_listener_is_made_though_winrm_is_not_running_yet(member: Member) -> None:
    assert member.boot() == [(False, None)]

    (certificate,) = member.machine.disk.certificates.values()
    assert (certificate.subject, certificate.thumbprint) == (f"CN={_FQDN}", member.thumbprint)
    assert not member.machine.disk.registry.has_key(HTTP_LISTENER_KEY)


def test_a_service_that_was_switched_off_is_switched_on(member: Member) -> None:
    member.machine.disk.services["winrm"].start_mode = "disabled"

    assert member.boot() == [(False, None)]

    assert member.machine.disk.services["winrm"].start_mode == "auto"
    assert member.thumbprint


def test_the_next_start_changes_nothing(member: Member) -> None:
    member.boot()
    before = dict(member.machine.disk.certificates)

    assert member.boot() == [(False, None)] * 2

    assert member.machine.disk.certificates == before


def test_what_fails_early_in_a_start_is_tried_again(member: Member) -> None:
    member.machine.options.faults.add({"kind": "no_start", "match": "WinRM", "times": 19})

    assert member.boot() == [(False, None)]
    assert member.thumbprint in member.machine.disk.certificates


def test_trying_ends(member: Member) -> None:
    member.machine.options.faults.add({"kind": "no_start", "match": "WinRM", "times": 100})

    ((failed, message),) = member.boot()

    assert failed and "WinRM" in message
    assert member.thumbprint is None
    attempts = 100 - member.machine.options.faults.list()[0]["times"]
    pauses = re.findall(r"Start-Sleep -Seconds (\d+)", policy_startup_script.CONTENT.decode())
    # Windows gives start-up scripts ten minutes.
    assert attempts > 1 and attempts * sum(map(int, pauses)) < 600
