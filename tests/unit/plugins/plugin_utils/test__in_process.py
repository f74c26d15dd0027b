# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""A module's main() in the process of a task. What comes of it is compared in ``test_both_ways.py``."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable
from typing import Any

import probe
import pytest
from ansible import constants
from ansible.module_utils import basic
from ansible.plugins.action.normal import ActionModule as AnyPlugin
from ansible_collections.euc.appstream.plugins.plugin_utils._controller import local_surroundings, local_variables
from ansible_collections.euc.appstream.plugins.plugin_utils._in_process import InProcess


class TimeIsUp(BaseException):
    """As Ansible's alarm raises it, in whatever runs at that time."""


@pytest.fixture
def here(make_action: Any) -> Callable[..., InProcess]:
    """here(main, arguments, **keywords of the task): the module's run, yet to begin."""

    def made(main: Callable[[], None], arguments: dict[str, Any] | None = None, **keywords: Any) -> InProcess:
        action = make_action(AnyPlugin, {}, **keywords)
        return InProcess(main, **local_surroundings(action, "probe", arguments or {}, read_only=False))

    return made


def process_state() -> list[Any]:
    """What belongs to a process, and modules change."""
    root, botocore = logging.getLogger(), logging.getLogger("botocore.endpoint")
    loggers = [(one.level, list(one.handlers)) for one in (root, botocore)]
    return [dict(os.environ), sys.stdout, sys.stderr, loggers, basic._ANSIBLE_ARGS]


def test_a_module_that_is_cut_off_leaves_the_process_as_it_was(here: Any) -> None:
    def main() -> None:
        os.environ["LEFT_OVER"] = "x"
        logging.getLogger("botocore.endpoint").setLevel(logging.DEBUG)
        logging.getLogger("botocore.endpoint").addHandler(logging.NullHandler())
        seen.append(process_state())
        raise TimeIsUp

    before, seen = process_state(), []
    with pytest.raises(TimeIsUp):
        here(main, environment={"A": "b"}).run(task_vars={})
    assert process_state() == before
    assert [one == another for one, another in zip(seen[0], before)] == [False] * len(before)


def test_what_a_module_logs_does_not_reach_ansibles_log(here: Any) -> None:
    records: list[logging.LogRecord] = []
    handler = logging.Handler()
    handler.emit = records.append  # type: ignore[method-assign]
    root = logging.getLogger()
    root.addHandler(handler)
    try:
        assert not here(probe.main, {"act": "print"}).run(task_vars={}).get("failed")
    finally:
        root.removeHandler(handler)
    assert records == []


def test_warnings_are_those_of_one_run(here: Any) -> None:
    first, second = (here(probe.main, {"act": "warn"}).run(task_vars={}) for _run in range(2))
    assert len(first["warnings"]) == 3
    assert len(first["deprecations"]) > 0
    assert (second["warnings"], second["deprecations"]) == (first["warnings"], first["deprecations"])


def test_options_stay_as_the_task_has_them(here: Any) -> None:
    arguments = {"act": "return", "anything": {"a": [1]}}
    result = here(probe.main, arguments).run(task_vars=local_variables({}))
    assert (result["given"], arguments) == ({"a": [1]}, {"act": "return", "anything": {"a": [1]}})


@pytest.mark.parametrize(
    ("name", "possible"),
    [
        ("AWS_PROFILE", True),
        ("HTTPS_PROXY", True),
        ("PATH", True),
        ("TZDIR_OF_MINE", True),
        ("PYTHONWARNINGS", False),
        ("LD_PRELOAD", False),
        ("LC_ALL", False),
        ("LANG", False),
        ("TZ", False),
        ("no name of a variable", False),
    ],
)
def test_variables_that_count_at_the_start_of_a_program_need_one(here: Any, name: str, possible: bool) -> None:
    assert here(probe.main, environment=[{"A": "b"}, {name: "x"}]).is_possible() is possible


def test_who_wants_to_keep_the_modules_files_gets_them(here: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(constants, "DEFAULT_KEEP_REMOTE_FILES", True)
    assert not here(probe.main).is_possible()


@pytest.mark.parametrize(
    ("proxies", "possible"), [({}, False), ({"no_proxy": "*"}, True), ({"https_proxy": "x"}, True)]
)
def test_macos_is_not_asked_for_its_proxies_in_a_fork(
    here: Any, monkeypatch: pytest.MonkeyPatch, proxies: dict[str, str], possible: bool
) -> None:
    for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
        monkeypatch.delenv(name)
    for name, value in proxies.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys, "platform", "darwin")
    assert here(probe.main).is_possible() is possible
