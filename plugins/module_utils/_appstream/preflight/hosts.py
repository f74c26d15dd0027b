# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Which hosts are out on the internet, as the controller's resolver has them."""

from __future__ import annotations

import ipaddress
import socket
import threading
import time
from collections.abc import Iterable

_PRIVATE_NAMES = (".local", ".internal", ".lan", ".corp", ".home.arpa", ".intranet")
RESOLVE_TIMEOUT = 5
"""Seconds for all names together."""


def may_be_on_the_internet(host: str) -> bool:
    """Whether a host may be out on the internet, as its name tells: not a private address, nor a name without a dot."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_global
    except ValueError:
        return "." in host.rstrip(".") and not host.lower().rstrip(".").endswith(_PRIVATE_NAMES)


def resolve(hosts: Iterable[str]) -> dict[str, bool]:
    """Whether hosts are out on the internet; those that can't be resolved in time are left out.

    A name may be another one where the image builder is: a name that has a private address here has one there.
    """
    found: dict[str, bool] = {}
    threads = [
        # No pool: one waits at the end of the process for a resolver that hangs.
        threading.Thread(target=_resolve_one, args=(host, found), daemon=True)
        for host in sorted(set(hosts))
    ]
    deadline = time.monotonic() + RESOLVE_TIMEOUT
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(max(0.0, deadline - time.monotonic()))
    return dict(found)


def _resolve_one(host: str, found: dict[str, bool]) -> None:
    try:
        addresses = {str(entry[4][0]).partition("%")[0] for entry in socket.getaddrinfo(host.strip("[]"), None)}
    except (OSError, UnicodeError):
        return
    found[host] = all(ipaddress.ip_address(address).is_global for address in addresses)
