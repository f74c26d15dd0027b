"""Situations from public bug reports and questions, each run as its user ran it."""

from __future__ import annotations

import secrets
from typing import Any

import pytest
import yaml
from ansible.parsing.vault import VaultLib, VaultSecret
from workplace import Workplace

ALWAYS = 100_000
SHORT_TASKS = {"ANSIBLE_TASK_TIMEOUT": "5"}


def fail_aws(workplace: Workplace, operation: str, code: str, times: int = ALWAYS) -> None:
    """Let calls of AppStream fail."""
    rule = {"match": f"appstream:{operation}", "code": code, "message": "No.", "status": 400, "times": times}
    workplace.control("faults/aws", [rule])


def manifest_image(workplace: Workplace) -> dict[str, Any]:
    """The one image of the newest manifest."""
    [image] = workplace.manifest()["images"]
    return image


def test_what_comes_after_an_available_image(workplace: Workplace) -> None:
    """A builder that can't be removed, and tags that can't be read, are work that is left; then credentials expire."""
    fail_aws(workplace, "ListTagsForResource", "AccessDeniedException")
    fail_aws(workplace, "DeleteImageBuilder", "AccessDeniedException")

    run = workplace.build([workplace.light("design")], environment=SHORT_TASKS)

    assert run.exit_code == 0, run.output
    assert [image["State"] for image in workplace.images().values()] == ["AVAILABLE"]
    assert list(workplace.builders()) == ["design"]
    built = manifest_image(workplace)
    assert built["failed"] is False
    assert [text.partition(" could not be removed")[0] for text in built["left_to_do"]] == ["Image builder design"]
    assert "    LEFT TO DO: Image builder design could not be removed and costs money" in run.output
    assert "the tags of the image can't be read" in str(built["warnings"])

    workplace.control("faults/aws", method="DELETE")
    fail_aws(workplace, "DeleteImageBuilder", "ExpiredTokenException", times=2)

    # The wait for new ones takes longer than the estate's time-out of tasks.
    run = workplace.build([workplace.light("design")], environment=SHORT_TASKS)

    assert run.exit_code == 0, run.output
    assert "image builder design: credentials expired, waiting for new ones" in run.output
    assert (workplace.builders(), len(workplace.images()), manifest_image(workplace)["left_to_do"]) == ({}, 1, [])


def test_reports_that_could_not_be_written(workplace: Workplace) -> None:
    (workplace.folder / "file").write_text("")
    run = workplace.build(
        [workplace.light("design")], appstream_report_directory=str(workplace.folder / "file" / "below")
    )
    assert run.exit_code == 2, run.output
    assert "no report could be written there in the end" in run.output
    assert workplace.calls("CreateImageBuilder") == []


@pytest.mark.parametrize("limit", ["des*", "nobody"])
def test_limit_with_the_list_form(workplace: Workplace, limit: str) -> None:
    """An inventory without hosts: Ansible itself lets any limit pass."""
    recipes = [workplace.light("design"), workplace.light("office")]
    run = workplace.build(recipes, "--limit", limit, "--check")
    if limit == "nobody":
        assert run.exit_code == 2, run.output
        assert "--limit nobody leaves out every recipe" in run.output
        return
    assert run.exit_code == 0, run.output
    assert "design: image design-" in run.output and "office: image" not in run.output
    assert "design: design-" in run.output, "the summary"


def test_a_limit_that_leaves_all_images_out(workplace: Workplace) -> None:
    """Images that are hosts of the inventory, and a limit to a host that is none of them."""
    images = {"hosts": {"design": {}}, "vars": workplace.host()}
    groups = {"children": {"appstream_image_builders": {}, "appstream_images": images}, "hosts": {"server": {}}}
    workplace.write_inventory(groups)
    run = workplace.build(None, "--limit", "server", "--check")
    assert run.exit_code == 2, run.output
    assert "--limit server leaves out every recipe" in run.output


def test_secrets_of_users_roles(workplace: Workplace) -> None:
    """Shown nowhere at -v, be they vaulted in place or entries of appstream_credentials, which are searched for."""
    key = secrets.token_urlsafe(16)
    inline, entry = secrets.token_urlsafe(16), secrets.token_urlsafe(16)
    (workplace.folder / "key").write_text(key)
    vaulted = VaultLib([("default", VaultSecret(key.encode()))]).encrypt(inline).decode()
    seal = {"remove_access": False, "manifest_permissions": False, "remove_hybrid_activation": False}
    recipe = workplace.light("design", roles=["licence"], seal=seal)
    recipe["vars"] = {"token": "TOKEN", "licence_key": "{{ appstream_credentials.licence.password }}"}
    text = yaml.safe_dump({"appstream_images": [recipe], "appstream_credentials": {"licence": {"password": entry}}})
    block = "".join(f"          {line}\n" for line in vaulted.splitlines())
    (workplace.folder / "group_vars").mkdir()
    (workplace.folder / "group_vars" / "all.yml").write_text(text.replace("TOKEN\n", f"!vault |\n{block}"))
    write = {"dest": "C:\\ProgramData\\licence.txt", "content": "{{ licence_key }} {{ token | length }}"}
    workplace.write_role("licence", [{"name": "Enter the key", "ansible.windows.win_copy": write, "no_log": True}])

    run = workplace.build(None, "-v", "--vault-password-file", "key")

    assert run.exit_code == 2, run.output
    assert "C:\\ProgramData\\licence.txt" in run.output and "licence" in manifest_image(workplace)["message"]
    everything = run.output + str(workplace.manifest())
    assert [name for name, secret in (("inline", inline), ("entry", entry), ("key", key)) if secret in everything] == []


MFA = """\
[profile images]
role_arn = arn:aws:iam::123456789012:role/images
mfa_serial = arn:aws:iam::123456789012:mfa/ann
source_profile = people
"""
NO_KEYS = {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""}


@pytest.mark.parametrize(
    ("environment", "aws", "words"),
    [
        ({"AWS_REGION": "", "AWS_DEFAULT_REGION": ""}, {}, "AWS_REGION and AWS_DEFAULT_REGION is set but empty"),
        (
            {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""},
            {"profile": "images"},
            "Profile images has mfa_serial",
        ),
        ({}, {"profile": "images"}, "access_key from the environment variable AWS_ACCESS_KEY_ID"),
    ],
    ids=["region", "mfa", "profile and keys"],
)
def test_logons_that_can_not_be(
    workplace: Workplace, environment: dict[str, str], aws: dict[str, str], words: str
) -> None:
    config = workplace.folder / "home" / ".aws" / "config"
    config.parent.mkdir()
    config.write_text(MFA)
    run = workplace.build([workplace.light("design")], "--check", environment=environment, appstream_aws=aws)
    assert run.exit_code == 2, run.output
    assert words in " ".join(run.output.split())
    assert workplace.calls() == []
