# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What of a connection the controller can check before there is an image builder: nothing is sent anywhere.

Private to the euc.appstream collection.
"""

from __future__ import annotations

import importlib
import os
import re
import ssl
import sys
from collections.abc import Iterator
from pathlib import Path

from ansible_collections.euc.appstream.plugins.plugin_utils._recipe.connection_settings import Settings
from ansible_collections.euc.appstream.plugins.plugin_utils._windows_connection import (
    endpoint,
    in_the_clear,
    is_in_the_clear,
)

GROUP_VARIABLES = "group_vars/appstream_image_builders.yml"

_NOT_FOR_WINDOWS = ("local", "paramiko", "paramiko_ssh", "smart", "ssh")
_PASSWORD_TRANSPORTS = ("basic", "plaintext", "ntlm", "credssp", "ssl")
_CA = {"winrm": ("ca_trust_path", "ansible_winrm_ca_trust_path"), "psrp": ("ca_cert", "ansible_psrp_ca_cert")}
_CERTIFICATE = {
    "winrm": (("cert_pem", "ansible_winrm_cert_pem"), ("cert_key_pem", "ansible_winrm_cert_key_pem")),
    "psrp": (
        ("certificate_pem", "ansible_psrp_certificate_pem"),
        ("certificate_key_pem", "ansible_psrp_certificate_key_pem"),
    ),
}
# By plugin and transport, "" for any: the modules it imports, and the package of PyPI that brings them.
_LIBRARIES: dict[tuple[str, str], tuple[tuple[str, ...], str]] = {
    ("winrm", ""): (("winrm", "xmltodict"), "pywinrm"),
    ("winrm", "ntlm"): (("requests_ntlm",), "requests-ntlm"),
    ("winrm", "kerberos"): (("kerberos",), "pywinrm[kerberos]"),
    ("winrm", "credssp"): (("requests_credssp",), "pywinrm[credssp]"),
    ("psrp", ""): (("pypsrp",), "pypsrp"),
    ("psrp", "kerberos"): (("gssapi", "krb5"), "pypsrp[kerberos]"),
    ("psrp", "credssp"): (("requests_credssp",), "pypsrp[credssp]"),
}


def problems(settings: Settings, host: str) -> Iterator[tuple[str, str]]:
    """Names of checks (``connection``, ``kerberos``) and what each finds."""
    if settings.plugin in _NOT_FOR_WINDOWS and settings.shell not in ("powershell", "cmd"):
        yield (
            "connection",
            f"its connection would be {settings.plugin}, which does not reach Windows: set ansible_connection (winrm "
            f"or psrp), ansible_user and so on in {GROUP_VARIABLES} beside your playbook or inventory",
        )
        return
    if settings.connection is None:
        yield (
            "connection",
            f"there is no connection plugin {settings.name} (ansible_connection): image builders are reached by winrm "
            "or psrp; one of another collection needs that collection installed",
        )
        return
    yield from (("connection", problem) for problem in settings.problems)
    if settings.plugin not in _CA:
        return
    yield from (("connection", problem) for problem in _transport_problems(settings))
    if is_in_the_clear(settings.connection):
        yield "connection", in_the_clear(host)
    unknown = " ".join(settings.problems)
    for option, problem in _logon_problems(settings):
        if not any(variable in unknown for variable in option):
            yield "connection", problem
    yield from (("connection", problem) for problem in _file_problems(settings))
    if settings.uses_kerberos:
        yield from (("kerberos", problem) for problem in name_problems(settings.user))


def name_problems(user: str) -> Iterator[str]:
    r"""What is wrong with the form of a name for Kerberos, which knows no ``CORP\name``."""
    domain, backslash, name = user.partition("\\")
    if backslash:
        realm = domain.upper() if "." in domain else "CORP.EXAMPLE.COM"
        yield (
            f"ansible_user is {user}, which Kerberos takes for a name without a domain: write {name}@{realm}, with the "
            "domain's DNS name in capitals"
        )
    elif user.count("@") > 1 or user.endswith("@") or user.startswith("@"):
        yield f"ansible_user is {user}, but Kerberos wants name@CORP.EXAMPLE.COM"


def _transport_problems(settings: Settings) -> Iterator[str]:
    missing = list(_missing(settings, ""))
    if missing:
        yield from missing
        return
    if settings.plugin == "winrm":
        supported = getattr(importlib.import_module("winrm"), "FEATURE_SUPPORTED_AUTHTYPES", None)
        unknown = [name for name in settings.transports if supported and name not in supported]
        if unknown:
            yield (
                f"ansible_winrm_transport: this controller's pywinrm knows no {', '.join(unknown)}, but "
                f"{', '.join(supported or [])}"
            )
    for transport in settings.transports:
        yield from _missing(settings, transport)
    if settings.plugin == "psrp" and settings.uses_kerberos and "kerberos" not in settings.transports:
        yield from _missing(settings, "kerberos")


def _missing(settings: Settings, transport: str) -> Iterator[str]:
    """The Python libraries that the controller can't load."""
    modules, package = _LIBRARIES.get((settings.plugin, transport), ((), ""))
    for module in modules:
        try:
            importlib.import_module(module)
        except Exception as error:  # a library of C that does not fit raises what it likes
            by = f" with {transport}" if transport else ""
            yield (
                f"connection {settings.plugin}{by} needs the Python library {module}, which {sys.executable} can't "
                f"load ({error}): install {package} there"
            )


def _logon_problems(settings: Settings) -> Iterator[tuple[tuple[str, ...], str]]:
    """Variables that decide, and what is missing without them."""
    users = ("ansible_user", f"ansible_{settings.plugin}_user")
    passwords = ("ansible_password", "ansible_winrm_pass", "ansible_winrm_password")
    wanting = [one for one in settings.transports if one in _PASSWORD_TRANSPORTS and not _by_certificate(settings, one)]
    managed = settings.get("kerberos_mode") == "managed" and "kerberos" in settings.transports
    if (wanting or managed) and not settings.user:
        yield users, f"no account to log on with: set ansible_user in {GROUP_VARIABLES}, or give one by -u"
    if (wanting or managed) and not settings.password:
        yield (
            passwords,
            f"no password to log on with ({', '.join(wanting or ['kerberos'])}): set ansible_password in "
            f"{GROUP_VARIABLES}, or have Ansible ask for it (-k)",
        )


def _by_certificate(settings: Settings, transport: str) -> bool:
    return transport == "ssl" and bool(settings.get("cert_pem") or settings.get("cert_key_pem"))


def _file_problems(settings: Settings) -> Iterator[str]:
    https = endpoint(settings.connection)[0] == "https"
    option, variable = _CA[settings.plugin]
    path = settings.get(option)
    if path and path != "legacy_requests" and https:
        yield from _ca_problems(str(path), variable)
    if "certificate" not in settings.transports and not any(
        _by_certificate(settings, one) for one in settings.transports
    ):
        return
    if not https:
        yield "certificates of the client are for HTTPS only: set ansible_port to 5986"
    paths = []
    for option, variable in _CERTIFICATE[settings.plugin]:
        path = settings.get(option)
        if not path:
            yield f"{variable} is missing, which logging on with a certificate needs"
            continue
        unreadable = _unreadable(str(path), variable)
        paths.append("" if unreadable else str(path))
        yield from unreadable
    if len(paths) == 2 and all(paths):
        yield from _pair_problems(paths[0], paths[1], str(settings.get("certificate_key_password") or ""))


def _ca_problems(path: str, variable: str) -> Iterator[str]:
    unreadable = _unreadable(path, variable)
    yield from unreadable
    if unreadable or Path(path).is_dir():
        return
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(path)
    except OSError as error:
        yield f"{variable}: {path} holds no certificates of authorities ({_reason(error)})"


def _pair_problems(certificate: str, key: str, password: str) -> Iterator[str]:
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_cert_chain(certificate, key, password=lambda: password)
    except (OSError, ValueError) as error:
        yield f"{certificate} and {key} are no certificate with its key ({_reason(error)})"


def _unreadable(path: str, variable: str) -> list[str]:
    if not Path(path).exists():
        return [f"{variable}: the controller has no file {path}"]
    return [] if os.access(path, os.R_OK) else [f"{variable}: the controller may not read {path}"]


def _reason(error: Exception) -> str:
    return re.sub(r" \(_ssl\.c:\d+\)", "", str(error)) or type(error).__name__
