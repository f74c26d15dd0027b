# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What image builders become in the inventory, without AWS and without Ansible's inventory around it."""

from __future__ import annotations

import fnmatch
from typing import Any

import boto3
import pytest
from ansible.module_utils.common.dict_transformations import camel_dict_to_snake_dict
from ansible.vars.reserved import is_reserved_name
from ansible_collections.euc.appstream.plugins.plugin_utils import _image_builder_hosts as hosts
from hypothesis import given
from hypothesis import strategies as st

TAG_TEXT = st.text("abAB12 _.:/=+-@", max_size=12)
NAMES = st.text("abAB12_.-", min_size=1, max_size=12)


def builder(**changes: Any) -> dict[str, Any]:
    return {
        "name": "design",
        "arn": "arn:aws:appstream:eu-west-1:123456789012:image-builder/design",
        "state": "RUNNING",
        "image_arn": "arn:aws:appstream:eu-west-1::image/AppStream-WinServer2022-10-10-2025",
        "instance_type": "stream.standard.large",
        "platform": "WINDOWS_SERVER_2022",
        "network_access_configuration": {"eni_private_ip_address": "10.0.1.5"},
        "vpc_config": {"subnet_ids": ["subnet-1"], "security_group_ids": ["sg-1", "sg-2"]},
        "domain_join_info": {
            "directory_name": "corp.example.com",
            "organizational_unit_distinguished_name": "OU=Builders,DC=corp,DC=example,DC=com",
        },
        "region": "eu-west-1",
        "tags": {"CostCenter": "42"},
        **changes,
    }


def selection(
    filters: Any = None, exclude: Any = None, states: Any = ("RUNNING",), temporary: bool = False
) -> hosts.Selection:
    return hosts.Selection(
        states=hosts.read_states(list(states)),
        filters=hosts.read_filters(filters or {}, "filters"),
        exclude=hosts.read_exclude_filters(exclude or []),
        include_temporary=temporary,
    )


@pytest.mark.parametrize(
    ("filters", "matches"),
    [
        ({}, True),
        ({"name": "design"}, True),
        ({"name": "des*"}, True),
        ({"name": "d?sign"}, True),
        ({"name": "Design"}, False),
        ({"name": "esign"}, False),
        ({"name": "d.sign"}, False),
        ({"name": ["other", "design"]}, True),
        ({"platform": "WINDOWS*"}, True),
        ({"platform": ["WINDOWS_SERVER_2019", "RHEL8"]}, False),
        ({"instance_type": "stream.standard.*"}, True),
        ({"image_name": "AppStream-WinServer2022-*"}, True),
        ({"image_arn": "*::image/AppStream-WinServer2022-10-10-2025"}, True),
        ({"directory_name": "CORP.example.com"}, True),
        ({"directory_name": "example.com"}, False),
        ({"organizational_unit": "ou=builders,*"}, True),
        ({"subnet_id": "subnet-1"}, True),
        ({"security_group_id": ["sg-2"]}, True),
        ({"security_group_id": "sg-3"}, False),
        ({"iam_role_arn": "*"}, False),
        ({"display_name": "*"}, False),
        ({"tag:CostCenter": 42}, True),
        ({"tag:CostCenter": "4?"}, True),
        ({"tag:costcenter": "42"}, False),
        ({"tag:Missing": "*"}, False),
        ({"tag-key": "CostCenter"}, True),
        ({"tag-key": "Missing"}, False),
        ({"name": "design", "tag:CostCenter": "42"}, True),
        ({"name": "design", "tag:CostCenter": "43"}, False),
        ({"name": "other", "tag:CostCenter": "42"}, False),
    ],
)
def test_filters(filters: dict[str, Any], matches: bool) -> None:
    assert hosts.is_selected(builder(), selection(filters)) is matches
    if filters:
        assert hosts.is_selected(builder(), selection(exclude=[filters])) is not matches
        assert hosts.is_selected(builder(), selection(exclude=[{"name": "other"}, filters])) is not matches


def test_an_image_builder_that_has_little_matches_no_filter() -> None:
    bare = {"name": "bare", "state": "RUNNING", "region": "eu-west-1"}
    assert hosts.is_selected(bare, selection({"name": "bare"}))
    for name in ("directory_name", "subnet_id", "security_group_id", "platform", "image_name", "tag:A", "tag-key"):
        assert not hosts.is_selected(bare, selection({name: "*"}))


@pytest.mark.parametrize(
    ("states", "state", "wanted"),
    [
        (["RUNNING"], "RUNNING", True),
        (["running"], "RUNNING", True),
        (["RUNNING"], "STOPPED", False),
        (["STOPPED", "RUNNING"], "STOPPED", True),
        (["all"], "PENDING", True),
        (["ALL"], "SOME_NEW_STATE", True),
        (["RUNNING"], "SOME_NEW_STATE", False),
    ],
)
def test_states(states: list[str], state: str, wanted: bool) -> None:
    assert hosts.is_selected(builder(state=state), selection(states=states)) is wanted


@pytest.mark.parametrize("states", [[], None, "RUNNING", ["RUNING"], [1], [None], {"RUNNING": True}])
def test_states_that_do_not_exist_are_refused(states: Any) -> None:
    with pytest.raises(ValueError, match="states"):
        hosts.read_states(states)


@pytest.mark.parametrize(
    "filters",
    [
        {"nmae": "design"},
        {"tag:": "x"},
        {"Name": "x"},
        {1: "x"},
        {"name": None},
        {"name": []},
        {"name": ["x", None]},
        {"name": {"x": 1}},
        {"name": True},
        {"name": 1.1},
        ["name"],
        "name",
        None,
    ],
)
def test_filters_that_do_not_exist_are_refused(filters: Any) -> None:
    with pytest.raises(ValueError, match="filters"):
        hosts.read_filters(filters, "filters")
    with pytest.raises(ValueError, match="exclude_filters"):
        hosts.read_exclude_filters([{"name": "x"}, filters])


@pytest.mark.parametrize("value", [{"name": "x"}, "name", None, [{}]])
def test_exclude_filters_are_a_list_of_filters(value: Any) -> None:
    with pytest.raises(ValueError, match="exclude_filters"):
        hosts.read_exclude_filters(value)


@given(NAMES, st.text("abAB12_.-*?", min_size=1, max_size=8))
def test_patterns_are_those_of_the_shell_without_brackets(name: str, pattern: str) -> None:
    assert hosts.is_selected(builder(name=name), selection({"name": pattern})) is fnmatch.fnmatchcase(name, pattern)


@given(st.text(min_size=1).filter(lambda text: not set("*?") & set(text)), st.text())
def test_every_text_stands_for_itself_alone(pattern: str, value: str) -> None:
    chosen = selection({"display_name": pattern})
    assert hosts.is_selected(builder(display_name=pattern), chosen)
    assert hosts.is_selected(builder(display_name=value), chosen) is (value == pattern)


FILTERS = st.dictionaries(
    st.sampled_from(["name", "platform", "tag:A", "tag:B", "tag-key"]),
    st.lists(st.sampled_from(["a", "b", "A", "*", "WINDOWS*", "?"]), min_size=1, max_size=2),
    max_size=3,
)


@given(
    NAMES,
    st.dictionaries(st.sampled_from(["A", "B", "C"]), TAG_TEXT),
    FILTERS,
    st.lists(FILTERS.filter(bool), max_size=2),
)
def test_tags_are_never_needed_for_what_was_put_aside_without_them(
    name: str, tags: dict[str, str], filters: dict[str, Any], exclude: list[dict[str, Any]]
) -> None:
    chosen = selection(filters, exclude)
    known = builder(name=name, tags=tags)
    unread = {key: value for key, value in known.items() if key != "tags"}
    if hosts.is_selected(known, chosen):
        assert hosts.may_be_selected(unread, chosen)
    if not chosen.by_tags:
        assert hosts.may_be_selected(unread, chosen) is hosts.is_selected(known, chosen)


def test_variables() -> None:
    one = builder()
    variables = hosts.host_variables(one, "", "")
    assert variables["ansible_host"] == "10.0.1.5"
    assert variables["image_builder_name"] == "design"
    assert variables["image_builder_tags"] == {"CostCenter": "42"}
    assert variables["region"] == "eu-west-1"
    assert "name" not in variables
    assert "tags" not in variables
    assert set(hosts.host_variables(one, "a_", "_b")) == {"ansible_host", *(f"a_{k}_b" for k in variables)} - {
        "a_ansible_host_b"
    }


def test_no_variable_has_a_name_that_ansible_reserves() -> None:
    model = boto3.client("appstream", region_name="eu-west-1").meta.service_model
    members = camel_dict_to_snake_dict(dict.fromkeys(model.shape_for("ImageBuilder").members))
    variables = hosts.host_variables({**members, "tags": {}, "region": "eu-west-1"}, "", "")
    assert [name for name in variables if is_reserved_name(name)] == []


@pytest.mark.parametrize(
    ("changes", "address"),
    [
        ({}, "10.0.1.5"),
        ({"state": "STOPPED"}, None),
        ({"state": "REBOOTING"}, None),
        ({"network_access_configuration": None}, None),
        ({"network_access_configuration": {}}, None),
    ],
)
def test_only_the_address_of_a_running_image_builder_counts(changes: dict[str, Any], address: str | None) -> None:
    one = builder(**changes)
    assert hosts.address_of(one) == address
    assert ("ansible_host" in hosts.host_variables(one, "", "")) is (address is not None)


def test_groups() -> None:
    assert hosts.groups_of(builder(tags={"CostCenter": "42", "Empty": ""})) == [
        "platform_windows_server_2022",
        "state_running",
        "directory_corp.example.com",
        "region_eu-west-1",
        "tag_CostCenter_42",
        "tag_Empty",
    ]
    assert hosts.groups_of({"name": "bare", "state": "STOPPED", "region": "eu-west-1"}) == [
        "state_stopped",
        "region_eu-west-1",
    ]


def named(*names: tuple[str, str]) -> list[tuple[str, dict[str, Any]]]:
    return [(name, builder(name=name, region=region)) for name, region in names]


def test_the_same_name_in_two_regions() -> None:
    one = named(("a", "eu-west-1"), ("b", "eu-west-1"), ("a", "us-east-1"))
    assert hosts.unique_names(one) == ["a@eu-west-1", "b", "a@us-east-1"]


@pytest.mark.parametrize(
    "names",
    [
        [("a", "eu-west-1"), ("a", "eu-west-1")],
        [("a", "eu-west-1"), ("a", "us-east-1"), ("a@eu-west-1", "eu-central-1")],
    ],
)
def test_names_that_cannot_be_told_apart_are_refused(names: list[tuple[str, str]]) -> None:
    with pytest.raises(ValueError, match="hostname gives several image builders the name a@eu-west-1"):
        hosts.unique_names(named(*names))


@given(st.sets(st.tuples(NAMES, st.sampled_from(["eu-west-1", "us-east-1", "eu-central-1"])), max_size=12))
def test_names_of_the_service_are_always_told_apart(names: set[tuple[str, str]]) -> None:
    given_names = hosts.unique_names(named(*sorted(names)))
    assert len(set(given_names)) == len(names)
    assert all(one == name or one == f"{name}@{region}" for one, (name, region) in zip(given_names, sorted(names)))
