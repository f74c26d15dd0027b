# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Agents.json: which forms AppStream's agent reads."""

from __future__ import annotations

import json

import pytest
from appstream_simulator.windows.machine import dynamic_app_catalog
from simulated_machine import World

PROVIDER = {"DisplayName": "Provider", "Path": "C:\\Provider\\agent.exe"}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_an_object_with_the_list_of_providers_is_read(world: World, encoding: str) -> None:
    text = json.dumps({"Agents": [{**PROVIDER, "Extra": 1}]})
    world.write(dynamic_app_catalog.AGENTS, text.encode(encoding))
    assert world.machine.describe()["dynamic_app_providers"] == [PROVIDER]


@pytest.mark.parametrize("document", [[PROVIDER], {}, {"Agents": None}, {"Agents": [{"Path": "C:\\a.exe"}]}, None])
def test_any_other_form_is_an_error_of_the_image(world: World, document: object) -> None:
    world.write(dynamic_app_catalog.AGENTS, json.dumps(document).encode())
    world.machine.snapshot()
    (entry,) = [entry for entry in world.journal.entries() if entry["kind"] == "error"]
    assert entry["what"] == dynamic_app_catalog.AGENTS and entry["error"]


def test_there_need_be_no_file(world: World) -> None:
    assert world.machine.describe()["dynamic_app_providers"] == []
