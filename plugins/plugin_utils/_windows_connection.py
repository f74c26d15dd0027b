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
    scheme = str(_option(connection, "scheme") or _option(connection, "protocol") or "").lower()
    port = int(_option(connection, "port") or (5985 if scheme == "http" else 5986))
    return scheme or ("http" if port in _PLAIN_PORTS else "https"), port


def is_in_the_clear(connection: Any) -> bool:
    """Whether it would send the password, or everything after it, unencrypted over HTTP.

    Without a transport winrm falls back to basic authentication.
    """
    transport, _port = endpoint(connection)
    if transport != "http":
        return False
    if str(_option(connection, "message_encryption") or "auto") == "never":
        return True
    if _option(connection, "auth") is not None:  # psrp
        return str(_option(connection, "auth")) == "basic"
    named = _option(connection, "transport") or []
    transports = {str(name) for name in ([named] if isinstance(named, str) else named)}
    return not transports or bool(transports & _PASSWORD_TRANSPORTS)


def _option(connection: Any, name: str) -> Any:
    try:
        return connection.get_option(name)
    except KeyError:
        return None
