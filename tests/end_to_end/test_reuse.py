"""Roles that know nothing of image builders, run unchanged by build_images; `roles/` beside this file holds them."""

from __future__ import annotations

import base64
import hashlib
import re
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
import yaml
from appstream_simulator.windows.machine.shelf import Shelf
from windows_box import start_windows_box
from workplace import Run, Workplace, open_workplace

ROLES = Path(__file__).with_name("roles")
NEXT = "next-builder"
AGENT = {
    "name": "acme-agent",
    "kind": "msi",
    "urls": ["https://vendor.example.com/agent.msi"],
    "display_name": "Acme Agent",
    "display_version": "5.1",
    "publisher": "Acme",
    "install_location": "C:\\Program Files\\Acme Agent",
    "product_code": "{6C1D8B1C-52C5-4B5E-8E7C-0B4B7F4B1A01}",
    "reboot_required": True,
    "files": [{"path": "C:\\Program Files\\Acme Agent\\agent.exe", "version": "5.1.0.0"}],
}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workplace]:
    """A workplace whose project folder holds the roles, with the vendor's installer in the place the role wants it."""
    folder = tmp_path_factory.mktemp("reuse")
    java = folder / "jre-21.zip"
    with zipfile.ZipFile(java, "w") as archive:
        archive.writestr("jre-21/bin/java.exe", b"MZ java")
        archive.writestr("jre-21/release", "21")
    java_url = "https://downloads.example.com/java/jre-21.zip"
    runtime = {"name": "jre", "kind": "file", "urls": [java_url], "content_from": str(java)}
    (folder / "shelf.yml").write_text(yaml.safe_dump({"installers": [AGENT, runtime]}))
    with open_workplace(folder / "project", shelf_files=[str(folder / "shelf.yml")]) as workplace:
        shutil.copytree(ROLES, workplace.folder / "roles")
        files = workplace.folder / "roles" / "acme.windows_baseline" / "files"
        files.mkdir()
        (files / "agent.msi").write_bytes(Shelf([folder / "shelf.yml"]).installers["acme-agent"].content)
        images = {
            "hosts": {name: {"java_runtime_version": "21"} for name in ("design", "office")},
            "vars": {
                "appstream_base_image": {"platform": "WINDOWS_SERVER_2022"},
                "appstream_builder": {"instance_type": "stream.standard.medium", "subnet_id": workplace.subnet_id},
                "appstream_dynamic_app_catalog": True,
                # The runtime depends on the baseline and brings it along; the other is for a record on the controller.
                "appstream_roles": ["acme.java_runtime", {"name": "acme.windows_baseline", "tasks_from": "record"}],
                "appstream_vars": {"java_runtime_checksum": hashlib.sha256(java.read_bytes()).hexdigest()},
                "windows_baseline_company": "Acme",
                "windows_baseline_environment": {"SITE": "Zürich"},
                "windows_baseline_record": str(workplace.folder / "record.txt"),
            },
        }
        workplace.write_inventory({"children": {"appstream_image_builders": {}, "appstream_images": images}})
        yield workplace


@pytest.fixture(scope="module")
def built(project: Workplace) -> Run:
    """One image of two, made of nothing but the roles, without what they tag as services."""
    run = project.build(None, "--limit", "design", "--skip-tags", "baseline_services")
    assert run.exit_code == 0, run.output
    return run


def test_only_the_image_of_the_limit_is_built(project: Workplace, built: Run) -> None:
    assert [re.sub(r"-\d{8}T\d{6}Z$", "", name) for name in project.images()] == ["design"]
    assert {image["State"] for image in project.images().values()} == {"AVAILABLE"}
    assert project.builders() == {}
    assert [image["applications"] for image in project.manifest()["images"]] == [[]]


def test_tags_left_out_are_left_out_inside_the_roles(project: Workplace, built: Run) -> None:
    modules = [entry["name"].rpartition(".")[2] for entry in project.journal("module")]
    assert "win_regedit" in modules and "win_path" in modules
    assert "TASK [acme.windows_baseline : Set services]" not in built.output


def test_become_and_delegation(project: Workplace, built: Run) -> None:
    who = [entry for entry in project.journal("module") if entry["arguments"].get("_raw_params") == "whoami"]
    assert [entry["become_user"] for entry in who] == ["SYSTEM"] * len(who)
    assert who
    record = (project.folder / "record.txt").read_text()
    assert re.fullmatch(r"design EC2AMAZ-\w+ Windows Server 2022\n", record), "facts of an earlier role are there"


def test_tags_that_the_pipeline_does_not_have_build_nothing(project: Workplace, built: Run) -> None:
    project.control("calls", method="DELETE")
    project.build(None, "--limit", "office", "--tags", "baseline_settings")
    assert not project.calls("CreateImageBuilder")


def test_the_image_has_it_all(project: Workplace, built: Run) -> None:
    """Handlers have run before the image was taken, in both roles, and a reboot in the middle did no harm."""
    start_windows_box(project, NEXT, {"ImageName": next(iter(project.images()))})

    data = "C:\\ProgramData\\Acme"
    assert content(project, f"{data}\\motto.txt") == "Acme runs on Microsoft Windows Server 2022 Datacenter.\r\n"
    assert content(project, f"{data}\\changed.txt") == "changed by installer"
    assert content(project, f"{data}\\java.txt") == content(project, "C:\\Java\\jre-21\\release") == "21"
    assert project.control(f"machines/{NEXT}/files?path=C:/Program%20Files/Acme%20Agent")["names"] == ["agent.exe"]
    assert "agent.msi" not in project.control(f"machines/{NEXT}/files?path=C:/ProgramData/Acme")["names"]
    environment = "Session Manager\\Environment"
    for text, variables in (("Zürich", {"SITE"}), ("C:\\Java\\jre-21", {"JAVA_HOME", "Path"})):
        places = project.control("search", {"builder": NEXT, "text": text})
        assert {place.rpartition(": ")[2] for place in places if environment in place} == variables, places


def content(project: Workplace, path: str) -> str:
    """The text of a file on the builder that was started from the image; nobody can log on to it any more."""
    found = project.control(f"machines/{NEXT}/files?path={quote(path)}")
    return base64.b64decode(found["base64"]).decode()
