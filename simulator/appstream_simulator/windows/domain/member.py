# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a simulated machine does in its domain, in a process of its own, because Kerberos' state is a process'.

`python -m appstream_simulator.windows.domain.member` reads a request, a JSON object, from standard input and writes the
answer to standard output: `{"result": …}` or `{"error": {"name", "detail"}}`.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import ldap
from smbprotocol.exceptions import SMBException

from appstream_simulator.windows.domain import kerberos, policy_reading
from appstream_simulator.windows.domain.directory import Directory, parent_of
from appstream_simulator.windows.domain.join_errors import JoinError
from appstream_simulator.windows.domain.membership import Membership
from appstream_simulator.windows.domain.policy_json import to_json

Request = dict[str, Any]


def _ticket(request: Request) -> None:
    """Log on as a user and leave the ticket in the file `cache`."""
    kerberos.use_configuration(Path(request["kerberos_configuration"]), f"FILE:{request['cache']}")
    kerberos.ticket_by_password(request["user"], request["realm"], request["password"])


def _unit(request: Request) -> str:
    """Log on as the computer and tell in which organizational unit its account is."""
    membership = _log_on(request)
    computer = Directory(membership).computer(membership.computer_name)
    return parent_of(computer.name)


def _policy(request: Request) -> str:
    """Log on as the computer and read its policy."""
    return to_json(policy_reading.read(_log_on(request)))


_COMMANDS: dict[str, Callable[[Request], Any]] = {"ticket": _ticket, "unit": _unit, "policy": _policy}


def _log_on(request: Request) -> Membership:
    values = request["membership"]
    paths = {name: Path(values[name]) for name in ("keytab", "kerberos_configuration")}
    membership = Membership(**{**values, **paths})
    kerberos.use_configuration(membership.kerberos_configuration, f"FILE:{request['cache']}")
    kerberos.ticket_by_keytab(f"{membership.computer_name}$@{membership.realm}", membership.keytab)
    return membership


def _answer(request: Request) -> dict[str, Any]:
    try:
        return {"result": _COMMANDS[request["command"]](request)}
    except JoinError as error:
        return _error(error.name, error.detail)
    except LookupError as error:
        return _error("ERROR_LOGON_FAILURE", str(error))
    except (ldap.SERVER_DOWN, ldap.CONNECT_ERROR, ldap.TIMEOUT, OSError) as error:
        return _error("ERROR_NO_SUCH_DOMAIN", f"{type(error).__name__}: {error}")
    except (ldap.LDAPError, SMBException, ValueError) as error:
        return _error("INTERNAL_SERVICE_ERROR", f"{type(error).__name__}: {error}")


def _error(name: str, detail: str) -> dict[str, Any]:
    return {"error": {"name": name, "detail": detail}}


def main() -> int:
    """Carry out the request; returns the exit status."""
    request = json.load(sys.stdin)
    with tempfile.TemporaryDirectory(prefix="appstream-member-") as folder:
        request.setdefault("cache", f"{folder}/tickets")
        answer = _answer(request)
    json.dump(answer, sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main())
