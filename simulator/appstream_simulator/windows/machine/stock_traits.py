# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What AWS's base images may bring that a pristine Windows does not.

Nothing of it is proven or refuted: nobody has published what an untouched base image is like. So each can be switched
on (setting `base_image_traits`), and none is by default.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from . import pending_restart
from .services import Service

if TYPE_CHECKING:
    from .disk import Disk

# An updater has files replaced at each boot, so that a restart is always pending.
RENEWED_RESTART = "renewed_restart"
# Only administrators may log on locally, until AppStream's own software lets a user in.
NO_LOCAL_LOGON = "no_local_logon"
# The agent of Systems Manager is registered as a hybrid node, by AppStream and for AppStream.
OWN_REGISTRATION = "own_registration"

SSM_AGENT = "AmazonSSMAgent"
SSM_FOLDER = "C:\\ProgramData\\Amazon\\SSM"
REGISTRATION = f"{SSM_FOLDER}\\Vault\\Store\\RegistrationKey"
OWN_NODE = "mi-0a99570ea00000000"

_ADMINISTRATORS = "S-1-5-32-544"
_AGENT = "C:\\Program Files\\Amazon\\SSM\\amazon-ssm-agent.exe"


def _renewed_restart(disk: Disk) -> None:
    pending_restart.renew(disk)


def _no_local_logon(disk: Disk) -> None:
    disk.accounts.rights["SeInteractiveLogonRight"] = [_ADMINISTRATORS]


def _own_registration(disk: Disk) -> None:
    disk.services[SSM_AGENT.lower()] = Service(SSM_AGENT, f'"{_AGENT}"', "Amazon SSM Agent")
    register(disk, OWN_NODE)


def register(disk: Disk, node: str) -> None:
    """Write down that the machine is this node of Systems Manager, as its agent does when it is activated."""
    disk.make_directories(REGISTRATION.rpartition("\\")[0])
    disk.write(REGISTRATION, json.dumps({"instanceID": node, "region": "eu-west-1", "privateKey": "TUlJ"}).encode())


def node_of(disk: Disk) -> str:
    """The node of Systems Manager that the machine is registered as; empty when it is none."""
    if not disk.is_file(REGISTRATION):
        return ""
    try:
        registration = json.loads(disk.read(REGISTRATION))
    except ValueError:
        return ""
    return str(registration.get("instanceID", "")) if isinstance(registration, dict) else ""


def registration_problem(disk: Disk) -> str:
    """What AppStream trips over when it is to take an image: its own registration is gone, or the agent is stopped.

    That it needs them while an image is taken is assumed, for the worst.
    """
    if OWN_REGISTRATION not in disk.traits:
        return ""
    agent = disk.services.get(SSM_AGENT.lower())
    if agent is not None and agent.state == "running" and node_of(disk) == OWN_NODE:
        return ""
    return "The image builder could not be reached by AWS Systems Manager."


TRAITS: Mapping[str, Callable[[Disk], None]] = MappingProxyType(
    {
        RENEWED_RESTART: _renewed_restart,
        NO_LOCAL_LOGON: _no_local_logon,
        OWN_REGISTRATION: _own_registration,
    }
)


def require_known(names: Iterable[str]) -> None:
    """Raise ValueError when one of the names is none of a trait."""
    for name in names:
        if name not in TRAITS:
            raise ValueError(f"there is no trait {name} of base images; known are {', '.join(TRAITS)}")


def give(disk: Disk, names: Iterable[str]) -> None:
    """Give a stock disk these traits, which stay with the images taken of it."""
    for name in names:
        disk.traits.add(name)
        TRAITS[name](disk)
