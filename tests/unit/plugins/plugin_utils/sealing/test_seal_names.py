# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

import re

import pytest
from ansible_collections.euc.appstream.plugins.plugin_utils._sealing.names import (
    accounts_to_seal,
    refused_paths,
    scheduled_task_path,
)


@pytest.mark.parametrize("user", ["Installer", ".\\installer", "EC2AMAZ-1\\installer"])
def test_the_local_account_in_use_is_spared(user):
    plan = accounts_to_seal(["installer", "other"], profiles=["ci", "INSTALLER"], user=user, computer="ec2amaz-1")
    assert (plan.local, plan.used, plan.unused) == (True, ["installer"], ["other"])
    assert plan.profiles == ["other", "ci"]


@pytest.mark.parametrize("user", ["CORP\\installer", "installer@CORP.EXAMPLE.COM"])
def test_an_account_of_the_domain_is_not_the_local_one_of_its_name(user):
    plan = accounts_to_seal(["installer", "other"], user=user, computer="EC2AMAZ-1")
    assert (plan.local, plan.used, plan.unused) == (False, [], ["installer", "other"])
    assert plan.profiles == ["other"]
    assert plan.own_profile == "installer"


@pytest.mark.parametrize(
    ("path", "folder", "prefix", "name", "matches"),
    [
        ("Build", "\\", "\\", "Build", True),
        ("\\Build", "\\", "\\", "Builder", False),
        ("\\Vendor\\Tools\\Up*", "\\Vendor\\Tools", "\\Vendor\\Tools\\", "Update (x64)", True),
        ("\\Vendor\\a.c", "\\Vendor", "\\Vendor\\", "abc", False),
    ],
)
def test_scheduled_tasks(path, folder, prefix, name, matches):
    found = scheduled_task_path(path)
    assert (found.folder, found.prefix) == (folder, prefix)
    assert bool(re.match(found.pattern, name)) is matches


@pytest.mark.parametrize(
    "path",
    [
        "C:\\Windows\\*",
        "C:\\*",
        "relative\\x",
        "C:\\Temp\\..\\Windows",
        "C:\\Windows\\System32\\a",
        "C:\\Wi*\\x",
        "C:\\users",
    ],
)
def test_paths_that_take_windows_away_are_refused(path):
    assert refused_paths(["C:\\Temp\\*", path, "C:\\Users\\x\\.y\\*"]) == [path]
