# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What registry, services and policy make of WinRM."""

from __future__ import annotations

import pytest
from appstream_simulator.windows.machine.registry import Registry, RegistryData
from appstream_simulator.windows.machine.services import Service
from appstream_simulator.windows.machine.winrm_configuration import (
    HTTPS_LISTENER_KEY,
    POLICY_KEY,
    SHELL_KEY,
    WinRMConfiguration,
    configuration,
)
from appstream_simulator.windows.machine.winrm_settings import SERVICE_KEY

ADDRESS = "10.1.2.3"


def configured(*, state: str = "running", thumbprint: str = "", **policy: RegistryData) -> WinRMConfiguration:
    registry = Registry()
    for name, value in policy.items():
        key = SHELL_KEY if name == "AllowRemoteShellAccess" else POLICY_KEY
        registry.set(key, name, value, "String" if isinstance(value, str) else "DWord")
    if thumbprint:
        registry.set(HTTPS_LISTENER_KEY, "certThumbprint", thumbprint)
    return configuration(registry, {"winrm": Service("WinRM", "svchost.exe", state=state)}, ADDRESS)


def test_defaults_of_windows() -> None:
    assert configured() == WinRMConfiguration(
        http=False,
        thumbprint="",
        basic=False,
        unencrypted=False,
        credssp=False,
        negotiate=True,
        kerberos=True,
        shells=True,
    )


@pytest.mark.parametrize(
    ("address_filter", "listens"),
    [
        ("*", True),
        (" * ", True),
        ("", False),
        (None, False),
        ("10.1.2.3-10.1.2.3", True),
        ("10.1.0.0-10.1.255.255", True),
        ("10.9.0.0-10.9.255.255,10.1.2.0-10.1.2.255", True),
        ("10.9.0.0-10.9.255.255, 10.1.2.0 - 10.1.2.255", True),
        ("10.9.0.0-10.9.255.255", False),
        ("10.1.2.4-10.1.2.9", False),
    ],
)
def test_the_filter_selects_the_machine_s_own_address(address_filter: str | None, listens: bool) -> None:
    values: dict[str, RegistryData] = {"AllowAutoConfig": 1}
    if address_filter is not None:
        values["IPv4Filter"] = address_filter

    assert configured(**values).http == listens
    assert configured(**values).problems == ()


@pytest.mark.parametrize("address_filter", ["10.1.2.3", "10.1.2.0/24", "any", "10.1.2.3-", "fe80::1-fe80::2"])
def test_a_malformed_filter_selects_nothing(address_filter: str) -> None:
    found = configured(AllowAutoConfig=1, IPv4Filter=address_filter)

    assert not found.http
    assert address_filter in found.problems[0]


@pytest.mark.parametrize(
    ("name", "attribute", "default"),
    [
        ("AllowBasic", "basic", False),
        ("AllowUnencryptedTraffic", "unencrypted", False),
        ("AllowCredSSP", "credssp", False),
        ("AllowNegotiate", "negotiate", True),
        ("AllowKerberos", "kerberos", True),
        ("AllowRemoteShellAccess", "shells", True),
    ],
)
def test_policy_overrides_the_defaults(name: str, attribute: str, default: bool) -> None:
    assert getattr(configured(), attribute) == default
    assert getattr(configured(**{name: 0}), attribute) is False
    assert getattr(configured(**{name: 1}), attribute) is True


@pytest.mark.parametrize(
    ("policy", "own", "attribute"),
    [
        ("AllowBasic", "auth_basic", "basic"),
        ("AllowUnencryptedTraffic", "allow_unencrypted", "unencrypted"),
        ("AllowCredSSP", "auth_credssp", "credssp"),
        ("AllowNegotiate", "auth_negotiate", "negotiate"),
        ("AllowKerberos", "auth_kerberos", "kerberos"),
    ],
)
def test_policy_wins_over_the_services_own_settings(policy: str, own: str, attribute: str) -> None:
    for wanted in (0, 1):
        registry = Registry()
        registry.set(SERVICE_KEY, own, wanted, "DWord")
        assert getattr(configuration(registry, {}, ADDRESS), attribute) is bool(wanted)
        registry.set(POLICY_KEY, policy, 1 - wanted, "DWord")
        assert getattr(configuration(registry, {}, ADDRESS), attribute) is not bool(wanted)


def test_without_auto_configuration_there_is_no_http_listener() -> None:
    assert not configured(IPv4Filter="*").http
    assert not configured(IPv4Filter="*", AllowAutoConfig=0).http
    assert not configured(IPv4Filter="*", AllowAutoConfig="1").http


def test_the_https_listener_is_independent_of_policy() -> None:
    assert configured(thumbprint="AB12").thumbprint == "AB12"
    assert not configured(thumbprint="AB12").http


def test_a_stopped_service_listens_nowhere() -> None:
    stopped = configured(state="stopped", thumbprint="AB12", AllowAutoConfig=1, IPv4Filter="*")

    assert (stopped.http, stopped.thumbprint) == (False, "")
