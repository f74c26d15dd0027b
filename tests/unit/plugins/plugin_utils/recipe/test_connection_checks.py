# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Ansible's own connection plugins, with the options that variables and the command line give them."""

from __future__ import annotations

import importlib
import subprocess
from pathlib import Path
from typing import Any

import pytest
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar
from ansible_collections.euc.appstream.plugins.plugin_utils._recipe import connection_checks, connection_settings
from ansible_collections.euc.appstream.plugins.plugin_utils._recipe.reading import Recipe
from ansible_collections.euc.appstream.plugins.plugin_utils._recipe.role_tasks import trusted
from hypothesis import given
from hypothesis import strategies as st

NTLM = {
    "ansible_connection": "winrm",
    "ansible_port": 5985,
    "ansible_winrm_transport": "ntlm",
    "ansible_user": "installer",
    "ansible_password": "correct horse",
}
PSRP = {
    "ansible_connection": "psrp",
    "ansible_port": 5985,
    "ansible_psrp_auth": "ntlm",
    "ansible_user": "installer",
    "ansible_password": "correct horse",
}
KERBEROS = {**NTLM, "ansible_winrm_transport": "kerberos", "ansible_user": "install@CORP.EXAMPLE.COM"}


def read(
    variables: dict[str, Any], *, domain: bool = False, password: str = "", **task_keys: Any
) -> connection_settings.Settings:
    builder = {"domain": {"directory_name": "corp.example.com"}} if domain else {}
    recipe = Recipe("design", {}, {}, is_host=False, values={"builder": builder})
    keys = {"remote_user": None, "port": None, "connection": "ssh", **task_keys}
    return connection_settings.read(recipe, variables, Templar(loader=DataLoader()), keys, password)


def problems(variables: dict[str, Any], **keywords: Any) -> list[tuple[str, str]]:
    return list(connection_checks.problems(read(variables, **keywords), "design"))


@pytest.fixture(autouse=True)
def libraries(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """What the controller has; names of modules that are taken out can't be imported."""
    lacking: set[str] = set()
    real = importlib.import_module

    def load(name: str) -> Any:
        if name in lacking:
            raise ImportError(f"No module named '{name}'")
        return None if name in ("kerberos", "gssapi", "krb5") else real(name)

    monkeypatch.setattr(connection_checks.importlib, "import_module", load)
    return lacking


@pytest.mark.parametrize(
    "variables",
    [
        NTLM,
        PSRP,
        KERBEROS,
        {**NTLM, "ansible_connection": "ansible.builtin.winrm"},
        {**NTLM, "ansible_port": 5986, "ansible_winrm_transport": "basic"},
        {**KERBEROS, "ansible_password": None, "ansible_winrm_kinit_mode": "manual"},
        {"ansible_connection": "psrp", "ansible_psrp_auth": "negotiate", "ansible_port": 5985},
        {**NTLM, "ansible_host": trusted("{{ not_known_yet }}")},
        {**KERBEROS, "ansible_winrm_kerberos_hostname_override": trusted("{{ not_known_yet }}")},
        {**NTLM, "ansible_winrm_transport": ["ntlm", "kerberos"]},
        # What reaches Windows by a plugin of somebody else's is that one's affair.
        {"ansible_connection": "ssh", "ansible_shell_type": "powershell"},
    ],
)
def test_what_is_fine(variables: dict[str, Any]) -> None:
    assert problems(variables) == []


@pytest.mark.parametrize(
    ("variables", "check", "said"),
    [
        ({}, "connection", "its connection would be ssh, which does not reach Windows"),
        ({"ansible_connection": "local"}, "connection", "its connection would be local"),
        ({**NTLM, "ansible_connection": "winrn"}, "connection", "there is no connection plugin winrn"),
        ({**NTLM, "ansible_connection": "corp.own.winrm"}, "connection", "no connection plugin corp.own.winrm"),
        ({**NTLM, "ansible_user": None}, "connection", "no account to log on with"),
        ({**NTLM, "ansible_password": ""}, "connection", "no password to log on with (ntlm)"),
        ({**PSRP, "ansible_password": None}, "connection", "no password to log on with (ntlm)"),
        ({**KERBEROS, "ansible_password": "", "ansible_winrm_kinit_mode": "managed"}, "connection", "no password"),
        ({**NTLM, "ansible_password": trusted("{{ vaulted }}")}, "connection", "ansible_password has no value: "),
        ({**NTLM, "ansible_user": trusted("{{ nobody }}")}, "connection", "ansible_user has no value: "),
        ({**NTLM, "ansible_winrm_transport": "ntln"}, "connection", "knows no ntln, but basic, certificate"),
        ({**PSRP, "ansible_psrp_auth": "ntln"}, "connection", "its connection: "),
        ({**NTLM, "ansible_winrm_transport": "basic"}, "connection", "unencrypted over HTTP"),
        ({**NTLM, "ansible_winrm_message_encryption": "never"}, "connection", "unencrypted over HTTP"),
        ({**PSRP, "ansible_psrp_message_encryption": "never"}, "connection", "unencrypted over HTTP"),
        ({**NTLM, "ansible_winrm_transport": None}, "connection", "unencrypted over HTTP"),
        (
            {**NTLM, "ansible_port": 5986, "ansible_winrm_ca_trust_path": "/nowhere/ca.pem"},
            "connection",
            "ansible_winrm_ca_trust_path: the controller has no file /nowhere/ca.pem",
        ),
        (
            {**PSRP, "ansible_port": 5986, "ansible_psrp_ca_cert": __file__},
            "connection",
            "holds no certificates of authorities",
        ),
        ({**NTLM, "ansible_port": 5986, "ansible_winrm_transport": "certificate"}, "connection", "cert_pem is missing"),
        (
            {**PSRP, "ansible_psrp_auth": "certificate", "ansible_psrp_certificate_pem": "/nowhere.pem"},
            "connection",
            "for HTTPS only",
        ),
        ({**KERBEROS, "ansible_user": "CORP\\install"}, "kerberos", "write install@CORP.EXAMPLE.COM"),
        ({**KERBEROS, "ansible_user": "corp.local\\install"}, "kerberos", "write install@CORP.LOCAL"),
        ({**KERBEROS, "ansible_user": "install@"}, "kerberos", "wants name@CORP.EXAMPLE.COM"),
        ({**PSRP, "ansible_psrp_auth": "kerberos", "ansible_user": "CORP\\install"}, "kerberos", "write install@"),
    ],
)
def test_what_is_wrong(variables: dict[str, Any], check: str, said: str) -> None:
    found = problems(variables)
    assert any(name == check and said in problem for name, problem in found), found
    assert "correct horse" not in str(found)


@pytest.mark.parametrize(
    ("variables", "module", "package"),
    [
        (NTLM, "winrm", "pywinrm"),
        (NTLM, "requests_ntlm", "requests-ntlm"),
        (KERBEROS, "kerberos", "pywinrm[kerberos]"),
        ({**NTLM, "ansible_winrm_transport": "credssp"}, "requests_credssp", "pywinrm[credssp]"),
        (PSRP, "pypsrp", "pypsrp"),
        ({**PSRP, "ansible_psrp_auth": "kerberos"}, "krb5", "pypsrp[kerberos]"),
        ({**PSRP, "ansible_psrp_auth": "negotiate", "ansible_password": None}, "gssapi", "pypsrp[kerberos]"),
        ({**PSRP, "ansible_psrp_auth": "credssp"}, "requests_credssp", "pypsrp[credssp]"),
    ],
)
def test_a_library_that_the_controller_lacks(
    libraries: set[str], variables: dict[str, Any], module: str, package: str
) -> None:
    libraries.add(module)
    ((check, problem),) = problems(variables)
    assert check == "connection"
    assert f"library {module}, which" in problem and f"install {package} there" in problem


def test_negotiate_with_a_password_does_without_kerberos(libraries: set[str]) -> None:
    libraries.update(("gssapi", "krb5"))
    assert problems({**PSRP, "ansible_psrp_auth": "negotiate", "ansible_user": "CORP\\install"}) == []


def test_account_and_password_of_the_command_line() -> None:
    """By -u and -k, as an AWX machine credential gives them; a variable counts more."""
    variables = {name: value for name, value in NTLM.items() if name not in ("ansible_user", "ansible_password")}
    settings = read(variables, remote_user="installer", password="correct horse")
    assert (settings.user, settings.password) == ("installer", "correct horse")
    assert problems(variables, remote_user="installer", password="correct horse") == []
    assert read(NTLM, remote_user="another").user == "installer"


@pytest.mark.parametrize(
    ("variables", "transports", "port"),
    [
        ({"ansible_connection": "winrm", "ansible_user": "install@CORP.EXAMPLE.COM"}, ["kerberos"], 5985),
        ({"ansible_connection": "psrp", "ansible_user": "install@CORP.EXAMPLE.COM"}, ["kerberos"], 5985),
        ({"ansible_connection": "winrm", "ansible_port": 5986}, ["kerberos"], 5986),
        (NTLM, ["ntlm"], 5985),
    ],
)
def test_a_member_of_a_domain_is_reached_by_kerberos(
    variables: dict[str, Any], transports: list[str], port: int
) -> None:
    settings = read(variables, domain=True)
    assert (settings.transports, int(settings.get("port"))) == (transports, port)
    assert settings.uses_kerberos is (transports == ["kerberos"])


def test_a_name_that_kerberos_takes_for_another_is_nothing_to_ntlm() -> None:
    assert problems({**NTLM, "ansible_user": "CORP\\install"}) == []


def test_a_certificate_and_the_key_of_another(tmp_path: Path) -> None:
    for name in ("mine", "another"):
        make = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={name}"]
        into = ["-keyout", str(tmp_path / f"{name}.key"), "-out", str(tmp_path / f"{name}.pem")]
        subprocess.run([*make, *into], check=True, capture_output=True)
    https = {**NTLM, "ansible_port": 5986, "ansible_winrm_transport": "certificate"}
    certificate = {"ansible_winrm_cert_pem": str(tmp_path / "mine.pem")}
    assert problems({**https, **certificate, "ansible_winrm_cert_key_pem": str(tmp_path / "mine.key")}) == []
    found = problems({**https, **certificate, "ansible_winrm_cert_key_pem": str(tmp_path / "another.key")})
    assert len(found) == 1 and "are no certificate with its key" in found[0][1]


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        (NTLM, {"ansible_winrm_proxy": None, "ansible_psrp_ignore_proxy": True}),
        ({"ansible_winrm_proxy": "http://proxy:3128"}, {"ansible_psrp_ignore_proxy": True}),
        ({"ansible_psrp_proxy": "http://proxy:3128"}, {"ansible_winrm_proxy": None}),
        ({"ansible_psrp_ignore_proxy": False}, {"ansible_winrm_proxy": None}),
    ],
)
def test_no_proxy_unless_a_variable_asks_for_one(variables: dict[str, Any], expected: dict[str, Any]) -> None:
    assert connection_settings.direct(variables) == expected


@given(st.text(max_size=40))
def test_any_name_of_an_account_is_taken(user: str) -> None:
    assert all(user in problem for problem in connection_checks.name_problems(user))
