# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The public base images as AWS's guide lists them, what runs on which, and what becomes of graphics images."""

from __future__ import annotations

from typing import Any

import pytest
from simulated_aws import (
    BASE_IMAGE,
    Network,
    Simulator,
    all_images,
    create_builder,
    describe_builder,
    describe_image,
    error_of,
    have_image,
    take_image,
)

# Developer guide, "Base Image and Managed Image Update Release Notes", and "Unified graphics images" (NV).
LATEST = [
    "AppStream-WinServer2025-12-18-2025",
    "AppStream-WinServer2022-11-10-2025",
    "AppStream-WinServer2019-11-10-2025",
    "AppStream-WinServer2016-11-10-2025",
    "AppStream-RHEL8-08-31-2026",
    "AppStream-RockyLinux8-08-31-2026",
    "AppStream-Graphics-G4dn-WinServer2025-12-18-2025",
    "AppStream-Graphics-G4dn-WinServer2022-11-10-2025",
    "AppStream-Graphics-G4dn-WinServer2019-11-10-2025",
    "AppStream-Graphics-G4dn-WinServer2016-11-10-2025",
    "AppStream-Graphics-G4dn-RHEL8-08-31-2026",
    "AppStream-Graphics-G4dn-RockyLinux8-08-31-2026",
    "AppStream-Graphics-G5-WinServer2025-12-18-2025",
    "AppStream-Graphics-G5-WinServer2022-11-10-2025",
    "AppStream-Graphics-G5-WinServer2019-11-10-2025",
    "AppStream-Graphics-G5-WinServer2016-11-10-2025",
    "AppStream-Graphics-G5-RHEL8-08-31-2026",
    "AppStream-Graphics-G5-RockyLinux8-08-31-2026",
    "AppStream-Graphics-G6-WinServer2025-12-18-2025",
    "AppStream-Graphics-G6-WinServer2022-11-10-2025",
    "AppStream-Graphics-G6-RHEL8-08-31-2026",
    "AppStream-Graphics-G6-RockyLinux8-08-31-2026",
    "AppStream-Graphics-G7-WinServer2025-08-31-2026",
    "AppStream-Graphics-G7-WinServer2022-08-31-2026",
    "AppStream-Graphics-G7-RHEL8-08-31-2026",
    "AppStream-Graphics-G7-RockyLinux8-08-31-2026",
    "AppStream-Graphics-NV-WinServer2025-09-29-2026",
    "AppStream-Graphics-NV-WinServer2022-09-29-2026",
    "AppStream-Graphics-NV-RHEL8-09-29-2026",
    "AppStream-Graphics-NV-RockyLinux8-09-29-2026",
    "Amazon-AppStream2-Sample-Image-06-17-2024",
]
WITHOUT_FAMILIES = "AppStream-WinServer2022-11-10-2025"
G5 = "AppStream-Graphics-G5-WinServer2022-11-10-2025"
UNIFIED = "AppStream-Graphics-NV-WinServer2022-09-29-2026"
MISMATCH = (
    "The combination of instance type {} and image instance family {} is not supported. "
    "Select an image that belongs to image instance family supported by this instance type."
)


@pytest.mark.parametrize("name", LATEST)
def test_the_latest_of_the_guide(appstream: Any, name: str) -> None:
    (image,) = appstream.describe_images(Names=[name])["Images"]
    assert (image["State"], image["Visibility"], image["ImageType"]) == ("AVAILABLE", "PUBLIC", "NATIVE")
    assert f"{image['PublicBaseImageReleasedDate']:%m-%d-%Y}" == name[-10:]
    assert ("Graphics" in name) == ("nvidiaGridDriverVersion" in image.get("ImageSoftwareMetadata", {}))


@pytest.mark.parametrize("name", ["AppStream-WinServer2022-10-22-2024", "AppStream-WinServer2019-06-12-2023"])
def test_windows_images_of_before_may_2025_are_deprecated(appstream: Any, name: str) -> None:
    assert describe_image(appstream, name)["State"] == "DEPRECATED"


@pytest.mark.parametrize("platform", ["WINDOWS_SERVER_2022", "WINDOWS_SERVER_2025", "RHEL8", "ROCKY_LINUX8"])
def test_the_newest_usable_image_of_a_platform_is_for_graphics(appstream: Any, platform: str) -> None:
    images = all_images(appstream)
    usable = [
        image
        for image in images
        if image["Platform"] == platform and image["State"] == "AVAILABLE" and image["ImageBuilderSupported"]
    ]
    newest = max(usable, key=lambda image: image["PublicBaseImageReleasedDate"])
    assert newest["SupportedInstanceFamilies"] == ["Graphics G4", "Graphics G5", "Graphics G6", "Graphics G7"]


def test_some_images_list_no_families(appstream: Any) -> None:
    assert "SupportedInstanceFamilies" not in describe_image(appstream, WITHOUT_FAMILIES)
    assert "SupportedInstanceFamilies" in describe_image(appstream, BASE_IMAGE)


@pytest.mark.parametrize(
    ("instance_type", "image", "families"),
    [
        ("stream.graphics.g4dn.xlarge", WITHOUT_FAMILIES, "null"),
        ("GeneralPurpose.t3.large", WITHOUT_FAMILIES, "null"),
        ("GeneralPurpose.t3.large", BASE_IMAGE, "General Purpose, Compute Optimized, Memory Optimized"),
        ("Accelerated.g5.xlarge", G5, "Graphics G5"),
        ("stream.graphics.g6.xlarge", G5, "Graphics G5"),
        ("stream.standard.large", G5, "Graphics G5"),
    ],
)
def test_what_does_not_go_together(appstream: Any, instance_type: str, image: str, families: str) -> None:
    request = {"Name": "one", "ImageName": image, "InstanceType": instance_type}
    capacity = {"ComputeCapacity": {"DesiredInstances": 1}}
    expected = ("InvalidParameterCombinationException", MISMATCH.format(instance_type, families))
    assert error_of(appstream.create_image_builder, **request) == expected
    assert error_of(appstream.create_fleet, **request, **capacity) == expected


@pytest.mark.parametrize(
    ("instance_type", "image"),
    [
        ("stream.standard.small", WITHOUT_FAMILIES),
        ("stream.compute.large", WITHOUT_FAMILIES),
        ("stream.memory.z1d.large", WITHOUT_FAMILIES),
        ("stream.graphics.g4dn.xlarge", UNIFIED),
        ("stream.graphics.gr6f.4xlarge", UNIFIED),
        ("stream.graphics.g7.2xlarge", UNIFIED),
    ],
)
def test_what_goes_together(appstream: Any, instance_type: str, image: str) -> None:
    create_builder(appstream, ImageName=image, InstanceType=instance_type)
    appstream.create_fleet(
        Name="fleet", ImageName=image, InstanceType=instance_type, ComputeCapacity={"DesiredInstances": 0}
    )


def test_an_image_of_one_without_families_lists_none(simulator: Simulator, appstream: Any, network: Network) -> None:
    create_builder(appstream, ImageName=WITHOUT_FAMILIES, VpcConfig=network.config)
    simulator.advance(600)
    take_image(simulator, use_latest_agent_version=False)
    assert "SupportedInstanceFamilies" not in describe_image(appstream, "image")
    appstream.create_updated_image(existingImageName="image", newImageName="updated")
    (temporary,) = [one for one in appstream.describe_image_builders()["ImageBuilders"] if one["Name"] != "builder"]
    assert temporary["InstanceType"] == "stream.standard.small"


def test_an_image_taken_of_a_graphics_image_is_unified(simulator: Simulator, appstream: Any, network: Network) -> None:
    create_builder(appstream, ImageName=G5, InstanceType="stream.graphics.g5.xlarge", VpcConfig=network.config)
    simulator.advance(600)
    take_image(simulator)
    image = describe_image(appstream, "image")
    # What its driver serves.
    assert image["SupportedInstanceFamilies"] == ["Graphics G4", "Graphics G5", "Graphics G6"]
    assert image["ImageSoftwareMetadata"] == {"nvidiaGridDriverVersion": "581.42"}
    create_builder(appstream, "other", ImageName="image", InstanceType="stream.graphics.g6.xlarge")


def test_a_managed_update_unifies_a_graphics_image(simulator: Simulator, appstream: Any) -> None:
    have_image(simulator, G5)
    assert appstream.create_updated_image(existingImageName="own", newImageName="updated")["canUpdateImage"]
    (temporary,) = appstream.describe_image_builders()["ImageBuilders"]
    assert describe_builder(appstream, temporary["Name"])["InstanceType"] == "stream.graphics.g4dn.xlarge"
    simulator.advance(9000)
    updated = describe_image(appstream, "updated")
    assert updated["SupportedInstanceFamilies"][-1] == "Graphics G7"
    assert updated["ImageSoftwareMetadata"] == {"nvidiaGridDriverVersion": "596.36"}
    answer = appstream.create_updated_image(existingImageName="updated", newImageName="again", dryRun=True)
    assert answer["canUpdateImage"] is False


def test_a_fleet_of_a_unified_image_changes_families(simulator: Simulator, appstream: Any) -> None:
    appstream.create_fleet(
        Name="fleet",
        ImageName=UNIFIED,
        InstanceType="stream.graphics.g5.xlarge",
        ComputeCapacity={"DesiredInstances": 1},
    )
    appstream.update_fleet(Name="fleet", InstanceType="stream.graphics.g7.4xlarge")
    assert appstream.describe_fleets()["Fleets"][0]["InstanceType"] == "stream.graphics.g7.4xlarge"
