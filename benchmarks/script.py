# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The script to compare with: builds AppStream images, all at once, with nothing but boto3 and pywinrm.

Usage: script.py IMAGES_FILE

It is what somebody writes who has one way to build one kind of image: no preflight, no idempotence within a build, no
clean-up after a failure, nothing sealed, no report.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import boto3
import requests
import winrm

IMAGE_ASSISTANT = r"C:\Program Files\Amazon\Photon\ConsoleImageBuilder\image-assistant.exe"
DELAY = float(os.environ["POLL_DELAY"])

appstream = boto3.client("appstream")


def find_builder(name: str) -> dict[str, Any] | None:
    try:
        return next(iter(appstream.describe_image_builders(Names=[name])["ImageBuilders"]), None)
    except appstream.exceptions.ResourceNotFoundException:
        return None


def find_image(name: str) -> dict[str, Any] | None:
    try:
        return next(iter(appstream.describe_images(Names=[name])["Images"]), None)
    except appstream.exceptions.ResourceNotFoundException:
        return None


def wait_for(state: str | None, find: Callable[[str], dict[str, Any] | None], name: str) -> dict[str, Any]:
    while True:
        found = find(name) or {"State": None}
        if found["State"] == state:
            return found
        if found["State"] == "FAILED":
            raise RuntimeError(f"{name} has failed: {found}")
        time.sleep(DELAY)


def connect(address: str) -> winrm.Session:
    account = (os.environ["WINDOWS_USER"], os.environ["WINDOWS_PASSWORD"])
    while True:
        try:
            session = winrm.Session(address, auth=account, transport="ntlm")
            session.run_cmd("hostname")
            return session
        except requests.exceptions.RequestException:
            time.sleep(DELAY)


def run(session: winrm.Session, program: str, *arguments: str) -> str:
    result = session.run_cmd(
        f'"{program}"', [f'"{argument}"' if " " in argument else argument for argument in arguments]
    )
    if result.status_code not in (0, 3010):
        raise RuntimeError(f"{program} ended with {result.status_code}: {result.std_out!r} {result.std_err!r}")
    return str(result.std_out.decode())


def install(session: winrm.Session, application: dict[str, Any]) -> None:
    file = rf"C:\Windows\Temp\{application['name']}.msi"
    run(session, "curl.exe", "-fsSL", "-o", file, application["url"])
    if application["sha256"] not in run(session, "certutil.exe", "-hashfile", file, "SHA256"):
        raise RuntimeError(f"{application['url']} is not the file that was expected")
    run(session, "msiexec.exe", "/i", file, "/qn", "/norestart")
    run(session, "cmd.exe", "/c", "del", file)


def add_to_catalog(session: winrm.Session, application: dict[str, Any]) -> None:
    names = ["--name", application["name"], "--display-name", application["display_name"]]
    run(session, IMAGE_ASSISTANT, "add-application", *names, "--absolute-app-path", application["path"])


def build(image: dict[str, Any]) -> None:
    if find_image(image["image_name"]):
        print(f"{image['image_name']} exists")
        return
    appstream.create_image_builder(
        Name=image["name"],
        ImageName=image["base_image"],
        InstanceType=image["instance_type"],
        VpcConfig={"SubnetIds": [image["subnet_id"]], "SecurityGroupIds": [image["security_group_id"]]},
        Tags=image["tags"],
    )
    builder = wait_for("RUNNING", find_builder, image["name"])
    session = connect(builder["NetworkAccessConfiguration"]["EniPrivateIpAddress"])
    for application in image["applications"]:
        install(session, application)
        add_to_catalog(session, application)
    tags = [word for key, value in image["tags"].items() for word in (key, value)]
    run(session, IMAGE_ASSISTANT, "create-image", "--name", image["image_name"], "--tags", *tags)
    wait_for("AVAILABLE", find_image, image["image_name"])
    appstream.delete_image_builder(Name=image["name"])
    wait_for(None, find_builder, image["name"])
    print(f"{image['image_name']} is available")


if __name__ == "__main__":
    images = json.loads(Path(sys.argv[1]).read_text())
    with ThreadPoolExecutor(len(images)) as pool:
        list(pool.map(build, images))
