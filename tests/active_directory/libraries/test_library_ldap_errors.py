# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What LDAP's result codes mean."""

from __future__ import annotations

import ldap
import pytest
from ansible_collections.euc.appstream.plugins.module_utils._active_directory import ldap_errors

# As Windows and Samba word them.
WINDOWS = "80090308: LdapErr: DSID-0C090447, comment: AcceptSecurityContext error, data {}, v3839\x00"


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("525", "does not know the account"),
        ("52e", "user name or password is wrong"),
        ("532", "password has expired"),
        ("533", "is disabled"),
        ("701", "account has expired"),
        ("773", "must be changed first"),
        ("775", "is locked out"),
    ],
)
def test_refused_simple_binds(code: str, told: str) -> None:
    error = ldap.INVALID_CREDENTIALS({"desc": "Invalid credentials", "info": WINDOWS.format(code)})
    failure = ldap_errors.bind_failure(error, "dc1", "me", tls=True)
    assert failure.kind == "credentials"
    assert str(failure) == f"me could not log on to dc1: {failure.cause}"
    assert told in str(failure)


def test_a_refused_bind_of_unknown_cause_is_told_as_it_is() -> None:
    error = ldap.INVALID_CREDENTIALS({"desc": "Invalid credentials", "info": WINDOWS.format("999")})
    failure = ldap_errors.bind_failure(error, "dc1", "me", tls=True)
    assert failure.kind == "credentials"
    assert "data 999, v3839" in str(failure)
    assert "\x00" not in str(failure)


@pytest.mark.parametrize(
    ("info", "kind", "told"),
    [
        ("GSSAPI Error: ... (Clock skew too great)", "credentials", "tolerates 5 minutes"),
        ("GSSAPI Error: ... (Ticket expired)", "credentials", "kinit again"),
        ("GSSAPI Error: ... (No Kerberos credentials available: x)", "credentials", "run kinit"),
        ("GSSAPI Error: ... (Server not found in Kerberos database)", "unreachable", "full DNS name"),
        ("GSSAPI Error: ... (Cannot contact any KDC for realm 'X')", "unreachable", "port 88"),
        ("SASL(-4): no mechanism available: No worthy mechs found", "other", "libsasl2-modules-gssapi-mit"),
    ],
)
def test_refused_sasl_binds(info: str, kind: str, told: str) -> None:
    failure = ldap_errors.bind_failure(ldap.LOCAL_ERROR({"desc": "Local error", "info": info}), "dc1", "me", tls=False)
    assert failure.kind == kind
    assert told in str(failure)


@pytest.mark.parametrize("tls", [False, True])
@pytest.mark.parametrize("error", [ldap.SERVER_DOWN, ldap.CONNECT_ERROR, ldap.TIMEOUT])
def test_connections_that_cannot_be_made(error: type[Exception], tls: bool) -> None:
    failure = ldap_errors.bind_failure(error({"desc": "Can't contact LDAP server"}), "dc1", "me", tls=tls)
    assert failure.kind == "unreachable"
    assert ("636" if tls else "389") in str(failure)
    assert ("domain_ca_path" in str(failure)) is tls


@pytest.mark.parametrize(
    ("error", "info", "kind", "told"),
    [
        ("INSUFFICIENT_ACCESS", "00002098: ...", "denied", "It needs Create Group objects on OU=x."),
        ("STRONG_AUTH_REQUIRED", "", "denied", "me is not allowed to add group CN=g,OU=x"),
        ("NO_SUCH_OBJECT", "", "not found", "Could not add group CN=g,OU=x"),
        ("ALREADY_EXISTS", "", "exists", "Could not add group"),
        ("NOT_ALLOWED_ON_NONLEAF", "", "refused value", "Delete or move what lies below it first"),
        ("UNWILLING_TO_PERFORM", "0000052D: SvcErr: DSID-031A12D2, problem 5003", "refused value", "password policy"),
        ("CONSTRAINT_VIOLATION", "check_password_restrictions: the password is too short", "refused value", "policy"),
        ("CONSTRAINT_VIOLATION", "00002082: something", "refused value", "00002082: something"),
        ("SERVER_DOWN", "", "unreachable", "run the same again"),
        ("TIMEOUT", "", "unreachable", "run the same again"),
        ("BUSY", "", "unreachable", "run the same again"),
        ("OTHER", "strange", "other", "strange"),
    ],
)
def test_refused_operations(error: str, info: str, kind: str, told: str) -> None:
    raised = getattr(ldap, error)({"desc": error.lower(), "info": info})
    failure = ldap_errors.operation_failure(raised, "add group CN=g,OU=x", "me", "Create Group objects on OU=x")
    assert failure.kind == kind
    assert told in str(failure)


@pytest.mark.parametrize("arguments", [(), ("text",), ({},)])
def test_errors_that_say_nothing(arguments: tuple[object, ...]) -> None:
    assert ldap_errors.diagnosis(ldap.OTHER(*arguments)) == "OTHER"
