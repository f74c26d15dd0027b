# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Distinguished names and account names; python-ldap's parser, OpenLDAP's own, is the judge of the former."""

from __future__ import annotations

import pytest
from ansible_collections.euc.appstream.plugins.module_utils._active_directory import names
from hypothesis import example, given
from hypothesis import strategies as st
from ldap import dn

# Control characters apart: OpenLDAP and Windows escape them, we pass them on, and no object of a domain has them.
VALUES = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=12) | st.text(
    ' ,+"\\<>;=#a1F', min_size=1, max_size=8
)
NAMES = st.lists(st.tuples(st.sampled_from(["OU", "CN", "DC"]), VALUES), min_size=1, max_size=4)


def written(parts: list[tuple[str, str]]) -> str:
    """A distinguished name of our making."""
    return ",".join(f"{key}={names.escape_value(value)}" for key, value in parts)


@given(NAMES)
@example([("OU", "a\\ ")])
@example([("OU", " ")])
@example([("OU", "  ")])
@example([("OU", "#")])
@example([("OU", "\x00")])
def test_openldap_reads_what_we_write(parts: list[tuple[str, str]]) -> None:
    assert [(key, value) for [(key, value, _flags)] in dn.str2dn(written(parts))] == parts


@given(NAMES)
@example([("OU", "\u3000x\u3000")])
def test_we_read_what_openldap_writes(parts: list[tuple[str, str]]) -> None:
    text = dn.dn2str([[(key, value, 1)] for key, value in parts])
    read = [part.partition("=") for part in names.parts(text)]
    assert [(key, names.unescape_value(value)) for key, _equals, value in read] == parts


@given(NAMES)
def test_we_read_what_we_write_with_spaces_around(parts: list[tuple[str, str]]) -> None:
    text = " , ".join(f"{key} = {names.escape_value(value)}" for key, value in parts)
    assert names.parts(text) == names.parts(written(parts))
    assert names.same(text, written(parts).lower())


@given(NAMES, NAMES)
def test_same_is_what_openldap_takes_for_the_same(one: list[tuple[str, str]], other: list[tuple[str, str]]) -> None:
    equal = [(key, value.lower()) for key, value in one] == [(key, value.lower()) for key, value in other]
    assert names.same(written(one), written(other)) == equal


@given(NAMES, NAMES)
def test_below(parts: list[tuple[str, str]], base: list[tuple[str, str]]) -> None:
    assert names.is_below(written([*parts, *base]), written(base))
    assert names.is_below(written(base), written(base))
    assert not names.is_below(written(base), written([*parts, *base]))
    assert names.same(names.parent(written([("OU", "x"), *parts])), written(parts))


def test_a_comma_in_a_name_does_not_make_a_parent() -> None:
    assert not names.is_below("OU=a\\,DC=corp,DC=com", "DC=corp,DC=com")
    assert not names.same("OU=a\\,OU=b,DC=com", "OU=a,OU=b,DC=com")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Smith\\, John", "Smith, John"),
        ("\\c3\\a4\\E6\\9D\\B1", "ä東"),
        ("東\\2c", "東,"),
        ("a\\0Ab", "a\nb"),
        ("\\ä", "ä"),
    ],
)
def test_unescape(text: str, value: str) -> None:
    assert names.unescape_value(text) == value


@pytest.mark.parametrize(
    "name", ["OU=Builders,DC=corp,DC=com", "cn=a\\,b, ou=c ,dc=d", "DC=corp", "OU=Bäume,DC=d", "OU=a\nb,DC=d"]
)
def test_distinguished_names(name: str) -> None:
    assert names.distinguished_name_problems("x", name) == []


@pytest.mark.parametrize("name", ["Builders", "OU=", "OU=a", "OU=a,,DC=b", "UID=a,DC=b", "corp.example.com/Builders"])
def test_not_distinguished_names(name: str) -> None:
    assert "is not a distinguished name" in names.distinguished_name_problems("x", name)[0]


@pytest.mark.parametrize("name", [None, ""])
def test_a_distinguished_name_that_is_not_given(name: str | None) -> None:
    assert names.distinguished_name_problems("x", name) == []


@pytest.mark.parametrize("name", ["corp.example.com", "dc1.corp.example.com", "a.b", "1.example"])
def test_domain_names(name: str) -> None:
    assert names.DOMAIN_NAME.match(name)


@pytest.mark.parametrize(
    "name", ["corp", "", "corp..com", "-a.com", "a-.com", "a b.com", "a.com\n", "a_b.com", f"{'a' * 64}.com"]
)
def test_not_domain_names(name: str) -> None:
    assert not names.DOMAIN_NAME.match(name)


def test_domain_and_base() -> None:
    assert names.domain_of("CN=x,OU=y,DC=Corp,DC=example,DC=com") == "corp.example.com"
    assert names.base_of("corp.example.com") == "DC=corp,DC=example,DC=com"


@pytest.mark.parametrize(
    ("given_name", "account", "principal", "simple"),
    [
        ("me", "me", "me@CORP.COM", "me@corp.com"),
        ("CORP\\me", "me", "me@CORP.COM", "CORP\\me"),
        ("me@corp.com", "me", "me@CORP.COM", "me@corp.com"),
        ("me@Other.com", "me", "me@Other.com", "me@Other.com"),
    ],
)
def test_user_names(given_name: str, account: str, principal: str, simple: str) -> None:
    assert names.account_part(given_name) == account
    assert names.principal_of(given_name, "corp.com") == principal
    assert names.simple_bind_name(given_name, "corp.com") == simple
