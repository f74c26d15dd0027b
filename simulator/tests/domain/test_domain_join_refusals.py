# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What becomes of the things adcli says."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from appstream_simulator.windows.domain import join as joining
from appstream_simulator.windows.domain.controllers import Controller
from appstream_simulator.windows.domain.join import Join, join
from appstream_simulator.windows.domain.join_errors import TEXTS, JoinError

UNIT = "OU=Builders,DC=corp,DC=example,DC=com"


def _join(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, output: str) -> JoinError:
    """Join with an adcli that says this and fails."""
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "output").write_text(output, encoding="utf-8")
    adcli = tools / "adcli"
    adcli.write_text(f"#!/bin/sh\ncat {tools}/output >&2\nexit 6\n", encoding="ascii")
    adcli.chmod(adcli.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{tools}:/usr/bin:/bin")
    controller = Controller("dc1.corp.example.com", "127.0.0.10", "CORP")
    monkeypatch.setattr(joining, "locate", lambda domain, name_servers, lets_out: controller)
    monkeypatch.setattr(joining.member_process, "run", lambda command, **request: None)
    request = Join(
        domain="corp.example.com",
        unit=UNIT,
        account=r"CORP\svc",
        password="never-said",
        computer_name="EC2AMAZ-1234567",
        description="d",
        operating_system="Windows",
        name_servers=["127.0.0.10"],
        lets_out=lambda address, protocol, port: True,
        folder=tmp_path / "keys",
    )
    assert "never-said" not in repr(request)
    with pytest.raises(JoinError) as raised:
        join(request)
    return raised.value


@pytest.mark.parametrize(
    ("said", "name", "text"),
    [
        (
            f"The organizational unit does not exist: {UNIT}",
            "ERROR_FILE_NOT_FOUND",
            "The system cannot find the file specified.",
        ),
        ("Insufficient permissions to modify computer account: x", "ERROR_ACCESS_DENIED", "Access is denied."),
        ("Cannot set computer password: Access denied: no", "ERROR_ACCESS_DENIED", "Access is denied."),
        (
            "Couldn't create computer account: x: 0000216D: SvcErr: DSID-031A1236, problem 5003 (WILL_NOT_PERFORM)",
            "ERROR_DS_MACHINE_ACCOUNT_QUOTA_EXCEEDED",
            TEXTS["ERROR_DS_MACHINE_ACCOUNT_QUOTA_EXCEEDED"],
        ),
        (
            "The computer account x already exists, but is not in the desired organizational unit.",
            "INTERNAL_SERVICE_ERROR",
            "The account already exists.",
        ),
    ],
)
def test_known_refusals(said: str, name: str, text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    error = _join(tmp_path, monkeypatch, f" * Using computer account name: x\nadcli: joining domain failed: {said}\n")
    assert (error.name, str(error)) == (name, text)
    assert said in error.detail


def test_unknown_refusal_is_passed_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    error = _join(tmp_path, monkeypatch, " * Working\nadcli: joining domain failed: the moon is full\n")
    assert error.name == "INTERNAL_SERVICE_ERROR"
    assert str(error) == "adcli: joining domain failed: the moon is full"
