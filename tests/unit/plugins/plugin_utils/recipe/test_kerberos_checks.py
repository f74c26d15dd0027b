# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Tickets, with a kinit and a klist that end as MIT's do; a real domain is asked by the tests of Active Directory."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.euc.appstream.plugins.plugin_utils._recipe import kerberos_checks
from ansible_collections.euc.appstream.plugins.plugin_utils._recipe.kerberos_checks import Answer, ask, logon_of

USER = "install@CORP.EXAMPLE.COM"
PASSWORD = "correct horse"


def settings(plugin: str = "winrm", **options: Any) -> Any:
    values = {"remote_user": USER, "remote_password": PASSWORD, **options}
    password, user = values["remote_password"] or "", values["remote_user"] or ""
    return SimpleNamespace(plugin=plugin, get=values.get, user=user, password=password)


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """command(name, script): a program of this name on the controller's PATH."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}/usr/bin:/bin")

    def write(name: str, script: str) -> Path:
        path: Path = folder / name
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o700)
        return folder

    return write


def test_a_ticket_is_got_as_the_plugin_does_and_thrown_away(
    command: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KRB5_CONFIG", "/corp/krb5.conf")
    monkeypatch.setenv("KRB5CCNAME", "FILE:/somebody's")
    command("kinit", f'read -r line; echo "$line|$*|$KRB5_CONFIG|$KRB5CCNAME|$HOME" > {tmp_path}/said')
    options = {"kinit_args": "-l 1h", "kinit_env_vars": ["KRB5_CONFIG", "KRB5CCNAME", "NO_SUCH"]}
    assert ask(logon_of(settings(**options))) == Answer()
    password, arguments, configuration, cache, home = (tmp_path / "said").read_text().strip().split("|")
    assert (password, arguments, configuration, home) == (PASSWORD, f"-l 1h {USER}", "/corp/krb5.conf", "")
    assert cache.startswith("FILE:") and "somebody" not in cache
    assert not Path(cache.removeprefix("FILE:")).parent.exists()


@pytest.mark.parametrize(
    ("options", "arguments"),
    [
        ({}, ("kinit", USER)),
        ({"kerberos_delegation": True}, ("kinit", "-f", USER)),
        ({"kerberos_delegation": True, "kinit_args": "-C"}, ("kinit", "-C", USER)),
        ({"kerberos_command": "/opt/bin/kinit"}, ("/opt/bin/kinit", USER)),
        ({"kerberos_mode": "manual"}, ()),
        ({"remote_password": None}, ()),
    ],
)
def test_how_a_ticket_is_come_by(options: dict[str, Any], arguments: tuple[str, ...]) -> None:
    logon = logon_of(settings(**options))
    assert logon.command == arguments
    assert PASSWORD not in repr(logon)


def test_psrp_asks_with_the_environment_of_ansible(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KRB5_CONFIG", "/corp/krb5.conf")
    logon = logon_of(settings("psrp"))
    assert dict(logon.environment)["KRB5_CONFIG"] == "/corp/krb5.conf" and not logon.required


@pytest.mark.parametrize(
    ("stderr", "problem"),
    [
        ("kinit: Preauthentication failed while getting initial credentials", f"The password of {USER} is wrong."),
        (f"kinit: Client '{USER}' not found in Kerberos database while getting", f"The domain has no account {USER}"),
        ("kinit: Client's credentials have been revoked while getting", f"The account {USER} is locked"),
        ("kinit: Clock skew too great while getting initial credentials", "The clocks of this controller"),
        ("kinit: Cannot contact any KDC for realm 'CORP.EXAMPLE.COM' while", "reaches no domain controller"),
        ('kinit: Cannot find KDC for realm "CORP.EXAMPLE.COM" while', "finds no domain controller"),
        (f"kinit: no way with {PASSWORD}", f"Kerberos gives no ticket to {USER}. (kinit: no way with ********)"),
    ],
)
def test_what_kinit_says_is_told(command: Any, stderr: str, problem: str) -> None:
    command("kinit", f"cat <<'END' >&2\n{stderr}\nEND\nexit 1")
    answer = ask(logon_of(settings()))
    assert problem in answer.problem and answer.doubt == ""
    assert PASSWORD not in str(answer)


@pytest.mark.parametrize(("plugin", "is_problem"), [("winrm", True), ("psrp", False)])
def test_no_kinit_on_the_controller(monkeypatch: pytest.MonkeyPatch, plugin: str, is_problem: bool) -> None:
    """winrm runs it, psrp has a library."""
    monkeypatch.setenv("PATH", "/nowhere")
    answer = ask(logon_of(settings(plugin)))
    assert "krb5-user" in (answer.problem if is_problem else answer.doubt)
    assert bool(answer.problem) is is_problem


def test_a_domain_controller_that_never_answers(command: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kerberos_checks, "TIME_LIMIT", 0.2)
    command("kinit", "exec sleep 60")
    assert "on port 88" in ask(logon_of(settings())).problem


@pytest.mark.parametrize(
    ("script", "problem", "doubt"),
    [
        ('test "$*" = -s', "", ""),
        ("exit 1", f"no valid Kerberos ticket for {USER}", ""),
        (None, "", "could not be found out"),
    ],
)
def test_a_ticket_that_has_to_be_there(
    command: Any, monkeypatch: pytest.MonkeyPatch, script: str | None, problem: str, doubt: str
) -> None:
    folder = command("klist", script or "exit 0")
    monkeypatch.setenv("PATH", str(folder) if script else "/nowhere")
    if script:
        (folder / "sh").symlink_to(shutil.which("sh", path="/usr/bin:/bin") or "/bin/sh")
    answer = ask(logon_of(settings(remote_password=None)))
    assert problem in answer.problem and doubt in answer.doubt
    assert (bool(answer.problem), bool(answer.doubt)) == (bool(problem), bool(doubt))
