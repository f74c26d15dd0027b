"""What must go right: images from recipes, and nothing done twice."""

from __future__ import annotations

import re
import secrets
from pathlib import Path
from typing import Any

import pytest
from windows_box import machine, start_windows_box
from workplace import PASSWORD, REGION, SECRET_KEY, Run, Workplace

TOKEN = secrets.token_urlsafe(16)
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)


def notepad(workplace: Workplace) -> dict[str, object]:
    (workplace.folder / "files").mkdir(exist_ok=True)
    icon = workplace.folder / "files" / "npp.png"
    icon.write_bytes(PNG)
    return {
        "name": "notepadpp",
        "display_name": 'Notepad++ "the editor"',
        "install": {
            "source": "https://downloads.example.com/notepad-plus-plus/npp.8.6.9.Installer.x64.msi",
            "checksum": f"sha256:{workplace.checksums['notepadpp']}",
            "arguments": ["/qn"],
            "credential": "vendor",
        },
        "launch": {
            "path": "C:\\Program Files\\Notepad++\\notepad++.exe",
            "icon": str(icon),
            "parameters": '-multiInst "C:\\some folder\\a file.txt"',
            "optimize": ["C:\\Program Files\\Notepad++"],
        },
    }


def test_two_images_at_once(workplace: Workplace) -> None:
    applications = [notepad(workplace), workplace.seven_zip()]
    recipes = [
        workplace.recipe("design", image_name="design-1", applications=applications),
        workplace.recipe("office", base_image={"platform": "WINDOWS_SERVER_2019"}),
    ]
    credentials = {"vendor": {"headers": {"X-Token": TOKEN}}}
    run = workplace.build(recipes, "-vvvv", appstream_credentials=credentials)
    assert run.exit_code == 0, run.output

    images = workplace.images()
    assert {re.sub(r"-\d{8}T\d{6}Z$", "", name) for name in images} == {"design-1", "office"}
    assert {image["State"] for image in images.values()} == {"AVAILABLE"}
    assert {image["Platform"] for image in images.values()} == {"WINDOWS_SERVER_2022", "WINDOWS_SERVER_2019"}
    assert workplace.builders() == {}
    assert workplace.client("ec2").describe_network_interfaces()["NetworkInterfaces"] == []
    assert_tagged(workplace, images)
    assert_reported(workplace, images)
    assert "RUNNING" in run.output, "progress is shown at normal verbosity"
    assert {"appstream_image_design", "appstream_image_office"} <= handed_over(run), "set_stats hands it to AWX"
    assert_silent(workplace, run)

    workplace.control("calls", method="DELETE")
    again = workplace.build([recipes[0]], appstream_credentials=credentials)
    assert again.exit_code == 0, again.output
    assert workplace.images() == images
    assert not re.search(r"changed=[1-9]", again.output), "a fixed image name is built once"
    assert not [call for call in workplace.calls() if not re.match("(Describe|List|Get)", call["operation"])]

    start_windows_box(workplace, "looked-at", image={"ImageName": "design-1"})
    assert machine(workplace, "looked-at")["products"] == ["7zip-exe", "notepadpp"]
    for secret in (PASSWORD, TOKEN):
        assert workplace.control("search", {"builder": "looked-at", "text": secret}) == []


def handed_over(run: Run) -> set[str]:
    """Names of the variables that set_stats has handed over, as Ansible prints them at the end."""
    return set(re.findall(r"appstream_image\w*", run.output.partition("CUSTOM STATS")[2]))


def assert_tagged(workplace: Workplace, images: dict[str, dict[str, Any]]) -> None:
    for image in images.values():
        tags = workplace.client("appstream").list_tags_for_resource(ResourceArn=image["Arn"])["Tags"]
        assert tags["CostCenter"] == "42"
        assert tags["euc.appstream:recipe"] == image["Name"].split("-")[0]
        assert tags["euc.appstream:run"]


def assert_reported(workplace: Workplace, images: dict[str, dict[str, Any]]) -> None:
    built = {image["name"]: image for image in workplace.manifest()["images"]}
    assert set(built) == {"design", "office"}
    assert built["design"]["image"]["arn"] in {image["Arn"] for image in images.values()}
    assert [application["name"] for application in built["design"]["applications"]] == ["notepadpp", "7zip"]
    assert built["office"]["applications"][0]["version"] == "24.09"
    phases = [phase["name"] for phase in built["design"]["phases"]]
    assert phases == ["provision", "connect", "install", "catalog", "check", "seal", "capture", "remove"]


def assert_silent(workplace: Workplace, run: Run) -> None:
    """No secret is anywhere, whatever the verbosity."""
    written = [run.output, *(path.read_text() for path in (workplace.folder / "reports").glob("*.json"))]
    for secret in (PASSWORD, SECRET_KEY, TOKEN):
        assert not any(secret in text for text in written)
    assert PASSWORD not in str(workplace.journal())


def test_check_mode_creates_nothing(workplace: Workplace) -> None:
    run = workplace.build([workplace.recipe("design"), workplace.recipe("office")], "--check")
    assert run.exit_code == 0, run.output
    assert workplace.builders() == {} and workplace.images() == {}
    assert not workplace.calls("CreateImageBuilder")


@pytest.mark.parametrize("arguments", [(), ("--check",)], ids=["run", "check"])
def test_preflight_refuses_before_anything_is_created(workplace: Workplace, arguments: tuple[str, ...]) -> None:
    builder = workplace.recipe("any")["builder"]
    domain = {"directory_name": "corp.example.com", "organizational_unit": "OU=Builders,DC=corp,DC=example,DC=com"}
    wrong = {
        "base-image": (
            {"base_image": {"name": "AppStream-WinServer2099-01-01-2026"}},
            "AppStream-WinServer2099-01-01-2026",
        ),
        "image-name": ({"image_name": "aws-design"}, "aws-design"),
        "subnet": ({"builder": {**builder, "subnet_id": "subnet-0123456789abcdef0"}}, "subnet-0123456789abcdef0"),
        "group": ({"builder": {**builder, "security_group_ids": ["sg-0123456789abcdef0"]}}, "sg-0123456789abcdef0"),
        "directory": ({"builder": {**builder, "domain": domain}}, "corp.example.com"),
        "family": (
            {
                "base_image": {"name": "AppStream-WinServer2022-09-09-2026"},
                "builder": {**builder, "instance_type": "stream.graphics.g5.xlarge"},
            },
            "stream.graphics.g5.xlarge",
        ),
    }
    run = workplace.build([workplace.recipe(name, **changes) for name, (changes, _cause) in wrong.items()], *arguments)
    assert run.exit_code == 2, run.output
    failure = run.output[run.output.index("Fail once for all images") :]
    for name, (_changes, cause) in wrong.items():
        assert f"{name} failed at preflight" in " ".join(failure.split())
        assert cause in failure
    assert not workplace.calls("CreateImageBuilder")


def test_recipes_with_slips_are_refused_whole(workplace: Workplace) -> None:
    slips = [{"base_imge": {}}, {"builder": {"subnet_id": "subnet-0123456789abcdef0"}}, {"on_error": "explode"}]
    run = workplace.build(
        [workplace.recipe("office")] + [workplace.recipe(f"slip-{number}", **slip) for number, slip in enumerate(slips)]
    )
    assert run.exit_code == 2, run.output
    for cause in ("base_imge", "instance_type", "explode"):
        assert cause in run.output
    assert workplace.calls() == []


def test_recipes_in_the_inventory_and_limit(workplace: Workplace) -> None:
    builder = {"instance_type": "stream.standard.medium", "subnet_id": workplace.subnet_id}
    hosts = {
        name: {
            "appstream_base_image": {"platform": "WINDOWS_SERVER_2022"},
            "appstream_applications": [workplace.seven_zip()],
        }
        for name in ("design", "office")
    }
    workplace.write_inventory(
        {
            "hosts": {"localhost": {"ansible_host": "192.0.2.1"}},  # some inventories name it, with no connection
            "children": {
                "appstream_image_builders": {},
                "appstream_images": {"hosts": hosts, "vars": {"appstream_builder": builder}},
            },
        }
    )
    nowhere = {"AWS_REGION": "", "AWS_DEFAULT_REGION": ""}
    run = workplace.build(None, "--limit", "design", environment=nowhere, appstream_aws={"region": REGION})
    assert run.exit_code == 0, run.output
    assert [name.rsplit("-", 1)[0] for name in workplace.images()] == ["design"]

    run = workplace.build(None, "--check")
    assert run.exit_code == 0, run.output
    assert "design: image design-" in run.output and "office: image office-" in run.output
    assert len(workplace.images()) == 1, "nothing more is built"


def test_psrp(workplace: Workplace) -> None:
    """An installer that reboots in the middle, and the connection lost when the image is begun, as it may be."""
    workplace.write_inventory(ansible_connection="psrp", ansible_psrp_auth="ntlm", ansible_psrp_protocol="http")
    dropped = {"kind": "drop", "when": "after", "match": '"create-image"(?!.*dry-run)', "times": 1}
    workplace.control("faults/windows", dropped)
    source = "https://downloads.example.com/needs-restart/needs-restart-2.0.msi"
    install = {"source": source, "checksum": f"sha256:{workplace.checksums['needs-restart']}"}

    run = workplace.build(
        [workplace.recipe("design", applications=[{"name": "restart", "install": install}, workplace.seven_zip()])]
    )

    assert run.exit_code == 0, run.output
    assert [image["State"] for image in workplace.images().values()] == ["AVAILABLE"]
    assert [entry["state"] for entry in workplace.journal("power")].count("restarting") == 1
    assert [entry["fault"] for entry in workplace.journal("fault")] == ["drop"]


@pytest.mark.oldest
def test_oldest_supported_core(workplace: Workplace, oldest_ansible: Path) -> None:
    environment = {
        "PATH": f"{oldest_ansible}/bin:{workplace.environment['PATH']}",
        "ANSIBLE_COLLECTIONS_PATH": str(oldest_ansible / "collections"),
        "ANSIBLE_JINJA2_NATIVE": "true",
        "ANSIBLE_STRATEGY": "free",
    }
    workplace.write_role("who", [{"ansible.windows.win_file": {"path": "C:\\{{ who }}", "state": "directory"}}])
    role = {"name": "who", "vars": {"who": "{{ inventory_hostname }} of {{ ansible_facts['os_family'] }}"}}
    application = {"name": "own", "install": {"role": "who", "vars": {"who": "own"}}, "verify": [{"file": "C:\\own"}]}
    recipe = workplace.recipe("design", roles=[role], applications=[application, workplace.seven_zip()])
    run = workplace.build([recipe], environment=environment)
    assert run.exit_code == 0, run.output
    assert len(workplace.images()) == 1
    made = [entry["arguments"]["path"] for entry in workplace.journal("module") if "win_file" in entry["name"]]
    assert {"C:\\design of Windows", "C:\\own"} <= set(made)
    assert workplace.manifest()["versions"]["ansible-core"].startswith("2.17.")
