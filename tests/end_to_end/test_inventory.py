"""The inventory plug-in from the user's side: what is found is reached, with connection settings beside the file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from windows_box import HOST
from workplace import PASSWORD, REGION, SECRET_KEY, Workplace

GROUP = "appstream_image_builders"
PING = [GROUP, "-m", "ansible.windows.win_ping"]


def write_source(workplace: Workplace, **options: Any) -> str:
    """The user's file for the plug-in, with group_vars beside it; returns its path."""
    folder = workplace.folder / "builders"
    (folder / "group_vars").mkdir(parents=True, exist_ok=True)
    settings = (workplace.folder / "inventory" / "group_vars" / f"{GROUP}.yml").read_text()
    (folder / "group_vars" / f"{GROUP}.yml").write_text(settings)
    path = folder / "windows.appstream.yml"
    path.write_text(yaml.safe_dump({"plugin": "euc.appstream.image_builders", **options}))
    return str(path)


def test_list_and_graph(box: Workplace) -> None:
    source = write_source(box, compose={"place": "name ~ ' in ' ~ region"})
    listing = box.run(["ansible-inventory", "-i", source, "--list"])
    assert listing.exit_code == 0, listing.output
    found = json.loads(listing.output)
    variables = found["_meta"]["hostvars"][HOST]
    address = box.builders()[HOST]["NetworkAccessConfiguration"]["EniPrivateIpAddress"]
    assert variables["ansible_host"] == address
    assert (variables["image_builder_name"], variables["region"]) == (HOST, REGION)
    assert variables["ansible_connection"] == "winrm"
    for group in (GROUP, "platform_windows_server_2022", "state_running", "region_eu_west_1"):
        assert found[group]["hosts"] == [HOST]
    assert SECRET_KEY not in listing.output

    graph = box.run(["ansible-inventory", "-i", source, "--graph", GROUP])
    assert graph.output.split() == [f"@{GROUP}:", f"|--{HOST}"]


def test_what_was_found_is_reached(box: Workplace) -> None:
    ping = box.run(["ansible", "-i", write_source(box), *PING])
    assert ping.exit_code == 0, ping.output
    assert f"{HOST} | SUCCESS" in ping.output
    assert "pong" in ping.output
    assert PASSWORD not in ping.output
    assert "WARNING" not in ping.output, "no variable has a name that Ansible reserves"


def test_the_cache_is_enough_to_reach_them(box: Workplace) -> None:
    cache = {"cache_plugin": "ansible.builtin.jsonfile", "cache_connection": str(box.folder / "cache")}
    source = write_source(box, cache=True, **cache)
    box.run(["ansible-inventory", "-i", source, "--graph"])
    box.control("calls", method="DELETE")
    ping = box.run(["ansible", "-i", source, *PING])
    assert ping.exit_code == 0, ping.output
    assert box.calls() == []
    graph = box.run(["ansible-inventory", "-i", source, "--graph", "--flush-cache"])
    assert HOST in graph.output
    assert [call["operation"] for call in box.calls()] == ["DescribeImageBuilders", "ListTagsForResource"]


def test_in_a_play_with_a_role_of_the_collection(box: Workplace) -> None:
    connect = {
        "role": "euc.appstream.connect_image_builder",
        "vars": {
            "connect_image_builder_name": "{{ image_builder_name }}",
            "connect_image_builder_gather_subset": ["min"],
        },
    }
    play = {"hosts": "platform_windows_server_2022", "gather_facts": False, "roles": [connect]}
    (box.folder / "own.yml").write_text(yaml.safe_dump([play]))
    run = box.run(["ansible-playbook", "-i", write_source(box), "own.yml"])
    assert run.exit_code == 0, run.output
    assert f"{HOST} " in run.output.partition("PLAY RECAP")[2]


def test_a_source_that_cannot_be_read_says_why(box: Workplace) -> None:
    box.control("faults/aws", [{"match": "appstream:DescribeImageBuilders", "code": "AccessDeniedException"}])
    try:
        run = box.run(
            ["ansible-inventory", "-i", write_source(box), "--list"],
            environment={"ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED": "true"},
        )
    finally:
        box.control("faults/aws", method="DELETE")
    assert run.exit_code != 0
    told = " ".join(run.output.split())
    assert f"Cannot read the image builders of Region {REGION}" in told
    assert "appstream:DescribeImageBuilders" in told
    assert SECRET_KEY not in told


@pytest.mark.oldest
def test_oldest_supported_core(box: Workplace, oldest_ansible: Path) -> None:
    environment = {
        "PATH": f"{oldest_ansible}/bin:{box.environment['PATH']}",
        "ANSIBLE_COLLECTIONS_PATH": str(oldest_ansible / "collections"),
    }
    source = write_source(box, keyed_groups=[{"key": "tags", "prefix": "own"}], compose={"place": "name ~ region"})
    ping = box.run(["ansible", "-i", source, *PING], environment=environment)
    assert ping.exit_code == 0, ping.output
    assert f"{HOST} | SUCCESS" in ping.output
