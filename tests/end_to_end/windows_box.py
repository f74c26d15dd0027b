"""One running image builder for plays of a user's own, run one after the other: cheaper than a pipeline each."""

from __future__ import annotations

from typing import Any

from workplace import Run, Workplace

HOST = "windows-box"


def start_windows_box(workplace: Workplace, name: str = HOST, image: dict[str, str] | None = None) -> str:
    """Start an image builder with boto3, put it into the inventory as a host of its name, and return its address.

    `image` is `{"ImageName": ...}` or `{"ImageArn": ...}`; the newest Windows Server 2022 when left out.
    """
    client = workplace.client("appstream")
    client.create_image_builder(
        Name=name,
        InstanceType="stream.standard.medium",
        VpcConfig={"SubnetIds": [workplace.subnet_id]},
        **(image or {"ImageName": newest_base_image(workplace)}),
    )
    workplace.wait_for(lambda: workplace.builders()[name]["State"] == "RUNNING", 60)
    workplace.wait_for(lambda: machine(workplace, name)["power"] == "on", 60)
    address = str(workplace.builders()[name]["NetworkAccessConfiguration"]["EniPrivateIpAddress"])
    hosts = {"hosts": {name: {"ansible_host": address}}}
    workplace.write_inventory({"children": {"appstream_image_builders": hosts}})
    return address


def newest_base_image(workplace: Workplace) -> str:
    pages = workplace.client("appstream").get_paginator("describe_images").paginate(Type="PUBLIC")
    images = pages.build_full_result()["Images"]
    usable = [
        image
        for image in images
        if image["Name"].startswith("AppStream-WinServer2022-")
        and image["State"] == "AVAILABLE"
        and image.get("ImageBuilderSupported")
    ]
    return str(max(usable, key=lambda image: image["PublicBaseImageReleasedDate"])["Name"])


def machine(workplace: Workplace, name: str = HOST) -> dict[str, Any]:
    """What the control plane tells about the Windows machine of an image builder."""
    return next(one for one in workplace.control("state")["machines"] if one["builder"] == name)


def run_role(workplace: Workplace, role: str, *arguments: str, hosts: str = HOST, **options: Any) -> Run:
    """Run one role of the collection on the box, in a play as a user would write it; `options` without the prefix."""
    prefixed = {f"{role}_{option}": value for option, value in options.items()}
    play = {"hosts": hosts, "gather_facts": False, "roles": [{"role": f"euc.appstream.{role}", "vars": prefixed}]}
    return workplace.run_playbook([play], *arguments)


def run_tasks(workplace: Workplace, *tasks: dict[str, Any], hosts: str = HOST) -> Run:
    """Run tasks on the box."""
    return workplace.run_playbook([{"hosts": hosts, "gather_facts": False, "tasks": list(tasks)}])
