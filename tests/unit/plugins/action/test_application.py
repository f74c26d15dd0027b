# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What the task that installs an application has the host do, in which order, and what it says when that fails."""

from __future__ import annotations

import functools
import json
import threading
from typing import Any
from unittest.mock import MagicMock

import pytest
from ansible.errors import AnsibleActionFail, AnsibleConnectionFailure
from ansible_collections.euc.appstream.plugins.action import application_info
from ansible_collections.euc.appstream.plugins.plugin_utils import _windows_job as host
from ansible_collections.euc.appstream.plugins.plugin_utils._applications import fetching
from ansible_collections.euc.appstream.plugins.plugin_utils._applications import run as run_of_task
from application_host import FOLDER, JOB, MSI, PRODUCT, RECORD, SECRET, SHA, UNINSTALL, URL, Windows, install


@pytest.fixture
def run(make_action: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    return functools.partial(install, make_action, monkeypatch)


def test_an_msi_from_a_url_takes_six_runs_on_the_host(run: Any) -> None:
    windows = Windows(after={UNINSTALL: {"DisplayVersion": "2.1.0"}})
    result = run(windows, name="viewer", version="2.1", install=MSI)
    assert windows.modules == [
        "win_powershell",
        "win_file",
        "win_get_url",
        "win_package",
        "win_powershell",
        "win_powershell",
    ]
    assert result["changed"] and result["reasons"] == [f"there is no uninstall entry {PRODUCT}"]
    assert result["application"] == {
        "name": "viewer", "kind": "msi", "version": "2.1.0", "source": URL, "checksum": f"sha256:{SHA}",
        "changed": True, "failed": False, "message": "",
    }  # fmt: skip
    package = windows.arguments("win_package")
    assert package["path"] == f"{FOLDER}\\viewer.msi" and package["chdir"] == FOLDER
    last = windows.calls[-1][1]["parameters"]
    assert last["Remove"] == [FOLDER, JOB] and last["Record"] == RECORD
    again = run(windows, name="viewer", version="2.1", install=MSI)
    assert not again["changed"] and again["reasons"] == [] and len(windows.calls) == 7


def test_what_was_read_before_is_not_read_again(run: Any) -> None:
    windows = Windows(after={UNINSTALL: {"DisplayVersion": "2.1"}})
    info = run(windows, plugin=application_info, applications=[{"name": "viewer", "install": MSI}])
    (found,) = info["applications"]
    assert not found["there"] and found["application"]["name"] == "viewer"
    run(windows, name="viewer", install=MSI, found=found)
    assert windows.modules.count("win_powershell") == 3, "before, the end of the job, after"


def test_fifty_applications_are_read_in_one_run(run: Any) -> None:
    windows = Windows()
    applications = [{"name": f"a{number}", "install": MSI} for number in range(50)]
    info = run(windows, plugin=application_info, applications=applications)
    assert len(windows.calls) == 1 and len(info["applications"]) == 50


def test_check_mode_says_what_would_be_done_and_why(run: Any, capsys: pytest.CaptureFixture[str]) -> None:
    windows = Windows()
    result = run(windows, check_mode=True, name="viewer", install=MSI)
    assert windows.modules == ["win_powershell"] and windows.calls[0][2]["read_only"]
    assert result["changed"] and not result["application"]["changed"]
    assert "viewer would be installed (msi, from" in result["msg"]


def test_secrets_reach_the_installer_and_nothing_else(run: Any) -> None:
    windows = Windows(after={UNINSTALL: {}})
    windows.answers["win_package"] = [{"failed": True, "rc": 1603, "msg": f"unexpected rc from 'x SERIAL={SECRET}'"}]
    serial = "%CREDENTIAL:vendor.serial%"
    options = {
        "name": "viewer",
        "install": {**MSI, "arguments": [f"SERIAL={serial}"], "environment": {"KEY": serial}},
        "credentials": {"vendor": {"serial": SECRET}},
        "required": False,
    }
    result = run(windows, **options)
    _name, arguments, passed = next(call for call in windows.calls if call[0] == "win_package")
    assert arguments["arguments"] == f"SERIAL={SECRET}" and passed["environment"]["KEY"] == SECRET
    assert passed["no_log"] is True
    assert SECRET not in json.dumps(result, default=str)
    assert result["application"]["failed"] and "exit code 1603" in result["application"]["message"]
    assert "goes on without it" in result["warnings"][0] and not result.get("failed")


def test_what_is_required_fails_the_task_with_cause_and_remedy(run: Any) -> None:
    windows = Windows()
    windows.answers["win_get_url"] = [{"failed": True, "msg": "The remote server returned an error: (404) Not Found."}]
    result = run(windows, name="viewer", install=MSI)
    assert result["failed"] and result["msg"] == (
        f"Application viewer could not be installed from {URL}, step 'Fetch the files': The remote server returned an "
        "error: (404) Not Found. Correct the URL: the server does not have the file."
    )
    assert not result["changed"]
    assert windows.calls[-1][1]["parameters"] == {"Key": [], "File": [], "Version": [], "Remove": [FOLDER]}, "it goes"


def test_an_installation_that_leaves_nothing_is_a_failure(run: Any) -> None:
    result = run(Windows(), name="viewer", install=MSI)
    assert "it ended with success, but afterwards there is no uninstall entry" in result["msg"]
    assert result["changed"]


def test_the_same_product_is_removed_and_installed_again(run: Any) -> None:
    windows = Windows(**{UNINSTALL: {}, RECORD: {"Fingerprint": "of other arguments"}})
    windows.answers["win_package"] = [
        {"changed": False, "rc": 0},
        {"changed": True, "rc": 0},
        {"changed": True, "rc": 0},
    ]
    result = run(windows, name="viewer", install=MSI)
    states = [arguments["state"] for name, arguments, _options in windows.calls if name == "win_package"]
    assert states == ["present", "absent", "present"] and result["changed"]


def test_a_lost_connection_does_not_end_the_job(run: Any) -> None:
    windows = Windows(after={UNINSTALL: {}})
    original, lost = windows._script, [AnsibleConnectionFailure("reset"), OSError("gone")]

    def script(parameters: dict[str, Any]) -> list[Any]:
        if "Interval" in parameters and lost:
            raise lost.pop()
        return original(parameters)

    windows._script = script  # type: ignore[method-assign]
    assert not run(windows, name="viewer", install=MSI).get("failed") and not lost


def test_a_connection_that_is_lost_for_good_is_no_matter_of_the_application(run: Any) -> None:
    windows = Windows()
    windows.answers["win_file"] = [AnsibleConnectionFailure("refused")]
    with pytest.raises(AnsibleConnectionFailure):
        run(windows, name="viewer", install=MSI, required=False)


def test_what_belongs_around_it_is_set_in_order_and_without_the_installer_when_only_that_has_changed(run: Any) -> None:
    around = {
        "files": [{"content": "a", "dest": "C:\\Data\\a.txt"}],
        "registry": [{"path": "HKCU:\\SOFTWARE\\Viewer", "name": "First", "data": 0, "type": "dword"}],
        "path_entries": ["C:\\Viewer"],
        "shortcuts": [{"name": "Viewer", "state": "absent"}],
        "services": [{"name": "Update", "start_mode": "disabled"}],
        "scheduled_tasks": [{"name": "\\Vendor\\Update"}],
        "after_install": [{"command": "reg.exe import x.reg"}],
    }
    windows = Windows(after={UNINSTALL: {}})
    run(windows, name="viewer", install=MSI)
    del windows.calls[:]
    result = run(windows, name="viewer", install=MSI, **around)
    assert result["reasons"] == ["what belongs around it has not been set"]
    assert windows.modules[1:-1] == [
        "win_file", "win_get_url", "win_file", "win_copy", "win_regedit", "win_path", "win_shortcut", "win_service",
        "win_scheduled_task", "win_command",
    ]  # fmt: skip
    assert windows.arguments("win_regedit") == {
        "path": "HKLM:\\ANSIBLE\\SOFTWARE\\Viewer", "hive": "C:\\Users\\Default\\NTUSER.DAT", "state": "present",
        "name": "First", "data": 0, "type": "dword",
    }  # fmt: skip
    assert windows.arguments("win_scheduled_task") == {"name": "Update", "path": "\\Vendor", "enabled": False}
    assert windows.arguments("win_command") == {"_raw_params": "reg.exe import x.reg", "chdir": FOLDER}
    assert not run(windows, name="viewer", install=MSI, **around)["changed"]


@pytest.mark.parametrize("there", [True, False])
def test_a_program_is_removed_if_it_is_there(run: Any, there: bool) -> None:
    windows = Windows(**({UNINSTALL: {}} if there else {}))

    original = windows.run

    def removing(*arguments: Any, **options: Any) -> dict[str, Any]:
        result = original(*arguments, **options)
        if arguments[2].endswith("win_package"):
            windows.keys.pop(UNINSTALL)
        return result

    windows.run = removing  # type: ignore[method-assign]
    result = run(windows, name="viewer", state="absent", install={"product_id": PRODUCT, "arguments": ["/S"]})
    assert result["changed"] is there and ("win_package" in windows.modules) is there


def test_what_depends_on_something_that_failed_is_not_begun(run: Any) -> None:
    windows = Windows()
    result = run(windows, name="viewer", install=MSI, unavailable=["runtime"], required=False)
    assert "it depends on runtime, which could not be installed" in result["application"]["message"]
    assert windows.calls == []


def test_everything_that_is_wrong_is_said_before_anything_is_done(run: Any) -> None:
    windows = Windows()
    with pytest.raises(AnsibleActionFail) as raised:
        install = {"source": URL, "kind": "exe", "features": ["A"]}
        run(windows, name="viewer", install=install, registry=[{"path": "HKCR:\\A"}])
    assert str(raised.value).startswith("Application viewer:")
    for said in ("features means nothing to kind exe", "needs a checksum", "must begin with HKLM"):
        assert said in str(raised.value), str(raised.value)
    assert windows.calls == []


def ends_well(windows: Windows, run: Any, **install: Any) -> Windows:
    """Install something whose record alone tells that it is there."""
    result = run(windows, name="viewer", install=install, credentials={"files": LOGON, "vendor": {"serial": SECRET}})
    assert not result.get("failed"), result
    return windows


LOGON = {"username": "EXAMPLE\\reader", "password": "P4ssw0rd"}


def test_an_archive_with_an_installer_in_it_is_unpacked(run: Any) -> None:
    source = {"source": "https://example.com/v.zip", "checksum": f"sha256:{SHA}", "file": "Build\\setup.exe"}
    arguments = ["/config=%APPLICATION_FOLDER%\\a.xml"]
    windows = ends_well(Windows(), run, **source, arguments=arguments, proxy="http://proxy.example.com:3128")
    download = windows.arguments("win_get_url")
    assert (download["dest"], download["proxy_url"]) == (f"{FOLDER}\\v.zip", "http://proxy.example.com:3128")
    assert windows.arguments("win_unzip") == {"src": f"{FOLDER}\\v.zip", "dest": f"{FOLDER}\\content"}
    package = windows.arguments("win_package")
    assert (package["path"], package["chdir"]) == (f"{FOLDER}\\content\\Build\\setup.exe", f"{FOLDER}\\content")
    assert package["arguments"] == [f"/config={FOLDER}\\content\\a.xml"]


@pytest.mark.parametrize("name", ["v.iso", "v.7z", "v.tar.gz"])
def test_what_is_no_zip_is_unpacked_by_windows_own_tar(run: Any, name: str) -> None:
    windows = ends_well(Windows(), run, source=f"https://example.com/{name}", checksum="none", file="setup.exe")
    assert windows.arguments("win_command")["argv"] == [
        "tar.exe",
        "-xf",
        f"{FOLDER}\\{name}",
        "-C",
        f"{FOLDER}\\content",
    ]


def test_further_files_are_beside_the_installer(run: Any, tmp_path: Any) -> None:
    (tmp_path / "answers.j2").write_text("folder={{ application_folder }}\nserial=%CREDENTIAL:vendor.serial%\n")
    sources = [
        {"source": str(tmp_path / "answers.j2"), "name": "answers.iss", "template": True},
        {"content": "plain", "name": "b.txt"},
    ]
    windows = ends_well(Windows(), run, source="https://example.com/v.exe", checksum="none", sources=sources)
    copies = [(arguments, options) for name, arguments, options in windows.calls if name == "win_copy"]
    assert copies[0][0] == {
        "content": f"folder={FOLDER}\r\nserial={SECRET}\r\n",
        "dest": f"{FOLDER}\\answers.iss",
    }
    assert copies[0][1]["no_log"] and not copies[1][1]["no_log"]


def test_an_object_of_another_region_is_signed_for_it(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[dict[str, Any]] = []

    def signed(action: Any, variables: Any, module: str, arguments: dict[str, Any]) -> dict[str, Any]:
        asked.append(arguments)
        return {"url": "https://bucket.s3.us-east-1.amazonaws.com/v.exe?X-Amz-Signature=abcdef"}

    monkeypatch.setattr(fetching, "run_on_controller", signed)
    windows = ends_well(Windows(), run, source="s3://bucket/v.exe", checksum="none", s3_region="us-east-1")
    assert (asked[0]["bucket"], asked[0]["object"], asked[0]["region"]) == ("bucket", "v.exe", "us-east-1")
    _name, arguments, options = next(call for call in windows.calls if call[0] == "win_get_url")
    assert "X-Amz-Signature" in arguments["url"] and options["no_log"]


@pytest.mark.parametrize(
    ("options", "environment", "region"),
    [
        ({}, "", []),
        ({}, "eu-west-1", ["--region", "eu-west-1"]),
        ({"region": "eu-north-1"}, "eu-west-1", ["--region", "eu-north-1"]),
        ({"region": "eu-north-1", "s3_region": "us-east-1"}, "", ["--region", "us-east-1"]),
    ],
)
def test_a_builder_asks_for_an_object_in_its_own_region(
    run: Any, monkeypatch: pytest.MonkeyPatch, options: dict[str, Any], environment: str, region: list[str]
) -> None:
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.setenv(name, environment)
    install = {"source": "s3://bucket/v.exe", "checksum": "none", "s3_access": "builder_role", "arguments": ["/S"]}
    install |= {"creates": "C:\\v.exe", **{key: value for key, value in options.items() if key == "s3_region"}}
    windows = Windows()

    run(windows, name="viewer", install=install, **({"region": options["region"]} if "region" in options else {}))

    argv = next(
        arguments["argv"] for _name, arguments, _options in windows.calls if "aws.exe" in arguments.get("argv", [])
    )
    assert argv[argv.index("appstream_machine_role") + 1 :] == region


@pytest.mark.parametrize("builder", ["design", None])
def test_credentials_that_expired_before_an_object_is_signed(
    run: Any, monkeypatch: pytest.MonkeyPatch, builder: str | None
) -> None:
    answers = [
        {"failed": True, "msg": "Failed while looking up bucket"},
        {"url": "https://bucket/v.exe?X-Amz-Signature=a"},
    ]
    signings: list[dict[str, Any]] = []
    questions: list[str] = []

    def signed(action: Any, variables: Any, module: str, arguments: dict[str, Any]) -> dict[str, Any]:
        signings.append(arguments)
        return answers.pop(0)

    def ask_aws(action: Any, variables: Any, module: str, arguments: dict[str, Any]) -> dict[str, Any]:
        questions.append(f"{module} {arguments['names']} {arguments['credentials_timeout']}")
        return {"image_builders": []}

    monkeypatch.setattr(fetching, "run_on_controller", signed)
    monkeypatch.setattr(fetching, "ask_aws", ask_aws)
    options = {"image_builder_name": builder, "credentials_timeout": 60, "region": "eu-west-1"}
    source = {"source": "s3://bucket/v.exe", "checksum": "none", "arguments": ["/S"], "creates": "C:\\v.exe"}
    windows = Windows()
    result = run(windows, name="viewer", install=source, **options)
    assert [arguments.get("credentials_timeout") for arguments in signings] == [None] * (2 if builder else 1)
    assert questions == (["image_builder_info ['design'] 60"] if builder else [])
    assert ("win_get_url" in windows.modules) is bool(builder)
    assert builder or "looking up bucket" in result["msg"]


def test_a_share_is_opened_with_its_credential_and_nothing_else_is(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    accounts: list[Any] = []
    original = host.Host.run

    def noted(self: Any, module: str, arguments: Any, process: Any = host.PLAIN, **options: Any) -> Any:
        accounts.append((module.rpartition(".")[2], process.account))
        return original(self, module, arguments, process, **options)

    monkeypatch.setattr(host.Host, "run", noted)
    ends_well(
        Windows(), run, source="\\\\files\\v", file="setup.exe", checksum="none", credential="files", run_as="SYSTEM"
    )
    by_module = {module: account for module, account in accounts if account}
    assert by_module["win_copy"].user == LOGON["username"] and "netcredentials_only" in by_module["win_copy"].flags
    assert by_module["win_package"] == host.Account("SYSTEM")
    assert set(by_module) == {"win_copy", "win_package"} and LOGON["password"] not in repr(by_module)


def test_answers_are_read_from_standard_input(run: Any) -> None:
    windows = ends_well(
        Windows(),
        run,
        source="https://example.com/v.exe",
        checksum="none",
        unattended=["yes", "C:\\V"],
        arguments=["-i"],
    )
    command = windows.arguments("win_command")
    assert command["stdin"] == "yes\r\nC:\\V\r\n" and command["argv"] == [f"{FOLDER}\\v.exe", "-i"]


@pytest.mark.parametrize(
    ("name", "argv", "rc"),
    [
        ("k.msu", ["wusa.exe", f"{FOLDER}\\k.msu", "/quiet", "/norestart"], 0x00240006),
        ("k.inf", ["pnputil.exe", "/add-driver", f"{FOLDER}\\k.inf", "/install"], 259),
        ("k.reg", ["reg.exe", "import", f"{FOLDER}\\k.reg"], 0),
    ],
)
def test_programs_of_windows_and_what_is_a_success_of_theirs(run: Any, name: str, argv: list[str], rc: int) -> None:
    windows = Windows()
    windows.answers["win_command"] = [{"rc": rc, "changed": True, "failed": rc != 0}]
    ends_well(windows, run, source=f"https://example.com/{name}", checksum="none")
    assert windows.arguments("win_command")["argv"] == argv


def test_an_exit_code_with_a_sign_is_the_same_one(run: Any) -> None:
    windows = Windows()
    windows.answers["win_command"] = [
        {"rc": -2145124329, "changed": True, "failed": True, "msg": "non-zero return code"}
    ]
    result = run(windows, name="viewer", install={"source": "https://e.com/k.msu", "checksum": "none",
                                                  "expected_return_codes": [0x80240017]})  # fmt: skip
    assert not result.get("failed")


@pytest.mark.parametrize(("takes_its_time", "lines"), [(False, 0), (True, 1)])
def test_a_step_that_takes_its_time_is_shown_once(
    takes_its_time: bool, lines: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[str] = []
    waited = threading.Event()

    def show(text: str) -> None:
        shown.append(text)
        waited.set()

    monkeypatch.setattr(run_of_task, "show", show)
    monkeypatch.setattr(run_of_task, "NEWS_AFTER", 0.01 if takes_its_time else 3600)
    run = run_of_task.Run(host=MagicMock(), entry={"name": "viewer"}, application={}, settings={})
    with run.doing("Run the installer"):
        assert not takes_its_time or waited.wait(10)
    assert [line.partition(" (")[0] for line in shown] == ["viewer: run the installer"] * lines


def test_chocolatey_gets_its_sources_and_features_before_the_package(run: Any) -> None:
    source = {"name": "house", "source": "https://packages.example.com/nuget", "credential": "files", "priority": 1}
    package = {
        "package": "editor",
        "package_params": "/Serial:%CREDENTIAL:vendor.serial%",
        "package_prerelease": True,
        "package_pinned": True,
        "package_ignore_checksums": True,
        "arguments": ["/DIR=C:\\My Editor"],
    }
    windows = ends_well(
        Windows(), run, **package, package_sources=[source], package_features={"usePackageExitCodes": False}
    )
    modules = [module for module in windows.modules if module.startswith("win_chocolatey")]
    assert modules == ["win_chocolatey", "win_chocolatey_source", "win_chocolatey_feature", "win_chocolatey"]
    assert windows.arguments("win_chocolatey") == {"name": ["chocolatey"], "state": "present"}
    assert windows.arguments("win_chocolatey_source")["source_password"] == LOGON["password"]
    assert windows.arguments("win_chocolatey_feature") == {"name": "usePackageExitCodes", "state": "disabled"}
    _name, arguments, options = [call for call in windows.calls if call[0] == "win_chocolatey"][-1]
    assert arguments == {
        "name": ["editor"], "install_args": '"/DIR=C:\\My Editor"', "package_params": f"/Serial:{SECRET}",
        "allow_prerelease": True, "ignore_checksums": True, "pinned": True, "force": False, "state": "present",
    }  # fmt: skip
    assert options["no_log"] is True


def test_a_job_whose_state_is_half_written_is_read_once_more(run: Any) -> None:
    class Writing(Windows):
        written = ['{"rc": 0, "finished": 1, "stdo']

        def _script(self, parameters: dict[str, Any]) -> list[Any]:
            return [self.written.pop()] if "Interval" in parameters and self.written else super()._script(parameters)

    windows = Writing(after={UNINSTALL: {"DisplayVersion": "2.1.0"}})
    result = run(windows, name="viewer", version="2.1", install=MSI)
    assert result["changed"] and not result.get("failed") and windows.written == []
