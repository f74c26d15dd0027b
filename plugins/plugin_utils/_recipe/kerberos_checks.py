# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Whether the controller gets the Kerberos ticket that a connection needs: kinit is run as Ansible's plugin runs it.

One attempt tells all there is to know of it: the name, the password, the domain controllers and the clocks.

Private to the euc.appstream collection.
"""

from __future__ import annotations

import os
import shlex
import subprocess
import tempfile
from dataclasses import dataclass, field

from ansible.module_utils.parsing.convert_bool import boolean
from ansible_collections.euc.appstream.plugins.plugin_utils._connection_failures import cause_of
from ansible_collections.euc.appstream.plugins.plugin_utils._recipe.connection_settings import Settings

TIME_LIMIT = 20
"""Seconds for one ticket. MIT's kinit waits some seconds for each domain controller that does not answer."""


@dataclass(frozen=True)
class Logon:
    """How a connection comes to its ticket.

    Attributes:
        user: the account, empty for that of the ticket that is there.
        command: what gets a ticket with the password; empty when one has to be there already.
        environment: names and values of variables for that command.
        required: whether the connection itself runs the command, and fails without it.
    """

    user: str
    command: tuple[str, ...] = ()
    password: str = field(default="", repr=False)
    environment: tuple[tuple[str, str], ...] = ()
    required: bool = False


@dataclass(frozen=True)
class Answer:
    """``problem``: why there will be no ticket; ``doubt``: why that could not be found out. Both are empty if fine."""

    problem: str = ""
    doubt: str = ""


def logon_of(settings: Settings) -> Logon:
    """The ticket of a connection that ``uses_kerberos``."""
    mode = settings.get("kerberos_mode")
    if mode == "manual" or not settings.password:
        return Logon(settings.user)
    environment = {"PATH": os.environ.get("PATH", os.defpath)}
    if settings.plugin == "winrm":
        for name in settings.get("kinit_env_vars") or []:
            environment.update({name: os.environ[name]} if name in os.environ else {})
        arguments = shlex.split(str(settings.get("kinit_args") or ""))
        if not arguments and boolean(settings.get("kerberos_delegation") or False):
            arguments = ["-f"]
        command = (str(settings.get("kerberos_command") or "kinit"), *arguments, settings.user)
    else:
        # pyspnego asks by the same library within Ansible's process, whose configuration is that of its environment.
        environment.update({name: value for name, value in os.environ.items() if name.startswith("KRB5")})
        command = ("kinit", "-C", settings.user)
    environment.pop("KRB5CCNAME", None)
    return Logon(
        settings.user, command, settings.password, tuple(environment.items()), required=settings.plugin == "winrm"
    )


def ask(logon: Logon) -> Answer:
    """Get the ticket, and throw it away; or see that one is there. The password is on no command line."""
    return _get(logon) if logon.command else _find(logon)


def _get(logon: Logon) -> Answer:
    with tempfile.TemporaryDirectory(prefix="euc.appstream-") as folder:
        environment = {**dict(logon.environment), "KRB5CCNAME": f"FILE:{folder}/ticket"}
        try:
            finished = subprocess.run(
                list(logon.command),
                input=f"{logon.password}\n",
                env=environment,
                capture_output=True,
                text=True,
                errors="replace",
                timeout=TIME_LIMIT,
                check=False,
                start_new_session=True,  # otherwise kinit asks the terminal
            )
        except subprocess.TimeoutExpired:
            return Answer(
                f"Kerberos gave {logon.user} no ticket within {TIME_LIMIT} seconds: see that this controller reaches "
                "the domain controllers on port 88 (TCP and UDP)"
            )
        except OSError as error:
            words = f"Kerberos auth failure when calling kinit cmd '{logon.command[0]}': {error}"
            return Answer(problem=_told(words, logon)) if logon.required else Answer(doubt=_told(words, logon))
    if finished.returncode == 0:
        return Answer()
    return Answer(_told(f"kinit: {finished.stderr.strip().removeprefix('kinit: ')}", logon))


def _find(logon: Logon) -> Answer:
    try:
        finished = subprocess.run(["klist", "-s"], capture_output=True, timeout=TIME_LIMIT, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        return Answer(doubt=f"whether there is a Kerberos ticket could not be found out: {error}")
    if finished.returncode == 0:
        return Answer()
    return Answer(
        f"there is no valid Kerberos ticket for {logon.user or 'the connection'} and no password to get one with: run "
        "kinit first (KRB5CCNAME says where the ticket is), or set ansible_password"
    )


def _told(words: str, logon: Logon) -> str:
    cause = cause_of(words)
    words = words.replace(logon.password, "********") if logon.password else words
    return f"{cause.told(logon.user)} ({words})" if cause else words
