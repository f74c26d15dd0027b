# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Inventory plug-in image_builders against the simulated AWS, from its file to hosts and groups."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible.errors import AnsibleError, AnsibleParserError
from ansible.utils.display import Display
from ansible_collections.euc.appstream.plugins.inventory import image_builders
from ansible_collections.euc.appstream.plugins.plugin_utils._aws_inventory import never_a_template
from inventory_account import IMAGE, OTHER_REGION, REGION, SECRET, Read, calls, create, groups, running, subnet
from simulated_account import Simulated


def test_hosts_with_variables_and_groups(simulated: Simulated, read: Read) -> None:
    running(simulated, "design", Tags={"CostCenter": "42"}, DisplayName="Design")
    inventory = read()
    variables = inventory.get_host("design").get_vars()
    told = simulated.client("appstream").describe_image_builders()["ImageBuilders"][0]
    assert variables["ansible_host"] == told["NetworkAccessConfiguration"]["EniPrivateIpAddress"]
    assert variables["network_access_configuration"]["eni_id"] == told["NetworkAccessConfiguration"]["EniId"]
    assert variables["image_builder_name"] == "design"
    assert variables["image_builder_tags"] == {"CostCenter": "42"}
    assert (variables["region"], variables["state"], variables["display_name"]) == (REGION, "RUNNING", "Design")
    assert not {"name", "tags", "ansible_connection", "ansible_user"} & set(variables)
    assert groups(inventory, "design") == {
        "appstream_image_builders",
        "platform_windows_server_2022",
        "state_running",
        "region_eu_west_1",
        "tag_CostCenter_42",
    }


def test_one_region_takes_two_calls_for_an_image_builder(simulated: Simulated, read: Read) -> None:
    running(simulated, "design")
    read()
    assert calls(simulated) == ["DescribeImageBuilders", "ListTagsForResource"]
    agent = simulated.server.calls.entries()[0]
    assert (agent["region"], agent["account"]) == (REGION, "123456789012")


def test_tags_may_be_left_out(simulated: Simulated, read: Read) -> None:
    running(simulated, "design", Tags={"CostCenter": "42"})
    inventory = read(include_tags=False)
    assert calls(simulated) == ["DescribeImageBuilders"]
    assert "image_builder_tags" not in inventory.get_host("design").get_vars()


def test_an_account_without_image_builders(simulated: Simulated, read: Read) -> None:
    inventory = read()
    assert list(inventory.hosts) == []
    assert "appstream_image_builders" in inventory.groups


def test_constructed_features(simulated: Simulated, read: Read) -> None:
    running(simulated, "design", "office", Tags={"CostCenter": "42"})
    inventory = read(
        default_groups=False,
        strict=True,
        compose={"own_subnet": "vpc_config.subnet_ids[0]", "title": "name ~ ' of ' ~ tags.CostCenter"},
        groups={"designers": "name == 'design'"},
        keyed_groups=[
            {"key": "tags.CostCenter", "prefix": "cost"},
            {"key": "instance_type", "separator": "", "parent_group": "types"},
            {"key": "title"},
        ],
        leading_separator=False,
    )
    variables = inventory.get_host("design").get_vars()
    assert variables["title"] == "design of 42"
    assert variables["own_subnet"] == subnet(simulated, REGION)
    assert groups(inventory, "design") == {
        "appstream_image_builders",
        "designers",
        "cost_42",
        "stream_standard_medium",
        "types",
        "design_of_42",
    }
    assert "designers" not in groups(inventory, "office")


@pytest.mark.parametrize(
    "options",
    [
        {"compose": {"x": "missing.attribute"}},
        {"groups": {"x": "missing.attribute"}},
        {"keyed_groups": [{"key": "missing"}]},
        {"keyed_groups": ["name"]},
    ],
)
def test_strict(simulated: Simulated, read: Read, options: dict[str, Any]) -> None:
    running(simulated, "design")
    with pytest.raises(AnsibleError):
        read(strict=True, **options)
    if options != {"keyed_groups": ["name"]}:
        assert list(read(**options).hosts) == ["design"]


def test_prefix_and_suffix(simulated: Simulated, read: Read) -> None:
    running(simulated, "design")
    inventory = read(
        hostvars_prefix="aws_", hostvars_suffix="_x", keyed_groups=[{"key": "aws_state_x", "prefix": "is"}]
    )
    variables = inventory.get_host("design").get_vars()
    assert variables["aws_image_builder_name_x"] == "design"
    assert variables["ansible_host"].startswith("127.77.1.")
    assert "state" not in variables
    assert "is_RUNNING" in groups(inventory, "design")


@pytest.mark.parametrize(
    ("options", "found"),
    [
        ({"filters": {"name": "d*"}}, {"design", "draft"}),
        ({"filters": {"tag:Stage": "test"}}, {"draft"}),
        ({"filters": {"tag-key": "Stage"}}, {"draft", "office"}),
        ({"filters": {"tag:Stage": "test"}, "include_tags": False}, {"draft"}),
        ({"filters": {"name": ["design", "office"], "platform": "WINDOWS*"}}, {"design", "office"}),
        ({"exclude_filters": [{"name": "office"}, {"tag:Stage": "test"}]}, {"design"}),
        ({"filters": {"name": "d*"}, "exclude_filters": [{"name": "design"}]}, {"draft"}),
        ({"filters": {"tag:Stage": "{{ 'te' ~ 'st' }}"}}, {"draft"}),
        ({"exclude_filters": [{"tag:Stage": "{{ 'te' ~ 'st' }}"}]}, {"design", "office"}),
    ],
)
def test_filters(simulated: Simulated, read: Read, options: dict[str, Any], found: set[str]) -> None:
    create(simulated, "design")
    create(simulated, "draft", Tags={"Stage": "test"})
    create(simulated, "office", Tags={"Stage": "production"})
    simulated.advance(900)
    assert set(read(**options).hosts) == found


def test_tags_are_read_of_those_only_that_pass_the_other_filters(simulated: Simulated, read: Read) -> None:
    create(simulated, "stopped")
    simulated.advance(900)
    simulated.client("appstream").stop_image_builder(Name="stopped")
    running(simulated, "design", "draft", "office")
    read(filters={"name": "d*"}, exclude_filters=[{"name": "draft"}])
    assert calls(simulated) == ["DescribeImageBuilders", "ListTagsForResource"]


def test_states(simulated: Simulated, read: Read) -> None:
    running(simulated, "design", "resting")
    simulated.client("appstream").stop_image_builder(Name="resting")
    simulated.advance(900)
    create(simulated, "coming")
    assert set(read().hosts) == {"design"}
    inventory = read(states=["RUNNING", "stopped"])
    assert set(inventory.hosts) == {"design", "resting"}
    assert "ansible_host" not in inventory.get_host("resting").get_vars()
    assert "state_stopped" in groups(inventory, "resting")
    assert set(read(states=["all"]).hosts) == {"design", "resting", "coming"}


def test_running_without_an_address_is_left_out_and_told(
    simulated: Simulated, read: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    running(simulated, "outside", in_vpc=False)
    shown: list[str] = []
    monkeypatch.setattr(Display, "v", lambda self, message, *_args, **_more: shown.append(message))
    assert list(read(states=["all"]).hosts) == []
    assert [line for line in shown if "outside" in line] == [
        "Image builder outside of Region eu-west-1 is left out: it is RUNNING and has no address in a VPC"
    ]


def test_temporary_image_builders(simulated: Simulated, read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    running(simulated, "design")
    told = image_builders.describe_image_builders

    def with_temporary(client: Any) -> list[dict[str, Any]]:
        (one,) = told(client)
        other = {**one, "name": "office-0123456789", "state": "UPDATING", "vpc_config": {}}
        return [one, {**other, "network_access_configuration": None}]

    monkeypatch.setattr(image_builders, "describe_image_builders", with_temporary)
    assert set(read().hosts) == {"design"}
    assert set(read(states=["all"]).hosts) == {"design"}
    assert set(read(states=["all"], include_temporary=True).hosts) == {"design", "office-0123456789"}


def test_several_regions(simulated: Simulated, read: Read) -> None:
    create(simulated, "design")
    create(simulated, "design", OTHER_REGION)
    create(simulated, "office", OTHER_REGION)
    simulated.advance(900)
    assert set(read().hosts) == {"design"}
    inventory = read(regions=[REGION, OTHER_REGION, REGION])
    assert set(inventory.hosts) == {f"design@{REGION}", f"design@{OTHER_REGION}", "office"}
    assert inventory.get_host(f"design@{OTHER_REGION}").get_vars()["region"] == OTHER_REGION
    assert inventory.get_host(f"design@{OTHER_REGION}").get_vars()["image_builder_name"] == "design"
    always = read(regions=[REGION, OTHER_REGION], hostname="name ~ '.' ~ region")
    assert set(always.hosts) == {f"design.{REGION}", f"design.{OTHER_REGION}", f"office.{OTHER_REGION}"}


def test_the_region_of_the_profile(
    simulated: Simulated, read: Read, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    create(simulated, "office", OTHER_REGION)
    simulated.advance(900)
    (tmp_path / "config").write_text(f"[profile design]\nregion = {OTHER_REGION}\n")
    (tmp_path / "credentials").write_text(f"[design]\naws_access_key_id = AKIA1\naws_secret_access_key = {SECRET}\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    for name in ("AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    assert set(read(profile="design").hosts) == {"office"}
    with pytest.raises(AnsibleParserError, match="There is no Region to read: set regions"):
        read()


def test_the_endpoint_of_the_options(simulated: Simulated, read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    running(simulated, "design")
    monkeypatch.delenv("AWS_ENDPOINT_URL")
    assert set(read(endpoint_url=simulated.server.endpoint).hosts) == {"design"}


def test_a_role_of_another_account(simulated: Simulated, read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    keys = simulated.other_account()
    ec2 = simulated.client("ec2", **keys)
    vpc = ec2.create_vpc(CidrBlock="127.78.0.0/16")["Vpc"]["VpcId"]
    place = ec2.create_subnet(VpcId=vpc, CidrBlock="127.78.1.0/24")["Subnet"]["SubnetId"]
    request = {"InstanceType": "stream.standard.medium", "ImageName": IMAGE, "VpcConfig": {"SubnetIds": [place]}}
    simulated.client("appstream", **keys).create_image_builder(Name="theirs", **request)
    running(simulated, "ours")
    monkeypatch.delenv("AWS_REGION")
    inventory = read(regions=[REGION], assume_role_arn="arn:aws:iam::222222222222:role/images")
    assert set(inventory.hosts) == {"theirs"}
    assert calls(simulated) == ["AssumeRole", "DescribeImageBuilders", "ListTagsForResource"]


def test_what_aws_tells_is_never_evaluated(simulated: Simulated, read: Read, tmp_path: Path) -> None:
    trap = f"{{{{ lookup('ansible.builtin.pipe', 'touch {tmp_path}/sprung') }}}}"
    running(simulated, "design", Description=trap)
    inventory = read(
        compose={"told": "description"}, keyed_groups=[{"key": "description"}], groups={"x": "description"}
    )
    assert inventory.get_host("design").get_vars()["told"] == trap
    assert not (tmp_path / "sprung").exists()


def test_plain_text_stays_plain() -> None:
    told = {"a": ["10.0.1.5", {"b": "OU=Builders,DC=corp"}], "n": 1, "none": None, "on": True}
    assert never_a_template(told) == told
