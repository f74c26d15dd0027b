# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""How applications are planned: what is refused, in which order they come, and when one counts as another."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.euc.appstream.plugins.plugin_utils._applications import checks
from ansible_collections.euc.appstream.plugins.plugin_utils._applications import plan as application_plan
from ansible_collections.euc.appstream.plugins.plugin_utils._applications.order import order, order_problems
from ansible_collections.euc.appstream.plugins.plugin_utils._applications.plan import Circumstances
from hypothesis import given
from hypothesis import strategies as st

SHA = "sha256:" + "a" * 64
URL = "https://downloads.example.com/viewer/setup.exe"
SHARE = "\\\\files.example.com\\software"
CREDENTIALS = {
    "logon": {"username": "EXAMPLE\\reader", "password": "very-secret-1"},
    "token": {"headers": {"Authorization": "Bearer very-secret-2"}},
    "nothing": {"username": "reader"},
    "text": "very-secret-3",
}


def plan(*applications: Any, **options: Any) -> dict[str, Any]:
    return application_plan.plan(list(applications), Circumstances(**{"credentials": CREDENTIALS, **options}))


def app(name: str = "viewer", **install: Any) -> dict[str, Any]:
    return {"name": name, "install": install}


def only(application: dict[str, Any], **options: Any) -> dict[str, Any]:
    found = plan(application, **options)
    assert found["problems"] == []
    return found["applications"][0]


@pytest.mark.parametrize(
    ("install", "kind", "origin"),
    [
        ({"source": "https://example.com/a/Setup.MSI?token=1", "checksum": SHA}, "msi", "url"),
        ({"source": URL, "checksum": SHA}, "exe", "url"),
        (
            {"source": "https://example.com/get?id=7", "file": "viewer.msix", "product_id": "V", "checksum": SHA},
            "msix",
            "url",
        ),
        ({"source": "s3://bucket/a/b.AppxBundle", "checksum": SHA, "product_id": "Viewer"}, "msix", "s3"),
        ({"source": f"{SHARE}\\tools.zip", "checksum": "none", "destination": "C:\\Tools"}, "archive", "share"),
        ({"source": f"{SHARE}\\viewer", "file": "x64\\setup.exe", "checksum": SHA}, "exe", "share"),
        ({"source": f"{SHARE}\\a.cmd", "checksum": SHA}, "script", "share"),
        ({"package": "vlc"}, "chocolatey", "none"),
        ({"features": ["Web-Server"]}, "windows_feature", "none"),
        ({"role": {"name": "example.estate.office"}}, "role", "none"),
        ({"kind": "exe", "source": URL, "checksum": SHA}, "exe", "url"),
        ({}, "none", "none"),
    ],
)
def test_kind_and_origin(install: dict[str, Any], kind: str, origin: str) -> None:
    found = only(app(**install))
    assert (found["kind"], found["origin"]) == (kind, origin)


@pytest.mark.parametrize(
    ("application", "told"),
    [
        ("viewer", "Application 1 of the list must be a dictionary"),
        ({"install": {}}, "Application 1 of the list has no name"),
        ({"name": "a", "install": "setup.exe"}, "Application a: install must be a dictionary"),
        (app(source="https://example.com/viewer"), "it is not clear how it is installed"),
        (app(kind="rpm", source=URL), "kind is 'rpm', but must be one of msi, exe"),
        (app(source="ftp://example.com/a.msi"), "ftp:// is no source; use https://"),
        (app(source="s3://bucket", kind="msi"), "the source must read s3://bucket/key"),
        (app(source=URL), "a source on the network needs a checksum"),
        (app(source="s3://bucket/a.msi"), "a source on the network needs a checksum"),
        (app(source=f"{SHARE}\\a.msi"), "a source on the network needs a checksum"),
        (app(source="http://example.com/a.msi", checksum="none"), "a source over plain HTTP needs a sha256 checksum"),
        (app(source=URL, checksum="md5:1"), "checksum must read sha256:<64 hexadecimal digits>, or none"),
        (app(source=URL, checksum=SHA, kind="msi"), "kind msi needs a file that ends with .msi, not setup.exe"),
        (app(source=URL, checksum=SHA, colour="red"), "install.colour is not a known key"),
        (app(source=URL, checksum=SHA, features=["A"], kind="exe"), "features means nothing to kind exe"),
        (app(source=URL, checksum=SHA, arguments={"a": 1}), "arguments must be a list with one argument per item"),
        (app(source=URL, checksum=SHA, timeout=0), "timeout must be a whole number of at least 1"),
        (app(source=URL, checksum=SHA, timeout=True), "install.timeout must be a whole number, not true"),
        (app(source=URL, checksum=SHA, retries="x"), "install.retries must be a whole number, not 'x'"),
        (
            app(source=URL, checksum=SHA, expected_return_codes=["ok"]),
            "expected_return_codes[1] must be a whole number",
        ),
        (
            app(source=URL, checksum=SHA, reboot="maybe"),
            "reboot is 'maybe', but must be one of never, if_needed, always",
        ),
        (app(source=URL, checksum=SHA, creates="Program Files"), "creates must be an absolute path of Windows"),
        (app(source=URL, checksum=SHA, file="a/b.exe"), "file of a download must be a name without a folder"),
        (app(source="https://example.com/a%3Ab.exe", checksum=SHA), "no file of Windows can be named a:b.exe"),
        (
            app(source=URL, checksum=SHA, s3_access="builder_role"),
            "s3_access means something to a source s3://bucket/key",
        ),
        (
            app(source="s3://b/a.msi", checksum=SHA, credential="logon"),
            "credential means something to a URL or a share",
        ),
        (
            app(source=URL, checksum=SHA, credential="other"),
            "credential names other, which install_applications_credentials",
        ),
        (
            app(source=URL, checksum=SHA, credential="nothing"),
            "entry nothing of install_applications_credentials needs",
        ),
        (
            app(source=f"{SHARE}\\a.msi", checksum=SHA, credential="token"),
            "entry token of install_applications_credentials needs",
        ),
        (
            app(source=URL, checksum=SHA, run_as="text"),
            "entry text of install_applications_credentials must be a dictionary",
        ),
        (app(source=f"{SHARE}\\a.zip", checksum=SHA), "kind archive needs destination"),
        (
            app(source=f"{SHARE}\\a.zip", checksum=SHA, destination="C:\\T", signer="CN=x"),
            "signer means nothing to kind archive",
        ),
        (app(source=f"{SHARE}\\a.bat", checksum=SHA, signer="CN=x"), "signer can't be checked, for a.bat"),
        (app(source=f"{SHARE}\\a b.cmd", checksum=SHA), "cmd.exe can't be given the name a b.cmd reliably"),
        (app(source=f"{SHARE}\\a.msix", checksum=SHA), "kind msix needs product_id"),
        (app(kind="exe"), "kind exe needs source"),
        (app(role={"tasks_from": "main"}), "role must be a name, or a dictionary with name"),
        (
            app(source=f"{SHARE}\\a.zip", checksum=SHA, destination="C:\\T", shortcuts=[{"name": "a"}]),
            "needs name and target",
        ),
        (
            app(source=f"{SHARE}\\a.zip", checksum=SHA, destination="C:\\T", shortcuts=[{"name": "a?", "target": "b"}]),
            "no file can have the name of the shortcut a?",
        ),
        ({"name": "a", "verify": {"file": "x"}}, "verify must be a list"),
        ({"name": "a", "verify": [{}]}, "each of verify needs exactly one of file, registry, service, command"),
        ({"name": "a", "verify": [{"file": "C:\\a", "service": "b"}]}, "each of verify needs exactly one of"),
        ({"name": "a", "verify": [{"file": "a.exe"}]}, "verify: file must be an absolute path of Windows"),
        ({"name": "a", "verify": [{"file": "C:\\a.txt", "version": "1"}]}, "only .exe and .dll files have a version"),
        ({"name": "a", "verify": [{"file": "C:\\a.exe", "sha": "1"}]}, "verify[1].sha is not a known key"),
        ({"name": "a", "verify": [{"registry": "SOFTWARE\\A"}]}, "verify: registry must read like HKLM:"),
        ({"name": "a", "verify": [{"registry": "HKLM:\\A", "value": 1}]}, "needs the name of the registry value"),
        (
            {"name": "a", "verify": [{"service": "a", "state": "running"}]},
            "verify[1].state is 'running', but must be one of started",
        ),
        ({"name": "a", "verify": [{"command": "a --version"}]}, "verify[1].command must be a list"),
        (
            {"name": "a", "verify": [{"command": ["a"], "output": "("}]},
            "output of the command is no regular expression",
        ),
        ({"name": "a", "depends_on": ["b"]}, "it depends on b, which is not in the list"),
        ({"name": "a", "depends_on": {"b": 1}}, "depends_on must be a list"),
        ({"name": "a", "depends_on": ["a"]}, "depend on each other in a circle: a -> a"),
    ],
)
def test_what_is_refused(application: Any, told: str) -> None:
    found = plan(application)
    assert any(told in problem for problem in found["problems"]), found["problems"]
    assert found["applications"] == []
    assert "very-secret" not in str(found)


def test_all_problems_are_told_at_once() -> None:
    problems = plan(
        app("one", source=URL, timeout=-1), app("two", kind="msix"), {"name": "three", "depends_on": ["four"]}
    )["problems"]
    assert len(problems) == 5
    assert all(problem.endswith(".") for problem in problems)
    assert [sum(f"Application {name}:" in problem for problem in problems) for name in ("one", "two", "three")] == [
        2,
        2,
        1,
    ]


@pytest.mark.parametrize("second", ["viewer", "VIEWER"])
def test_names_are_unique_without_regard_to_case(second: str) -> None:
    assert "the name is there twice" in plan({"name": "viewer"}, {"name": second})["problems"][0]


@pytest.mark.parametrize(
    ("application", "lacking"),
    [
        (app(package="vlc"), "chocolatey.chocolatey"),
        (app(source=f"{SHARE}\\a.zip", checksum=SHA, destination="C:\\T"), "community.windows"),
        ({"name": "a", "verify": [{"file": "C:\\a.exe", "version": "1"}]}, ""),
        ({"name": "a", "shortcuts": [{"name": "A", "state": "absent"}]}, "community.windows"),
        (app(source=URL, checksum=SHA), ""),
    ],
)
def test_collections_are_asked_for_when_needed(
    application: dict[str, Any], lacking: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checks, "collection_is_installed", lambda name: False)
    told = "".join(plan(application)["problems"])
    assert (f"run `ansible-galaxy collection install {lacking}`" in told) if lacking else not told


def test_collection_is_installed() -> None:
    assert checks.collection_is_installed("ansible.windows")
    assert not checks.collection_is_installed("nobody.nothing")


# Files of the controller ---------------------------------------------------------------------------------------------


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "files" / "suite" / "x64").mkdir(parents=True)
    (tmp_path / "files" / "setup.msi").write_bytes(b"installer")
    (tmp_path / "files" / "suite" / "x64" / "setup.exe").write_bytes(b"program")
    (tmp_path / "files" / "suite" / "data.cab").write_bytes(b"data")
    return tmp_path


def test_file_of_the_controller(project: Path) -> None:
    found = only(app(source="setup.msi", arguments=["/qn", "INSTALLDIR=C:\\A B"]), search_path=[str(project)])
    assert found["origin"] == "controller_file"
    assert found["source"] == str(project / "files" / "setup.msi")
    assert found["sha256"] == hashlib.sha256(b"installer").hexdigest()
    assert found["local"] == found["copied_to"] == "C:\\Windows\\Temp\\euc.appstream\\viewer\\setup.msi"
    assert found["arguments"] == 'INSTALLDIR="C:\\A B"'


def test_folder_of_the_controller(project: Path) -> None:
    found = only(app(source="suite/", file="x64/setup.exe"), search_path=[str(project)])
    assert found["origin"] == "controller_folder"
    assert found["copied_to"] == "C:\\Windows\\Temp\\euc.appstream\\viewer\\content"
    assert found["local"] == "C:\\Windows\\Temp\\euc.appstream\\viewer\\content\\x64\\setup.exe"
    assert found["sha256"] == hashlib.sha256(b"program").hexdigest()


@pytest.mark.parametrize(
    ("install", "told"),
    [
        ({"source": "gone.msi"}, "the controller has no gone.msi (searched in "),
        ({"source": "/gone/setup.msi"}, "the controller has no /gone/setup.msi."),
        ({"source": "suite", "kind": "exe"}, "the source is a folder: say with file which of its files is run"),
        ({"source": "suite", "file": "gone.exe"}, "the folder suite of the controller has no gone.exe"),
        ({"source": "setup.msi", "checksum": SHA}, "not that of its checksum"),
    ],
)
def test_what_the_controller_lacks(project: Path, install: dict[str, Any], told: str) -> None:
    problems = plan(app(**install), search_path=[str(project)])["problems"]
    assert any(told in problem for problem in problems), problems


def test_content_of_the_controller_is_part_of_the_fingerprint(project: Path) -> None:
    application = app(source="suite", file="x64/setup.exe")
    before = only(application, search_path=[str(project)])["fingerprint"]
    (project / "files" / "suite" / "data.cab").write_bytes(b"other data")
    assert only(application, search_path=[str(project)])["fingerprint"] != before
    assert only(application, search_path=[str(project)], checksums=False)["fingerprint"] == ""


# What is run ---------------------------------------------------------------------------------------------------------


def test_commands() -> None:
    powershell = only(app(source=f"{SHARE}\\set up.ps1", checksum=SHA, arguments=["-Mode", "a b"]))
    folder = "C:\\Windows\\Temp\\euc.appstream\\viewer"
    assert powershell["argv"][-4:] == ["-File", f"{folder}\\set_up.ps1", "-Mode", "a b"]
    batch = only(app(source="https://example.com/run%20me.cmd", file="run.cmd", checksum=SHA, arguments=["/all"]))
    assert (batch["argv"], batch["chdir"]) == (["cmd.exe", "/c", "run.cmd", "/all"], folder)
    package = only(app(source=f"{SHARE}\\v.msix", checksum=SHA, product_id="Example.Viewer"))
    assert package["argv"] == [
        "dism.exe", "/Online", "/Add-ProvisionedAppxPackage", f"/PackagePath:{folder}\\v.msix", "/SkipLicense"
    ]  # fmt: skip


def test_shortcuts_are_completed() -> None:
    shortcuts = [
        {"name": "Viewer", "target": "bin\\v.exe", "arguments": ["--open", "a b"], "working_directory": "C:\\Data"},
        {"name": "C:\\Links\\V.lnk", "target": "C:\\V.exe", "arguments": "-x"},
    ]
    found = only(app(source=f"{SHARE}\\v.zip", checksum=SHA, destination="C:\\Tools\\V", shortcuts=shortcuts))[
        "shortcuts"
    ]
    assert found[0]["path"] == "C:\\Users\\Public\\Desktop\\Viewer.lnk"
    assert found[0]["target"] == "C:\\Tools\\V\\bin\\v.exe"
    assert found[0]["arguments"] == '--open "a b"'
    assert found[1] == {
        "path": "C:\\Links\\V.lnk", "target": "C:\\V.exe", "arguments": "-x", "icon": "", "working_directory": "",
        "state": "present",
    }  # fmt: skip


def test_secrets_stay_out_of_the_plan() -> None:
    url = "https://reader:very-secret-4@example.com/v.exe?sig=very-secret-5"
    found = only(app(source=url, checksum=SHA, credential="logon"))
    assert found["shown_source"] == "https://example.com/v.exe"
    assert found["secret_source"]
    assert "very-secret" not in str(found)


@pytest.mark.parametrize("name", ["a\\b", "a/b", "dot.", "two words", "x" * 90, "ünï", "-dash"])
def test_folders_and_records_have_names_that_windows_takes(name: str) -> None:
    found, other = plan(app(name, package="a"), app(name + "!", package="a"))["applications"]
    folder = found["folder"].rpartition("\\")[2]
    assert folder.isascii() and not set(folder) & set('\\/:*?"<>| ') and len(folder) < 70
    assert found["record_key"].endswith(f"Applications\\{folder}")
    assert found["folder"] != other["folder"]


# Order ---------------------------------------------------------------------------------------------------------------


@st.composite
def without_circles(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Applications in any order, each depending on some that have a smaller number."""
    count = draw(st.integers(0, 12))
    numbers = draw(st.permutations(range(count)))
    return [
        {"name": f"a{number}", "depends_on": [f"a{other}" for other in draw(st.sets(st.integers(0, number - 1)))]}
        if number
        else {"name": "a0"}
        for number in numbers
    ]  # fmt: skip


@given(without_circles())
def test_order_is_topological(applications: list[dict[str, Any]]) -> None:
    assert order_problems(applications) == []
    found = order(applications)
    assert sorted(found) == sorted(application["name"] for application in applications)
    for application in applications:
        for needed in application.get("depends_on", []):
            assert found.index(needed) < found.index(application["name"])


@given(without_circles())
def test_order_is_stable(applications: list[dict[str, Any]]) -> None:
    by_name = {application["name"]: application for application in applications}
    sorted_already = [by_name[name] for name in order(applications)]
    assert order(sorted_already) == [application["name"] for application in sorted_already]


@given(st.integers(1, 8), st.data())
def test_circles_are_told(length: int, data: st.DataObject) -> None:
    circle = [{"name": f"c{at}", "depends_on": [f"c{(at + 1) % length}"]} for at in range(length)]
    others = [{"name": "before"}, {"name": "after", "depends_on": ["c0"]}]
    problems = order_problems(data.draw(st.permutations(circle + others)))
    assert len(problems) == 1
    assert all(f"c{at}" in problems[0] for at in range(length)) and "after" not in problems[0]


# Fingerprints --------------------------------------------------------------------------------------------------------

ARGUMENTS = st.lists(st.text(max_size=8), max_size=3)
CHANGES = st.fixed_dictionaries(
    {},
    optional={
        "timeout": st.integers(1, 9000),
        "retries": st.integers(0, 9),
        "retry_delay": st.integers(0, 9),
        "reboot": st.sampled_from(["never", "if_needed", "always"]),
        "credential": st.sampled_from(["logon", "token"]),
        "source": st.sampled_from([URL + "?token=other", URL.replace("example.com", "example.net")]),
        "expected_return_codes": st.lists(st.integers(), max_size=3),
        "log_path": st.just("C:\\a.log"),
        "creates": st.just("C:\\a.exe"),
    },
)


@given(ARGUMENTS, CHANGES, st.permutations(["source", "checksum", "arguments"]))
def test_fingerprint_is_that_of_what_comes_out(arguments: list[str], changes: dict[str, Any], keys: list[str]) -> None:
    install: dict[str, Any] = {"source": URL, "checksum": SHA, "arguments": arguments}
    before = only(app(**install))["fingerprint"]
    after = only(app(**{**{key: install[key] for key in keys}, **changes}))["fingerprint"]
    assert before == after


@given(ARGUMENTS, ARGUMENTS)
def test_fingerprint_changes_with_the_arguments(one: list[str], other: list[str]) -> None:
    prints = [only(app(source=URL, checksum=SHA, arguments=arguments))["fingerprint"] for arguments in (one, other)]
    assert (prints[0] == prints[1]) == (one == other)


@pytest.mark.parametrize(
    "change",
    [{"checksum": "sha256:" + "b" * 64}, {"environment": {"A": "b"}}, {"run_as": "logon"}, {"checksum": "none"}],
)
def test_fingerprint_changes_with(change: dict[str, Any]) -> None:
    assert (
        only(app(source=URL, checksum=SHA))["fingerprint"]
        != only(app(source=URL, **{"checksum": SHA, **change}))["fingerprint"]
    )


def test_fingerprint_without_a_checksum_is_that_of_the_place() -> None:
    prints = {
        query: only(app(source=URL + query, checksum="none"))["fingerprint"] for query in ("", "?token=1", "?token=2")
    }
    assert len(set(prints.values())) == 1
    assert only(app(source=URL.replace("setup", "other"), checksum="none"))["fingerprint"] != prints[""]
