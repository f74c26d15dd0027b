# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""A logged-on LDAP connection to one domain controller.

Kerberos with signing and sealing on port 389, or a simple bind inside TLS on port 636 with the certificate checked;
a password never travels in the clear, and a password set for an account never does either (MS-ADTS 3.1.1.3.1.5).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from . import kerberos
from .errors import ActiveDirectoryError
from .ldap_errors import bind_failure, connection_failure, diagnosis, operation_failure
from .names import principal_of, simple_bind_name

try:
    import ldap
    import ldap.filter
    import ldap.sasl
    from ldap.controls import RequestControl, SimplePagedResultsControl

    LDAP_IMPORT_ERROR = None
except ImportError as error:
    ldap = None
    LDAP_IMPORT_ERROR = str(error)

# LDAP_SERVER_SD_FLAGS_OID (MS-ADTS 3.1.1.3.4.1.11) with the value SEQUENCE { INTEGER flags }.
_SD_FLAGS = "1.2.840.113556.1.4.801"
OWNER, GROUP, DACL = 1, 2, 4
# Bits of encryption strength below which a sealed connection is refused; Kerberos with AES has 128 or 256.
_LEAST_STRENGTH = 56
_PAGE = 500

Attributes = dict[str, list[bytes]]
Changes = Sequence[tuple[str, Sequence[bytes]]]


@dataclass(frozen=True)
class Logon:
    """How to log on to which domain controller.

    ``server`` is the DNS name of a domain controller; without it ``domain_name`` is asked which one to use.
    ``authentication`` is ``kerberos`` or ``simple``, ``timeout`` seconds. Without a password Kerberos uses the ticket
    cache of the controller's user.
    """

    server: str | None
    domain_name: str | None
    username: str | None
    password: str | None = field(repr=False)
    authentication: str = "kerberos"
    ca_path: str | None = None
    timeout: int = 30


@dataclass(frozen=True)
class Entry:
    """An object: its distinguished name and the attributes that were asked for, by lower-case name, as bytes."""

    distinguished_name: str
    attributes: Attributes

    def values(self, name: str) -> list[bytes]:
        """Return an attribute's values, none when it is not set or may not be read."""
        return self.attributes.get(name.lower(), [])

    def first(self, name: str) -> bytes | None:
        """Return an attribute's first value."""
        return next(iter(self.values(name)), None)

    def text(self, name: str) -> str | None:
        """Return an attribute's first value as text."""
        value = self.first(name)
        return None if value is None else value.decode("utf-8", "replace")

    def texts(self, name: str) -> list[str]:
        """Return an attribute's values as texts."""
        return [value.decode("utf-8", "replace") for value in self.values(name)]


class Directory:
    """The connection. All methods raise ActiveDirectoryError.

    ``needs`` of the writing methods says which right on which object the operation takes, for when it is refused.
    """

    def __init__(self, connection: Any, root: Entry, username: str) -> None:
        self._connection = connection
        self.username = username
        self.server = root.text("dnsHostName") or ""
        self.base = root.text("defaultNamingContext") or ""
        self.configuration = root.text("configurationNamingContext") or ""
        self.is_samba = (root.text("vendorName") or "").startswith("Samba Team")

    def read(self, name: str, attributes: Sequence[str], security: int = 0) -> Entry | None:
        """Return one object by distinguished name, None when there is none.

        ``security`` (OWNER, GROUP, DACL) says which parts of nTSecurityDescriptor are wanted.
        """
        try:
            return next(iter(self._search(name, ldap.SCOPE_BASE, "(objectClass=*)", attributes, security)), None)
        except ActiveDirectoryError as error:
            if error.kind == ActiveDirectoryError.NOT_FOUND:
                return None
            raise

    def search(
        self, base: str, expression: str, attributes: Sequence[str], *, below: str = "subtree", security: int = 0
    ) -> list[Entry]:
        """Return the objects that match an LDAP filter; ``below`` is ``subtree`` or ``children``.

        Values in the filter must have gone through ``escape``.
        """
        scope = {"subtree": ldap.SCOPE_SUBTREE, "children": ldap.SCOPE_ONELEVEL}[below]
        return self._search(base, scope, expression, attributes, security)

    def add(self, name: str, attributes: Mapping[str, Sequence[bytes]], *, needs: str) -> None:
        """Add an object."""
        values = [(key, list(value)) for key, value in attributes.items()]
        self._do(f"add {name}", needs, lambda: self._connection.add_s(name, values))

    def replace(self, name: str, changes: Changes, *, needs: str, security: int = 0) -> None:
        """Replace the values of attributes; no values remove the attribute."""
        values = [(ldap.MOD_REPLACE, key, list(value) or None) for key, value in changes]
        what = f"change {', '.join(key for key, _value in changes)} of {name}"
        self._do(what, needs, lambda: self._connection.modify_ext_s(name, values, serverctrls=_controls(security)))

    def add_values(self, name: str, changes: Changes, *, needs: str) -> None:
        """Add values to attributes."""
        self._change(name, changes, ldap.MOD_ADD, needs)

    def remove_values(self, name: str, changes: Changes, *, needs: str) -> None:
        """Take values off attributes."""
        self._change(name, changes, ldap.MOD_DELETE, needs)

    def swap(self, name: str, changes: Sequence[tuple[str, bytes | None, bytes | None]], *, needs: str) -> None:
        """Replace single values, given as attribute, value now and value to come, in one operation.

        None stands for no value. It fails with kind CHANGED, and nothing is written, when an attribute no longer has
        the value it is said to have.
        """
        values = [(ldap.MOD_DELETE, key, [now]) for key, now, _later in changes if now is not None]
        values += [(ldap.MOD_ADD, key, [later]) for key, _now, later in changes if later is not None]
        what = f"change {', '.join(key for key, _now, _later in changes)} of {name}"
        try:
            self._connection.modify_s(name, values)
        except (ldap.NO_SUCH_ATTRIBUTE, ldap.TYPE_OR_VALUE_EXISTS) as error:
            raise ActiveDirectoryError(
                f"Could not {what}: somebody else has changed it meanwhile",
                cause=diagnosis(error),
                remedy="Run the same again.",
                kind=ActiveDirectoryError.CHANGED,
            ) from None
        except ldap.LDAPError as error:
            raise operation_failure(error, what, self.username, needs) from None

    def delete(self, name: str, *, needs: str) -> None:
        """Delete an object that has none below it."""
        self._do(f"delete {name}", needs, lambda: self._connection.delete_s(name))

    def close(self) -> None:
        """End the connection."""
        try:
            self._connection.unbind_s()
        except ldap.LDAPError:
            return

    def _change(self, name: str, changes: Changes, operation: int, needs: str) -> None:
        values = [(operation, key, list(value)) for key, value in changes]
        what = f"change {', '.join(key for key, _value in changes)} of {name}"
        self._do(what, needs, lambda: self._connection.modify_s(name, values))

    def _do(self, what: str, needs: str, operation: Any) -> None:
        try:
            operation()
        except ldap.LDAPError as error:
            raise operation_failure(error, what, self.username, needs) from None

    def _search(self, base: str, scope: int, expression: str, attributes: Sequence[str], security: int) -> list[Entry]:
        found: list[Entry] = []
        page = SimplePagedResultsControl(True, size=_PAGE, cookie="")
        while True:
            controls = [page, *_controls(security)] if scope != ldap.SCOPE_BASE else _controls(security)
            try:
                message = self._connection.search_ext(base, scope, expression, list(attributes), serverctrls=controls)
                _kind, data, _message, answers = self._connection.result3(message, timeout=self._connection.timeout)
            except ldap.LDAPError as error:
                raise operation_failure(error, f"read {base}", self.username, f"the right to read {base}") from None
            # References to other domains have no name.
            found += [
                Entry(name, {key.lower(): value for key, value in values.items()}) for name, values in data if name
            ]
            cookie = next((answer.cookie for answer in answers if answer.controlType == page.controlType), None)
            if not cookie:
                return found
            page.cookie = cookie


def escape(value: str) -> str:
    """Return a text as it is written in an LDAP filter (RFC 4515)."""
    return str(ldap.filter.escape_filter_chars(value))


def connect(logon: Logon) -> Directory:
    """Log on. Without a server the domain's PDC emulator is used, which Windows' own tools write policies to.

    Raises ActiveDirectoryError.
    """
    directory = _connect(logon, logon.server or logon.domain_name or "")
    if logon.server:
        return directory
    emulator = _pdc_emulator(directory)
    if emulator.lower() == directory.server.lower():
        return directory
    directory.close()
    return _connect(logon, emulator)


def _connect(logon: Logon, address: str) -> Directory:
    tls = logon.authentication == "simple"
    connection = _open(logon, address)
    root = _root(connection, address, tls)
    server = root.text("dnsHostName") or ""
    if server.lower() != address.lower():
        # The domain's own name, or an alias: tickets and certificates are for the server's name.
        connection = _open(logon, server)
        root = _root(connection, server, tls)
    domain = (root.text("ldapServiceName") or "").partition(":")[0]
    username = logon.username or "the user of the ticket cache"
    try:
        if tls:
            connection.simple_bind_s(simple_bind_name(logon.username or "", domain), logon.password or "")
        else:
            if logon.password is not None:
                kerberos.get_ticket(principal_of(logon.username or "", domain), logon.password)
            connection.sasl_interactive_bind_s("", ldap.sasl.gssapi())
    except ldap.LDAPError as error:
        raise bind_failure(error, server, username, tls) from None
    return Directory(connection, root, username)


def _open(logon: Logon, address: str) -> Any:
    tls = logon.authentication == "simple"
    try:
        connection = ldap.initialize(f"{'ldaps' if tls else 'ldap'}://{address}")
        for option, value in (
            (ldap.OPT_PROTOCOL_VERSION, 3),
            (ldap.OPT_REFERRALS, 0),
            (ldap.OPT_NETWORK_TIMEOUT, logon.timeout),
            (ldap.OPT_TIMEOUT, logon.timeout),
            (ldap.OPT_X_SASL_NOCANON, 1),
            (ldap.OPT_X_SASL_SSF_MIN, 0 if tls else _LEAST_STRENGTH),
        ):
            connection.set_option(option, value)
        connection.timeout = logon.timeout
        if tls:
            connection.set_option(ldap.OPT_X_TLS_REQUIRE_CERT, ldap.OPT_X_TLS_DEMAND)
            if logon.ca_path:
                connection.set_option(ldap.OPT_X_TLS_CACERTFILE, logon.ca_path)
            connection.set_option(ldap.OPT_X_TLS_NEWCTX, 0)
    except (ldap.LDAPError, ValueError) as error:
        raise connection_failure(error, address, tls) from None
    return connection


def _root(connection: Any, address: str, tls: bool) -> Entry:
    """The rootDSE, which is read without having logged on (MS-ADTS 3.1.1.3.2)."""
    wanted = ["defaultNamingContext", "configurationNamingContext", "dnsHostName", "ldapServiceName", "vendorName"]
    try:
        data = connection.search_ext_s("", ldap.SCOPE_BASE, "(objectClass=*)", wanted)
    except ldap.LDAPError as error:
        raise connection_failure(error, address, tls) from None
    return Entry("", {key.lower(): value for key, value in data[0][1].items()})


def _pdc_emulator(directory: Directory) -> str:
    """DNS name of the domain's PDC emulator: the server object above the NTDS settings that fSMORoleOwner names."""
    head = directory.read(directory.base, ["fSMORoleOwner"])
    settings = (head.text("fSMORoleOwner") if head else None) or ""
    server = directory.read(settings.partition(",")[2], ["dNSHostName"]) if settings else None
    return (server.text("dNSHostName") if server else None) or directory.server


def _controls(security: int) -> list[Any]:
    if not security:
        return []
    return [RequestControl(_SD_FLAGS, True, bytes((0x30, 3, 2, 1, security)))]
