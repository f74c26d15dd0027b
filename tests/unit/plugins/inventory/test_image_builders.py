# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Inventory plug-in image_builders against the simulated AWS, from its file to hosts and groups."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.errors import AnsibleError, AnsibleParserError
from ansible.inventory.data import InventoryData
from ansible.inventory.manager import InventoryManager
from ansible.parsing.dataloader import DataLoader
from ansible.plugins.loader import inventory_loader
from ansible.utils.display import Display
from ansible_collections.euc.appstream.plugins.inventory import image_builders
from ansible_collections.euc.appstream.plugins.module_utils._appstream import retries
from ansible_collections.euc.appstream.plugins.plugin_utils._aws_inventory import never_a_template
from simulated_account import Simulated

PLUGIN = "euc.appstream.image_builders"
REGION, OTHER_REGION = "eu-west-1", "eu-central-1"
IMAGE = "AppStream-WinServer2022-09-09-2026"
SECRET = "not-a-secret-but-nobody-may-see-it"
Read = Callable[..., InventoryData]


@pytest.fixture
def simulated(simulator: Simulated, monkeypatch: pytest.MonkeyPatch) -> Simulated:
    """The simulated AWS, which the environment leads to; botocore itself tries nothing twice."""
    simulator.server.reset()
    environment = {
        "AWS_REGION": REGION,
        "AWS_ACCESS_KEY_ID": "AKIASIMULATEDACCESS1",
        "AWS_SECRET_ACCESS_KEY": SECRET,
        "AWS_ENDPOINT_URL": simulator.server.endpoint,
        "AWS_MAX_ATTEMPTS": "1",
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(retries, "pause_before", lambda attempt: 0)
    return simulator


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """read(flush=False, **options): the inventory after the plug-in has read such a file; flush as --flush-cache."""

    def read_file(flush: bool = False, **options: Any) -> InventoryData:
        path = tmp_path / "test.appstream.yml"
        path.write_text(yaml.safe_dump({"plugin": PLUGIN, **options}))
        plugin, inventory = inventory_loader.get(PLUGIN), InventoryData()
        assert plugin.verify_file(str(path))
        plugin.parse(inventory, DataLoader(), str(path), cache=not flush)
        if options.get("cache"):
            plugin.update_cache_if_changed()
        inventory.reconcile_inventory()
        return inventory

    return read_file


@pytest.fixture
def warnings(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The warnings shown."""
    shown: list[str] = []
    monkeypatch.setattr(Display, "warning", lambda self, message, *_args, **_more: shown.append(message))
    return shown


def create(simulated: Simulated, name: str, region: str = REGION, in_vpc: bool = True, **options: Any) -> None:
    """Create an image builder; it is RUNNING after `simulated.advance(900)`."""
    vpc = {"VpcConfig": {"SubnetIds": [subnet(simulated, region)]}} if in_vpc else {}
    request = {"InstanceType": "stream.standard.medium", "ImageName": IMAGE, **vpc, **options}
    simulated.client("appstream", region=region).create_image_builder(Name=name, **request)


def subnet(simulated: Simulated, region: str) -> str:
    ec2 = simulated.client("ec2", region=region)
    found = [one for one in ec2.describe_subnets()["Subnets"] if one["CidrBlock"] == "127.77.1.0/24"]
    if not found:
        vpc = ec2.create_vpc(CidrBlock="127.77.0.0/16")["Vpc"]["VpcId"]
        found = [ec2.create_subnet(VpcId=vpc, CidrBlock="127.77.1.0/24")["Subnet"]]
    return str(found[0]["SubnetId"])


def running(simulated: Simulated, *names: str, **options: Any) -> None:
    for name in names:
        create(simulated, name, **options)
    simulated.advance(900)
    simulated.server.calls.clear()


def calls(simulated: Simulated) -> list[str]:
    return [str(call["operation"]) for call in simulated.server.calls.entries()]


def groups(inventory: InventoryData, host: str) -> set[str]:
    return {group.name for group in inventory.get_host(host).get_groups()} - {"all"}


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


# The cache ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def cache(tmp_path: Path) -> dict[str, Any]:
    """Options that turn the cache on."""
    folder = tmp_path / "cache"
    return {"cache": True, "cache_plugin": "ansible.builtin.jsonfile", "cache_connection": str(folder)}


def test_the_cache_saves_all_calls(simulated: Simulated, read: Read, cache: dict[str, Any]) -> None:
    running(simulated, "design", Tags={"a": "b"})
    first = read(**cache)
    assert len(calls(simulated)) == 2
    simulated.client("appstream").stop_image_builder(Name="design")
    simulated.server.calls.clear()
    second = read(**cache, hostvars_suffix="_x")
    assert calls(simulated) == []
    assert second.get_host("design").get_vars()["image_builder_tags_x"] == {"a": "b"}
    third = read(**cache)
    assert third.get_host("design").get_vars() == first.get_host("design").get_vars()
    assert groups(third, "design") == groups(first, "design")


def test_flushing_the_cache_reads_anew(simulated: Simulated, read: Read, cache: dict[str, Any]) -> None:
    running(simulated, "design")
    read(**cache)
    running(simulated, "office")
    assert set(read(**cache).hosts) == {"design"}
    assert set(read(flush=True, **cache).hosts) == {"design", "office"}
    assert set(read(**cache).hosts) == {"design", "office"}


@pytest.mark.parametrize(
    "change",
    [
        {"filters": {"name": "*"}},
        {"exclude_filters": [{"name": "x"}]},
        {"states": ["all"]},
        {"regions": [OTHER_REGION]},
        {"access_key": "AKIASIMULATEDACCESS2", "secret_key": SECRET},
        {"include_tags": False},
        {"include_temporary": True},
    ],
)
def test_other_questions_have_other_entries(
    simulated: Simulated, read: Read, cache: dict[str, Any], change: dict[str, Any]
) -> None:
    running(simulated, "design")
    read(**cache)
    simulated.server.calls.clear()
    read(**cache, **change)
    assert "DescribeImageBuilders" in calls(simulated)


def test_a_role_is_not_assumed_for_what_is_in_the_cache(
    simulated: Simulated, read: Read, cache: dict[str, Any]
) -> None:
    role = {"assume_role_arn": "arn:aws:iam::222222222222:role/images"}
    read(**cache, **role)
    assert "AssumeRole" in calls(simulated)
    simulated.server.calls.clear()
    read(**cache, **role)
    assert calls(simulated) == []


def test_no_secret_in_the_cache(simulated: Simulated, read: Read, cache: dict[str, Any]) -> None:
    running(simulated, "design")
    inventory = read(**cache, secret_key=SECRET, access_key="AKIASIMULATEDACCESS1")
    (entry,) = Path(cache["cache_connection"]).iterdir()
    for text in (entry.name, entry.read_text(), json.dumps(inventory.get_host("design").get_vars(), default=str)):
        assert SECRET not in text
        assert "AKIASIMULATEDACCESS1" not in text


# What goes wrong ----------------------------------------------------------------------------------------------------


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
