# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What Kerberos' error numbers mean; those a test domain cannot be brought to are here."""

from __future__ import annotations

import os

import krb5
import pytest
from ansible_collections.euc.appstream.plugins.module_utils._active_directory import kerberos
from ansible_collections.euc.appstream.plugins.module_utils._active_directory.errors import ActiveDirectoryError


@pytest.mark.parametrize(
    ("number", "kind", "told"),
    [
        (6, "credentials", "does not know the account me@CORP.COM"),
        (12, "credentials", "Look at its logon restrictions"),
        (18, "credentials", "disabled, locked out, expired"),
        (23, "credentials", "has expired or must be changed"),
        (24, "credentials", "password of me@CORP.COM is wrong"),
        (37, "credentials", "Kerberos tolerates 5 minutes"),
        (156, "unreachable", "No domain controller of CORP.COM answers"),
        (60, "other", "Generic error"),
    ],
)
def test_what_error_numbers_mean(monkeypatch: pytest.MonkeyPatch, number: int, kind: str, told: str) -> None:
    def refuse(context: object, *_arguments: object, password: bytes) -> None:
        raise krb5.Krb5Error(context, -1765328384 + number)

    monkeypatch.setattr(krb5, "get_init_creds_password", refuse)
    monkeypatch.delenv("KRB5CCNAME", raising=False)
    with pytest.raises(ActiveDirectoryError) as caught:
        kerberos.get_ticket("me@CORP.COM", "secret-12345")
    assert caught.value.kind == kind
    assert told in str(caught.value)
    assert str(caught.value).startswith("Kerberos gave no ticket for me@CORP.COM")
    assert "secret-12345" not in str(caught.value)
    assert "KRB5CCNAME" not in os.environ


def test_the_numbers_are_those_of_the_library() -> None:
    """Every number that is told apart is one the library knows by a text of its own."""
    context = krb5.init_context()
    for number in kerberos._CAUSES:
        assert "Unknown code" not in str(krb5.Krb5Error(context, number))
