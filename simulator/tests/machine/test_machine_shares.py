# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Shares for certain accounts, and with whose credentials a process goes there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from appstream_simulator.windows.machine.shares import ShareError
from appstream_simulator.windows.machine.shelf import Shelf, ShelfError
from appstream_simulator.windows.protocol import become, network_credentials
from appstream_simulator.windows.protocol.network_credentials import NetworkCredentials
from appstream_simulator.windows.protocol.payload import Become
from simulated_machine import World

SHELF = r"""
installers: []
shares:
  - path: \\files.example.com\private
    accounts: {'CORP\reader': right-password}
    files:
      - {path: 'putty\setup.msi', installer: putty}
      - {path: 'putty\license.txt', text: licensed}
  - path: \\files.example.com\other
    accounts: {'CORP\somebody': another-password}
"""
PRIVATE = "\\\\files.example.com\\private"
READER = NetworkCredentials("corp\\Reader", "right-password")


@pytest.fixture
def sharing(world: World, tmp_path: Path) -> World:
    """A machine in a world with private shares."""
    file = tmp_path / "shares.yml"
    file.write_text(SHELF)
    world.machine.shelf = Shelf([file])
    world.machine.disk.share_reader = world.machine.shelf.shares
    return world


def copy(world: World, source: str, credentials: NetworkCredentials | None, dest: str = "C:\\Temp\\") -> dict[str, Any]:
    with network_credentials.using(credentials):
        return world.module("win_copy", {"_copy_mode": "remote", "src": source, "dest": dest})


def test_the_right_account_reads_files_and_folders(sharing: World) -> None:
    assert not copy(sharing, f"{PRIVATE}\\putty\\license.txt", READER).get("failed")
    assert not copy(sharing, f"{PRIVATE}\\putty", READER, "C:\\Copy").get("failed")
    assert sharing.machine.disk.list("C:\\Copy\\putty") == ["license.txt", "setup.msi"]
    with network_credentials.using(READER):
        assert sharing.module("win_stat", {"path": f"{PRIVATE}\\putty"})["stat"]["isdir"]
        assert not sharing.module("win_package", {"path": f"{PRIVATE}\\putty\\setup.msi"}).get("failed")
    assert sharing.machine.describe()["products"] == ["putty"]


@pytest.mark.parametrize(
    ("path", "credentials", "message"),
    [
        (f"{PRIVATE}\\putty\\setup.msi", None, "Access is denied"),
        (f"{PRIVATE}\\putty\\setup.msi", NetworkCredentials("CORP\\somebody", "another-password"), "Access is denied"),
        ("\\\\gone.example.com\\private\\setup.msi", READER, "The network path was not found"),
    ],
)
def test_denied_access_and_missing_servers_are_errors(
    sharing: World, path: str, credentials: NetworkCredentials | None, message: str
) -> None:
    text = f"Unhandled exception while executing module: {message}"
    assert copy(sharing, path, credentials)["msg"] == text
    with network_credentials.using(credentials):
        assert sharing.module("win_package", {"path": path})["msg"] == text
        assert sharing.module("win_stat", {"path": path})["stat"] == {"exists": False}
        assert sharing.process(f"msiexec /i {path} /qn").exit_code == 1619
    assert sharing.machine.describe()["products"] == []


@pytest.mark.parametrize(
    ("path", "credentials"),
    [
        (f"{PRIVATE}\\putty\\setup.msi", NetworkCredentials("CORP\\reader", "wrong")),
        (f"{PRIVATE}\\putty\\setup.msi", NetworkCredentials("CORP\\nobody", "right-password")),
        ("\\\\files.example.com\\gone\\setup.msi", READER),
        (f"{PRIVATE}\\putty\\gone.msi", READER),
    ],
)
def test_a_failed_logon_looks_like_a_missing_file(sharing: World, path: str, credentials: NetworkCredentials) -> None:
    """Test-Path is false for every error but two."""
    assert copy(sharing, path, credentials)["msg"] == f"Cannot copy src file: '{path}' as it does not exist"
    with network_credentials.using(credentials):
        result = sharing.module("win_package", {"path": path})
    assert result["msg"] == f"the file at the path '{path}' cannot be reached"


def test_reading_tells_the_reason_of_a_failed_logon(sharing: World) -> None:
    wrong = NetworkCredentials("CORP\\reader", "wrong")
    with network_credentials.using(wrong), pytest.raises(ShareError, match="user name or password is incorrect"):
        sharing.machine.disk.read(f"{PRIVATE}\\putty\\license.txt")


def test_a_ticket_needs_no_password(sharing: World) -> None:
    assert not copy(sharing, f"{PRIVATE}\\putty\\license.txt", NetworkCredentials("CORP\\reader")).get("failed")
    assert copy(sharing, f"{PRIVATE}\\putty\\license.txt", NetworkCredentials("CORP\\other"))["failed"]


def test_everybody_reads_public_shares(sharing: World) -> None:
    folder = "\\\\files.example.com\\software\\putty"
    assert sharing.machine.disk.list(folder) == ["putty-64bit-0.81-installer.msi"]
    assert not copy(sharing, f"{folder}\\putty-64bit-0.81-installer.msi", None).get("failed")


@pytest.mark.parametrize(
    ("request_", "refused", "network"),
    [
        (None, False, None),
        (Become("CORP\\reader", "x", "newcredentials", "netcredentialsonly"), False, "CORP\\reader"),
        (Become("CORP\\reader", None, "newcredentials", "netcredentialsonly"), True, None),
        (Become("CORP\\reader", "x"), True, "CORP\\reader"),
        (Become("installer", "Correct-Horse-1"), False, "installer"),
        (Become("installer"), False, None),
        (Become("SYSTEM"), False, None),
    ],
)
def test_who_may_be_become_and_goes_out_as_whom(
    world: World, request_: Become | None, refused: bool, network: str | None
) -> None:
    assert (become.denial(world.machine, request_, "installer") is not None) == refused
    credentials = become.network_credentials(request_, None)
    assert (credentials.user if credentials else None) == network


def test_the_session_s_own_credentials_are_used_without_become() -> None:
    assert become.network_credentials(None, READER) is READER
    assert "right-password" not in repr(READER)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("installers: []\nshares: [{path: \\\\a\\b, users: {}}]", "does not know"),
        ("installers: []\nshares: [{path: \\\\a\\b, files: [{path: x, installer: gone}]}]", "no installer gone"),
        ("installers: []\nprinters: []", "not printers"),
        ("installers: []\nchocolatey: [{name: a, version: 1, installs: gone}]", "no installer gone"),
    ],
)
def test_wrong_shelves_are_refused(tmp_path: Path, text: str, problem: str) -> None:
    file = tmp_path / "shelf.yml"
    file.write_text(text)
    with pytest.raises(ShelfError, match=problem):
        Shelf([file])
