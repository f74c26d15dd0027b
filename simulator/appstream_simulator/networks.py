# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Who has which network: the one rule for everything on this computer that gives simulated machines addresses.

WinRM's ports are fixed, so two simulators in one network would answer for each other. A network is a /16. Whoever has
it listens at its last address, which no builder gets because AWS keeps the last address of each subnet. The kernel
lets only one process do that, and ends that with the process, however it ends. The holder says who it is to whoever
connects.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import socket
import threading
from ipaddress import IPv4Network

PREFIX_LENGTH = 16
# A network is taken from these when none is asked for.
FREE_NETWORKS = tuple(IPv4Network(f"127.{number}.0.0/{PREFIX_LENGTH}") for number in range(128, 250))
_PORT = 5985
# For the holder's answer, real seconds. There is none when the holder is no simulator.
_PATIENCE = 2.0


class NetworkTakenError(OSError):
    """A network belongs to another process, or its addresses don't belong to this computer."""


class Claim:
    """A network that belongs to this process until it is closed; see `claim`.

    Raises:
        OSError: it belongs to another process, or its addresses don't belong to this computer.
    """

    def __init__(self, network: IPv4Network, endpoint: str) -> None:
        self.network = network
        self._answer = json.dumps({"pid": os.getpid(), "endpoint": endpoint}).encode()
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        try:
            # What is left of connections must not keep the next one from it. A second listener is refused all the same.
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            self._socket.bind(_place(network))
            self._socket.listen()
        except OSError:
            self._socket.close()
            raise
        threading.Thread(target=self._tell, name=f"network {network}", daemon=True).start()

    def _tell(self) -> None:
        with contextlib.suppress(OSError):  # closed
            while True:
                connection, _ = self._socket.accept()
                with connection, contextlib.suppress(OSError):
                    connection.sendall(self._answer)

    def close(self) -> None:
        """Leave the network to others."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)  # wakes accept()
        self._socket.close()


def claim(network: IPv4Network | None = None, endpoint: str = "") -> Claim:
    """Take a network; without one, the first of `FREE_NETWORKS` that nobody has.

    Args:
        network: a /16.
        endpoint: the simulator's AWS endpoint, named to whoever wants the network, too; empty when there is none.

    Raises:
        NetworkTakenError: the message says by whom, or that none is free.
    """
    reasons = []
    for candidate in FREE_NETWORKS if network is None else (network,):
        try:
            return Claim(candidate, endpoint)
        except OSError as error:
            reasons.append((candidate, error))
    # As likely as not it is the same with all of them.
    reason = _reason(*reasons[0])
    raise NetworkTakenError(reason if network else f"no network is free for the image builders: {reason}")


def _place(network: IPv4Network) -> tuple[str, int]:
    return str(network.broadcast_address), _PORT


def _reason(network: IPv4Network, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"the network {network} belongs to {_holder(network)}"
    hint = " (on macOS it has to be added to lo0)" if error.errno == errno.EADDRNOTAVAIL else ""
    return f"the address {network.broadcast_address} of the network {network}: {error.strerror}{hint}"


def _holder(network: IPv4Network) -> str:
    try:
        with socket.create_connection(_place(network), timeout=_PATIENCE) as connection:
            answer = json.loads(connection.makefile("rb").read(1000))
        simulator = f"the simulator at {answer['endpoint']}, " if answer["endpoint"] else ""
        return f"{simulator}process {answer['pid']}"
    except (ValueError, KeyError, TypeError, OSError):
        return f"another program, which listens at {network.broadcast_address} port {_PORT}"
