# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What is built: images with applications, and the files in which each contestant finds them."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml

from benchmarks.account import WINDOWS_USER, Account
from benchmarks.schedule import INSTALLER_SECONDS

_INSTANCE_TYPE = "stream.standard.medium"
# The simulator's newest for Windows Server 2022, which the playbook finds by itself and a script has written down.
_BASE_IMAGE = "AppStream-WinServer2022-09-09-2026"
_TAGS = {"CostCenter": "42"}


@dataclasses.dataclass(frozen=True)
class Case:
    """So many images, each with so many applications."""

    images: int
    applications: int

    def __str__(self) -> str:
        return f"{self.images}x{self.applications}"


def parse_cases(text: str) -> list[Case]:
    """Cases from a text such as `1x5 10x5`.

    Raises:
        ValueError: that is not what the text looks like.
    """
    found = [re.fullmatch(r"([1-9]\d?)x([1-9]\d?)", word) for word in text.split()]
    if not found or None in found:
        raise ValueError(f"cases are <images>x<applications>, such as 10x5, with blanks between them, not {text!r}")
    return [Case(int(match[1]), int(match[2])) for match in found if match]


def write_shelf(folder: Path, case: Case) -> Path:
    """The simulator's description of the installers: MSI files on a web server."""
    installers = [
        {
            "name": f"application-{number}",
            "kind": "msi",
            "urls": [_url(number)],
            "display_name": f"Application {number}",
            "publisher": "Example Corporation",
            "product_code": _product_code(number),
            "install_location": _folder(number),
            "seconds": INSTALLER_SECONDS,
            "files": [
                {"path": _program(number), "version": "1.0.0.0"},
                *({"path": rf"{_folder(number)}\library{part}.dll", "version": "1.0.0.0"} for part in range(4)),
            ],
        }
        for number in _numbers(case)
    ]
    path = folder / "shelf.yml"
    path.write_text(yaml.safe_dump({"installers": installers}))
    return path


def checksums(folder: Path, shelf: Path) -> dict[str, str]:
    """SHA-256 of the installers, by file name."""
    settings, files = folder / "shelf_settings.yml", folder / "installers"
    settings.write_text(yaml.safe_dump({"shelf_files": [str(shelf)]}))
    export = [sys.executable, "-m", "appstream_simulator", "shelf", "export", "--settings", str(settings), str(files)]
    subprocess.run(export, check=True, stdout=subprocess.DEVNULL)
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in files.iterdir()}


def write_project(folder: Path, account: Account, case: Case, sums: dict[str, str], delay: float) -> list[str]:
    """The project of a user of the collection; returns the command that builds the images."""
    recipes = [
        {
            "name": f"image-{image}",
            "image_name": _image_name(image),
            "base_image": {"platform": "WINDOWS_SERVER_2022"},
            "builder": {
                "instance_type": _INSTANCE_TYPE,
                "subnet_id": account.subnet_id,
                "security_group_ids": [account.security_group_id],
            },
            "applications": [_recipe_of_application(number, sums) for number in _numbers(case)],
            "tags": _TAGS,
        }
        for image in range(1, case.images + 1)
    ]
    variables = {
        "appstream_images": recipes,
        "appstream_image_builder_quota": case.images,
        "appstream_image_quota": case.images,
        # A whole number of real seconds: more than one only where AWS is polled less often, too.
        "build_image_wait_delay": round(delay),
        "install_applications_poll_interval": round(delay),
        # Real seconds, of which there may be many while time goes slowly.
        "build_image_connect_timeout": 86400,
        "build_image_image_wait_timeout": 86400,
        "appstream_report_directory": str(folder / "reports"),
    }
    connection = {
        "ansible_connection": "winrm",
        "ansible_port": 5985,
        "ansible_winrm_transport": "ntlm",
        "ansible_user": WINDOWS_USER,
        "ansible_password": "{{ lookup('ansible.builtin.env', 'WINDOWS_PASSWORD') }}",
    }
    groups = {"all": {"children": {"appstream_image_builders": {"vars": connection}}}}
    (folder / "inventory.yml").write_text(yaml.safe_dump(groups))
    (folder / "images.yml").write_text(yaml.safe_dump(variables))
    (folder / "site.yml").write_text("- import_playbook: euc.appstream.build_images\n")
    forks = ["--forks", str(case.images)]
    return ["ansible-playbook", "--inventory", "inventory.yml", "--extra-vars", "@images.yml", *forks, "site.yml"]


def write_script_input(folder: Path, account: Account, case: Case, sums: dict[str, str]) -> list[str]:
    """The file that the script reads; returns the command that builds the images."""
    images: list[dict[str, Any]] = [
        {
            "name": f"image-{image}",
            "image_name": _image_name(image),
            "base_image": _BASE_IMAGE,
            "instance_type": _INSTANCE_TYPE,
            "subnet_id": account.subnet_id,
            "security_group_id": account.security_group_id,
            "applications": [
                {
                    "name": f"application-{number}",
                    "display_name": f"Application {number}",
                    "url": _url(number),
                    "sha256": sums[_file_name(number)],
                    "path": _program(number),
                }
                for number in _numbers(case)
            ],
            "tags": _TAGS,
        }
        for image in range(1, case.images + 1)
    ]
    path = folder / "images.json"
    path.write_text(json.dumps(images))
    return [sys.executable, str(Path(__file__).with_name("script.py")), str(path)]


def _recipe_of_application(number: int, sums: dict[str, str]) -> dict[str, Any]:
    return {
        "name": f"application-{number}",
        "display_name": f"Application {number}",
        "install": {
            "source": _url(number),
            "checksum": f"sha256:{sums[_file_name(number)]}",
            "product_id": _product_code(number),
        },
        "launch": {"path": _program(number)},
    }


def _numbers(case: Case) -> range:
    return range(1, case.applications + 1)


def _image_name(image: int) -> str:
    return f"image-{image}-first"


def _file_name(number: int) -> str:
    return f"application-{number}.msi"


def _url(number: int) -> str:
    return f"https://downloads.example.net/{_file_name(number)}"


def _product_code(number: int) -> str:
    return f"{{BE7C4A00-0000-4000-8000-{number:012d}}}"


def _folder(number: int) -> str:
    return rf"C:\Program Files\Application {number}"


def _program(number: int) -> str:
    return rf"{_folder(number)}\application.exe"
