# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Directory configs."""

from __future__ import annotations

from typing import Any

import pytest
from simulated_aws import create_builder, error_of

UNIT = "OU=Builders,DC=corp,DC=example,DC=com"
OTHER_UNIT = "OU=Fleets,DC=corp,DC=example,DC=com"
PASSWORD = "kept by nobody"


@pytest.fixture
def config(appstream: Any) -> dict[str, Any]:
    """A directory config."""
    created: dict[str, Any] = appstream.create_directory_config(
        DirectoryName="corp.example.com",
        OrganizationalUnitDistinguishedNames=[UNIT, OTHER_UNIT],
        ServiceAccountCredentials={"AccountName": r"CORP\joiner", "AccountPassword": PASSWORD},
    )["DirectoryConfig"]
    return created


def test_password_is_never_returned(appstream: Any, config: dict[str, Any]) -> None:
    listed = appstream.describe_directory_configs()["DirectoryConfigs"]
    assert listed == [config]
    assert config["ServiceAccountCredentials"] == {"AccountName": r"CORP\joiner"}
    assert PASSWORD not in str(listed)


def test_updating(appstream: Any, config: dict[str, Any]) -> None:
    appstream.update_directory_config(DirectoryName="corp.example.com", OrganizationalUnitDistinguishedNames=[UNIT])
    (updated,) = appstream.describe_directory_configs(DirectoryNames=["corp.example.com"])["DirectoryConfigs"]
    assert updated["OrganizationalUnitDistinguishedNames"] == [UNIT]
    assert updated["ServiceAccountCredentials"] == config["ServiceAccountCredentials"]


def test_in_use(appstream: Any, config: dict[str, Any]) -> None:
    join = {"DirectoryName": "corp.example.com", "OrganizationalUnitDistinguishedName": UNIT}
    create_builder(appstream, DomainJoinInfo=join)
    delete = error_of(appstream.delete_directory_config, DirectoryName="corp.example.com")
    update = error_of(
        appstream.update_directory_config,
        DirectoryName="corp.example.com",
        OrganizationalUnitDistinguishedNames=[OTHER_UNIT],
    )
    assert delete[0] == update[0] == "ResourceInUseException"
    appstream.update_directory_config(DirectoryName="corp.example.com", OrganizationalUnitDistinguishedNames=[UNIT])


def test_deleting(appstream: Any, config: dict[str, Any]) -> None:
    appstream.delete_directory_config(DirectoryName="corp.example.com")
    assert appstream.describe_directory_configs()["DirectoryConfigs"] == []
    for operation in (appstream.delete_directory_config, appstream.update_directory_config):
        assert error_of(operation, DirectoryName="corp.example.com")[0] == "ResourceNotFoundException"
    missing = error_of(appstream.describe_directory_configs, DirectoryNames=["corp.example.com"])
    assert missing[0] == "ResourceNotFoundException"


def test_creating_twice(appstream: Any, config: dict[str, Any]) -> None:
    code, _ = error_of(
        appstream.create_directory_config,
        DirectoryName="corp.example.com",
        OrganizationalUnitDistinguishedNames=[UNIT],
    )
    assert code == "ResourceAlreadyExistsException"
