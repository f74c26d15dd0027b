# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

import copy
from typing import Any

import pytest
from ansible_collections.euc.appstream.plugins.plugin_utils._capture_preflight import (
    APPSTREAM_CREDENTIAL_PROVIDERS,
    ENVIRONMENT_KEY,
    IPV6_KEY,
    POLICIES_KEY,
    POWERSHELL_KEY,
    POWERSHELL_POLICY_KEY,
    WINLOGON_KEY,
    judged,
)

# What a base image has: the defaults of Windows Server.
SOUND: dict[str, Any] = {
    "values": {
        POLICIES_KEY: {"legalnoticecaption": "", "legalnoticetext": "", "EnableLUA": 1},
        WINLOGON_KEY: {"LegalNoticeText": ""},
        IPV6_KEY: {"Dhcpv6DUID": "00"},
        ENVIRONMENT_KEY: {"Path": "C:\\Windows"},
    },
    "template": {
        "system access": {"newadministratorname": "Administrator"},
        "privilege rights": {
            "seinteractivelogonright": "*S-1-5-32-544,*S-1-5-32-545,*S-1-5-32-551",
            "seremoteinteractivelogonright": "*S-1-5-32-544,*S-1-5-32-555",
        },
    },
    "facts": {"reboot_pending": False, "windows_domain_member": False},
    "services": [
        {"name": "WinRM", "path": "C:\\Windows\\System32\\svchost.exe", "start_mode": "auto", "state": "stopped"},
        {"name": "Agent", "path": '"C:\\Program Files\\Amazon\\A\\a.exe" -x', "start_mode": "auto", "state": "started"},
    ],
}


def judge(place: str, *keys: str, value: Any) -> tuple[list[str], list[str]]:
    """The findings for a sound builder of which one value is another; None takes it away."""
    builder = copy.deepcopy(SOUND)
    target = builder[place]
    for key in keys[:-1]:
        target = target.setdefault(key, {})
    target[keys[-1]] = value
    if value is None:
        del target[keys[-1]]
    found = judged(**builder)
    return found.problems, found.warnings


def right(name: str, value: str | None) -> tuple[list[str], list[str]]:
    return judge("template", "privilege rights", name.lower(), value=value)


def test_a_base_image_is_sound():
    found = judged(**SOUND)
    assert (found.problems, found.warnings) == ([], [])


@pytest.mark.parametrize(
    ("place", "keys", "value", "told"),
    [
        ("values", (POLICIES_KEY, "SoftwareSASGeneration"), 0, "SoftwareSASGeneration is 0"),
        ("values", (POLICIES_KEY, "softwaresasgeneration"), "2", "Enabled for Services"),
        ("values", (POLICIES_KEY, "LegalNoticeText"), "Beware", "LegalNoticeText is set"),
        ("values", (POLICIES_KEY, "LegalNoticeText"), ["Beware", "of me"], "Message text for users"),
        ("values", (WINLOGON_KEY, "LegalNoticeCaption"), "Beware", "Message title for users"),
        ("values", (IPV6_KEY, "DisabledComponents"), 0xFF, "IPv6 is disabled"),
        ("values", (IPV6_KEY, "DisabledComponents"), 0xFFFFFFFF, "0xffffffff"),
        ("values", (IPV6_KEY, "DisabledComponents"), 0x11, "IPv6 is disabled"),
        (
            "values",
            (ENVIRONMENT_KEY, "AWS_SESSION_TOKEN"),
            "s3cret",
            "AWS_SESSION_TOKEN holds AWS credentials: remove it",
        ),
        ("template", ("system access", "newadministratorname"), "root", "renamed to root"),
        ("template", ("system access", "newadministratorname"), None, "don't delete it"),
        (
            "values",
            (POWERSHELL_POLICY_KEY, "EnableScripts"),
            0,
            "EnableScripts is 0: no script runs",
        ),
        (
            "values",
            (POWERSHELL_POLICY_KEY, "executionpolicy"),
            "restricted",
            "set the policy 'Turn on Script Execution'",
        ),
        ("values", (POWERSHELL_KEY, "ExecutionPolicy"), "Restricted", "Set-ExecutionPolicy -Scope LocalMachine"),
    ],
)
def test_what_must_not_be_captured(place, keys, value, told):
    problems, warnings = judge(place, *keys, value=value)
    assert len(problems) == 1
    assert told in problems[0]
    assert "s3cret" not in problems[0]
    assert warnings == []


def test_the_execution_policy_of_group_policy_wins_over_the_machines_own():
    builder = copy.deepcopy(SOUND)
    builder["values"][POWERSHELL_KEY] = {"ExecutionPolicy": "Restricted"}
    builder["values"][POWERSHELL_POLICY_KEY] = {"EnableScripts": 1, "ExecutionPolicy": "RemoteSigned"}
    found = judged(**builder)
    assert (found.problems, found.warnings) == ([], [])


def test_signed_scripts_only_is_warned_of():
    problems, warnings = judge("values", POWERSHELL_POLICY_KEY, "ExecutionPolicy", value="AllSigned")
    assert problems == []
    assert len(warnings) == 1 and "no script runs that is not signed" in warnings[0]


def test_apps_of_users_that_are_not_provisioned_are_refused_by_sysprep():
    (problem,) = judged(**{**SOUND, "apps": ["Contoso.App_1.0.0.0_x64__abc"]}).problems
    assert "Contoso.App_1.0.0.0_x64__abc is installed for a user and not provisioned for all" in problem


@pytest.mark.parametrize("value", [1, 3, "0x1", "3"])
def test_services_may_send_the_secure_attention_sequence(value):
    assert judge("values", POLICIES_KEY, "SoftwareSASGeneration", value=value) == ([], [])


@pytest.mark.parametrize("value", [0x20, 0x01, "garbage"])
def test_preferring_ipv4_is_not_disabling_ipv6(value):
    assert judge("values", IPV6_KEY, "DisabledComponents", value=value) == ([], [])


@pytest.mark.parametrize("provider", APPSTREAM_CREDENTIAL_PROVIDERS)
def test_credential_providers_of_appstream_must_not_be_excluded(provider):
    listed = f"{{60b78e88-ead8-445c-9cfd-0b87f74ea6cd}},{{{provider.upper()}}}"
    problems, warnings = judge("values", POLICIES_KEY, "ExcludedCredentialProviders", value=listed)
    assert len(problems) == 1 and provider in problems[0]
    assert warnings == []
    other = "{60b78e88-ead8-445c-9cfd-0b87f74ea6cd}"
    assert judge("values", POLICIES_KEY, "ExcludedCredentialProviders", value=other) == ([], [])


def test_a_member_of_a_domain_is_warned_of_an_unset_policy():
    problems, warnings = judge("facts", "windows_domain_member", value=True)
    assert problems == []
    assert len(warnings) == 1 and "Secure Attention Sequence' is not set" in warnings[0]


@pytest.mark.parametrize(
    ("name", "value", "problem", "warning"),
    [
        ("SeInteractiveLogonRight", "*S-1-5-32-544", "only Administrators may log on locally", None),
        ("SeInteractiveLogonRight", "", "nobody may log on locally", None),
        ("SeInteractiveLogonRight", "*S-1-5-32-544,*S-1-5-11", None, None),
        ("SeInteractiveLogonRight", "*S-1-5-21-1-2-3-513", None, None),
        ("SeInteractiveLogonRight", "CORP\\Domain Users", None, None),
        ("SeInteractiveLogonRight", "*S-1-5-32-544,*S-1-5-21-1-2-3-1105", None, "must be among them"),
        ("SeInteractiveLogonRight", None, None, "gives nobody the right"),
        ("SeDenyInteractiveLogonRight", "Guest,*S-1-5-21-1-2-3-501", None, None),
        ("SeDenyInteractiveLogonRight", "*S-1-5-32-546", None, None),
        ("SeDenyInteractiveLogonRight", "*S-1-5-32-545", "Users must not log on locally", None),
        ("SeDenyInteractiveLogonRight", "Everyone", "Everyone must not log on locally", None),
        ("SeDenyInteractiveLogonRight", "*S-1-5-113", "Local account must not log on locally", None),
        ("SeDenyInteractiveLogonRight", "*S-1-5-21-1-2-3-1105", None, "if users of AppStream are members"),
        ("SeRemoteInteractiveLogonRight", "*S-1-5-32-544", None, "multi-session"),
        ("SeRemoteInteractiveLogonRight", "", None, "nobody may log on through"),
        ("SeDenyRemoteInteractiveLogonRight", "*S-1-5-113", None, "multi-session"),
        ("SeDenyRemoteInteractiveLogonRight", "Guest", None, None),
    ],
)
def test_user_rights(name, value, problem, warning):
    for told, found in zip((problem, warning), right(name, value)):
        assert len(found) == (told is not None)
        assert told is None or told in found[0]


@pytest.mark.parametrize(
    ("path", "start_mode", "state", "warned"),
    [
        ('"C:\\Program Files\\Amazon\\Photon\\Agent.exe"', "auto", "stopped", True),
        ("C:\\PROGRAM FILES\\NICE\\DCV\\Server\\bin\\dcvserver.exe --service", "delayed", "paused", True),
        ("C:\\Program Files\\Amazon\\Photon\\Agent.exe", "manual", "stopped", False),
        ("C:\\Program Files\\Amazon\\Photon\\Agent.exe", "auto", "started", False),
        ("C:\\Program Files\\AmazonCorretto\\java.exe", "auto", "stopped", False),
    ],
)
def test_services_of_appstream_must_run(path, start_mode, state, warned):
    service = {"name": "x", "path": path, "start_mode": start_mode, "state": state}
    found = judged(**{**SOUND, "services": [service]})
    assert (found.problems, len(found.warnings)) == ([], warned)
