# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What a connection to Windows is like, from the options of Ansible's connection plugins winrm and psrp.

Private to the euc.appstream collection.
"""

from __future__ import annotations

from typing import Any

_PLAIN_PORTS = (80, 5985)
_PASSWORD_TRANSPORTS = {"basic", "plaintext", "ssl"}
"""Of winrm: basic authentication by all its names."""


def endpoint(connection: Any) -> tuple[str, int]:
    """Transport, http or https, and port of a connection by winrm or psrp, with the defaults these plugins have."""
    scheme = str(option(connection, "scheme") or option(connection, "protocol") or "").lower()
    port = int(option(connection, "port") or (5985 if scheme == "http" else 5986))
    return scheme or ("http" if port in _PLAIN_PORTS else "https"), port


def is_in_the_clear(connection: Any) -> bool:
    """Whether it would send the password, or everything after it, unencrypted over HTTP.

    Without a transport winrm takes Kerberos for a user with a realm, else falls back to basic authentication.
    """
    transport, _port = endpoint(connection)
    if transport != "http":
        return False
    if str(option(connection, "message_encryption") or "auto") == "never":
        return True
    if option(connection, "auth") is not None:  # psrp
        return str(option(connection, "auth")) == "basic"
    named = option(connection, "transport") or []
    transports = {str(name) for name in ([named] if isinstance(named, str) else named)}
    if not transports:
        return "@" not in user_of(connection)
    return bool(transports & _PASSWORD_TRANSPORTS)


def in_the_clear(host: str) -> str:
    """The refusal of such a connection."""
    return (
        f"The connection settings of {host} would send the password or everything after it unencrypted over HTTP. Use "
        "Kerberos or NTLM with message encryption on port 5985, or HTTPS on port 5986. Without ansible_winrm_transport "
        "Ansible's winrm connection falls back to basic authentication."
    )


def user_of(connection: Any) -> str:
    """The account a connection logs on with, however it was given; empty when it is that of the ticket."""
    return str(option(connection, "remote_user") or "")


def option(connection: Any, name: str) -> Any:
    """An option of a connection plugin, or of the library under winrm, which that plugin passes on; None without."""
    try:
        return connection.get_option(name)
    except KeyError:
        pass
    try:
        return connection.get_option("_extras").get(f"ansible_winrm_{name}")
    except (KeyError, AttributeError):
        return None
