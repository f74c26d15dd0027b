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
        ("GeneralPurpose.large", ["General Purpose"], True),
        ("Accelerated.xlarge", ["General Purpose"], False),
        ("stream.unheard.of", ["General Purpose"], True),
        ("stream.standard.large", [], True),
    ],
)
def test_supports_instance_type(instance_type: str, families: list[str], supported: bool) -> None:
    found = selection.supports_instance_type(image("x", supported_instance_families=families), instance_type)
    assert found is supported


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
