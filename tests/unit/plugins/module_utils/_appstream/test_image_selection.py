# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Choosing images."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.euc.appstream.plugins.module_utils._appstream.image import selection


def image(name: str, **more: Any) -> dict[str, Any]:
    usual = {"state": "AVAILABLE", "visibility": "PUBLIC", "image_builder_supported": True}
    return {"name": name, **usual, **more}


@pytest.mark.parametrize(
    ("name", "series"),
    [
        ("AppStream-WinServer2022-09-09-2026", "AppStream-WinServer2022"),
        ("AppStream-Graphics-G5-WinServer2022-09-09-2026", "AppStream-Graphics-G5-WinServer2022"),
        ("design-20261122T124526Z", None),
        ("design", None),
    ],
)
def test_series(name: str, series: str | None) -> None:
    assert selection.series(name) == series


@pytest.mark.parametrize(
    ("instance_type", "families", "supported"),
    [
        ("stream.standard.large", ["General Purpose"], True),
        ("stream.standard.large", ["GENERAL_PURPOSE"], True),
        ("stream.standard.large", ["Graphics G5"], False),
        ("stream.compute.large", ["Compute Optimized"], True),
        ("stream.memory.z1d.large", ["Memory Optimized"], True),
        ("stream.graphics.g4dn.xlarge", ["Graphics G4"], True),
        ("stream.graphics.g4dn.xlarge", ["Graphics G4dn"], True),
        ("stream.graphics.g5.xlarge", ["Graphics G4"], False),
        ("stream.graphics.gr6f.4xlarge", ["Graphics G6"], True),
        ("stream.graphics-pro.4xlarge", ["General Purpose"], False),
        ("GeneralPurpose.large", ["General Purpose"], True),
        ("Accelerated.xlarge", ["General Purpose"], False),
        ("stream.unheard.of", ["General Purpose"], True),
        ("stream.standard.large", [], True),
    ],
)
def test_instance_families(instance_type: str, families: list[str], supported: bool) -> None:
    reason = selection.refused_because(image("x", supported_instance_families=families), instance_type)
    assert (reason is None) is supported, reason


BASE = "AppStream-WinServer2022-09-09-2026"
UNIFIED = "AppStream-Graphics-NV-WinServer2022-09-29-2026"
ONE_FAMILY = "AppStream-Graphics-G5-WinServer2022-09-09-2026"


@pytest.mark.parametrize(
    ("name", "instance_type", "supported"),
    [
        (BASE, "stream.standard.large", True),
        (BASE, "stream.memory.large", True),
        (BASE, "stream.graphics.g4dn.xlarge", False),
        (BASE, "stream.graphics-design.large", False),
        (UNIFIED, "stream.graphics.g7.2xlarge", True),
        (UNIFIED, "stream.graphics.gr6f.4xlarge", True),
        (UNIFIED, "stream.graphics.g4dn.xlarge", True),
        (UNIFIED, "stream.graphics-pro.4xlarge", False),
        (UNIFIED, "stream.graphics-design.large", False),
        (UNIFIED, "stream.standard.large", False),
        (ONE_FAMILY, "stream.graphics.g5.xlarge", True),
        (ONE_FAMILY, "stream.graphics.g6.xlarge", False),
        (ONE_FAMILY, "stream.standard.large", False),
    ],
)
def test_an_image_that_lists_no_families(name: str, instance_type: str, supported: bool) -> None:
    """The service has "image instance family null" for them: absent, null and empty are the same."""
    for listed in ({}, {"supported_instance_families": None}, {"supported_instance_families": []}):
        reason = selection.refused_because(image(name, **listed), instance_type)
        assert (reason is None) is supported, reason


@pytest.mark.parametrize(
    ("image_type", "instance_type", "supported"),
    [
        ("NATIVE", "stream.standard.large", True),
        ("NATIVE", "GeneralPurpose.large", False),
        ("NATIVE", "Accelerated.g4dn.xlarge", False),
        ("CUSTOM", "stream.standard.large", False),
        ("CUSTOM", "GeneralPurpose.large", True),
        ("BYOL", "MemoryOptimized.large", True),
        (None, "ComputeOptimized.large", True),
    ],
)
def test_types_for_imported_images(image_type: str | None, instance_type: str, supported: bool) -> None:
    reason = selection.refused_because(image("x", image_type=image_type), instance_type)
    assert (reason is None) is supported, reason


@pytest.mark.parametrize(
    ("families", "warned"), [(["Standard", "Fast"], True), (["Graphics G5", "Fast"], True), (["Graphics G5"], False)]
)
def test_families_of_unknown_names(families: list[str], warned: bool) -> None:
    unknown = image("x", supported_instance_families=families)
    assert (selection.refused_because(unknown, "stream.standard.large") is None) is warned
    warnings = selection.support_warnings(unknown, "stream.standard.large")
    assert [families[-1] in one for one in warnings] == ([True] if warned else [])


def test_graphics_images_are_chosen_only_when_asked_for() -> None:
    images = [
        image(name, created_time=f"2026-0{number}-01") for number, name in enumerate([BASE, ONE_FAMILY, UNIFIED], 1)
    ]

    def chosen(**criteria: Any) -> str:
        return str((selection.choose(images, **criteria) or {}).get("name"))

    assert chosen() == BASE
    assert chosen(name_prefix="AppStream-") == BASE
    assert chosen(name_prefix="AppStream-Graphics-") == UNIFIED
    assert chosen(name_prefix="AppStream-Graphics-G5") == ONE_FAMILY
    assert chosen(instance_type="stream.standard.large") == BASE
    assert chosen(instance_type="stream.graphics.g6.xlarge") == UNIFIED
    assert chosen(with_graphics=True) == UNIFIED


@pytest.mark.parametrize(
    ("instance_type", "chosen"),
    [
        ("stream.standard.large", "AppStream-WinServer2022-11-10-2025"),
        ("stream.graphics.g4dn.xlarge", "AppStream-Graphics-G4dn-WinServer2022-11-10-2025"),
        ("stream.graphics.g5.xlarge", "AppStream-Graphics-G5-WinServer2022-11-10-2025"),
        ("stream.graphics.g6.xlarge", "AppStream-Graphics-G6-WinServer2022-11-10-2025"),
        ("stream.graphics-design.xlarge", None),
    ],
)
@pytest.mark.parametrize("hours", [0, 1])
@pytest.mark.parametrize("listed", [True, False])
def test_images_of_one_release_day(instance_type: str, chosen: str | None, hours: int, listed: bool) -> None:
    """The standard image lists no families and came out with those for graphics, or an hour before them."""
    images = [image("AppStream-WinServer2022-11-10-2025", created_time="2025-11-10T00:00:00", platform="P")]
    images += [
        image(
            f"AppStream-Graphics-{kind}-WinServer2022-11-10-2025",
            created_time=f"2025-11-10T0{hours}:00:00",
            platform="P",
            supported_instance_families=[f"Graphics {kind}"] if listed else None,
        )
        for kind in ("G4dn", "G5", "G6")
    ]
    found = selection.choose(images, platform="P", instance_type=instance_type)
    assert (found["name"] if found else None) == chosen


def test_public_images_count_by_release_and_others_by_creation() -> None:
    dates = {"public_base_image_released_date": "2025-01-01", "created_time": "2026-01-01"}
    assert selection.release_time(image("x", **dates)) == "2025-01-01"
    assert selection.release_time(image("x", **{**dates, "visibility": "PRIVATE"})) == "2026-01-01"


@pytest.mark.parametrize(
    ("changes", "usable"),
    [
        ({}, True),
        ({"state": "PENDING"}, False),
        ({"state": "DEPRECATED"}, False),
        ({"image_builder_supported": False}, False),
        ({"visibility": "SHARED", "image_permissions": {"allow_image_builder": False}}, False),
        ({"visibility": "SHARED", "image_permissions": {"allow_image_builder": True}}, True),
        ({"visibility": "SHARED"}, True),
    ],
)
def test_unusable_because(changes: dict[str, Any], usable: bool) -> None:
    assert (selection.unusable_because(image("x", **changes)) is None) is usable


def test_choose_takes_the_newest_that_fits() -> None:
    images = [
        image("a", created_time="2026-01-01", platform="P"),
        image("b", created_time="2026-03-01", platform="P", state="PENDING"),
        image("c", created_time="2026-02-01", platform="P"),
        image("d", created_time="2026-04-01", platform="Q"),
    ]
    chosen = selection.choose(images, platform="P")
    assert chosen is not None
    assert chosen["name"] == "c"
    assert selection.choose(images, name_prefix="z") is None
