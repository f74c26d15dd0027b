# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Registry hives of users: whose HKEY_CURRENT_USER is whose, what a first logon gets, loading hives from files."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from appstream_simulator.windows.machine import hives, profiles
from appstream_simulator.windows.machine.hives import CorruptHiveError, Key, RegistryValue
from appstream_simulator.windows.machine.registry import Registry
from hypothesis import given
from hypothesis import strategies as st
from simulated_machine import ADMINISTRATOR, World

DEFAULT_HIVE = "C:\\Users\\Default\\NTUSER.DAT"
IN_USE = "The process cannot access the file because it is being used by another process"


def new_user(world: World, name: str, groups: list[str] | None = None) -> str:
    """A local user who has not logged on yet; gives his identifier."""
    result = world.module("win_user", {"name": name, "password": "Secret-9", "groups": groups or ["Users"]})
    return str(result["sid"])


def sets(world: World, path: str, data: str, *, user: str = ADMINISTRATOR, hive: str = "") -> dict[str, Any]:
    arguments = {"path": path, "name": "Colour", "data": data, **({"hive": hive} if hive else {})}
    return world.module("win_regedit", arguments, user=user)


def value(world: World, path: str, *, user: str = ADMINISTRATOR) -> str | None:
    found = world.module("win_reg_stat", {"path": path, "name": "Colour"}, user=user)
    return found.get("value")


def test_hkcu_is_that_of_the_user_who_asks(world: World) -> None:
    new_user(world, "bob", ["Administrators"])
    assert sets(world, "HKCU:\\Software\\Example", "blue")["changed"]
    assert value(world, "HKCU:\\Software\\Example") == "blue"
    assert value(world, "HKCU:\\Software\\Example", user="bob") is None
    sets(world, "HKCU:\\Software\\Example", "red", user="bob")
    assert (value(world, "HKCU:\\Software\\Example"), value(world, "HKCU:\\Software\\Example", user="bob")) == (
        "blue",
        "red",
    )


def test_hkcu_of_the_system_is_the_default_hive(world: World) -> None:
    sets(world, "HKCU:\\Software\\Example", "grey", user="SYSTEM")
    for path in ("HKU:\\.DEFAULT\\Software\\Example", "HKU:\\S-1-5-18\\Software\\Example"):
        assert value(world, path) == "grey"
    assert world.machine.environment("SYSTEM")["TEMP"] == "C:\\Windows\\TEMP"


def test_only_hives_in_use_are_below_hkey_users(world: World) -> None:
    bob = new_user(world, "bob")
    sets(world, "HKCU:\\Software\\Example", "red", user="bob")
    me = world.machine.identifier(ADMINISTRATOR)
    users = world.process("reg query HKU").stdout.decode()
    assert me in users and bob not in users and ".DEFAULT" in users
    assert value(world, f"HKU:\\{me}\\Software\\Example") is None
    assert value(world, f"HKU:\\{bob}\\Software\\Example") is None
    failed = sets(world, f"HKU:\\{bob}\\Software\\Example", "green")
    assert (
        failed["msg"] == f"failed to create registry key at HKU:\\{bob}\\Software\\Example: The parameter is incorrect."
    )
    assert world.machine.disk.registry.loaded() == [("HKU", sid) for sid in profiles.SERVICE_HIVES]


def test_a_new_profile_is_a_copy_of_the_default_profile(world: World) -> None:
    new_user(world, "early")
    new_user(world, "late")
    assert value(world, "HKCU:\\Software\\Example", user="early") is None
    world.write("C:\\Users\\Default\\Desktop\\read me.txt", b"hello")
    result = sets(world, "HKLM:\\ANSIBLE\\Software\\Example", "gold", hive=DEFAULT_HIVE)
    assert result["changed"] and "failed" not in result
    assert not world.machine.disk.registry.has_key("HKLM\\ANSIBLE")
    assert not sets(world, "HKLM:\\ANSIBLE\\Software\\Example", "gold", hive=DEFAULT_HIVE)["changed"]
    assert value(world, "HKCU:\\Software\\Example", user="late") == "gold"
    assert world.machine.disk.read("C:\\Users\\late\\Desktop\\read me.txt") == b"hello"
    assert value(world, "HKCU:\\Software\\Example", user="early") is None
    assert not world.machine.disk.exists("C:\\Users\\early\\Desktop\\read me.txt")


def test_check_mode_leaves_the_hive_file_alone(world: World) -> None:
    before = world.machine.disk.read(DEFAULT_HIVE)
    arguments = {"path": "HKLM:\\ANSIBLE\\Software\\A", "name": "b", "data": "c", "hive": DEFAULT_HIVE}
    assert world.module("win_regedit", arguments, check_mode=True)["changed"]
    assert world.machine.disk.read(DEFAULT_HIVE) == before


@pytest.mark.parametrize(
    ("hive", "reason"),
    [
        ("C:\\nowhere.dat", "hive at path 'C:\\nowhere.dat' is not valid or accessible, cannot load hive"),
        ("C:\\Windows\\notepad.exe", "(The configuration registry database is corrupt, Win32ErrorCode 1009)"),
        (f"C:\\Users\\{ADMINISTRATOR}\\NTUSER.DAT", f"({IN_USE}, Win32ErrorCode 32)"),
    ],
)
def test_a_hive_that_cannot_be_loaded(world: World, hive: str, reason: str) -> None:
    result = sets(world, "HKLM:\\ANSIBLE\\Software\\Example", "gold", hive=hive)
    assert result["failed"] and result["msg"].endswith(reason)
    assert not world.machine.disk.registry.has_key("HKLM\\ANSIBLE")


def test_a_failing_module_unloads_the_hive(world: World) -> None:
    arguments = {"path": "HKLM:\\NOT_LOADED\\A", "name": "a", "data": "b", "hive": DEFAULT_HIVE}
    assert world.module("win_regedit", arguments)["failed"]
    assert not world.machine.disk.registry.has_key("HKLM\\ANSIBLE")
    assert sets(world, "HKLM:\\ANSIBLE\\Software\\Example", "gold", hive=DEFAULT_HIVE)["changed"]


def test_ordinary_users_load_no_hives(world: World) -> None:
    new_user(world, "bob")
    result = sets(world, "HKLM:\\ANSIBLE\\Software\\Example", "gold", user="bob", hive=DEFAULT_HIVE)
    assert "failed to enable SeBackupPrivilege and SeRestorePrivilege" in result["msg"]


def test_reg_loads_and_unloads(world: World) -> None:
    assert world.process(f"reg load HKU\\Template {DEFAULT_HIVE}").exit_code == 0
    assert IN_USE in world.process(f"reg load HKLM\\Other {DEFAULT_HIVE}").stderr.decode()
    assert world.process("reg add HKU\\Template\\Software\\Example /v Colour /d silver /f").exit_code == 0
    shown = world.process("reg query HKU\\Template\\Software\\Example /v colour").stdout.decode()
    assert "    Colour    REG_SZ    silver" in shown
    stat = world.module("win_stat", {"path": DEFAULT_HIVE})
    assert stat["failed"] and "being used by another process" in stat["msg"]
    assert world.module("win_stat", {"path": DEFAULT_HIVE, "get_checksum": False})["stat"]["exists"]
    left_behind = sets(world, "HKLM:\\ANSIBLE\\Software\\Example", "gold", hive=DEFAULT_HIVE)
    assert left_behind["failed"] and "Win32ErrorCode 32" in left_behind["msg"]
    assert world.process("reg unload HKU\\Template").exit_code == 0
    assert "parameter is incorrect" in world.process("reg unload HKU\\Template").stderr.decode()
    new_user(world, "late")
    assert value(world, "HKCU:\\Software\\Example", user="late") == "silver"


def test_a_hive_left_at_ansibles_place_is_unloaded_with_a_warning(world: World) -> None:
    world.process(f"reg load HKLM\\ANSIBLE {DEFAULT_HIVE}")
    result = sets(world, "HKLM:\\ANSIBLE\\Software\\Example", "gold", hive=DEFAULT_HIVE)
    assert result["changed"] and "hive already loaded at HKLM:\\ANSIBLE" in result["warnings"][0]


def test_a_restart_unloads_what_was_left_loaded_and_keeps_its_changes(world: World) -> None:
    world.process(f"reg load HKLM\\ANSIBLE {DEFAULT_HIVE}")
    world.process("reg add HKLM\\ANSIBLE\\Software\\Example /v Colour /d silver /f")
    world.machine.restart(0)
    assert world.winrm.stopped.wait(10) and world.winrm.running.wait(10)
    assert not world.machine.disk.registry.has_key("HKLM\\ANSIBLE")
    assert sets(world, "HKLM:\\ANSIBLE\\Software\\Example", "silver", hive=DEFAULT_HIVE)["changed"] is False


def test_profiles_are_listed(world: World) -> None:
    bob = new_user(world, "bob")
    created = world.module("win_user_profile", {"username": "bob", "state": "present"})
    assert (created["changed"], created["path"]) == (True, "C:\\Users\\bob")
    listed = world.module(
        "win_reg_stat", {"path": f"HKLM:{profiles.PROFILE_LIST[4:]}\\{bob}", "name": "ProfileImagePath"}
    )
    assert listed["raw_value"] == "C:\\Users\\bob"
    assert not world.module("win_user_profile", {"username": bob, "state": "present"})["changed"]
    assert world.module("win_user_profile", {"username": "bob", "state": "absent"}, check_mode=True)["changed"]
    assert world.machine.disk.is_directory("C:\\Users\\bob")
    assert world.module("win_user_profile", {"name": "bob", "state": "absent"})["path"] == "C:\\Users\\bob"
    assert not world.machine.disk.exists("C:\\Users\\bob")
    assert not world.module("win_user_profile", {"username": "bob", "state": "absent"})["changed"]


def test_a_profile_in_use_is_not_deleted(world: World) -> None:
    identifier = world.machine.identifier(ADMINISTRATOR)
    result = world.module("win_user_profile", {"name": ADMINISTRATOR, "state": "absent"})
    assert result["msg"].startswith(f"Failed to delete the profile for {identifier}: {IN_USE}")
    assert "being used" in world.module("win_file", {"path": f"C:\\Users\\{ADMINISTRATOR}", "state": "absent"})["msg"]


def test_a_user_made_again_is_another_one(world: World) -> None:
    first = new_user(world, "bob")
    world.module("win_user_profile", {"username": "bob"})
    world.module("win_user", {"name": "bob", "state": "absent"})
    assert world.machine.disk.is_directory("C:\\Users\\bob")
    unknown = world.module("win_user_profile", {"username": "bob", "state": "absent"})
    assert unknown["failed"] and "bob" in unknown["msg"]
    second = new_user(world, "bob")
    assert first != second
    again = world.module("win_user_profile", {"username": "bob"})
    assert again["path"] == f"C:\\Users\\bob.{world.machine.computer_name}"
    assert world.machine.environment("bob")["USERPROFILE"] == again["path"]


def test_image_assistant_copies_files_and_hive_of_a_profile(world: World) -> None:
    new_user(world, "designer")
    sets(world, "HKCU:\\Software\\Example", "pink", user="designer")
    world.write("C:\\Users\\designer\\AppData\\Roaming\\example.ini", b"x")
    answer = world.process("image-assistant.exe update-default-profile --profile .\\designer")
    assert answer.exit_code == 0, answer
    new_user(world, "late")
    assert value(world, "HKCU:\\Software\\Example", user="late") == "pink"
    assert world.machine.disk.is_file("C:\\Users\\late\\AppData\\Roaming\\example.ini")
    assert world.process("image-assistant.exe reset-user-profile --profile .\\designer").exit_code == 0
    assert value(world, "HKCU:\\Software\\Example", user="designer") == "pink"  # from the default profile


def test_image_assistant_refuses_a_profile_in_use(world: World) -> None:
    answer = world.process(f"image-assistant.exe update-default-profile --profile .\\{ADMINISTRATOR}")
    assert answer.exit_code == 1 and "NTUSER.DAT" in answer.stdout.decode()


def test_a_logon_while_the_default_hive_is_loaded_has_no_hive(world: World) -> None:
    world.process(f"reg load HKLM\\Left {DEFAULT_HIVE}")
    new_user(world, "bob")
    assert sets(world, "HKCU:\\Software\\Example", "red", user="bob")["failed"]
    assert [entry["what"] for entry in world.journal.entries("error")] == ["user profile of bob"]


def test_permissions_of_a_profile_name_its_owner(world: World) -> None:
    bob = new_user(world, "bob")
    world.module("win_user_profile", {"username": "bob"})
    full = {"path": "C:\\Users\\bob", "user": bob, "rights": "FullControl", "type": "allow", "state": "present"}
    assert world.module("win_acl", full)["msg"] == "the specified rule already exists"


_NAMES = st.text(st.characters(exclude_characters="\\/\0", exclude_categories=["Cs"]), min_size=1, max_size=8)
_VALUES = st.one_of(
    st.builds(
        RegistryValue,
        st.sampled_from(["String", "ExpandString"]),
        st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])),
    ),
    st.builds(RegistryValue, st.just("DWord"), st.integers(0, 2**32 - 1)),
    st.builds(RegistryValue, st.just("QWord"), st.integers(0, 2**64 - 1)),
    st.builds(RegistryValue, st.sampled_from(["Binary", "None"]), st.binary()),
    st.builds(
        RegistryValue,
        st.just("MultiString"),
        st.lists(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1)),
    ),
)


@given(
    st.dictionaries(_NAMES, _VALUES, max_size=4), st.dictionaries(_NAMES, st.dictionaries(_NAMES, _VALUES), max_size=3)
)
def test_a_hive_file_gives_back_what_was_written(
    values: dict[str, RegistryValue], keys: dict[str, dict[str, RegistryValue]]
) -> None:
    registry = Registry()
    for key, content in (("", values), *keys.items()):
        registry.create_key(f"HKCU\\{key}")
        for name, entry in content.items():
            registry.set(f"HKCU\\{key}", name, entry.data, entry.kind)
    root = registry.tree("HKCU")
    data = hives.content(root)
    assert hives.parse(data, root.name) == root
    with pytest.raises(CorruptHiveError):
        hives.parse(data[:-1])


def test_texts_in_a_hive_file_can_be_searched_for() -> None:
    data = hives.content(Key("", {"a": ("a", RegistryValue("String", 'pass"word\\1'))}))
    assert 'pass"word\\1'.encode("utf-16-le") in data


def test_shells_of_one_user_begin_and_end_side_by_side(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The profile is there for each of them, and the hive is loaded once and unloaded by the last."""
    load = profiles.load

    def load_later(*arguments: Any) -> None:
        time.sleep(0.002)
        load(*arguments)

    monkeypatch.setattr(profiles, "load", load_later)
    identifier = new_user(world, "bob")

    def shells(_number: int) -> None:
        for _time in range(20):
            with world.machine.logged_on("bob"):
                time.sleep(0.001)
                assert world.machine.disk.registry.is_loaded("HKU", identifier)

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(shells, range(4)))
    assert not world.machine.disk.registry.is_loaded("HKU", identifier)
    assert world.journal.entries("error") == []


def test_an_image_builder_from_an_image_has_the_hives(world: World, new_world: Callable[..., World]) -> None:
    bob = new_user(world, "bob")
    sets(world, "HKCU:\\Software\\Example", "red", user="bob")
    with world.machine.logged_on(ADMINISTRATOR):
        sets(world, "HKCU:\\Software\\Example", "blue")
        image = world.machine.snapshot()
    other = new_world(disk=image, key="arn:aws:appstream:eu-west-1:123456789012:image-builder/other")
    other.machine.power_on("127.0.77.3")
    assert other.winrm.running.wait(10)
    assert value(other, "HKCU:\\Software\\Example", user="bob") == "red"
    assert value(other, "HKCU:\\Software\\Example") == "blue"
    renumbered = other.module("win_user", {"name": "bob", "state": "query"})["sid"]
    assert renumbered != bob and renumbered.rpartition("-")[2] == bob.rpartition("-")[2]
    assert not other.machine.disk.is_directory(f"C:\\Users\\bob.{other.machine.computer_name}")
    other.machine.power_off()
