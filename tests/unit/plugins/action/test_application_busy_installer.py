# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What the task that installs an application does while another installation is in progress on the host."""

from __future__ import annotations

import functools
from typing import Any

import pytest
from ansible_collections.euc.appstream.plugins.plugin_utils._applications.installing import busy_retries
from application_host import MSI, UNINSTALL, Windows, install


@pytest.fixture
def run(make_action: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    return functools.partial(install, make_action, monkeypatch)


def test_a_busy_windows_installer_is_tried_again(run: Any) -> None:
    windows = Windows(after={UNINSTALL: {}})
    windows.answers["win_package"] = [{"failed": True, "rc": 1618, "msg": "busy"}] * 2
    result = run(windows, name="viewer", install={**MSI, "retry_delay": 0})
    assert not result.get("failed") and windows.modules.count("win_package") == 3


def test_a_windows_installer_that_stays_busy_is_a_failure(run: Any) -> None:
    windows = Windows(after={UNINSTALL: {}})
    windows.answers["win_package"] = [{"failed": True, "rc": 1618, "msg": "busy"}] * 99
    result = run(windows, name="viewer", install={**MSI, "retry_delay": 0})
    assert "still was after ten minutes" in result["msg"]
    assert windows.modules.count("win_package") == 13


@pytest.mark.parametrize(
    "answer", [{"failed": True, "rc": 1603, "msg": "fatal"}, {"changed": True, "failed": False, "rc": 1618}]
)
def test_only_a_busy_installer_that_failed_is_tried_again(run: Any, answer: dict[str, Any]) -> None:
    windows = Windows(after={UNINSTALL: {}})
    windows.answers["win_package"] = [answer] * 2
    run(windows, name="viewer", install={**MSI, "retry_delay": 0})
    assert windows.modules.count("win_package") == 1


@pytest.mark.parametrize(("delay", "retries"), [(0, 12), (10, 60), (7, 86), (600, 12)])
def test_a_busy_installer_is_tried_for_ten_minutes(delay: int, retries: int) -> None:
    assert busy_retries(delay) == retries
