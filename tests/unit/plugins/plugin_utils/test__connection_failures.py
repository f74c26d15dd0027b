# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Errors as the plugins, pywinrm, pypsrp, requests and MIT's kinit word them."""

from __future__ import annotations

import pytest
from ansible_collections.euc.appstream.plugins.plugin_utils._connection_failures import CAUSES, cause_of
from hypothesis import given
from hypothesis import strategies as st

KINIT = "Kerberos auth failure for principal install@CORP.EXAMPLE.COM: kinit: {} while getting initial credentials"


@pytest.mark.parametrize(
    ("error", "kind", "attempts", "said"),
    [
        (KINIT.format("Preauthentication failed"), "ticket", 1, "The password of me is wrong"),
        (KINIT.format("Password incorrect"), "ticket", 1, "The password of me is wrong"),
        (
            KINIT.format("Client 'CORP\\\\install@CORP.EXAMPLE.COM' not found in Kerberos database"),
            "ticket",
            1,
            "has no account me",
        ),
        (KINIT.format("Client's credentials have been revoked"), "ticket", 1, "locked, disabled or has expired"),
        (KINIT.format("Password has expired"), "ticket", 1, "has expired"),
        (KINIT.format("Clock skew too great"), "ticket", 1, "NTP"),
        (KINIT.format("KDC reply did not match expectations"), "ticket", 1, "in capitals"),
        (KINIT.format('Cannot find KDC for realm "X"'), "ticket", 0, "krb5.conf"),
        (KINIT.format("Cannot contact any KDC for realm 'X'"), "ticket", 0, "port 88"),
        (
            "kinit: Configuration file does not specify default realm when parsing name install",
            "ticket",
            1,
            "has no realm",
        ),
        (KINIT.format("Something of tomorrow"), "ticket", 2, "no ticket"),
        (
            "Kerberos auth failure when calling kinit cmd 'kinit': [Errno 2] No such file or directory",
            "controller",
            1,
            "krb5-user",
        ),
        ("kerberos: authGSSClientStep() failed: Server not found in Kerberos database", "ticket", 0, "by that name"),
        ("kerberos: the specified credentials were rejected by the server", "credentials", 0, "does not let me in"),
        ("Failed to authenticate the user me with kerberos", "credentials", 0, ""),
        ("basic: the specified credentials were rejected by the server", "credentials", 2, "refuses the logon of me"),
        ("Failed to authenticate the user me with negotiate", "credentials", 2, ""),
        ("ssl: SSLError(SSLCertVerificationError('certificate verify failed: self-signed'))", "certificate", 2, ""),
        ("The installed version of WinRM does not support transport(s) ['ntln']", "controller", 1, ""),
        ("pypsrp or dependencies are not installed: No module named 'pypsrp'", "controller", 1, ""),
        ("Cannot use CredSSP auth as requests-credssp is not installed: x", "controller", 1, ""),
        ("ntlm: auth method ntlm requires a password", "controller", 1, ""),
        ("certificate: cert_pem file not found (/x.pem)", "controller", 1, ""),
    ],
)  # fmt: skip
def test_known_causes(error: str, kind: str, attempts: int, said: str) -> None:
    cause = cause_of(error)
    assert cause and (cause.kind, cause.attempts) == (kind, attempts)
    assert said in cause.told("me")


@pytest.mark.parametrize(
    "error",
    [
        "ntlm: HTTPConnectionPool(host='10.0.0.7', port=5985): Max retries exceeded: Connection refused",
        "Failed to connect to the host via PSRP: timed out",
        "ntlm: Bad HTTP response returned from server. Code 500",
        "",
    ],
)
def test_what_may_pass_has_no_cause(error: str) -> None:
    assert cause_of(error) is None


def test_an_account_without_a_name() -> None:
    assert CAUSES[0].told("") == "The password of the account is wrong."


@given(st.text(max_size=400))
def test_any_text_is_taken(text: str) -> None:
    cause = cause_of(text)
    assert cause is None or cause in CAUSES
