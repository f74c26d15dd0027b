# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The rules on importing and exporting AMIs."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.euc.appstream.plugins.module_utils._appstream.image_export import rules as export_rules
from ansible_collections.euc.appstream.plugins.module_utils._appstream.image_import import rules as import_rules
from hypothesis import given
from hypothesis import strategies as st

IMPORT = {"name": "golden", "source_ami_id": "ami-0123456789abcdef0"}
EXPORT = {"name": "golden", "ami_name": "golden/1", "iam_role_arn": "arn:aws:iam::123456789012:role/export"}
EDITOR = {"name": "editor", "absolute_app_path": r"C:\editor.exe"}


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({}, ""),
        ({"name": "amazon-image"}, "reserved"),
        ({"name": "n" * 101}, "at most 100"),
        ({"source_ami_id": "ami-1"}, "source_ami_id"),
        ({"workspace_image_id": "wsi-1"}, "workspace_image_id"),
        ({"workspace_image_id": "wsi-0123abcd"}, ""),
        ({"iam_role_arn": "role/x"}, "iam_role_arn"),
        ({"description": "with (parentheses), and a comma"}, "description"),
        ({"description": "with (parentheses)"}, ""),
        ({"description": ""}, ""),
        ({"description": "d" * 257}, "257"),
        ({"display_name": "d" * 101}, "101"),
        ({"display_name": "ü"}, "display_name"),
        ({"runtime_validation_config": {"intended_instance_type": "large"}}, "intended_instance_type"),
        ({"runtime_validation_config": {"intended_instance_type": "GeneralPurpose.m7i-flex.2xlarge"}}, ""),
        ({"tags": {"aws:x": "y"}}, "reserved"),
        ({"app_catalog_config": [EDITOR, {**EDITOR, "name": "other"}]}, ""),
        ({"app_catalog_config": [EDITOR, EDITOR]}, "unique"),
        ({"app_catalog_config": [{**EDITOR, "name": f"a{number}"} for number in range(51)]}, "51 applications"),
        ({"app_catalog_config": [{**EDITOR, "name": "two words"}]}, "no spaces"),
        ({"app_catalog_config": [{**EDITOR, "display_name": "two words"}]}, ""),
        ({"app_catalog_config": [{**EDITOR, "display_name": "!"}]}, "display_name"),
        ({"app_catalog_config": [{**EDITOR, "absolute_app_path": ""}]}, "is empty"),
        ({"app_catalog_config": [{**EDITOR, "absolute_app_path": "editor.exe"}]}, "not an absolute Windows path"),
        ({"app_catalog_config": [{**EDITOR, "absolute_icon_path": r"\icons\e.png"}]}, "absolute_icon_path"),
        ({"app_catalog_config": [{**EDITOR, "absolute_manifest_path": "C:m.txt"}]}, "absolute_manifest_path"),
        ({"app_catalog_config": [{**EDITOR, "working_directory": r"\\?\D:\long"}]}, ""),
        ({"app_catalog_config": [{**EDITOR, "working_directory": r"\\server\share"}]}, ""),
        ({"app_catalog_config": [{**EDITOR, "working_directory": "C:\\" + "w" * 32766}]}, "32767"),
        ({"app_catalog_config": [{**EDITOR, "launch_parameters": "p" * 1025}]}, "1025"),
    ],
)
def test_imports(change: dict[str, Any], told: str) -> None:
    problems = import_rules.image_import_problems({**IMPORT, **change})
    assert told in "; ".join(problems)
    assert bool(problems) == bool(told), problems


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({}, ""),
        ({"name": "aws-like names can exist"}, "image name"),
        ({"ami_name": "ab"}, "ami_name"),
        ({"ami_name": "a" * 129}, "ami_name"),
        ({"ami_name": "(a).-/_Z9"}, ""),
        ({"ami_name": "with spaces"}, "no spaces"),
        ({"ami_description": "d" * 257}, "257"),
        ({"iam_role_arn": "arn:aws:iam::12:role/x"}, "iam_role_arn"),
        ({"iam_role_arn": ""}, "iam_role_arn"),
        ({"tags": {str(number): "" for number in range(51)}}, "51 tags"),
    ],
)
def test_exports(change: dict[str, Any], told: str) -> None:
    problems = export_rules.image_export_problems({**EXPORT, **change})
    assert told in "; ".join(problems)
    assert bool(problems) == bool(told), problems


@given(st.text(max_size=1100))
def test_launch_parameters_are_never_repeated(text: str) -> None:
    secret = f"{text}\x00the-secret"
    problem = import_rules.catalog_problems([{**EDITOR, "launch_parameters": secret}])[0]
    assert "the-secret" not in problem


@given(st.text(alphabet=st.characters(codec="ascii")))
def test_what_passes_for_absolute_names_a_drive_or_a_share(text: str) -> None:
    if not import_rules.catalog_problems([{**EDITOR, "absolute_icon_path": text}]):
        assert text == "" or text[1:2] == ":" or text.startswith("\\\\")
