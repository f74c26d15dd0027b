# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a script sees of certificates and of WinRM's listeners: the drives Cert: and WSMan:, and making a certificate.

Of Cert: there are the stores of the machine and of the user, of WSMan: the container `localhost\\Listener`. Sources:
about_Certificate_Provider, about_WSMan_Provider, and the help of New-SelfSignedCertificate.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from ..machine import certificate_stores
from ..machine.winrm_configuration import LISTENERS_KEY, configuration
from ..protocol.certificates import SelfSigned, self_signed
from .errors import NetError, UnknownError
from .parameters import Cmdlet, Option
from .places import Place
from .session import Session
from .values import DateTime, NetObject, to_text

if TYPE_CHECKING:
    from .pipelines import Run

_INVALID_OPERATION = "System.InvalidOperationException"
# WSMan: asks before it starts the service, and a session without a console has nobody to answer.
_NOT_STARTED = (
    "Windows PowerShell is in NonInteractive mode. Read and Prompt functionality is not available. (WinRM service is "
    "not started currently. Running this command will start the WinRM service. Do you want to continue?)"
)
_ALREADY_THERE = "The WS-Management service cannot process the request. The resource already exists."
_LISTENERS = re.compile(r"localhost\\Listener", re.IGNORECASE)
_STORE = re.compile(r"(?P<location>LocalMachine|CurrentUser)\\(?P<name>[^\\]+)", re.IGNORECASE)
_PORTS = {"HTTP": 5985, "HTTPS": 5986}
# What New-Item takes for a listener beyond its own options (dynamic parameters).
LISTENER_OPTIONS = ("Transport", "Address", "CertificateThumbPrint", "Port")
# Options of New-SelfSignedCertificate that say what is so in any case.
_DEFAULTS = {
    "keyalgorithm": {"rsa"},
    "keylength": {"2048"},
    "hashalgorithm": {"sha256"},
    "keyexportpolicy": {"nonexportable"},
    "type": {"sslserverauthentication"},
}


# Certificates


def certificates(session: Session, where: Place) -> dict[str, SelfSigned]:
    """The certificates of the store that a path names.

    Raises:
        UnknownError: it names no store.
        NetError: there is no such store.
    """
    found = _STORE.fullmatch(where.path)
    if found is None:
        raise UnknownError(f"Cert:\\{where.path}")
    name = certificate_stores.name_of(found["name"])
    if name is None:
        message = f"Cannot find path 'Cert:\\{where.path}' because it does not exist."
        raise NetError("System.Management.Automation.ItemNotFoundException", message)
    identifier = session.machine.identifier(session.user)
    return certificate_stores.store(session.disk, found["location"], name, identifier)


def _certificate(certificate: SelfSigned, store: Place) -> NetObject:
    properties = {
        "Subject": certificate.subject,
        "Thumbprint": certificate.thumbprint,
        "NotAfter": DateTime(certificate.not_after),
        "HasPrivateKey": bool(certificate.key_pem),
        "PSParentPath": f"Microsoft.PowerShell.Security\\Certificate::{store.path}",
    }
    kind = "System.Security.Cryptography.X509Certificates.X509Certificate2"
    return NetObject(kind, properties, text=kind, data=certificate)


def _new_certificate(run: Run) -> Iterator[Any]:
    for name, allowed in _DEFAULTS.items():
        if name in run.given and to_text(run.given[name]).lower() not in allowed:
            raise UnknownError(f"New-SelfSignedCertificate -{name} {to_text(run.given[name])}")
    names = run.texts("dnsname")
    if len(names) != 1 or not names[0]:
        raise UnknownError("New-SelfSignedCertificate without one -DnsName")
    drive, _colon, path = to_text(run.get("certstorelocation")).replace("/", "\\").partition(":\\")
    if drive.lower() != "cert":
        raise UnknownError(f"New-SelfSignedCertificate -CertStoreLocation {to_text(run.get('certstorelocation'))}")
    store = Place("certificates", path.rstrip("\\"))
    if run.should("New-SelfSignedCertificate", names[0]):
        certificate = self_signed(names[0])
        certificates(run.session, store)[certificate.thumbprint] = certificate
        yield _certificate(certificate, store)


# Listeners


def require_winrm(session: Session) -> None:
    """Raise NetError when the service does not run: nothing of WSMan: can be seen then."""
    service = session.disk.services.get("winrm")
    if service is None or service.state != "running":
        raise NetError(_INVALID_OPERATION, _NOT_STARTED)


def _listeners(session: Session, where: Place) -> Iterator[NetObject]:
    if not _LISTENERS.fullmatch(where.path):
        raise UnknownError(f"WSMan:\\{where.path}")
    require_winrm(session)
    machine, registry = session.machine, session.disk.registry
    settings = configuration(registry, session.disk.services, machine.address or "0.0.0.0")
    found = ["*+HTTP"] if settings.http_of_policy else []
    found += [name for name in sorted(registry.key_names(LISTENERS_KEY)) if name not in found]
    for number, name in enumerate(found):
        address, _plus, transport = name.rpartition("+")
        keys = [f"Transport={transport.upper()}", f"Address={address}"]
        properties = {"Keys": keys, "Name": f"Listener_{1084132640 + number}", "PSIsContainer": True}
        yield NetObject("Microsoft.WSMan.Management.WSManConfigContainerElement", properties)


def new_listener(run: Run, where: Place) -> Iterator[Any]:
    """New-Item in `WSMan:\\localhost\\Listener`. Without -Force it asks, and nobody answers."""
    given = {name.lower(): to_text(run.given[name.lower()]) for name in LISTENER_OPTIONS if name.lower() in run.given}
    transport, address = given.get("transport", "").upper(), given.get("address", "")
    if not _LISTENERS.fullmatch(where.path) or transport not in _PORTS or address != "*" or not run.get("force"):
        raise UnknownError(f"New-Item in WSMan:\\{where.path} with these options")
    require_winrm(run.session)
    _make_listener(run.session, f"{LISTENERS_KEY}\\{address}+{transport}", transport, given)
    run.session.machine.refresh_winrm()
    yield NetObject("Microsoft.WSMan.Management.WSManConfigContainerElement", {"Keys": [f"Transport={transport}"]})


def _make_listener(session: Session, key: str, transport: str, given: Mapping[str, str]) -> None:
    registry, thumbprint = session.disk.registry, given.get("certificatethumbprint", "").replace(" ", "").upper()
    if registry.has_key(key):
        raise NetError(_INVALID_OPERATION, _ALREADY_THERE)
    if transport == "HTTPS" and thumbprint not in session.disk.certificates:
        message = "The WinRM client cannot process the request. The certificate thumbprint is not valid."
        raise NetError(_INVALID_OPERATION, message)
    registry.set(key, "Port", int(given.get("port") or _PORTS[transport]), "DWord")
    registry.set(key, "uriprefix", "wsman")
    if thumbprint:
        registry.set(key, "certThumbprint", thumbprint)


def items(session: Session, where: Place) -> Iterator[NetObject]:
    """What Get-ChildItem gives for a path of Cert: or WSMan:."""
    if where.provider == "wsman":
        yield from _listeners(session, where)
        return
    for certificate in list(certificates(session, where).values()):
        yield _certificate(certificate, where)


CMDLETS = (
    Cmdlet(
        "New-SelfSignedCertificate",
        (
            Option("DnsName", "string[]"),
            Option("CertStoreLocation"),
            *(Option(name) for name in ("KeyAlgorithm", "KeyLength", "HashAlgorithm", "KeyExportPolicy", "Type")),
        ),
        _new_certificate,
        changes=True,
    ),
)
