# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Images: taken from a builder, listed, used, deleted."""

from __future__ import annotations

from typing import Any

import pytest
from appstream_simulator.windows.machine import app_packages, appx, sysprep
from appstream_simulator.windows.machine.accounts import LocalUser
from appstream_simulator.windows.machine.disk import Disk
from appstream_simulator.windows.machine.requests import ImageAssistantError
from fleet_requests import create_fleet, describe_fleet
from simulated_aws import (
    BASE_IMAGE,
    Network,
    Simulator,
    create_builder,
    describe_builder,
    describe_image,
    error_of,
    take_image,
)


@pytest.fixture
def builder(simulator: Simulator, appstream: Any, network: Network) -> Any:
    """A RUNNING image builder."""
    create_builder(appstream, VpcConfig=network.config)
    simulator.advance(600)
    return simulator.machine("builder")


@pytest.fixture
def late_image(simulator: Simulator, monkeypatch: pytest.MonkeyPatch) -> None:
    """An image is final a minute after its builder is STOPPED."""
    monkeypatch.setitem(simulator.server.simulation.settings.durations, "image_final_after_stopped", 60.0)


def test_image_is_available_before_the_builder_stops(simulator: Simulator, appstream: Any, builder: Any) -> None:
    builder.create_image("image")
    simulator.advance(10)
    assert describe_builder(appstream)["State"] == "SNAPSHOTTING"
    assert "NetworkAccessConfiguration" not in describe_builder(appstream)
    simulator.advance(1169)
    assert describe_image(appstream, "image")["State"] == "PENDING"
    simulator.advance(1)
    states = (describe_builder(appstream)["State"], describe_image(appstream, "image")["State"])
    assert states == ("SNAPSHOTTING", "AVAILABLE")
    assert error_of(appstream.delete_image_builder, Name="builder")[0] == "ConcurrentModificationException"
    simulator.advance(30)
    assert describe_builder(appstream)["State"] == "STOPPED"


@pytest.mark.usefixtures("late_image")
def test_builder_stops_before_the_image_is_available(simulator: Simulator, appstream: Any, builder: Any) -> None:
    builder.create_image("image")
    simulator.advance(1209)
    assert describe_builder(appstream)["State"] == "SNAPSHOTTING"
    simulator.advance(1)
    assert (describe_builder(appstream)["State"], describe_image(appstream, "image")["State"]) == ("STOPPED", "PENDING")
    simulator.advance(60)
    assert describe_image(appstream, "image")["State"] == "AVAILABLE"


def test_acceptance_only_initiates(simulator: Simulator, appstream: Any, builder: Any) -> None:
    builder.create_image("image")
    simulator.advance(9)
    running = describe_builder(appstream)
    assert running["State"] == "RUNNING"
    assert running["NetworkAccessConfiguration"]["EniPrivateIpAddress"] == builder.address
    with pytest.raises(ImageAssistantError, match="already being created"):
        builder.create_image("second")
    simulator.advance(1)
    assert describe_builder(appstream)["State"] == "SNAPSHOTTING"


def test_nothing_shows_before_snapshotting(
    simulator: Simulator, appstream: Any, builder: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(simulator.server.simulation.settings.durations, "snapshot_begins", 100.0)
    builder.create_image("image")
    simulator.advance(99)
    assert describe_builder(appstream)["State"] == "RUNNING"
    assert builder.address is not None
    assert error_of(appstream.describe_images, Names=["image"])[0] == "ResourceNotFoundException"
    simulator.advance(1)
    assert describe_image(appstream, "image")["State"] == "PENDING"
    assert builder.address is None


def test_restart_does_not_keep_an_accepted_image_from_being_made(
    simulator: Simulator, appstream: Any, builder: Any
) -> None:
    builder.create_image("image")
    builder.request.on_restart(True)
    simulator.advance(10)
    builder.request.on_restart(False)
    assert describe_builder(appstream)["State"] == "SNAPSHOTTING"
    simulator.advance(1260)
    assert describe_image(appstream, "image")["State"] == "AVAILABLE"


def test_stopped_before_snapshotting(simulator: Simulator, appstream: Any, builder: Any) -> None:
    builder.create_image("image", tags={"k": "v"})
    simulator.advance(5)
    appstream.stop_image_builder(Name="builder")
    # With the durations of the snapshot still to come: nothing of it may hit the builder in its next life.
    simulator.advance(120)
    appstream.start_image_builder(Name="builder")
    simulator.advance(2000)
    assert describe_builder(appstream)["State"] == "RUNNING"
    assert builder.address is not None
    assert simulator.control("GET", "state")["images"] == []
    assert not builder.request.image_name_exists("image")
    take_image(simulator)
    image = describe_image(appstream, "image")
    assert image["State"] == "AVAILABLE"
    assert appstream.list_tags_for_resource(ResourceArn=image["Arn"])["Tags"] == {}


def test_deleted_before_snapshotting(simulator: Simulator, appstream: Any, builder: Any) -> None:
    builder.create_image("image")
    appstream.stop_image_builder(Name="builder")
    simulator.advance(120)
    appstream.delete_image_builder(Name="builder")
    simulator.advance(2000)
    state = simulator.control("GET", "state")
    assert (state["builders"], state["images"]) == ([], [])


def test_image_appears_a_while_after_acceptance(simulator: Simulator, appstream: Any, builder: Any) -> None:
    builder.create_image("image")
    assert error_of(appstream.describe_images, Names=["image"])[0] == "ResourceNotFoundException"
    assert appstream.describe_images(Type="PRIVATE")["Images"] == []
    simulator.advance(20)
    assert describe_image(appstream, "image")["State"] == "PENDING"


def test_guest_is_cut_off_a_while_after_acceptance(simulator: Simulator, builder: Any) -> None:
    builder.create_image("image")
    simulator.advance(14)
    assert builder.address is not None
    simulator.advance(1)
    assert builder.address is None


def test_image_tells_where_it_comes_from(simulator: Simulator, appstream: Any, builder: Any) -> None:
    applications = [
        {"Name": "npp", "DisplayName": "Notepad++", "AbsoluteAppPath": r"C:\npp.exe", "LaunchParameters": "-x"}
    ]
    take_image(
        simulator,
        display_name="Design",
        description="d",
        dynamic_app_catalog=True,
        use_latest_agent_version=True,
        tags={"CostCenter": "42"},
        applications=applications,
    )
    image = describe_image(appstream, "image")
    base = describe_builder(appstream)["ImageArn"]
    (base_image,) = appstream.describe_images(Arns=[base])["Images"]
    assert image["Arn"] == "arn:aws:appstream:eu-west-1:123456789012:image/image"
    assert (image["BaseImageArn"], image["ImageBuilderName"]) == (base, "builder")
    assert (image["DisplayName"], image["Description"]) == ("Design", "d")
    assert (image["Visibility"], image["Platform"]) == ("PRIVATE", "WINDOWS_SERVER_2022")
    assert (image["DynamicAppProvidersEnabled"], image["LatestAppstreamAgentVersion"]) == ("ENABLED", "TRUE")
    assert image["PublicBaseImageReleasedDate"] == base_image["PublicBaseImageReleasedDate"]
    assert image["ImageSharedWithOthers"] == base_image["ImageSharedWithOthers"] == "FALSE"
    assert image["SupportedInstanceFamilies"] == base_image["SupportedInstanceFamilies"]
    (application,) = image["Applications"]
    assert (application["Name"], application["LaunchPath"], application["Enabled"]) == ("npp", r"C:\npp.exe", True)
    assert appstream.list_tags_for_resource(ResourceArn=image["Arn"])["Tags"] == {"CostCenter": "42"}


def test_image_keeps_the_disk_for_builders_started_from_it(
    simulator: Simulator, appstream: Any, network: Network, builder: Any
) -> None:
    builder.disk["C:/tool.exe"] = "one"
    take_image(simulator)
    builder.disk["C:/tool.exe"] = "changed later"
    arn = describe_image(appstream, "image")["Arn"]
    for name, selector in (("by-name", {"ImageName": "image"}), ("by-arn", {"ImageArn": arn})):
        request = {"InstanceType": "stream.standard.medium", "VpcConfig": network.config, **selector}
        appstream.create_image_builder(Name=name, **request)
        simulator.advance(600)
        assert simulator.machine(name).disk == {"C:/tool.exe": "one"}


def test_what_changes_until_the_guest_is_cut_off_is_in_the_image(
    simulator: Simulator, appstream: Any, builder: Any, network: Network
) -> None:
    builder.create_image("image")
    simulator.advance(14)
    builder.disk["C:/late.txt"] = "before the cut"
    simulator.advance(1)
    builder.disk["C:/later.txt"] = "after the cut"
    simulator.advance(1300)
    create_builder(appstream, "second", ImageName="image", VpcConfig=network.config)
    assert simulator.machine("second").disk == {"C:/late.txt": "before the cut"}


def test_a_renamed_administrator_makes_no_image(simulator: Simulator, appstream: Any, builder: Any) -> None:
    disk = Disk(lambda: 0.0)
    disk.accounts.users["administrator"] = LocalUser("Administrator")
    builder.snapshot = disk.copy
    for name, administrator, state in (("first", "cisadmin", "FAILED"), ("second", "Administrator", "AVAILABLE")):
        disk.accounts.rename_administrator(administrator)
        builder.create_image(name)
        simulator.advance(15)
        simulator.advance(1255)
        assert describe_image(appstream, name)["State"] == state
        appstream.start_image_builder(Name="builder")
        simulator.advance(600)
    (error,) = describe_image(appstream, "first")["ImageErrors"]
    assert error["ErrorCode"] == "INTERNAL_SERVICE_ERROR"


def test_what_sysprep_refuses_makes_no_image(simulator: Simulator, appstream: Any, builder: Any) -> None:
    disk = Disk(lambda: 0.0)
    package = appx.AppPackage("Contoso.App", "CN=Contoso", "1.0.0.0")
    app_packages.install(disk, "S-1-5-21-1-2-3-1001", appx.build(package, {}))
    builder.snapshot = disk.copy
    builder.create_image("image")
    simulator.advance(15)
    simulator.advance(1255)
    (error,) = describe_image(appstream, "image")["ImageErrors"]
    assert "was installed for a user, but not provisioned for all users" in error["ErrorMessage"]


def test_an_image_on_which_no_script_runs_becomes_available_and_never_starts(
    simulator: Simulator, appstream: Any, builder: Any
) -> None:
    disk = Disk(lambda: 0.0)
    disk.registry.set(sysprep.POWERSHELL_POLICY, "EnableScripts", 0, "DWord")
    builder.snapshot = disk.copy
    take_image(simulator)
    assert describe_image(appstream, "image")["State"] == "AVAILABLE"
    create_builder(appstream, "second", ImageName="image")
    create_fleet(appstream, ImageName="image")
    appstream.start_fleet(Name="fleet")
    simulator.advance(20000)
    assert describe_builder(appstream, "second")["State"] == "PENDING"
    fleet = describe_fleet(appstream)
    assert (fleet["State"], fleet.get("FleetErrors", []), fleet["ComputeCapacityStatus"]["Running"]) == (
        "STARTING",
        [],
        0,
    )


def test_disk_of_a_builder_survives_a_stop(simulator: Simulator, appstream: Any, builder: Any) -> None:
    builder.disk["C:/tool.exe"] = "one"
    appstream.stop_image_builder(Name="builder")
    simulator.advance(120)
    appstream.start_image_builder(Name="builder")
    simulator.advance(600)
    assert simulator.machine("builder").disk == {"C:/tool.exe": "one"}


@pytest.mark.parametrize("seconds", [0, 1270])
def test_name_is_taken_from_acceptance_on(
    simulator: Simulator, appstream: Any, builder: Any, network: Network, seconds: int
) -> None:
    create_builder(appstream, "other", VpcConfig=network.config)
    simulator.advance(600)
    other = simulator.machine("other")
    assert not other.request.image_name_exists("image")
    builder.create_image("image")
    simulator.advance(seconds)
    assert other.request.image_name_exists("image")
    with pytest.raises(ImageAssistantError, match="already exists"):
        other.create_image("image")


def test_name_of_a_failed_image_stays_taken_until_deleted(simulator: Simulator, appstream: Any, builder: Any) -> None:
    simulator.control("POST", "outcomes", {"image": "image", "error_code": "INTERNAL_SERVICE_ERROR"})
    take_image(simulator)
    assert describe_image(appstream, "image")["State"] == "FAILED"
    assert builder.request.image_name_exists("image")
    assert appstream.delete_image(Name="image")["Image"]["State"] == "DELETING"
    simulator.advance(60)
    assert not builder.request.image_name_exists("image")


@pytest.mark.usefixtures("late_image")
def test_image_fails_when_its_builder_is_deleted_too_early(simulator: Simulator, appstream: Any, builder: Any) -> None:
    builder.create_image("image")
    simulator.advance(1210)
    appstream.delete_image_builder(Name="builder")
    simulator.advance(60)
    image = describe_image(appstream, "image")
    assert (image["State"], image["StateChangeReason"]["Code"]) == ("FAILED", "IMAGE_BUILDER_NOT_AVAILABLE")


def test_builder_must_be_running(simulator: Simulator, appstream: Any, builder: Any) -> None:
    appstream.stop_image_builder(Name="builder")
    with pytest.raises(ImageAssistantError, match="RUNNING"):
        builder.create_image("image")


def test_image_quota(simulator: Simulator, appstream: Any, builder: Any) -> None:
    for number in range(10):
        take_image(simulator, f"image-{number}")
        appstream.start_image_builder(Name="builder")
        simulator.advance(600)
    with pytest.raises(ImageAssistantError, match="limit"):
        builder.create_image("image-10")


def test_deleting(simulator: Simulator, appstream: Any, builder: Any) -> None:
    builder.create_image("image")
    assert error_of(appstream.delete_image, Name="image")[0] == "ResourceNotFoundException"
    simulator.advance(20)
    assert error_of(appstream.delete_image, Name="image")[0] == "ConcurrentModificationException"
    simulator.advance(1260)
    appstream.delete_image(Name="image")
    assert error_of(appstream.delete_image, Name="image")[0] == "ConcurrentModificationException"
    simulator.advance(60)
    assert error_of(appstream.describe_images, Names=["image"])[0] == "ResourceNotFoundException"
    public = "AppStream-WinServer2022-09-09-2026"
    assert error_of(appstream.delete_image, Name=public)[0] == "OperationNotPermittedException"


def test_builder_can_be_deleted_from_a_failed_image(simulator: Simulator, appstream: Any, builder: Any) -> None:
    simulator.control("POST", "outcomes", {"image": ".*", "error_code": "INTERNAL_SERVICE_ERROR", "message": "no"})
    take_image(simulator)
    image = describe_image(appstream, "image")
    assert image["ImageErrors"][0]["ErrorCode"] == "INTERNAL_SERVICE_ERROR"
    assert image["ImageErrors"][0]["ErrorMessage"] == image["StateChangeReason"]["Message"] == "no"
    assert describe_builder(appstream)["State"] == "STOPPED"
    error = error_of(appstream.create_image_builder, Name="b", InstanceType="stream.standard.medium", ImageName="image")
    assert error[0] == "ResourceNotAvailableException"


def test_licensed_software_stays_included(simulator: Simulator, appstream: Any, network: Network) -> None:
    (base,) = appstream.describe_images(Names=[BASE_IMAGE])["Images"]
    assert base["ManagedSoftwareIncluded"] is False
    software = ["Microsoft_Office_2024_LTSC_Standard_64Bit"]
    create_builder(appstream, "one", VpcConfig=network.config, SoftwaresToInstall=software)
    simulator.advance(840)
    take_image(simulator, "first", "one")
    create_builder(appstream, "two", VpcConfig=network.config, ImageName="first")
    simulator.advance(600)
    take_image(simulator, "second", "two")
    create_builder(appstream, "three", VpcConfig=network.config)
    simulator.advance(600)
    take_image(simulator, "plain", "three")
    included = [describe_image(appstream, name)["ManagedSoftwareIncluded"] for name in ("first", "second", "plain")]
    assert included == [True, True, False]


def test_image_keeps_the_size_of_the_root_volume(simulator: Simulator, appstream: Any, network: Network) -> None:
    large = {"VpcConfig": network.config, "RootVolumeConfig": {"VolumeSizeInGb": 300}}
    create_builder(appstream, **large)
    simulator.advance(600)
    take_image(simulator)
    for options in ({}, {"RootVolumeConfig": {}}, {"RootVolumeConfig": {"VolumeSizeInGb": 299}}):
        code, message = error_of(
            appstream.create_image_builder,
            Name="small",
            InstanceType="stream.standard.medium",
            ImageName="image",
            **options,
        )
        assert (code, "300 GB" in message) == ("InvalidParameterCombinationException", True)
    assert create_builder(appstream, "fitting", ImageName="image", **large)["RootVolumeConfig"]["VolumeSizeInGb"] == 300
