# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What the settings and the disk of a machine make of client certificates and TLS."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from appstream_simulator import settings
from appstream_simulator.windows.machine import winrm
from appstream_simulator.windows.protocol.certificates import Authority
from appstream_simulator.windows.protocol.faults import WindowsFaults
from simulated_machine import ADMINISTRATOR, PASSWORD, World

SCHANNEL = "HKLM\\SYSTEM\\CurrentControlSet\\Control\\SecurityProviders\\SCHANNEL\\Protocols\\TLS 1.3\\Server"


@pytest.fixture
def settings_file(tmp_path: Path) -> Path:
    """Settings with a mapping whose issuer lies beside them."""
    Authority(tmp_path / "state")
    mapping = {"issuer": "state/ca.pem", "subject": "installer@localhost", "account": ADMINISTRATOR}
    file = tmp_path / "settings.yml"
    file.write_text(yaml.safe_dump({"accounts": {ADMINISTRATOR: PASSWORD}, "client_certificates": [mapping]}))
    return file


def test_mappings_of_the_settings(settings_file: Path, world: World, tmp_path: Path) -> None:
    world.machine.client_certificates = settings.load(settings_file, {}).client_certificates

    access = winrm.listener(world.machine, "127.0.77.1", Authority(tmp_path / "state"), WindowsFaults())._access

    assert access.client_certificates
    assert [(mapping.subject, mapping.account) for mapping in access.mappings] == [
        ("installer@localhost", ADMINISTRATOR)
    ]
    assert PASSWORD not in repr(access)


@pytest.mark.parametrize(
    "mapping",
    [
        {"issuer": "ca.pem", "subject": "installer@localhost", "account": "somebody"},
        {"issuer": "ca.pem", "account": ADMINISTRATOR},
        {"issuer": "ca.pem", "subject": "x", "account": ADMINISTRATOR, "password": "x"},
    ],
    ids=["no such account", "no subject", "too much"],
)
def test_mappings_that_are_refused(mapping: dict[str, str]) -> None:
    with pytest.raises(settings.SettingsError, match="client_certificates"):
        settings.Settings(accounts={ADMINISTRATOR: PASSWORD}, client_certificates=[mapping])


def test_without_mappings_no_certificates_are_taken(world: World, tmp_path: Path) -> None:
    access = winrm.listener(world.machine, "127.0.77.1", Authority(tmp_path / "state"), WindowsFaults())._access

    assert not access.client_certificates


@pytest.mark.parametrize(
    ("platform", "enabled", "spoken"),
    [
        ("WINDOWS_SERVER_2019", None, False),
        ("WINDOWS_SERVER_2022", None, True),
        ("WINDOWS_SERVER_2022", 1, True),
        ("WINDOWS_SERVER_2022", 0, False),
        ("WINDOWS_SERVER_2025", None, True),
    ],
)
def test_tls_13(
    new_world: Callable[..., World], tmp_path: Path, platform: str, enabled: int | None, spoken: bool
) -> None:
    world = new_world(platform=platform)
    if enabled is not None:
        world.machine.disk.registry.set(SCHANNEL, "Enabled", enabled, "DWord")

    access = winrm.listener(world.machine, "127.0.77.3", Authority(tmp_path / "state"), WindowsFaults())._access

    assert access.tls13 is spoken
