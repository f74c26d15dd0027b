# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""How modules log on: options that contradict each other, and what is never shown."""

from __future__ import annotations

import json
from typing import Any

import pytest
from ansible.module_utils.testing import patch_module_args
from ansible_collections.euc.appstream.plugins.module_utils._active_directory import connection, kerberos
from ansible_collections.euc.appstream.plugins.module_utils._active_directory.errors import ActiveDirectoryError
from ansible_collections.euc.appstream.plugins.module_utils._active_directory.module import (
    AnsibleActiveDirectoryModule,
)


def outcome(capsys: pytest.CaptureFixture[str], **options: Any) -> dict[str, Any]:
    """What a module that logs on with these options prints when it fails."""
    with patch_module_args(options), pytest.raises(SystemExit):
        module = AnsibleActiveDirectoryModule(argument_spec={})
        try:
            with module.directory():
                pass
        except ActiveDirectoryError as error:
            module.fail_json_active_directory(error)
    printed: dict[str, Any] = json.loads(capsys.readouterr().out)
    return printed


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({}, "one of the following is required: domain_server, domain_name"),
        ({"domain_server": "dc1"}, "domain_server 'dc1' is not a full DNS name"),
        ({"domain_name": "192.0.2.1/24"}, "is not a full DNS name"),
        ({"domain_name": "corp.com", "domain_password": "secret-12345"}, "domain_password needs domain_username"),
        ({"domain_name": "corp.com", "domain_authentication": "simple"}, "simple needs domain_username and"),
        ({"domain_name": "corp.com", "domain_authentication": "ntlm"}, "must be one of: kerberos, simple"),
    ],
)
def test_options_that_cannot_be(capsys: pytest.CaptureFixture[str], options: dict[str, Any], told: str) -> None:
    printed = outcome(capsys, **options)
    assert printed["failed"]
    assert told in printed["msg"]
    assert "secret-12345" not in json.dumps(printed)


@pytest.mark.parametrize(
    ("where", "name", "library"),
    [
        (connection, "LDAP_IMPORT_ERROR", "python-ldap"),
        (kerberos, "KRB5_IMPORT_ERROR", "pyspnego[kerberos]"),
    ],
)
def test_libraries_that_are_missing(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, where: Any, name: str, library: str
) -> None:
    monkeypatch.setattr(where, name, "No module")
    printed = outcome(capsys, domain_name="corp.com", domain_username="me", domain_password="secret-12345")
    assert library in printed["msg"]


def test_a_controller_that_is_not_there(capsys: pytest.CaptureFixture[str]) -> None:
    printed = outcome(capsys, domain_server="no-such-controller.invalid", domain_timeout=2)
    assert printed["error_kind"] == "unreachable"
    assert "no-such-controller.invalid does not answer over LDAP" in printed["msg"]
    assert "DNS name resolves" in printed["remedy"]


def test_a_logon_does_not_show_its_password() -> None:
    logon = connection.Logon("dc1", None, "me", "secret-12345")
    assert "secret-12345" not in f"{logon} {logon!r}"


@pytest.mark.parametrize(("parts", "value"), [(4, "3003020104"), (7, "3003020107")])
def test_the_control_that_asks_for_parts_of_a_security_descriptor(parts: int, value: str) -> None:
    (control,) = connection._controls(parts)
    assert (control.controlType, control.criticality) == ("1.2.840.113556.1.4.801", True)
    assert control.encodeControlValue().hex() == value
    assert connection._controls(0) == []
