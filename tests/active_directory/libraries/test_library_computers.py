# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Which computer account is an image builder's, and which of them may be deleted."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from ansible_collections.euc.appstream.plugins.module_utils._active_directory import computers, times
from ansible_collections.euc.appstream.plugins.module_utils._active_directory.connection import Entry
from ansible_collections.euc.appstream.plugins.module_utils._active_directory.security_descriptors import build_sid
from hypothesis import given
from hypothesis import strategies as st

NOW = datetime(2026, 11, 24, 12, tzinfo=timezone.utc)
OLD = "20261001120000.0Z"


def entry(
    description: str,
    name: str = "PC1",
    created: str = OLD,
    password_set: str = "0",
    control: int = 4096,
    dns: str = "x",
) -> Entry:
    """A computer account as the directory returns it."""
    values = {
        "description": description,
        "samaccountname": f"{name}$",
        "whencreated": created,
        "pwdlastset": password_set,
        "useraccountcontrol": str(control),
        **({"dnshostname": dns} if dns else {}),
    }
    attributes = {key: [value.encode()] for key, value in values.items()}
    return Entry(f"CN={name},OU=x,DC=y", {**attributes, "objectsid": [build_sid("S-1-5-21-1-2-3-1104")]})


class FakeDirectory:
    """Answers each search with the next of several answers, the last for ever."""

    def __init__(self, *answers: list[Entry]) -> None:
        self.answers, self.asked = list(answers), []

    def search(self, _base: str, expression: str, _attributes: Any) -> list[Entry]:
        self.asked.append(expression)
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


def found(*entries: Entry, names: list[str] | None = None) -> list[dict[str, Any]]:
    """What the info module would return."""
    directory: Any = FakeDirectory(list(entries))
    return computers.image_builders(computers.computers_of(directory, "OU=x", names))


@pytest.mark.parametrize(
    ("description", "name"),
    [
        ("AppStream 2.0 - image-builder:design", "design"),
        ("WorkSpaces Applications - image-builder:My_builder-1.2", "My_builder-1.2"),
        ("image-builder:a", "a"),
        ("AppStream 2.0 - fleet:design", None),
        ("AppStream 2.0 - not-image-builder:design.", "design."),
        ("AppStream 2.0 - image-builder:design (old)", None),
        ("xximage-builder:design", None),
        ("AppStream 2.0 - image-builder:", None),
        ("AppStream 2.0 - image-builder:a\n", None),
        ("", None),
    ],
)
def test_names_in_descriptions(description: str, name: str | None) -> None:
    assert [builder["name"] for builder in found(entry(description))] == ([name] if name else [])


def test_the_best_of_several() -> None:
    description = "AppStream 2.0 - image-builder:a"
    accounts = [
        entry(description, "DISABLED", control=4098, password_set="134000000000000000"),
        entry(description, "OLDER", password_set="133000000000000000"),
        entry(description, "NEWER", password_set="133900000000000000"),
        entry(description, "NEVER", created="20261120120000.0Z"),
    ]
    (builder,) = found(*accounts)
    assert (builder["computer_name"], builder["others"]) == ("NEWER", 3)


@given(st.permutations(["20261001120000.0Z", "20261002120000.0Z", "20261003120000.0Z"]))
def test_without_passwords_the_newest(created: list[str]) -> None:
    (builder,) = found(*(entry("image-builder:a", f"PC{day[7]}", day) for day in created))
    assert builder["computer_name"] == "PC3"


def test_case_of_names_counts_and_filters_are_escaped() -> None:
    directory: Any = FakeDirectory([entry("image-builder:Design"), entry("image-builder:design")])
    (computer,) = computers.computers_of(directory, "OU=x", ["design", "a*)("])
    assert computer.builder == "design"
    assert directory.asked == [
        "(&(objectClass=computer)(|(description=*image-builder:design)(description=*image-builder:a\\2a\\29\\28)))"
    ]
    assert computers.computers_of(directory, "OU=x", []) == []


def test_waiting_for_a_dns_name() -> None:
    now, slept = [0.0], []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        now[0] += seconds

    late, ready = entry("image-builder:a", dns=""), entry("image-builder:a")
    directory: Any = FakeDirectory([], [late], [ready])
    wait = {"clock": lambda: now[0], "sleep": sleep}
    builders, missing = computers.wait_for_image_builders(directory, "OU=x", ["a"], 60, **wait)
    assert (builders[0]["dns_name"], missing, slept) == ("x", [], [5, 5])
    directory = FakeDirectory([late])
    builders, missing = computers.wait_for_image_builders(directory, "OU=x", ["a", "b"], 12, **wait)
    assert (builders[0]["dns_name"], missing, slept[2:]) == (None, ["a", "b"], [5, 5, 2])


@pytest.mark.parametrize(
    ("options", "account", "reason"),
    [
        ({}, entry("image-builder:gone"), None),
        ({"in_use": ["used", "Gone"]}, entry("image-builder:gone"), "in use"),
        ({"names": ["gone"]}, entry("image-builder:gone"), None),
        ({"names": ["other"]}, entry("image-builder:gone"), "not asked for"),
        ({"names": ["gone"], "in_use": ["gone"]}, entry("image-builder:gone"), "in use"),
        ({}, entry("image-builder:gone", created="20261123120001.0Z"), "too young"),
        ({}, entry("image-builder:gone", created="20261123120000.0Z"), None),
        # 2026-11-24 11:00 UTC
        ({}, entry("image-builder:gone", password_set="134399916000000000"), "too young"),
        ({"minimum_age": timedelta(0)}, entry("image-builder:gone", created="20261124120000.0Z"), None),
    ],
)
def test_which_accounts_go(options: dict[str, Any], account: Entry, reason: str | None) -> None:
    directory: Any = FakeDirectory([account])
    cleanup = computers.Cleanup(**{"in_use": ["used"], "minimum_age": timedelta(hours=24), **options})
    plan, removed, kept = computers.plan_cleanup(directory, "OU=x", cleanup, NOW)
    assert plan.changed is (reason is None)
    assert [one["reason"] for one in kept] == ([reason] if reason else [])
    assert len(removed) == (reason is None)


def test_times() -> None:
    assert times.iso(times.from_generalized_time("20261122124526.0Z")) == "2026-11-22T12:45:26+00:00"
    assert times.iso(times.from_filetime("134399916000000000")) == "2026-11-24T11:00:00+00:00"
    assert times.from_filetime("116444736000000000") == datetime(1970, 1, 1, tzinfo=timezone.utc)
    for never in (None, "", "0", "9223372036854775807"):
        assert times.from_filetime(never) is None
    assert times.iso(None) is None
