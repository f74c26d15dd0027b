# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

import pytest
from ansible_collections.euc.appstream.plugins.plugin_utils._windows_settings import policy_path, settings_problems

SYSTEM_POLICIES = "HKLM:\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Policies\\System"
SOUND = {
    "updates": {"categories": ["SecurityUpdates"], "reject_list": ["KB5034441", "(?<year>2026)"], "time_budget": 60},
    "regional_settings": {"format": "ja-JP", "location": 122, "system_locale": "zh-Hans-CN"},
    "environment": {"LICENSE_SERVER": "27000@licenses", "AWS_REGION": "eu-west-1", "GONE": None},
    "services": [
        {"name": "Spooler", "state": "stopped", "start_mode": "disabled"},
        {"name": "WinRM", "start_mode": "auto"},
    ],
    "registry_policies": [
        {"path": "Microsoft\\Edge", "name": "HideFirstRunExperience", "data": 0, "type": "dword"},
        {"path": SYSTEM_POLICIES, "name": "SoftwareSASGeneration", "data": 1, "type": "dword"},
        {"path": SYSTEM_POLICIES, "name": "LegalNoticeText", "state": "absent"},
    ],
}


def test_sound_settings_have_no_problems():
    assert settings_problems(SOUND) == []
    assert settings_problems({}) == []


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"updates": {"time_budget": 0}}, "updates: time_budget must be a positive number"),
        ({"updates": {"reboot_timeout": -1}}, "updates: reboot_timeout must be a positive number"),
        ({"regional_settings": {"format": "Japanese"}}, "regional_settings: format: Japanese is no culture name"),
        ({"regional_settings": {"location": "Japan"}}, "regional_settings: location: Japan is no GeoID"),
        (
            {"environment": {"AWS_SECRET_ACCESS_KEY": "s3cret"}},
            "environment: environment variable AWS_SECRET_ACCESS_KEY",
        ),
        ({"environment": {"A=B": "c"}}, "'A=B' is no name of a variable"),
        ({"environment": {"Path": "C:\\Tools"}}, "give the folders as path_entries of an application"),
        ({"services": [{"name": "AmazonPhotonAgent"}]}, "AmazonPhotonAgent belongs to AppStream"),
        ({"services": [{"name": "DcvServer"}]}, "DcvServer belongs to AppStream"),
        (
            {"services": [{"name": "winrm", "state": "stopped"}]},
            "WinRM is what the image builder is configured through",
        ),
        ({"services": [{"name": "WinRM", "start_mode": "disabled"}]}, "WinRM is what"),
        (
            {"registry_policies": [{"path": "HKLM:\\SOFTWARE\\X", "name": "a", "data": 1}]},
            "other keys are set by registry of an application",
        ),
        ({"registry_policies": [{"path": "Microsoft\\Edge", "name": "a"}]}, "data is required"),
        ({"registry_policies": [{"path": SYSTEM_POLICIES, "name": "LegalNoticeText", "data": "x"}]}, "LegalNoticeText"),
        (
            {"registry_policies": [{"path": "Microsoft\\Windows\\PowerShell", "name": "EnableScripts", "data": 0}]},
            "EnableScripts is 0: no script runs, and image builders and fleets of the image never start",
        ),
        (
            {"registry_policies": [{"path": SYSTEM_POLICIES.lower(), "name": "SoftwareSASGeneration", "data": 0}]},
            "SoftwareSASGeneration is 0",
        ),
    ],
)
def test_what_would_break_something_is_refused(settings, told):
    (problem,) = settings_problems(settings)
    assert told in problem
    assert "s3cret" not in problem


@pytest.mark.parametrize(
    ("path", "full"),
    [
        ("Microsoft\\Edge", "HKLM:\\SOFTWARE\\Policies\\Microsoft\\Edge"),
        ("Microsoft\\Edge\\", "HKLM:\\SOFTWARE\\Policies\\Microsoft\\Edge"),
        ("HKLM:\\Software\\Policies\\X", "HKLM:\\Software\\Policies\\X"),
        ("HKEY_LOCAL_MACHINE\\SOFTWARE\\Policies\\X", "HKLM:\\SOFTWARE\\Policies\\X"),
        (SYSTEM_POLICIES, SYSTEM_POLICIES),
    ],
)
def test_keys_of_policies(path, full):
    assert policy_path(path) == full


@pytest.mark.parametrize(
    "path",
    ["HKCU:\\SOFTWARE\\Policies\\X", "HKLM:\\SOFTWARE\\X", "HKLM:\\SOFTWARE\\Policies", "..\\X", "", "HKU:\\S-1-5-18"],
)
def test_other_keys_are_refused(path):
    assert policy_path(path) is None
