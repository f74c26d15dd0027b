# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Whether an application counts as being there."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.euc.appstream.plugins.plugin_utils._applications.plan import Circumstances, plan
from ansible_collections.euc.appstream.plugins.plugin_utils._applications.state import (
    found,
    provisioned_packages,
    version_matches,
)
from hypothesis import given
from hypothesis import strategies as st

UNINSTALL = "HKLM:\\SOFTWARE\\Wow6432Node\\Microsoft\\Windows\\CurrentVersion\\Uninstall\\Viewer"
RECORD = "HKLM:\\SOFTWARE\\euc.appstream\\Applications\\viewer"
FILE = "C:\\Program Files\\Viewer\\v.exe"


def planned(verify: Any = (), version: str = "", **install: Any) -> dict[str, Any]:
    installed = {"package": "viewer", **install} if install.get("kind") != "none" else {}
    application = {"name": "viewer", "version": version, "install": installed, "verify": list(verify)}
    made = plan([application], Circumstances())
    assert made["problems"] == []
    return made["applications"][0]


def uninstall(version: str | None = "2.1.0") -> dict[str, Any]:
    return {UNINSTALL: {} if version is None else {"displayversion": version}}


def record(fingerprint: str, version: str = "2.1", settings: str = "") -> dict[str, Any]:
    return {RECORD: {"fingerprint": fingerprint, "version": version, "settings": settings}}


def stat(exists: bool) -> dict[str, Any]:
    return {FILE: exists}


def file_version(*parts: int) -> dict[str, Any]:
    return {FILE: ".".join(map(str, parts))}


def service(**values: Any) -> dict[str, Any]:
    return {"ViewerUpdate": values} if values else {}


def command(**result: Any) -> dict[str, Any]:
    return {"v.exe\0--version": result}


VALUE = {"registry": "HKLM:\\SOFTWARE\\Viewer", "name": "Mode", "value": 1}
VIEWER = "HKLM:\\SOFTWARE\\Viewer"
COMMAND = {"command": ["v.exe", "--version"], "output": r"2\.1"}


@pytest.mark.parametrize(
    ("application", "looked", "problems"),
    [
        (planned(product_id="Viewer"), {"keys": uninstall()}, []),
        (
            planned(product_id="Viewer"),
            {"keys": {RECORD + "2": {}}},
            ["there is no uninstall entry Viewer"],
        ),
        (planned(product_id="Viewer"), {}, ["there is no uninstall entry Viewer"]),
        (planned(product_id="Viewer", version="2.1"), {"keys": uninstall()}, []),
        (
            planned(product_id="Viewer", version="2.2"),
            {"keys": uninstall()},
            ["its version is 2.1.0, not 2.2"],
        ),
        (planned(product_id="Viewer", version="2.2"), {"keys": uninstall(None)}, []),
        (planned(creates=FILE), {"files": stat(True)}, []),
        (planned(creates=FILE), {"files": stat(False)}, [f"{FILE} is not there"]),
        (planned([{"file": FILE}]), {"files": stat(False)}, [f"{FILE} is not there"]),
        (planned([{"file": FILE, "version": "2.01"}]), {"files": stat(True), "versions": file_version(2, 1, 7, 0)}, []),
        (
            planned([{"file": FILE, "version": "2.1"}]),
            {"files": stat(True), "versions": file_version(2, 10, 0, 0)},
            [f"the version of {FILE} is 2.10.0.0, not 2.1"],
        ),
        (
            planned([{"file": FILE, "version": "2"}]),
            {"files": stat(True)},
            [f"the version of {FILE} is unknown, not 2"],
        ),
        (planned([VALUE]), {"keys": {VIEWER: {"mode": 1}}}, []),
        (
            planned([VALUE]),
            {"keys": {VIEWER: {"mode": 0}}},
            ["the registry value Mode in HKLM:\\SOFTWARE\\Viewer is 0, not 1"],
        ),
        (
            planned([{**VALUE, "value": ["a", "b"]}]),
            {"keys": {VIEWER: {"mode": ["a", "b"]}}},
            [],
        ),
        (planned([VALUE]), {}, ["the registry has no value Mode in HKLM:\\SOFTWARE\\Viewer"]),
        (planned([{"registry": "HKLM:\\SOFTWARE\\Viewer"}]), {}, ["the registry has no key HKLM:\\SOFTWARE\\Viewer"]),
        (planned([{"service": "ViewerUpdate"}]), {"services": service(state="stopped", start_mode="auto")}, []),
        (planned([{"service": "ViewerUpdate"}]), {"services": service()}, ["there is no service ViewerUpdate"]),
        (
            planned([{"service": "ViewerUpdate", "state": "started", "start_mode": "auto"}]),
            {"services": service(state="stopped", start_mode="manual")},
            ["the service ViewerUpdate is stopped, not started", "the service ViewerUpdate starts manual, not auto"],
        ),
        (planned([COMMAND]), {"commands": command(rc=0, stdout="v 2.1\r\n")}, []),
        (
            planned([COMMAND]),
            {"commands": command(rc=3, stdout="v 2.2\r\n")},
            [
                "the command v.exe --version ended with 3, not 0",
                r"the command v.exe --version printed 'v 2.2', which 2\.1 doesn't match",
            ],
        ),
        (
            planned([COMMAND]),
            {"commands": command(msg="no such file")},
            ["the command v.exe --version could not be run: no such file"],
        ),
    ],
)
def test_conditions(application: dict[str, Any], looked: dict[str, Any], problems: list[str]) -> None:
    state = found(application, looked)
    assert state["problems"] == problems
    assert state["there"] == (not problems)


@pytest.mark.parametrize(
    ("install", "keys", "there", "recorded"),
    [
        ({}, lambda now: {}, False, False),
        ({}, record, True, True),
        ({}, lambda now: record("other"), False, True),
        ({"product_id": "Viewer"}, lambda _now: uninstall(), True, False),
        ({"product_id": "Viewer"}, lambda now: uninstall() | record(now), True, True),
        ({"product_id": "Viewer"}, lambda now: {**uninstall(), **record("other")}, False, True),
        ({"product_id": "Viewer"}, record, False, True),
    ],
)
def test_record(install: dict[str, Any], keys: Any, there: bool, recorded: bool) -> None:
    application = planned(**install)
    state = found(application, {"keys": keys(application["fingerprint"])})
    assert (state["there"], state["recorded"]) == (there, recorded)
    assert bool(state["reasons"]) != there


def test_what_is_not_installed_here_needs_no_record() -> None:
    assert found(planned(kind="none"), {})["there"]
    state = found(planned([{"file": FILE}], kind="none"), {"files": stat(False)})
    assert (state["there"], state["problems"]) == (False, [f"{FILE} is not there"])


PACKAGES = """
Deployment Image Servicing and Management tool
Version: 10.0.20348.1

DisplayName : Microsoft.Other
Version : 9.9.9.9
PackageName : Microsoft.Other_9.9.9.9_x64__8wekyb3d8bbwe

DisplayName : Example.Viewer
Version : 2.1.0.0
Architecture : x64
PackageName : Example.Viewer_2.1.0.0_x64__abc

The operation completed successfully.
""".replace("\n", "\r\n")


@pytest.mark.parametrize(
    ("identity", "version", "problems"),
    [
        ("example.viewer", "", []),
        ("Example.Viewer", "2.1", []),
        ("Example.Viewer", "2.2", ["its version is 2.1.0.0, not 2.2"]),
        ("Example", "", ["no package Example is provisioned"]),
    ],
)
def test_provisioned_packages(identity: str, version: str, problems: list[str]) -> None:
    install = {"source": "\\\\server\\share\\v.msix", "checksum": "none", "product_id": identity}
    made = plan([{"name": "viewer", "version": version, "install": install}], Circumstances())["applications"][0]
    state = found(made, {"packages": provisioned_packages(PACKAGES)})
    assert state["problems"] == problems
    assert state["version"] == (None if identity == "Example" else "2.1.0.0")
    assert state["present"] == (identity != "Example")


@pytest.mark.parametrize(
    ("verify", "keys", "version"),
    [
        ([], uninstall("2.1.0"), "2.1.0"),
        ([{"file": FILE, "version": "2"}], {}, "2.1.7.0"),
        ([], record("x", "1.0"), "1.0"),
        ([], {}, None),
    ],
)
def test_version(verify: list[Any], keys: dict[str, Any], version: str | None) -> None:
    product = {"product_id": "Viewer"} if UNINSTALL in keys else {}
    seen = {"keys": keys, "files": stat(True), "versions": file_version(2, 1, 7, 0)}
    assert found(planned(verify, **product), seen)["version"] == version


@given(st.lists(st.integers(0, 99999), min_size=1, max_size=5), st.integers(1, 5), st.integers(0, 3))
def test_a_version_matches_what_begins_with_it(parts: list[int], count: int, zeros: int) -> None:
    there = ".".join(str(part) for part in parts)
    wanted = ".".join("0" * zeros + str(part) for part in parts[:count])
    assert version_matches(wanted, there)
    assert not version_matches(wanted + "1", there + "0")
    assert not version_matches(f"{there}.0", there)


def test_what_belongs_around_an_application_is_set_without_installing_it_again() -> None:
    application = {"name": "viewer", "install": {"package": "viewer"}, "path_entries": ["C:\\Viewer"]}
    (made,) = plan([application], Circumstances())["applications"]
    before = found(made, {"keys": record(made["fingerprint"])})
    assert (before["there"], before["settings"], before["reasons"]) == (
        False,
        True,
        ["what belongs around it has not been set"],
    )
    assert found(made, {"keys": record(made["fingerprint"], settings=made["settings"])})["there"]
    assert not found(made, {"keys": record("other", settings=made["settings"])})["settings"]


def test_without_an_installation_what_is_set_makes_the_conditions_hold() -> None:
    application = {"name": "viewer", "path_entries": ["C:\\Viewer"], "verify": [{"file": FILE}]}
    (made,) = plan([application], Circumstances())["applications"]
    for keys in ({}, record("", settings=made["settings"])):
        before = found(made, {"keys": keys, "files": stat(False)})
        assert before["settings"] and not before["there"]
    assert found(made, {"keys": record("", settings=made["settings"]), "files": stat(True)})["there"]
