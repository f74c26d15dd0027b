# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

import json

import pytest
from ansible_collections.euc.appstream.plugins.plugin_utils._dynamic_app_providers import agents_content, decoded

PROVIDER = {"display_name": "Provider", "path": "C:\\Provider\\agent.exe"}
ENTRY = {"DisplayName": "Provider", "Path": "C:\\Provider\\agent.exe"}
OTHER = {"DisplayName": "Other", "Path": "C:\\other.exe", "Extra": 1}


@pytest.mark.parametrize(
    ("current", "after"),
    [
        ("", {"Agents": [ENTRY]}),
        ("\ufeff\r\n", {"Agents": [ENTRY]}),
        ("{}", {"Agents": [ENTRY]}),
        ("null", {"Agents": [ENTRY]}),
        ('{"Agents": null}', {"Agents": [ENTRY]}),
        (json.dumps([OTHER]), {"Agents": [OTHER, ENTRY]}),
        (json.dumps([ENTRY]), {"Agents": [ENTRY]}),
        (json.dumps({"agents": [OTHER]}), {"agents": [OTHER, ENTRY]}),
        (json.dumps({"Version": 1, "Agents": [OTHER]}), {"Version": 1, "Agents": [OTHER, ENTRY]}),
        (json.dumps({"Agents": []}), {"Agents": [ENTRY]}),
        (json.dumps({"Agents": [{**ENTRY, "Path": "C:\\old.exe", "Extra": 2}]}), {"Agents": [{**ENTRY, "Extra": 2}]}),
    ],
)
def test_providers_are_added_to_what_is_there(current, after):
    text = agents_content(current, [PROVIDER])
    assert json.loads(text) == after
    assert agents_content(text, [PROVIDER]) == text


def test_text_that_need_not_change_stays_as_it_is():
    current = '\ufeff{"Agents" : [ {"Path":"C:\\\\Provider\\\\agent.exe",  "DisplayName":"Provider"} ]}\r\n'
    assert agents_content(current, [PROVIDER]) == current


@pytest.mark.parametrize(
    "current", ["{", '"x"', "false", '{"a": 1}', '{"a": []}', '["x"]', '{"Agents": [1]}', '{"Agents": {}}']
)
def test_a_file_of_an_unknown_structure_is_left_alone(current):
    with pytest.raises(ValueError, match=r"Agents\.json is (no object with the list Agents|not valid JSON)"):
        agents_content(current, [PROVIDER])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_file_is_read_in_the_encodings_that_windows_writes(encoding):
    text = json.dumps({"Agents": [{**ENTRY, "DisplayName": "Anbieter für Grün"}]}, ensure_ascii=False)
    assert decoded(text.encode(encoding)) == text


def test_a_file_in_another_encoding_is_refused():
    with pytest.raises(ValueError, match=r"Agents\.json is neither UTF-8 nor UTF-16"):
        decoded("Grün".encode("latin-1"))
