# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What was seen of the real service takes the place of what is assumed: by a setting, for one simulator."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from appstream_simulator import assumptions
from appstream_simulator.assumptions import ENTRIES
from appstream_simulator.aws.unproven import REFUSALS
from appstream_simulator.settings import DEFAULT_DURATIONS, Settings, SettingsError, load
from botocore.exceptions import ClientError
from simulated_aws import Simulator


@pytest.fixture(autouse=True)
def _nothing_seen() -> Iterator[None]:
    yield
    assumptions.use({})


def _code(operation: Any, **request: Any) -> str:
    with pytest.raises(ClientError) as refused:
        operation(**request)
    return str(refused.value.response["Error"]["Code"])


def test_another_exception(appstream: Any) -> None:
    assert _code(appstream.update_fleet) == REFUSALS["no fleet named"].code
    assumptions.use({"no_fleet_named": "ResourceNotFoundException"})
    assert _code(appstream.update_fleet) == "ResourceNotFoundException"


def test_an_exception_that_no_source_names(appstream: Any) -> None:
    assumptions.use({"no_fleet_named": "NobodyKnewException"})
    assert _code(appstream.update_fleet) == "NobodyKnewException"


def test_what_only_the_state_speaks_against_may_be_accepted(simulator: Simulator, appstream: Any) -> None:
    image = "AppStream-WinServer2022-09-09-2026"
    appstream.create_image_builder(Name="first", InstanceType="stream.standard.medium", ImageName=image)
    assert _code(appstream.stop_image_builder, Name="first") == "ConcurrentModificationException"
    assumptions.use({"stop_image_builder_while_moving": "accepted"})
    assert appstream.stop_image_builder(Name="first")["ImageBuilder"]["State"] == "STOPPING"


def test_an_empty_list_instead_of_an_exception(appstream: Any) -> None:
    assert _code(appstream.describe_images, Names=["nowhere"]) == "ResourceNotFoundException"
    assumptions.use({"missing_image": "an empty list"})
    assert appstream.describe_images(Names=["nowhere"])["Images"] == []


def test_times_and_pages_are_settings_unless_these_are_given() -> None:
    seen = {"duration_pending": 42, "page_size": 3}
    settings = Settings(assumptions=seen)
    assert settings.durations == {**DEFAULT_DURATIONS, "PENDING": 42.0} and settings.page_size == 3
    given = Settings(assumptions=seen, durations={"PENDING": 7}, page_size=5)
    assert given.durations["PENDING"] == 7.0 and given.page_size == 5


def test_from_a_file_and_from_the_environment(tmp_path: Path) -> None:
    file = tmp_path / "settings.yml"
    file.write_text("assumptions: {copies_keep_description: true}\n", encoding="utf-8")
    assert load(file, {}).assumptions == {"copies_keep_description": True}
    given = {"APPSTREAM_SIMULATOR_ASSUMPTIONS": '{"missing_fleet": "an empty list"}'}
    assert load(None, given).assumptions == {"missing_fleet": "an empty list"}


@pytest.mark.parametrize(
    ("seen", "message"),
    [
        ({"no_such_thing": True}, "none with the id no_such_thing"),
        ({"stock_preflight": ["a"]}, "cannot be changed in the simulator"),
        ({"no_fleet_named": True}, "has to be the name of an exception, not True"),
        ({"no_fleet_named": "accepted"}, "has to be the name of an exception, not 'accepted'"),
        ({"page_size": True}, "has to be like 25, not True"),
        ({"copies_keep_description": 1}, "has to be like False, not 1"),
        ({"user_settings_by_default": []}, "has to be like"),
        ({"duration_pending": -1}, "has to be a time, not -1"),
    ],
)
def test_what_the_simulator_cannot_act_on_is_refused(seen: dict[str, Any], message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        Settings(assumptions=seen)


def test_every_refusal_is_of_the_list() -> None:
    assert len(REFUSALS) == sum("situation" in entry for entry in ENTRIES.values())
    assert all(ENTRIES[name]["assumed"] in {one.code for one in REFUSALS.values()} for name in ("no_fleet_named",))
