# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The settings of the WinRM service: those of policy win, then the machine's own, then Windows' defaults.

The machine's own are what `winrm set` and the provider WSMan: write. Their place in the registry is not documented; it
is known from exports of machines.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .registry import Registry

if TYPE_CHECKING:
    from .machine import Machine

POLICY_KEY = "HKLM\\Software\\Policies\\Microsoft\\Windows\\WinRM\\Service"
SERVICE_KEY = "HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\WSMAN\\Service"


@dataclass(frozen=True)
class Setting:
    """A setting that is on or off.

    Attributes:
        path: below `winrm/config`, as `service/auth/Basic`.
        policy: name of policy's value; empty when policy has none.
        own: name of the machine's own value.
        default: Windows' own.
    """

    path: str
    policy: str
    own: str
    default: bool

    @property
    def name(self) -> str:
        """Its name as `winrm` shows it."""
        return self.path.rpartition("/")[2]


BASIC = Setting("service/auth/Basic", "AllowBasic", "auth_basic", False)
KERBEROS = Setting("service/auth/Kerberos", "AllowKerberos", "auth_kerberos", True)
NEGOTIATE = Setting("service/auth/Negotiate", "AllowNegotiate", "auth_negotiate", True)
CERTIFICATE = Setting("service/auth/Certificate", "", "auth_certificate", False)
CREDSSP = Setting("service/auth/CredSSP", "AllowCredSSP", "auth_credssp", False)
UNENCRYPTED = Setting("service/AllowUnencrypted", "AllowUnencryptedTraffic", "allow_unencrypted", False)
AUTHENTICATION = (BASIC, KERBEROS, NEGOTIATE, CERTIFICATE, CREDSSP)
SETTINGS = (UNENCRYPTED, *AUTHENTICATION)


def is_on(registry: Registry, setting: Setting) -> bool:
    """Whether a setting is on."""
    by_policy = of_policy(registry, setting)
    if by_policy is not None:
        return by_policy
    own = flag(registry, SERVICE_KEY, setting.own)
    return setting.default if own is None else own


def of_policy(registry: Registry, setting: Setting) -> bool | None:
    """What policy says, which nobody can change on the machine; None when it says nothing."""
    return flag(registry, POLICY_KEY, setting.policy) if setting.policy else None


def set_own(registry: Registry, setting: Setting, *, on: bool) -> None:
    """Write the machine's own value."""
    registry.set(SERVICE_KEY, setting.own, int(on), "DWord")


def named(path: str) -> Setting | None:
    """The setting of a path below `winrm/config`, in any case."""
    return next((setting for setting in SETTINGS if setting.path.lower() == path.lower()), None)


def change(machine: Machine, setting: Setting, *, on: bool) -> bool:
    """Change a setting at once, as `winrm set` and the provider WSMan: do; False when policy says what it is."""
    if of_policy(machine.disk.registry, setting) is not None:
        return False
    set_own(machine.disk.registry, setting, on=on)
    machine.record("winrm", action="set", settings=[setting.path])
    machine.refresh_winrm()
    return True


def flag(registry: Registry, key: str, name: str) -> bool | None:
    """Whether a DWORD is on; None when there is none."""
    value = registry.get(key, name)
    return None if value is None or value.kind != "DWord" else value.data != 0
