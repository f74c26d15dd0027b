# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""An image builder from creation to deletion."""

from __future__ import annotations

from typing import Any

import pytest
from simulated_aws import (
    BASE_IMAGE,
    Network,
    Simulator,
    create_builder,
    describe_builder,
    error_of,
    make_network,
)

OLD_AGENT_IMAGE = "AppStream-WinServer2022-03-17-2026"
LATEST_AGENT = "09-02-2026"


def test_from_creation_to_deletion(simulator: Simulator, appstream: Any) -> None:
    created = create_builder(appstream, Description="d", DisplayName="n", Tags={"k": "v"})
    assert created["State"] == "PENDING"
    assert created["Arn"] == "arn:aws:appstream:eu-west-1:123456789012:image-builder/builder"
    assert created["ImageArn"] == f"arn:aws:appstream:eu-west-1::image/{BASE_IMAGE}"
    assert (created["Platform"], created["Description"], created["DisplayName"]) == ("WINDOWS_SERVER_2022", "d", "n")
    simulator.advance(599)
    assert describe_builder(appstream)["State"] == "PENDING"
    simulator.advance(1)
    assert describe_builder(appstream)["State"] == "RUNNING"
    assert appstream.stop_image_builder(Name="builder")["ImageBuilder"]["State"] == "STOPPING"
    simulator.advance(120)
    assert describe_builder(appstream)["State"] == "STOPPED"
    assert appstream.start_image_builder(Name="builder")["ImageBuilder"]["State"] == "PENDING"
    simulator.advance(600)
    appstream.stop_image_builder(Name="builder")
    simulator.advance(120)
    assert appstream.delete_image_builder(Name="builder")["ImageBuilder"]["State"] == "DELETING"
    simulator.advance(120)
    with pytest.raises(appstream.exceptions.ResourceNotFoundException):
        describe_builder(appstream)
    assert appstream.describe_image_builders()["ImageBuilders"] == []


def test_running_builder_can_be_deleted(simulator: Simulator, appstream: Any, network: Network) -> None:
    create_builder(appstream, VpcConfig=network.config)
    simulator.advance(600)
    machine = simulator.machine("builder")
    machine.create_image("given-up")
    assert appstream.delete_image_builder(Name="builder")["ImageBuilder"]["State"] == "PENDING"
    simulator.server.simulation.worker.drain()
    assert machine.address is None
    # Not to be taken for one that is being provisioned.
    for operation in ("start_image_builder", "stop_image_builder", "delete_image_builder"):
        assert error_of(getattr(appstream, operation), Name="builder")[0] == "ConcurrentModificationException"
    simulator.advance(10)
    assert describe_builder(appstream)["State"] == "DELETING"
    simulator.advance(120)
    assert appstream.describe_image_builders()["ImageBuilders"] == []
    assert simulator.site.machines() == []
    assert simulator.client("ec2").describe_network_interfaces()["NetworkInterfaces"] == []
    assert error_of(appstream.describe_images, Names=["given-up"])[0] == "ResourceNotFoundException"


def test_name_is_free_again_after_deletion(simulator: Simulator, appstream: Any, network: Network) -> None:
    for _ in range(2):
        create_builder(appstream, VpcConfig=network.config)
        simulator.advance(600)
        appstream.stop_image_builder(Name="builder")
        simulator.advance(120)
        appstream.delete_image_builder(Name="builder")
        simulator.advance(120)
    assert simulator.site.machines() == []


def test_one_jump_of_the_clock_passes_through_all_states(
    simulator: Simulator, appstream: Any, network: Network
) -> None:
    create_builder(appstream, ImageName=OLD_AGENT_IMAGE, AppstreamAgentVersion="LATEST", VpcConfig=network.config)
    simulator.advance(100_000)
    assert describe_builder(appstream)["State"] == "RUNNING"
    assert simulator.machine("builder").address is not None


def test_agent_is_updated_on_the_way_when_the_image_has_an_older_one(simulator: Simulator, appstream: Any) -> None:
    create_builder(appstream, ImageName=OLD_AGENT_IMAGE, AppstreamAgentVersion="LATEST")
    simulator.advance(600)
    assert describe_builder(appstream)["State"] == "UPDATING_AGENT"
    simulator.advance(120)
    builder = describe_builder(appstream)
    assert builder["State"] == "RUNNING"
    assert (builder["AppstreamAgentVersion"], builder["LatestAppstreamAgentVersion"]) == (LATEST_AGENT, "TRUE")


def test_agent_stays_without_being_asked(simulator: Simulator, appstream: Any) -> None:
    create_builder(appstream, ImageName=OLD_AGENT_IMAGE)
    simulator.advance(600)
    builder = describe_builder(appstream)
    assert (builder["State"], builder["AppstreamAgentVersion"]) == ("RUNNING", "03-10-2026")
    assert builder["LatestAppstreamAgentVersion"] == "FALSE"


def test_agent_can_be_updated_at_a_later_start(simulator: Simulator, appstream: Any) -> None:
    create_builder(appstream, ImageName=OLD_AGENT_IMAGE)
    simulator.advance(600)
    appstream.stop_image_builder(Name="builder")
    simulator.advance(120)
    appstream.start_image_builder(Name="builder", AppstreamAgentVersion="LATEST")
    simulator.advance(600)
    assert describe_builder(appstream)["State"] == "UPDATING_AGENT"


def test_licensed_software_is_installed_at_creation_alone(simulator: Simulator, appstream: Any) -> None:
    create_builder(appstream, SoftwaresToInstall=["Microsoft_Office_2024_LTSC_Standard_64Bit"])
    states = []
    for seconds in (600, 60, 180):
        simulator.advance(seconds)
        states.append(describe_builder(appstream)["State"])
    assert states == ["PENDING_SYNCING_APPS", "SYNCING_APPS", "RUNNING"]
    appstream.stop_image_builder(Name="builder")
    simulator.advance(120)
    appstream.start_image_builder(Name="builder")
    simulator.advance(600)
    assert describe_builder(appstream)["State"] == "RUNNING"


def test_guest_restart_is_seen_as_rebooting(simulator: Simulator, appstream: Any, network: Network) -> None:
    create_builder(appstream, VpcConfig=network.config)
    simulator.advance(600)
    machine = simulator.machine("builder")
    address = machine.address
    machine.request.on_restart(True)
    assert describe_builder(appstream)["State"] == "REBOOTING"
    machine.request.on_restart(False)
    builder = describe_builder(appstream)
    assert builder["State"] == "RUNNING"
    assert builder["NetworkAccessConfiguration"]["EniPrivateIpAddress"] == address == machine.address


def test_guest_that_comes_back_after_a_stop_does_not_revive_the_builder(
    simulator: Simulator, appstream: Any, network: Network
) -> None:
    create_builder(appstream, VpcConfig=network.config)
    simulator.advance(600)
    machine = simulator.machine("builder")
    appstream.stop_image_builder(Name="builder")
    machine.request.on_restart(True)
    machine.request.on_restart(False)
    simulator.advance(120)
    assert describe_builder(appstream)["State"] == "STOPPED"


def test_machine_is_told_what_it_is(simulator: Simulator, appstream: Any, network: Network) -> None:
    units = ["OU=Builders,DC=corp,DC=example,DC=com"]
    appstream.create_directory_config(
        DirectoryName="corp.example.com",
        OrganizationalUnitDistinguishedNames=units,
        ServiceAccountCredentials={"AccountName": r"CORP\joiner", "AccountPassword": "a-password"},
    )
    join = {"DirectoryName": "corp.example.com", "OrganizationalUnitDistinguishedName": units[0].lower()}
    create_builder(appstream, VpcConfig=network.config, DomainJoinInfo=join)
    simulator.advance(600)
    request = simulator.machine("builder").request
    assert request.key == describe_builder(appstream)["Arn"]
    assert (request.platform, request.instance_type) == ("WINDOWS_SERVER_2022", "stream.standard.medium")
    assert (request.region, request.account_id, request.domain) == ("eu-west-1", "123456789012", "corp.example.com")
    assert request.disk is None


def test_update(simulator: Simulator, appstream: Any) -> None:
    access = {
        "Settings": [{"AgentAction": "COMPUTER_VISION", "Permission": "ENABLED"}],
        "ScreenResolution": "W_1280xH_720",
        "ScreenImageFormat": "PNG",
    }
    create_builder(appstream, Description="before")
    simulator.advance(600)
    appstream.stop_image_builder(Name="builder")
    simulator.advance(120)
    appstream.update_image_builder(Name="builder", DisplayName="after", AgentAccessConfig=access)
    builder = describe_builder(appstream)
    assert (builder["Description"], builder["DisplayName"]) == ("before", "after")
    both = {"AgentAccessConfig": access, "AttributesToDelete": ["AGENT_ACCESS_CONFIG"]}
    code, message = error_of(appstream.update_image_builder, Name="builder", **both)
    assert (code, "both updated and deleted" in message) == ("InvalidParameterCombinationException", True)
    assert builder["AgentAccessConfig"]["Settings"] == access["Settings"]
    appstream.update_image_builder(Name="builder", AttributesToDelete=["AGENT_ACCESS_CONFIG"])
    assert "AgentAccessConfig" not in describe_builder(appstream)


def test_streaming_url(simulator: Simulator, appstream: Any) -> None:
    create_builder(appstream)
    simulator.advance(600)
    answer = appstream.create_image_builder_streaming_url(Name="builder", Validity=60)
    assert answer["StreamingURL"].startswith("https://appstream2.eu-west-1.aws.amazon.com/")
    now = simulator.control("GET", "clock")["now"]
    assert answer["Expires"].timestamp() - now == pytest.approx(60, abs=1)


def test_builders_of_two_subnets_have_an_address_each(simulator: Simulator, appstream: Any, network: Network) -> None:
    other = make_network(simulator, "127.77.2.0/24")
    create_builder(appstream, "one", VpcConfig=network.config)
    create_builder(appstream, "two", VpcConfig=other.config)
    simulator.advance(600)
    assert simulator.machine("one").address == "127.77.1.4"
    assert simulator.machine("two").address == "127.77.2.4"
