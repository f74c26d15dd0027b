# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The rules on names and values."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.euc.appstream.plugins.module_utils._appstream.core import validation
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize("name", ["a", "9", "design-2026.11_22", "x" * 101, "AppStream-mine"])
def test_legal_image_builder_names(name: str) -> None:
    assert validation.image_builder_name_problems(name) == []


@pytest.mark.parametrize("name", ["", "-a", ".a", "a b", "a/b", "ä", "x" * 102, "design\n"])
def test_illegal_image_builder_names(name: str) -> None:
    assert validation.image_builder_name_problems(name)


@pytest.mark.parametrize("name", ["design-20261122T124526Z", "a" * 100, "my-aws-image", "Design"])
def test_legal_image_names(name: str) -> None:
    assert validation.image_name_problems(name) == []


@pytest.mark.parametrize("name", ["a" * 101, "AWS-x", "appstream1", "Amazon.x", "amazon", "-x", "a b"])
def test_illegal_image_names(name: str) -> None:
    assert validation.image_name_problems(name)


@given(st.text(alphabet="aA0-_. /\n", max_size=105))
def test_an_image_name_is_also_a_legal_name_of_the_api(name: str) -> None:
    if not validation.image_name_problems(name):
        assert validation.NAME.match(name)


@pytest.mark.parametrize(
    "name",
    ["OU=Builders,DC=corp,DC=example,DC=com", "ou=a,ou=b,dc=c", r"OU=Smith\, Jones,DC=corp", "OU=Image Builders,DC=c"],
)
def test_legal_organizational_units(name: str) -> None:
    assert validation.organizational_unit_problems(name) == []


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("CN=Computers,DC=corp,DC=com", "must start with OU="),
        ("Builders", "must start with OU="),
        ("OU=a, DC=corp", "spaces around its commas"),
        ("OU=a ,DC=corp", "spaces around its commas"),
        ("OU=a", "not a distinguished name"),
        ("OU=a,,DC=corp", "not a distinguished name"),
        ("OU=" + "a" * 2000 + ",DC=corp", "at most 2000"),
    ],
)
def test_illegal_organizational_units(name: str, told: str) -> None:
    assert any(told in problem for problem in validation.organizational_unit_problems(name))


def test_spaces_in_an_organizational_unit_are_warned_of() -> None:
    assert validation.organizational_unit_warnings("OU=Image Builders,DC=c")
    assert validation.organizational_unit_warnings("OU=a, DC=c") == []
    assert validation.organizational_unit_warnings(None) == []


@pytest.mark.parametrize(
    ("tags", "problems"),
    [
        (None, 0),
        ({}, 0),
        ({"euc.appstream:recipe": "design", "Kosten Stelle": "42 +-=._:/@", "Größe": ""}, 0),
        ({"aws:x": "y"}, 1),
        ({"": "y"}, 1),
        ({"k" * 129: "y"}, 1),
        ({"k": "v" * 257}, 1),
        ({"k": "a;b"}, 1),
        ({f"k{number}": "v" for number in range(51)}, 1),
    ],
)
def test_tags(tags: Any, problems: int) -> None:
    assert len(validation.tag_problems(tags)) == problems


@pytest.mark.parametrize(
    ("subnet", "groups", "problems"),
    [
        (None, None, 0),
        ("subnet-0123456789abcdef0", ["sg-12345678"], 0),
        ("subnet-xyz", [], 1),
        ("subnet-0123456789abcdef0", ["sg-1", "default"], 2),
        ("subnet-0123456789abcdef0", ["sg-12345678"] * 6, 1),
        (None, ["sg-12345678"], 1),
    ],
)
def test_networks(subnet: Any, groups: Any, problems: int) -> None:
    assert len(validation.network_problems(subnet, groups)) == problems


@pytest.mark.parametrize(
    ("instance_type", "meant"),
    [
        ("stream.standart.medium", "stream.standard.medium"),
        ("stream.memmory.large", "stream.memory.large"),
        ("stream.standard.medum", "stream.standard.medium"),
        ("stream.standard.medium", None),
        ("stream.memory.z1d.large", None),
        ("stream.graphics.g4dn.xlarge", None),
        ("stream.graphics-design.xlarge", None),
        ("stream.storage.large", None),
        ("GeneralPurpose.t3.large", None),
        (None, None),
    ],
)
def test_misspelt_instance_types(instance_type: str | None, meant: str | None) -> None:
    problems = validation.instance_type_problems(instance_type)
    assert [f"did you mean {meant}?" in problem for problem in problems] == ([True] if meant else [])
