# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""A first build on base images that are not what a pristine Windows is, and images that would never start."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from windows_box import machine, start_windows_box
from workplace import Workplace, open_workplace

TRAITS = ["renewed_restart", "no_local_logon", "own_registration"]
# Windows Server 2025 has no VBScript, so no winrm.cmd.
PLATFORM = "WINDOWS_SERVER_2025"
OWN_NODE = "mi-0a99570ea00000000"
REGISTRATION = "C:\\ProgramData\\Amazon\\SSM\\Vault\\Store\\RegistrationKey"
POLICIES = "HKLM:\\SOFTWARE\\Policies\\Microsoft"
# Virtual seconds at 1200 a real one: as long as a builder may take to be copied and cut off after create-image.
LEISURELY = {"snapshot_begins": 6000, "power_off_after_create_image": 6000, "image_visible": 6000}


@pytest.fixture(scope="module")
def workplace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workplace]:
    traits = {"WINDOWS_SERVER_2022": TRAITS, PLATFORM: TRAITS}
    folder = tmp_path_factory.mktemp("first-build") / "project"
    with open_workplace(folder, durations=LEISURELY, base_image_traits=traits) as opened:
        yield opened


def test_what_the_base_image_brought_is_no_obstacle(workplace: Workplace) -> None:
    restrict = {"path": f"{POLICIES}\\Windows\\PowerShell", "name": "EnableScripts", "data": 0, "type": "dword"}
    workplace.write_role("restricted", [{"ansible.windows.win_regedit": restrict}])
    # What group policy writes; its refresh is not simulated here, so a role writes it.
    service, rules = f"{POLICIES}\\Windows\\WinRM\\Service", f"{POLICIES}\\WindowsFirewall\\FirewallRules"
    rule = "v2.10|Action=Allow|Active=TRUE|Dir=In|Protocol=6|Profile=Domain|LPort=5985|App=System|Name=WinRM|"
    values = [
        {"path": service, "name": "AllowAutoConfig", "data": 1, "type": "dword"},
        {"path": service, "name": "IPv4Filter", "data": "*"},
        {"path": rules, "name": "WinRM-HTTP-In", "data": rule},
    ]
    workplace.write_role("policy", [{"ansible.windows.win_regedit": value} for value in values])
    activate = [
        {"ansible.windows.win_file": {"path": REGISTRATION.rpartition("\\")[0], "state": "directory"}},
        {"ansible.windows.win_copy": {"dest": REGISTRATION, "content": '{"instanceID": "mi-0b"}'}},
    ]
    workplace.write_role("activated", activate)
    recipes = [
        workplace.light("sound", base_image={"platform": PLATFORM}, roles=["policy"], seal={"scan": False}),
        workplace.light("restricted", roles=["restricted"]),
        workplace.light(
            "activated",
            base_image={"platform": "WINDOWS_SERVER_2019"},
            roles=["activated"],
            seal={"scan": False, "remove_access": False},
        ),
    ]

    run = workplace.build(recipes)

    images = {image["name"]: image for image in workplace.manifest()["images"]}
    assert not images["sound"]["failed"] and not images["activated"]["failed"], run.output
    assert images["restricted"]["failed_step"] == "check", run.output
    message = images["restricted"]["message"]
    assert "EnableScripts is 0: no script runs" in message
    assert "may log on locally" not in message and "reboot" not in message
    names = {name.rsplit("-", 1)[0]: name for name in workplace.images()}
    assert set(names) == {"sound", "activated"}
    start_windows_box(workplace, "heir", {"ImageName": names["sound"]})
    heir = machine(workplace, "heir")
    assert (heir["winrm"]["listeners"], heir["node"]) == ([], OWN_NODE)
    for gone in ("may log on locally", "LPort=5985"):
        assert workplace.control("search", {"builder": "heir", "text": gone}) == []
    # A registration that the build made goes once the image has begun, AppStream's own stays.
    start_windows_box(workplace, "activated-heir", {"ImageName": names["activated"]})
    assert machine(workplace, "activated-heir")["node"] == ""
    assert [entry for entry in workplace.journal() if entry["kind"] in ("unhandled", "error")] == []
