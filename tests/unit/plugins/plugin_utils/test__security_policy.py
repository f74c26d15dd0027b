# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

import pytest
from ansible_collections.euc.appstream.plugins.plugin_utils._security_policy import accounts_with, decoded, parsed
from hypothesis import given
from hypothesis import strategies as st

EXPORT = """[Unicode]
Unicode=yes
[System Access]
MinimumPasswordAge = 0
NewAdministratorName = "Administrator"
[Registry Values]
MACHINE\\Software\\Microsoft\\Windows\\CurrentVersion\\Policies\\System\\LegalNoticeText=7,one,two = three
[Privilege Rights]
SeInteractiveLogonRight = *S-1-5-32-544,*S-1-5-32-545,CORP\\Students
SeDenyInteractiveLogonRight = Guest
SeNothing =
[Version]
signature="$CHICAGO$"
""".replace("\n", "\r\n")

names = st.text("abcXYZ \\_", min_size=1).map(str.strip).filter(bool)
texts = st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp", "Zs"])).filter(lambda text: '"' not in text)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8", "utf-8-sig"])
def test_an_export_is_read_in_its_encodings(encoding):
    template = parsed(decoded(EXPORT.encode(encoding)))
    assert template["system access"] == {"minimumpasswordage": "0", "newadministratorname": "Administrator"}
    assert template["version"]["signature"] == "$CHICAGO$"


@pytest.mark.parametrize(
    ("right", "accounts"),
    [
        ("SeInteractiveLogonRight", ["S-1-5-32-544", "S-1-5-32-545", "CORP\\Students"]),
        ("sedenyinteractivelogonright", ["Guest"]),
        ("SeNothing", []),
        ("SeUnknown", None),
    ],
)
def test_user_rights(right, accounts):
    assert accounts_with(parsed(EXPORT), right) == accounts


def test_a_policy_without_user_rights_says_nothing():
    assert accounts_with({}, "SeInteractiveLogonRight") is None


def test_bytes_in_no_encoding_are_refused():
    with pytest.raises(ValueError, match="decode"):
        decoded(b"\xff\xfe\x00")


@given(st.dictionaries(names.map(str.lower), st.dictionaries(names.map(str.lower), texts)))
def test_what_is_written_is_read_back(template):
    lines = []
    for section, values in template.items():
        lines += [f"[{section}]", *(f'{name} = "{value}"' for name, value in values.items())]
    assert parsed("\r\n".join(lines)) == template


@given(st.text())
def test_any_text_is_read_without_an_error(text):
    for section, values in parsed(text).items():
        assert section == section.lower()
        assert all(name == name.lower() for name in values)
