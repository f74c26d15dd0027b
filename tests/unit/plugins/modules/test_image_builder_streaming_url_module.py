# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Module image_builder_streaming_url against the simulated AWS: when it makes a URL, and where that is and is not."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.euc.appstream.plugins.module_utils._appstream.image_builder import streaming_urls
from ansible_collections.euc.appstream.plugins.modules import image_builder_streaming_url as streaming_url

Run = Callable[..., dict[str, Any]]
NO_LOG = {"_ansible_no_log": True}
OPERATION = "CreateImageBuilderStreamingURL"


@pytest.fixture
def design(simulated: Any) -> Any:
    """A client of the account that has the running image builder `design`; its making is not counted."""
    appstream = simulated.client("appstream")
    image = "AppStream-WinServer2022-09-09-2026"
    appstream.create_image_builder(Name="design", InstanceType="stream.standard.medium", ImageName=image)
    simulated.advance(900)
    simulated.server.calls.clear()
    return appstream


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_file_that_only_its_owner_can_read(run_simulated: Run, simulated: Any, design: Any, tmp_path: Path) -> None:
    path = tmp_path / "design.url"
    result = run_simulated(streaming_url, name="design", path=str(path))
    url = path.read_text().strip()
    assert url.startswith("https://")
    assert mode_of(path) == 0o600
    assert (result["changed"], result["path"], result["mode"]) == (True, str(path), "0600")
    assert "streaming_url" not in result
    assert url not in json.dumps(result)
    assert simulated.operations() == [OPERATION]
    assert url not in json.dumps(simulated.server.calls.entries())
    assert list(tmp_path.iterdir()) == [path]


def test_an_existing_file_is_replaced_with_its_permissions(run_simulated: Run, design: Any, tmp_path: Path) -> None:
    path, elsewhere = tmp_path / "design.url", tmp_path / "elsewhere"
    path.write_text("an old URL\n")
    path.chmod(0o644)
    with path.open() as reader:
        run_simulated(streaming_url, name="design", path=str(path))
        # Whoever had it open does not get to see the new one.
        assert reader.read() == "an old URL\n"
    assert mode_of(path) == 0o600
    first = path.read_text()
    run_simulated(streaming_url, name="design", path=str(path))
    assert path.read_text() != first
    # A link is replaced, not followed.
    path.unlink()
    elsewhere.write_text("untouched")
    path.symlink_to(elsewhere)
    run_simulated(streaming_url, name="design", path=str(path))
    assert (elsewhere.read_text(), path.is_symlink()) == ("untouched", False)


def test_never_readable_by_others_while_it_is_written(
    run_simulated: Run, design: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[int, str]] = []
    real = os.fsync

    def look(descriptor: int) -> None:
        real(descriptor)
        seen.extend((mode_of(file), file.read_text()) for file in tmp_path.iterdir())

    monkeypatch.setattr(streaming_urls.os, "fsync", look)
    umask = os.umask(0)
    try:
        run_simulated(streaming_url, name="design", path=str(tmp_path / "design.url"))
    finally:
        os.umask(umask)
    assert [mode for mode, _text in seen] == [0o600]
    assert seen[0][1].startswith("https://")


def test_returned_to_a_task_with_no_log(run_simulated: Run, simulated: Any, design: Any) -> None:
    result = run_simulated(streaming_url, name="design", validity=60, **NO_LOG)
    assert result["changed"]
    assert result["streaming_url"].startswith("https://")
    assert "path" not in result
    left = datetime.fromisoformat(result["expires"]).timestamp() - simulated.server.clock.now()
    assert 59 <= left <= 60


def test_a_task_that_would_show_it_is_refused_before_anything(run_simulated: Run, simulated: Any, design: Any) -> None:
    for check_mode in (True, False):
        result = run_simulated(streaming_url, check_mode, name="design")
        assert result["failed"]
        assert "no_log: true" in result["remedy"]
    assert simulated.server.calls.entries() == []


@pytest.mark.parametrize("how", [{"path": "design.url"}, NO_LOG])
def test_check_mode_makes_none(
    run_simulated: Run,
    simulated: Any,
    design: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    how: dict[str, Any],
) -> None:
    monkeypatch.chdir(tmp_path)
    result = run_simulated(streaming_url, check_mode=True, name="design", **how)
    assert result["changed"]
    assert not {"streaming_url", "expires"} & set(result)
    assert (simulated.operations(), list(tmp_path.iterdir())) == ([], [])


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"validity": 0}, "validity 0 is not between 1 and 604800 seconds"),
        ({"validity": 604801}, "validity 604801 is not"),
        ({"name": "not legal"}, "is not legal"),
        ({"path": "/nowhere/at/all"}, "there is no directory /nowhere/at"),
        ({"path": "/tmp"}, "is a directory"),
    ],
)
def test_nothing_is_asked_with_options_that_cannot_be(
    run_simulated: Run, simulated: Any, options: dict[str, Any], text: str
) -> None:
    simulated.server.calls.clear()
    result = run_simulated(streaming_url, **{"name": "design", **NO_LOG, **options})
    assert result["failed"]
    assert text in result["msg"]
    assert simulated.server.calls.entries() == []


@pytest.mark.parametrize("validity", [1, 604800])
def test_the_ends_of_the_range(run_simulated: Run, design: Any, validity: int) -> None:
    assert run_simulated(streaming_url, name="design", validity=validity, **NO_LOG)["changed"]


@pytest.mark.parametrize("check_mode", [True, False])
def test_only_a_running_builder_will_do(run_simulated: Run, simulated: Any, design: Any, check_mode: bool) -> None:
    design.stop_image_builder(Name="design")
    simulated.server.calls.clear()
    for name, text in (("design", "Image builder design is STOPPING"), ("nobody", "does not exist")):
        result = run_simulated(streaming_url, check_mode, name=name, **NO_LOG)
        assert result["failed"]
        assert text in result["msg"]
        assert "euc.appstream.image_builder" in result["remedy"]
    assert simulated.operations() == []


def test_a_refusal_leaves_the_file_as_it_was(run_simulated: Run, simulated: Any, design: Any, tmp_path: Path) -> None:
    path = tmp_path / "design.url"
    path.write_text("an old URL\n")
    simulated.fail(match=f".*:{OPERATION}", code="AccessDeniedException")
    result = run_simulated(streaming_url, name="design", path=str(path))
    assert result["error"]["code"] == "AccessDeniedException"
    assert path.read_text() == "an old URL\n"
    assert list(tmp_path.iterdir()) == [path]


def test_a_disk_that_is_full(run_simulated: Run, design: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(streaming_urls.os, "fsync", full)
    result = run_simulated(streaming_url, name="design", path=str(tmp_path / "design.url"))
    assert result["failed"]
    assert "No space left on device" in result["msg"]
    assert "https://appstream2" not in json.dumps(result)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("operation", [OPERATION, "DescribeImageBuilders"])
def test_throttling_and_lost_answers_pass(run_simulated: Run, simulated: Any, design: Any, operation: str) -> None:
    simulated.fail(match=f".*:{operation}", times=1)
    simulated.fail(match=f".*:{operation}", drop="after", times=1)
    assert run_simulated(streaming_url, name="design", **NO_LOG)["streaming_url"]
