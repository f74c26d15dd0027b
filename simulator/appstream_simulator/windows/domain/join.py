# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Joins a simulated machine to a domain, with adcli: an implementation that has nothing to do with this project."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

from appstream_simulator.windows.domain import member_process
from appstream_simulator.windows.domain.controllers import Controller, LetsOut, locate
from appstream_simulator.windows.domain.join_errors import JoinError
from appstream_simulator.windows.domain.membership import Membership

# HOST stands for most services of a Windows computer; WinRM registers WSMAN itself. RestrictedKrbHost comes with adcli.
_SERVICES = ("HOST", "HTTP", "WSMAN")
_TIMEOUT = 60  # real seconds
_PACKAGES = ("dns", "krb5", "ldap", "smbprotocol", "gssapi")

# What adcli says (in its library's English texts), and what Windows calls it; a text of ours instead of Windows' where
# AppStream's guide has one.
_REFUSALS: tuple[tuple[re.Pattern[str], str, str | None], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), name, text)
    for pattern, name, text in (
        (r"organizational unit does not exist", "ERROR_FILE_NOT_FOUND", None),
        (r"not in the desired organizational unit", "INTERNAL_SERVICE_ERROR", "The account already exists."),
        (r"0000216D|machine account quota", "ERROR_DS_MACHINE_ACCOUNT_QUOTA_EXCEEDED", None),
        (r"Insufficient permissions|Access denied|insufficient access", "ERROR_ACCESS_DENIED", None),
        (r"Couldn't connect to host|Can't contact LDAP server", "ERROR_NO_SUCH_DOMAIN", None),
    )
)
_SPACES_AFTER_COMMA = re.compile(r"(?<!\\),\s+")
# From the first of them, or from the second when the first is escaped.
_SPACES_BEFORE_COMMA = re.compile(r"(?:(?<![\\\s])|(?<=\\\s))\s++,")

_KERBEROS_CONFIGURATION = """\
[libdefaults]
  default_realm = {realm}
  dns_lookup_kdc = false
  dns_lookup_realm = false
  dns_canonicalize_hostname = false
  rdns = false
  udp_preference_limit = 1
[realms]
  {realm} = {{
    kdc = {address}:88
    kpasswd_server = {address}:464
  }}
[domain_realm]
  .{domain} = {realm}
  {domain} = {realm}
"""


@dataclass(frozen=True)
class Join:
    """A join to be made.

    Attributes:
        domain: DNS name.
        unit: distinguished name of the organizational unit the account is to be in.
        account: who joins it: `DOMAIN\\user` or `user@suffix`.
        name_servers: addresses of the DNS servers that the machine has.
        lets_out: what its network lets out.
        folder: where its keys are kept.
    """

    domain: str
    unit: str
    account: str
    password: str = field(repr=False)
    computer_name: str
    description: str
    operating_system: str
    name_servers: Sequence[str]
    lets_out: LetsOut
    folder: Path


def missing_requirements() -> list[str]:
    """What is not installed of what joining needs."""
    missing = [] if shutil.which("adcli") else ["the command adcli"]
    return missing + [f"the Python package {name}" for name in _PACKAGES if find_spec(name) is None]


def join(request: Join) -> Membership:
    """Join the machine: its account is created, or taken over if it is there already and the right to is.

    Takes a second or two of real time.

    Raises:
        JoinError: the domain refuses it or cannot be reached.
    """
    domain = request.domain.lower()
    controller = locate(domain, request.name_servers, request.lets_out)
    membership = Membership(
        domain=domain,
        netbios_name=controller.netbios_name,
        controller=controller.name,
        controller_address=controller.address,
        computer_name=request.computer_name,
        fqdn=f"{request.computer_name}.{domain}".lower(),
        keytab=request.folder / "krb5.keytab",
        kerberos_configuration=request.folder / "krb5.conf",
    )
    shutil.rmtree(request.folder, ignore_errors=True)
    request.folder.mkdir(mode=0o700, parents=True)
    _configure_kerberos(membership)
    cache = request.folder / "service-account"
    try:
        _log_on(request, membership, cache)
        _enrol(request, membership, cache)
    finally:
        cache.unlink(missing_ok=True)
    return membership


def confirm(membership: Membership, unit: str, name_servers: Sequence[str], lets_out: LetsOut) -> Membership:
    """Check that a joined machine still is a member, when it is started again.

    Args:
        unit: where its account has to be.

    Returns:
        The membership with the controller found now.

    Raises:
        JoinError: its account is gone, disabled or has another password (ERROR_LOGON_FAILURE), is somewhere else
            (INTERNAL_SERVICE_ERROR), or the domain cannot be reached.
    """
    controller = locate(membership.domain, name_servers, lets_out)
    now = _with_controller(membership, controller)
    _configure_kerberos(now)
    place = member_process.run("unit", now)
    if _comparable(place) != _comparable(unit):
        detail = f"the account of {now.computer_name} is in {place}"
        raise JoinError("INTERNAL_SERVICE_ERROR", detail, "The account already exists.")
    return now


def _with_controller(membership: Membership, controller: Controller) -> Membership:
    values = {**vars(membership), "controller": controller.name, "controller_address": controller.address}
    return Membership(**values)


def _configure_kerberos(membership: Membership) -> None:
    text = _KERBEROS_CONFIGURATION.format(
        realm=membership.realm, domain=membership.domain, address=membership.controller_address
    )
    membership.kerberos_configuration.write_text(text, encoding="ascii")


def _log_on(request: Join, membership: Membership, cache: Path) -> None:
    """Leave a ticket of the account that joins in a file.

    `DOMAIN\\user` or a user principal name: NetJoinDomain takes nothing else.
    """
    domain, backslash, name = request.account.partition("\\")
    if not backslash and "@" not in request.account:
        detail = f"{request.account} is neither DOMAIN\\user nor a user principal name"
        raise JoinError("ERROR_LOGON_FAILURE", detail)
    if backslash and domain.lower() not in (membership.netbios_name.lower(), membership.domain):
        raise JoinError("ERROR_LOGON_FAILURE", f"{domain} is not the domain {membership.netbios_name}")
    member_process.run(
        "ticket",
        user=name if backslash else request.account,
        password=request.password,
        realm=membership.realm,
        kerberos_configuration=membership.kerberos_configuration,
        cache=cache,
    )


def _enrol(request: Join, membership: Membership, cache: Path) -> None:
    command = [
        *("adcli", "join", "--verbose"),
        f"--domain={membership.domain}",
        f"--domain-realm={membership.realm}",
        f"--domain-controller={membership.controller_address}",
        *(f"--login-ccache={cache}", "--login-type=user"),
        f"--domain-ou={request.unit}",
        f"--computer-name={membership.computer_name}",
        f"--host-fqdn={membership.fqdn}",
        f"--host-keytab={membership.keytab}",
        *(f"--service-name={service}" for service in _SERVICES),
        f"--description={request.description}",
        f"--os-name={request.operating_system}",
    ]
    environment = {
        **member_process.environment(),
        "KRB5_CONFIG": str(membership.kerberos_configuration),
        "LC_ALL": "C.UTF-8",
        "TMPDIR": str(request.folder),
    }
    try:
        finished = subprocess.run(
            command, env=environment, capture_output=True, text=True, timeout=_TIMEOUT, stdin=subprocess.DEVNULL
        )
    except subprocess.TimeoutExpired:
        raise JoinError("ERROR_NO_SUCH_DOMAIN", f"no answer in {_TIMEOUT} s") from None
    if finished.returncode:
        raise _refusal(finished.stderr.strip())
    membership.keytab.chmod(0o600)


def _refusal(output: str) -> JoinError:
    last = next((line for line in reversed(output.splitlines()) if line.startswith("adcli: ")), output[-500:])
    for pattern, name, text in _REFUSALS:
        if pattern.search(output):
            return JoinError(name, last, text)
    return JoinError("INTERNAL_SERVICE_ERROR", last)


def _comparable(dn: str) -> str:
    # Case does not matter, nor do spaces around commas; escaped commas stay as they are.
    return _SPACES_BEFORE_COMMA.sub(",", _SPACES_AFTER_COMMA.sub(",", dn.strip())).lower()
