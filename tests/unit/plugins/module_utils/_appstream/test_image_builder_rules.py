# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The rules on the options of module image_builder."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.euc.appstream.plugins.module_utils._appstream.image_builder.rules import image_builder_problems

OFFICE = "Microsoft_Office_2024_LTSC_Standard_64Bit"
VISIO = "Microsoft_Visio_2024_LTSC_Standard_64Bit"


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"display_name": "x" * 101}, "display_name has 101"),
        ({"description": "x" * 257}, "description has 257"),
        ({"image_arn": "AppStream-x"}, "image_arn"),
        ({"iam_role_arn": "arn:aws:iam::1:role/x"}, "iam_role_arn"),
        ({"root_volume_size": 199}, "root_volume_size 199"),
        ({"access_endpoints": [{"vpce_id": "vpce-x"}]}, "vpce_id"),
        ({"access_endpoints": [{}] * 5}, "5 access_endpoints"),
        ({"agent_access_config": {"screenshots_upload_enabled": True}}, "s3_bucket_arn"),
        ({"domain": {"organizational_unit": "x"}}, "organizational_unit"),
        ({"tags": {"aws:x": ""}}, "reserved"),
        ({"name": "-"}, "image builder name"),
    ],
)
def test_image_builder_problems(options: dict[str, Any], text: str) -> None:
    problems = image_builder_problems({"name": "design", **options})
    assert len(problems) == 1
    assert text in problems[0]


def test_an_image_builder_without_problems() -> None:
    options = {
        "name": "design",
        "image_arn": "arn:aws:appstream:eu-central-1::image/AppStream-WinServer2022-10-10-2025",
        "iam_role_arn": "arn:aws-us-gov:iam::123456789012:role/path/image-builder",
        "root_volume_size": 500,
        "access_endpoints": [{"endpoint_type": "STREAMING", "vpce_id": "vpce-0123456789abcdef0"}],
    }
    assert image_builder_problems(options) == []


def test_software_at_creation_must_go_together_too() -> None:
    options = {"name": "design", "softwares_to_install": [OFFICE, VISIO.replace("64", "32")]}
    (problem,) = image_builder_problems(options)
    assert "softwares_to_install mixes the architectures 32Bit and 64Bit" in problem
    assert image_builder_problems({**options, "state": "absent"}) == []
