# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The callback plugin beside the playbooks: plays run in the user's project, and localhost is there for the report."""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
import yaml
from ansible import constants
from ansible_collections.euc.appstream.plugins.plugin_utils._recipe.failures import RECORD, History
from ansible_collections.euc.appstream.plugins.plugin_utils._recipe.project import (
    find_file,
    project_folder,
    search_folders,
)
from ansible_collections.euc.appstream.plugins.plugin_utils._recipe.role_tasks import trusted

PLAYBOOKS = Path(__file__).resolve().parents[3] / "playbooks"


@pytest.fixture(scope="module")
def plugin() -> ModuleType:
    specification = importlib.util.spec_from_file_location(
        "builds", PLAYBOOKS / "callback_plugins" / "appstream_builds.py"
    )
    assert specification and specification.loader
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


class Loader:
    def __init__(self, folder: Path) -> None:
        self.folder = str(folder)

    def get_basedir(self) -> str:
        return self.folder

    def set_basedir(self, folder: str) -> None:
        self.folder = folder


def play(name: str, folder: Path, inventory: Any) -> Any:
    loader, variables = Loader(folder), SimpleNamespace(_inventory=inventory)
    return SimpleNamespace(
        get_name=lambda: name,
        get_loader=lambda: loader,
        get_variable_manager=lambda: variables,
        _uuid=f"{name} in {folder}",
        _included_path=str(folder),
    )


def test_the_last_play_is_the_last(plugin: ModuleType) -> None:
    plays = yaml.safe_load((PLAYBOOKS / "build_images.yml").read_text())
    assert plays[-1]["name"] == plugin.LAST_PLAY
    assert plugin.BUILD_PLAY in [one["name"] for one in plays]
    assert plays[0]["name"] == plugin.FIRST_PLAY


@pytest.mark.parametrize(("origin", "interval"), [("default", 0.05), ("/etc/ansible.cfg", 0.001)])
def test_results_are_looked_for_less_often_while_images_are_built(
    plugin: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, origin: str, interval: float
) -> None:
    monkeypatch.setattr(constants, "DEFAULT_INTERNAL_POLL_INTERVAL", 0.001)
    monkeypatch.setattr(constants.config, "get_config_value_and_origin", lambda name: (0.001, origin))
    callback, inventory = plugin.CallbackModule(), SimpleNamespace(_subset=None)
    plays = [("Own", tmp_path, 0.001), ("Plan", PLAYBOOKS, 0.001), ("Build", PLAYBOOKS, interval)]
    for name, folder, expected in [*plays, ("Report", PLAYBOOKS, 0.001), ("Build", tmp_path, 0.001)]:
        callback.v2_playbook_on_play_start(play(name, folder, inventory))
        assert expected == constants.DEFAULT_INTERNAL_POLL_INTERVAL, name


def test_localhost_is_in_the_limit_until_the_last_play_has_its_hosts(plugin: ModuleType, tmp_path: Path) -> None:
    callback, inventory = plugin.CallbackModule(), SimpleNamespace(_subset=["design"])
    for name, folder, limit in (
        ("Own", tmp_path, ["design"]),
        ("Plan", PLAYBOOKS, ["design", "localhost"]),
        ("Build", PLAYBOOKS, ["design", "localhost"]),
        ("Report", PLAYBOOKS, ["design", "localhost"]),
    ):
        callback.v2_playbook_on_play_start(play(name, folder, inventory))
        assert inventory._subset == limit, name
        if name != "Report":
            callback.v2_playbook_on_task_start(None, is_conditional=False)
            assert inventory._subset == limit, name
    callback.v2_playbook_on_task_start(None, is_conditional=False)
    assert inventory._subset == ["design"], "the next play's hosts are chosen before it starts"


@pytest.mark.parametrize("own_before", [0, 1, 2])
@pytest.mark.parametrize("by_name", [True, False])
def test_localhost_is_in_the_limit_when_the_hosts_of_the_plan_are_chosen(
    plugin: ModuleType, tmp_path: Path, own_before: int, *, by_name: bool
) -> None:
    callback, inventory = plugin.CallbackModule(), SimpleNamespace(_subset=["design"])
    own = [play(f"Own {number}", tmp_path, inventory) for number in range(own_before)]
    ours = [play(name, PLAYBOOKS, inventory) for name in ("Plan", "Build", "Report")]
    for one in ours if by_name else []:
        one._included_path = None
    playbook = SimpleNamespace(get_plays=lambda: [*own, *ours], _basedir=str(PLAYBOOKS if by_name else tmp_path))
    callback.v2_playbook_on_start(playbook)
    for number, one in enumerate(own):
        assert inventory._subset == ["design"], "the limit of plays of the user's own when their hosts are chosen"
        callback.v2_playbook_on_play_start(one)
        callback.v2_playbook_on_task_start(None, is_conditional=False)
        assert (inventory._subset == ["design", "localhost"]) is (number == own_before - 1)
    assert inventory._subset == ["design", "localhost"]
    for one in ours:
        callback.v2_playbook_on_play_start(one)
        assert inventory._subset == ["design", "localhost"]


def test_the_limit_stays_where_the_plan_is_somebody_elses(plugin: ModuleType, tmp_path: Path) -> None:
    callback, inventory = plugin.CallbackModule(), SimpleNamespace(_subset=["design"])
    for first in (play("Plan", tmp_path, inventory), play("Prepare the environment", PLAYBOOKS, inventory)):
        callback.v2_playbook_on_start(SimpleNamespace(get_plays=lambda one=first: [one], _basedir=str(tmp_path)))
        assert inventory._subset == ["design"]


def test_what_the_user_limits_to_stays(plugin: ModuleType) -> None:
    for limit in (None, ["localhost", "design"]):
        callback, inventory = plugin.CallbackModule(), SimpleNamespace(_subset=limit)
        for name in ("Plan", "Report"):
            callback.v2_playbook_on_play_start(play(name, PLAYBOOKS, inventory))
        callback.v2_playbook_on_task_start(None, is_conditional=False)
        assert inventory._subset == limit


def test_only_plays_of_the_collection_are_moved(
    plugin: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plugin, "project_folder", lambda: "/project")
    for folder, expected in ((PLAYBOOKS, "/project"), (tmp_path, str(tmp_path))):
        one = play("Plan", folder, SimpleNamespace(_subset=None))
        plugin.CallbackModule().v2_playbook_on_play_start(one)
        assert one.get_loader().folder == expected


def test_failures_are_recorded_unless_they_are_ignored(plugin: ModuleType) -> None:
    role = SimpleNamespace(get_name=lambda: "base")
    task = SimpleNamespace(
        name="Ping",
        get_name=lambda: "base : Ping",
        get_path=lambda: "f:1",
        _role=role,
        no_log=False,
        get_vars=lambda: {"build_image_phase": "roles"},
    )
    host = SimpleNamespace(get_name=lambda: "recorded")
    result = SimpleNamespace(_task=task, _host=host, _result={"msg": "refused"})
    callback = plugin.CallbackModule()
    callback.v2_runner_on_start(host, task)
    callback.v2_runner_on_failed(result, ignore_errors=True)
    assert RECORD["recorded"].failure is None and RECORD["recorded"].last_role == "base"
    callback.v2_runner_on_unreachable(result)
    failure = RECORD["recorded"].failure
    assert failure and (failure.task, failure.role, failure.place, failure.message) == (
        "Ping",
        "base",
        "f:1",
        "refused",
    )
    assert failure.unreachable and RECORD["recorded"].ended_by_failure
    assert [phase["name"] for phase in RECORD["recorded"].phases] == ["roles"]


def test_a_build_begins_with_an_empty_record(plugin: ModuleType, tmp_path: Path) -> None:
    RECORD["former"] = History()
    callback, inventory = plugin.CallbackModule(), SimpleNamespace(_subset=None)
    callback.v2_playbook_on_play_start(play("Build", tmp_path, inventory))
    assert "former" in RECORD, "a play of the user's own"
    callback.v2_playbook_on_play_start(play("Build", PLAYBOOKS, inventory))
    assert RECORD == {}


def test_the_project_is_the_folder_of_the_playbook_that_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "project").mkdir()
    (tmp_path / "project" / "site.yml").write_text("- import_playbook: euc.appstream.build_images\n")
    (tmp_path / "other.yml").write_text("[]\n")
    monkeypatch.chdir(tmp_path)
    assert project_folder(["project/site.yml"]) == str(tmp_path / "project")
    assert project_folder(["other.yml", "project/site.yml"]) == str(tmp_path / "project")
    assert project_folder(["other.yml"]) == str(tmp_path)
    (tmp_path / "above.yml").write_text(
        "- {ansible.builtin.import_playbook: project/site.yml}\n- import_playbook: above.yml\n"
    )
    assert project_folder(["above.yml"]) == str(tmp_path / "project"), "that which imports it counts"
    assert project_folder(["euc.appstream.build_images"]) == str(tmp_path)


def test_relative_files_are_found_by_one_rule(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for folder in ("here/files", "inventory"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "here" / "files" / "a.png").write_text("first")
    (tmp_path / "here" / "a.png").write_text("second")
    (tmp_path / "inventory" / "b.png").write_text("")
    (tmp_path / "inventory" / "hosts.yml").write_text("")
    monkeypatch.chdir(tmp_path / "here")
    folders = search_folders([str(tmp_path / "inventory" / "hosts.yml"), "not,a,file"])
    assert folders == [tmp_path / "here", tmp_path / "inventory"]
    assert find_file("a.png", folders).read_text() == "first"
    assert find_file("files/a.png", folders).read_text() == "first"
    assert find_file("b.png", folders) == tmp_path / "inventory" / "b.png"
    assert find_file(str(tmp_path / "here" / "a.png"), []).read_text() == "second"
    with pytest.raises(ValueError, match=r"the controller has no c.png in .*here, .*inventory, nor in files/ of these"):
        find_file("c.png", folders)


def building(plugin: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, account: Any) -> tuple[Any, Any]:
    """A callback plugin in the play that builds, and a host with a lock that is to be renewed."""
    localhost = SimpleNamespace(name="localhost")
    inventory = SimpleNamespace(_subset=None, get_host=lambda name: localhost)
    one = play("Build", PLAYBOOKS, inventory)
    one.get_variable_manager().get_vars = lambda play, host: {"appstream_aws": account, "region": "eu-central-1"}
    monkeypatch.setattr(one.get_loader(), "path_dwim", lambda path: path, raising=False)
    callback = plugin.CallbackModule()
    callback.v2_playbook_on_play_start(one)
    lock = {"builder_name": "design", "run": "r", "type": "tags", "stale_after": 30, "file": str(tmp_path / "lock")}
    return callback, SimpleNamespace(get_name=lambda: "design", vars={"build_image_lock": lock})


TASK = SimpleNamespace(get_name=lambda: "Ping", _role=None, get_vars=dict)


def test_tasks_of_users_roles_keep_the_lock(
    plugin: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[dict[str, Any]] = []
    results = iter([{"renewed": False}, {"renewed": True}, {"failed": True, "lost": True}])

    def fork(main: Any, name: str, arguments: dict[str, Any], then: Any) -> int:
        asked.append(arguments)
        then(next(results))
        return 0

    monkeypatch.setattr(plugin, "in_a_fork", fork)
    callback, host = building(plugin, tmp_path, monkeypatch, {"region": trusted("{{ region }}")})
    for _task in range(4):
        callback.v2_runner_on_start(host, TASK)
    # Without a builder it is tried again with the next task, and then it is not time yet.
    options = {"builder_name": "design", "run": "r", "type": "tags", "stale_after": 30}
    assert asked == [{"region": "eu-central-1", "credentials_timeout": 0, "state": "renewed", **options}] * 2
    os.utime(tmp_path / "lock", (0, 0))
    callback.v2_runner_on_start(host, TASK)
    assert (tmp_path / "lock").stat().st_mtime == 0, "the next step of the build is to notice that it was lost"


def test_an_account_that_cannot_be_templated_ends_no_build(
    plugin: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plugin, "in_a_fork", lambda *arguments: pytest.fail("asked"))
    callback, host = building(plugin, tmp_path, monkeypatch, {"region": trusted("{{ nowhere }}")})
    callback.v2_runner_on_start(host, TASK)


def test_hosts_without_a_lock_ask_nothing(plugin: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plugin, "in_a_fork", lambda *arguments: pytest.fail("asked"))
    callback, _host = building(plugin, tmp_path, monkeypatch, {})
    callback.v2_runner_on_start(SimpleNamespace(get_name=lambda: "other", vars={}), TASK)
