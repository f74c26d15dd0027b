# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""win_uri against the web servers of the shelf."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from appstream_simulator.windows.machine.shelf import Shelf
from simulated_machine import World

SHELF = """
installers:
  - {name: version, kind: file, text: '{"version": "2.1"}', urls: ["https://apps.example.net/version.json"]}
  - {name: token, kind: file, text: secret, urls: ["https://apps.example.net/token.bin"], require_headers: {X-Token: t}}
"""
JSON, TOKEN = "https://apps.example.net/version.json", "https://apps.example.net/token.bin"


@pytest.fixture
def web(world: World, tmp_path: Path) -> World:
    """A machine in a world with more on its shelf."""
    file = tmp_path / "web.yml"
    file.write_text(SHELF)
    world.machine.shelf = Shelf([file])
    return world


def test_json_is_read(web: World) -> None:
    result = web.module("win_uri", {"url": JSON, "return_content": True})
    assert (result["changed"], result["status_code"], result["status_description"]) == (False, 200, "OK")
    assert (result["content"], result["json"]) == ('{"version": "2.1"}', {"version": "2.1"})
    assert (result["content_type"], result["content_length"]) == ("application/json", 18)
    assert "content" not in web.module("win_uri", {"url": JSON})


def test_the_content_is_saved_once(web: World) -> None:
    options = {"url": TOKEN, "headers": {"X-Token": "t"}, "dest": "C:\\token.bin"}
    assert web.module("win_uri", options, check_mode=True)["changed"]
    assert not web.machine.disk.exists("C:\\token.bin")
    assert web.module("win_uri", options)["changed"]
    assert web.machine.disk.read("C:\\token.bin") == b"secret"
    assert not web.module("win_uri", options)["changed"]
    skipped = web.module("win_uri", {**options, "creates": "C:\\token.bin"})
    assert (skipped["skipped"], skipped["changed"]) == (True, False)
    assert web.module("win_uri", {**options, "removes": "C:\\gone"})["skipped"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"url": "https://apps.example.net/gone"},
            "Status code of request '404' is not in list of valid status codes 200 : NotFound'.",
        ),
        (
            {"url": TOKEN, "status_code": [200, 201]},
            "Status code of request '403' is not in list of valid status codes 200 201 : Forbidden'.",
        ),
        ({"url": "https://nowhere.example.org/"}, "The remote name could not be resolved: 'nowhere.example.org'"),
        ({"url": JSON, "dest": "C:\\gone\\a.json"}, "Could not find a part of the path 'C:\\gone\\a.json'."),
        ({"url": JSON, "method": "get it"}, "needs to be a single word in uppercase"),
        ({"url": JSON, "method": "POST", "body": {"a": 1}}, "simulated for GET and HEAD"),
        ({"url": JSON, "proxy_url": "http://proxy"}, "is simulated without the options proxy_url"),
    ],
)
def test_failures(web: World, options: dict[str, Any], message: str) -> None:
    result = web.module("win_uri", options)
    assert result["failed"]
    assert message in result["msg"]


def test_another_status_may_be_wanted(web: World) -> None:
    result = web.module("win_uri", {"url": "https://apps.example.net/gone", "status_code": [404], "method": "head"})
    assert (result.get("failed"), result["status_code"], result["msg"]) == (None, 404, "Not Found")
