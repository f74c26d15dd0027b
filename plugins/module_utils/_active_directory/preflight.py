# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What has to be so in a domain before image builders can join it and be reached, looked at one by one.

Nothing is changed, and nothing here fails because something is missing: every look ends in a ``Check``.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from typing import Any

from . import policy_goal, policy_links, policy_objects, policy_view, sysvol
from .computers import computers_of
from .connection import Directory, Logon, connect
from .errors import ActiveDirectoryError
from .names import is_below, parent, same
from .principals import find_principal
from .security_descriptors import parse_sid

# What the controller itself needs of a domain controller: Kerberos, LDAP (by the kind of logon), SMB.
_PORTS = {"kerberos": (88, 389, 445), "simple": (636, 445)}
# Seconds a port may take to answer.
_PORT_TIMEOUT = 5


@dataclass(frozen=True)
class Check:
    """One look: what was looked at, whether it is as it should be, what was found, and what to do otherwise."""

    check: str
    ok: bool
    found: str
    remedy: str = ""

    def view(self) -> dict[str, Any]:
        """As modules return it."""
        return asdict(self)


def network_checks(logon: Logon) -> list[Check]:
    """Look whether the domain's name resolves here and its controller's ports are open."""
    name = logon.server or logon.domain_name or ""
    try:
        socket.getaddrinfo(name, None)
    except OSError as error:
        remedy = "Ask the domain's DNS servers: in resolv.conf, by a conditional forwarder, or in /etc/hosts."
        return [Check("name resolution", False, f"{name} does not resolve here ({error.strerror})", remedy)]
    resolved = Check("name resolution", True, f"{name} resolves here")
    return [resolved, *(_port_check(name, port) for port in _PORTS[logon.authentication])]


def _port_check(name: str, port: int) -> Check:
    try:
        socket.create_connection((name, port), _PORT_TIMEOUT).close()
    except OSError as error:
        remedy = (
            f"Let this machine reach TCP port {port} of the domain controllers: firewalls, security groups, routes."
        )
        return Check(f"port {port}", False, f"TCP port {port} of {name} does not answer ({error})", remedy)
    return Check(f"port {port}", True, f"TCP port {port} of {name} answers")


@contextmanager
def logged_on(title: str, logon: Logon, checks: list[Check]) -> Iterator[Directory | None]:
    """Log on and add a check of that; the connection is None when it failed."""
    try:
        directory = connect(logon)
    except ActiveDirectoryError as error:
        checks.append(_failed(title, error))
        yield None
        return
    checks.append(Check(title, True, f"{directory.username} can log on to {directory.server}"))
    try:
        yield directory
    finally:
        directory.close()


def _failed(title: str, error: ActiveDirectoryError) -> Check:
    found = f"{error.message}: {error.cause}" if error.cause else error.message
    return Check(title, False, found.rstrip("."), error.remedy or "")


def organizational_unit_check(directory: Directory, unit: str) -> Check:
    """Look for the organizational unit."""
    title = "organizational unit"
    if not is_below(unit, directory.base):
        return Check(title, False, f"{unit} is not in the domain {directory.base}", "Name a unit of this domain.")
    entry = directory.read(unit, ["objectClass"])
    if entry is None:
        return Check(title, False, f"There is no {unit}", "Create it: ad_organizational_unit, role prepare_directory.")
    if "organizationalUnit" not in entry.texts("objectClass"):
        remedy = "AppStream needs an organizational unit: a container such as CN=Computers is none."
        return Check(title, False, f"{unit} is not an organizational unit", remedy)
    return Check(title, True, f"{unit} is there")


def image_builder_check(directory: Directory, unit: str, name: str) -> Check:
    """Look for the computer account of an image builder in its organizational unit."""
    title = "computer account"
    found = computers_of(directory, directory.base, [name])
    if not found:
        remedy = "It did not join the domain, or the account was deleted: create the image builder anew."
        return Check(title, False, f"Image builder {name} has no computer account", remedy)
    best = found[0]
    if not is_below(best.distinguished_name, unit):
        remedy = "Policies linked to the organizational unit do not reach it there: create the image builder anew."
        return Check(title, False, f"{best.distinguished_name} is not in {unit}", remedy)
    if not best.enabled:
        return Check(
            title, False, f"{best.distinguished_name} is disabled", "Enable it, then restart the image builder."
        )
    return Check(title, True, f"{best.distinguished_name} is there and enabled")


def join_rights_check(directory: Directory, unit: str) -> Check:
    """Look whether the account that is logged on may create computers in the organizational unit.

    The domain controller works that out itself (MS-ADTS 3.1.1.4.5.5, allowedChildClassesEffective).
    """
    title = "join account's rights"
    entry = directory.read(unit, ["allowedChildClassesEffective"])
    if entry is not None and "computer" in entry.texts("allowedChildClassesEffective"):
        return Check(title, True, f"{directory.username} may create computers in {unit}")
    remedy = "Give it the delegation join_computers: ad_delegation, role prepare_directory."
    return Check(title, False, f"{directory.username} may not create computers in {unit}", remedy)


def administrators_check(directory: Directory, account: str, group: str) -> Check:
    """Look whether an account is in the group that is to administer image builders, directly or through others."""
    title = "local administrators"
    try:
        who, whose = find_principal(directory, account), find_principal(directory, group)
    except ActiveDirectoryError as error:
        return _failed(title, error)
    # tokenGroups is every security group of an account (MS-ADTS 3.1.1.4.5.19).
    entry = directory.read(who.distinguished_name or "", ["tokenGroups"])
    if entry is not None and whose.sid in {parse_sid(sid) for sid in entry.values("tokenGroups")}:
        return Check(title, True, f"{who} is in {whose}")
    remedy = f"Make {who} a member of {whose}: ad_account, role prepare_directory."
    return Check(title, False, f"{who} is not in {whose}", remedy)


def as_account(logon: Logon, username: str, password: str) -> Logon:
    """Return how to log on as somebody else in the same way."""
    return replace(logon, username=username, password=password)


def policy_link_check(directory: Directory, unit: str, name: str | None) -> Check:
    """Look whether the policy of that name, or any policy at all, reaches an organizational unit."""
    title = "group policy"
    try:
        policy = policy_objects.find(directory, name, None) if name else None
    except ActiveDirectoryError as error:
        return _failed(title, error)
    if name and policy is None:
        remedy = "Create it: ad_winrm_policy, role prepare_directory."
        return Check(title, False, f"There is no group policy object named {name!r}", remedy)
    if policy and not policy.version & 0xFFFF:
        remedy = "It was not finished: run ad_winrm_policy again."
        return Check(title, False, f"Group policy object {name!r} has version 0, which clients skip", remedy)
    links = _links_above(directory, unit)
    reaching = [
        link for link in links if not policy or policy_links.options_in(link, policy.distinguished_name) in (0, 2)
    ]
    whose = f"group policy object {name!r}" if name else "any group policy of its own"
    if reaching:
        return Check(title, True, f"{unit} has {whose} linked")
    remedy = "Link it to the organizational unit: ad_winrm_policy, role prepare_directory."
    return Check(title, False, f"{unit} does not have {whose} linked and enabled", remedy)


def policy_content_check(directory: Directory, logon: Logon, options: Mapping[str, Any]) -> Check:
    """Look whether the policy holds what module ``ad_winrm_policy`` would write for these options.

    Files are read over SMB with the ticket of the connection, which therefore has to be the last one made.
    """
    title = "policy's content"
    try:
        with sysvol.connected(logon, directory) as share:
            wish = policy_goal.wish_of(options, directory)
            differences = policy_view.differences(policy_goal.look(directory, share, wish))
    except ActiveDirectoryError as error:
        return _failed(title, error)
    if not differences:
        return Check(title, True, f"Group policy object {options['name']!r} holds what it should")
    remedy = "Run ad_winrm_policy, or role prepare_directory, with these options."
    return Check(title, False, "; ".join(differences), remedy)


def _links_above(directory: Directory, unit: str) -> list[str]:
    """gPLink of an organizational unit and of those above it, without the domain's head, whose policies are for all."""
    found, place = [], unit
    while is_below(place, directory.base) and not same(place, directory.base):
        entry = directory.read(place, ["gPLink"])
        found.append((entry.text("gPLink") if entry else None) or "")
        place = parent(place)
    return [link for link in found if link.strip()]
