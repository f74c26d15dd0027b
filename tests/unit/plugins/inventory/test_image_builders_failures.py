# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Inventory plug-in image_builders when something is wrong: with AWS, the options or the file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.errors import AnsibleParserError
from ansible.inventory.data import InventoryData
from ansible.inventory.manager import InventoryManager
from ansible.parsing.dataloader import DataLoader
from ansible.plugins.loader import inventory_loader
from ansible_collections.euc.appstream.plugins.inventory import image_builders
from inventory_account import OTHER_REGION, PLUGIN, REGION, SECRET, Read, calls, create, running
from simulated_account import Simulated


@pytest.mark.parametrize("operation", ["DescribeImageBuilders", "ListTagsForResource"])
@pytest.mark.parametrize(
    "fault", [{"code": "ThrottlingException"}, {"code": "RequestLimitExceededException"}, {"drop": True}]
)
def test_faults_that_pass(simulated: Simulated, read: Read, operation: str, fault: dict[str, Any]) -> None:
    running(simulated, "design", "office", Tags={"a": "b"})
    simulated.fail(match=f"appstream:{operation}", times=3, **fault)
    inventory = read()
    assert set(inventory.hosts) == {"design", "office"}
    assert inventory.get_host("office").get_vars()["image_builder_tags"] == {"a": "b"}


@pytest.mark.parametrize("operation", ["DescribeImageBuilders", "ListTagsForResource"])
def test_missing_permissions(simulated: Simulated, read: Read, warnings: list[str], operation: str) -> None:
    running(simulated, "design", Tags={"a": "b"})
    simulated.fail(match=f"appstream:{operation}", code="AccessDeniedException", message="not authorized")
    with pytest.raises(AnsibleParserError) as raised:
        read()
    for told in (f"Region {REGION}", f"appstream:{operation}", "IAM policy", "strict_permissions"):
        assert told in str(raised.value)
    assert SECRET not in str(raised.value)
    inventory = read(strict_permissions=False)
    assert set(inventory.hosts) == (set() if operation == "DescribeImageBuilders" else {"design"})
    assert [told for told in warnings if f"Region {REGION}" in told and "not authorized" in told]
    assert set(read(strict_permissions=False, exclude_filters=[{"tag:a": "b"}]).hosts) == set()


def test_one_region_may_be_denied(simulated: Simulated, read: Read, warnings: list[str]) -> None:
    create(simulated, "office", OTHER_REGION)
    running(simulated, "design")
    simulated.fail(match="appstream:DescribeImageBuilders", code="AccessDeniedException", times=1)
    assert set(read(regions=[REGION, OTHER_REGION], strict_permissions=False).hosts) == {"office"}
    assert len([told for told in warnings if "Cannot read" in told]) == 1


def test_other_errors_are_told_whatever_the_permissions(simulated: Simulated, read: Read) -> None:
    simulated.fail(match="appstream:DescribeImageBuilders", code="ExpiredTokenException", message="expired")
    with pytest.raises(AnsibleParserError, match=f"(?s)Region {REGION}.*expired.*get new ones"):
        read(strict_permissions=False)


def test_an_image_builder_that_vanishes_meanwhile_has_no_tags(simulated: Simulated, read: Read) -> None:
    running(simulated, "design", Tags={"a": "b"})
    simulated.fail(match="appstream:ListTagsForResource", code="ResourceNotFoundException", message="gone")
    assert read().get_host("design").get_vars()["image_builder_tags"] == {}


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"filters": {"nmae": "x"}}, "there is no filter nmae; filters are"),
        ({"filters": {"name": None}}, "filters: name must be text"),
        ({"filters": ["name"]}, "filters"),
        ({"exclude_filters": {"name": "x"}}, "exclude_filters"),
        ({"exclude_filters": [{}]}, "an empty dictionary would exclude everything"),
        ({"states": ["RUNING"]}, "there is no state RUNING"),
        ({"states": []}, "states must be a list"),
        ({"regions": [{"a": "b"}]}, "regions must be a list of names"),
        ({"regions": [""]}, "regions must be a list of names"),
        ({"regions": ["no such region"]}, "no such region"),
        ({"include_tags": "perhaps"}, "include_tags"),
        ({"filtres": {}}, "there is no option filtres"),
        ({"hostname": "missing.attribute"}, "hostname: missing.attribute fails for image builder design"),
        ({"hostname": "''"}, "hostname: '' gives no text"),
        ({"hostname": "'same'"}, "hostname gives several image builders the name same@eu-west-1"),
        ({"plugin": "amazon.aws.aws_ec2"}, "Incorrect plugin name"),
        ({"profile": "x", "access_key": "y"}, "Passing both a profile and access tokens"),
    ],
)
def test_options_that_are_wrong(simulated: Simulated, read: Read, options: dict[str, Any], told: str) -> None:
    running(simulated, "design", "office")
    with pytest.raises(AnsibleParserError) as raised:
        read(**options)
    assert told in str(raised.value)


def test_a_secret_of_the_wrong_type_is_not_shown(simulated: Simulated, read: Read) -> None:
    with pytest.raises(AnsibleParserError) as raised:
        read(secret_key={"value": SECRET})
    assert SECRET not in str(raised.value)


@pytest.mark.parametrize("text", ["- a\n- b\n", "text\n", "", "plugin: [\n"])
def test_a_file_that_is_no_dictionary(simulated: Simulated, tmp_path: Path, text: str) -> None:
    path = tmp_path / "x.appstream.yml"
    path.write_text(text)
    with pytest.raises(AnsibleParserError):
        inventory_loader.get(PLUGIN).parse(InventoryData(), DataLoader(), str(path))
    assert calls(simulated) == []


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("appstream.yml", True),
        ("design.appstream.yml", True),
        ("appstream.yaml", True),
        ("appstream.yml.bak", False),
        ("appstream.json", False),
        ("aws_ec2.yml", False),
        ("missing", False),
    ],
)
def test_names_of_files(tmp_path: Path, name: str, wanted: bool) -> None:
    path = tmp_path / name
    if name != "missing":
        path.write_text("plugin: euc.appstream.image_builders\n")
    assert inventory_loader.get(PLUGIN).verify_file(str(path)) is wanted


def test_ansible_finds_the_plugin_by_the_file(simulated: Simulated, tmp_path: Path) -> None:
    running(simulated, "design")
    (tmp_path / "design.appstream.yml").write_text(f"plugin: {PLUGIN}\n")
    manager = InventoryManager(DataLoader(), sources=[str(tmp_path / "design.appstream.yml")])
    assert [host.name for host in manager.get_hosts("appstream_image_builders")] == ["design"]


def test_every_example_is_one_that_can_be_read(simulated: Simulated, read: Read, tmp_path: Path) -> None:
    running(simulated, "design", Tags={"CostCenter": "42", "Team": "design"})
    examples = [one for one in yaml.safe_load_all(image_builders.EXAMPLES) if one.pop("plugin", None)]
    assert len(examples) == 7
    for example in examples:
        # Accounts and folders that are not here.
        options = {key: value for key, value in example.items() if key not in ("profile", "cache_connection")}
        if "cache" in options:
            options["cache_connection"] = str(tmp_path / "cache")
        read(**options)
