# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Role clean_up and the computer accounts of image builders, in a simulated AWS account and a real domain."""

from __future__ import annotations

import itertools
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import REPOSITORY, Domain

sys.path.insert(0, str(REPOSITORY / "tests" / "end_to_end"))
from windows_box import newest_base_image
from workplace import Run, Workplace, open_workplace

_NUMBERS = itertools.count(1)
EXPIRED = {
    "euc.appstream:recipe": "design",
    "euc.appstream:run": "20261130T090000Z-1",
    "euc.appstream:expires": "2026-01-01T00:00:00Z",
}


@pytest.fixture
def workplace(tmp_path: Path) -> Iterator[Workplace]:
    with open_workplace(tmp_path / "project") as opened:
        yield opened


def add(workplace: Workplace, name: str, tags: dict[str, str]) -> None:
    client, image = workplace.client("appstream"), newest_base_image(workplace)
    client.create_image_builder(Name=name, InstanceType="stream.standard.medium", ImageName=image, Tags=tags)
    workplace.wait_for(lambda: workplace.builders()[name]["State"] == "RUNNING", 60)


def accounts(domain: Domain, *names: str) -> dict[str, str]:
    """Computer accounts as AppStream makes them for image builders, in an organizational unit of their own."""
    unit = domain.organizational_unit()
    made = {name: f"CN=EC2AMAZ-{name},{unit}" for name in names}
    for name, distinguished_name in made.items():
        attributes = {
            "objectClass": [b"computer"],
            "sAMAccountName": [f"EC2-{next(_NUMBERS)}-{name}$".encode()],
            "userAccountControl": [b"4096"],
            "description": [f"AppStream 2.0 - image-builder:{name}".encode()],
        }
        domain.ldap.add_s(distinguished_name, list(attributes.items()))
    return {"": unit, **made}


def clean_up(workplace: Workplace, domain: Domain, unit: str, *arguments: str, **options: Any) -> Run:
    given = {
        "clean_up_organizational_unit": unit,
        "clean_up_computer_account_age": 0,
        "clean_up_wait_delay": 1,
        **{f"clean_up_{name}": value for name, value in {**domain.logon(), **options}.items()},
    }
    run = workplace.run(["ansible-playbook", "euc.appstream.clean_up", "-e", json.dumps(given), *arguments])
    assert domain.administrator_password not in run.output
    return run


def left(domain: Domain, made: dict[str, str]) -> list[str]:
    return [name for name, distinguished_name in made.items() if name and domain.exists(distinguished_name)]


def test_accounts_go_with_their_image_builders(domain: Domain, workplace: Workplace) -> None:
    add(workplace, "dead", EXPIRED)
    add(workplace, "living", {"CostCenter": "42"})
    made = accounts(domain, "dead", "living", "gone")
    predicted = clean_up(workplace, domain, made[""], "--check")
    assert predicted.exit_code == 0, predicted.output
    assert "2 computer accounts" in " ".join(predicted.output.split()), predicted.output
    assert left(domain, made) == ["dead", "living", "gone"], "a dry run changes nothing"

    denied = {"match": "appstream:DescribeImages", "code": "AccessDeniedException"}
    workplace.control("faults/aws", [denied])
    unread = clean_up(workplace, domain, made[""])
    workplace.control("faults/aws", method="DELETE")
    assert unread.exit_code == 2 and "computer accounts were left alone" in " ".join(unread.output.split())
    assert left(domain, made) == ["dead", "living", "gone"], "nobody knows which image builders there are"

    run = clean_up(workplace, domain, made[""])
    assert run.exit_code == 0, run.output
    assert list(workplace.builders()) == ["living"]
    assert left(domain, made) == ["living"]


def test_without_any_image_builder_left_only_accounts_of_those_removed_go(domain: Domain, workplace: Workplace) -> None:
    """An empty list of image builders is also what the wrong Region gives."""
    add(workplace, "dead", EXPIRED)
    made = accounts(domain, "dead", "elsewhere")
    run = clean_up(workplace, domain, made[""])
    assert run.exit_code == 0, run.output
    assert workplace.builders() == {}
    assert left(domain, made) == ["elsewhere"]
