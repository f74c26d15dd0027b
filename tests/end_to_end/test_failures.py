"""What we fear: each failure ends in a clear message and a safe state, and the same command goes on from there."""

from __future__ import annotations

import re

import pytest
from workplace import Workplace


def failing_application(workplace: Workplace) -> dict[str, object]:
    """An application of the shelf whose installer always ends with exit code 1603."""
    return {
        "name": "broken",
        "install": {
            "source": "https://downloads.example.com/broken/broken-1.0.msi",
            "checksum": f"sha256:{workplace.checksums['broken']}",
        },
        "launch": {"path": "C:\\Program Files\\Broken\\broken.exe"},
    }


def states(workplace: Workplace) -> dict[str, str]:
    return {name: builder["State"] for name, builder in workplace.builders().items()}


SHORT_TIMEOUTS = {
    "ansible_winrm_connection_timeout": 5,
    "ansible_winrm_read_timeout_sec": 6,
    "ansible_winrm_operation_timeout_sec": 5,
}


def hosts_that_fail(workplace: Workplace) -> dict[str, dict[str, object]]:
    """Images, each with what goes wrong with it; their variables are those of hosts of an inventory."""
    broken = {"applications": [failing_application(workplace)], "dynamic_app_catalog": False}
    installs = {f"install-{policy}": {**broken, "on_error": policy} for policy in ("delete", "keep")}
    others = {
        # Sealed, so that nobody gets in again.
        "snapshot": {"image_name": "snapshot-1", "on_error": "stop", "seal": {}},
        "join": {"on_error": "stop"},
        "licence": {"roles": ["licence"]},
        "lost": {"roles": ["baseline"]},
        "outlives": {},
        "misspelt": {},
        "office": {},
    }
    hosts = {name: workplace.host(**changes) for name, changes in {**installs, **others}.items()}
    hosts["lost"].update(SHORT_TIMEOUTS)
    hosts["misspelt"].update(ansible_password="wrong")
    hosts["office"].update(ansible_port=5986, ansible_winrm_ca_trust_path=workplace.ca_file)
    return hosts


def test_each_image_fails_by_its_own_rules(workplace: Workplace) -> None:
    secret = {"name": "Licence", "ansible.builtin.fail": {"msg": "licence key hunter2"}, "no_log": True}
    workplace.write_role("licence", [secret])
    workplace.write_role("baseline", [{"name": "Step", "ansible.windows.win_ping": {}} for _step in range(4)])
    joining = {"builder": "join", "error_code": "DOMAIN_JOIN_ERROR_ACCESS_DENIED", "times": 1}
    snapshot = {"image": "snapshot-.*", "error_code": "INTERNAL_SERVICE_ERROR", "times": 1}
    workplace.control("outcomes", [joining, snapshot])
    dropped = {"kind": "drop", "when": "after", "match": '"create-image"(?!.*dry-run)', "times": 1}
    refused = {"kind": "refuse", "match": "win_ping", "after": 2, "times": 100000}
    workplace.control("faults/windows", [{"host": "outlives", **dropped}, {"host": "lost", **refused}])
    workplace.write_images(hosts_that_fail(workplace))

    run = workplace.build(None, appstream_image_builder_quota=0, appstream_image_quota=0)

    assert run.exit_code == 2, run.output
    images = {image["name"]: image for image in workplace.manifest()["images"]}
    for name, step, message in (
        ("snapshot", "capture", "INTERNAL_SERVICE_ERROR"),
        *((f"install-{policy}", "install", "broken.*1603") for policy in ("delete", "keep")),
        ("join", "provision", "DOMAIN_JOIN_ERROR_ACCESS_DENIED.*service account"),
        ("licence", "roles", "the task has no_log"),
        ("lost", "roles", "(?i)connection"),
        ("misspelt", "connect", "credentials"),
    ):
        assert images[name]["failed_step"] == step, f"{name}: {images[name]}"
        assert re.search(message, " ".join(images[name]["message"].split())), f"{name}: {images[name]['message']}"
    succeeded = sorted(name for name, image in images.items() if not image["failed"])
    assert succeeded == ["office", "outlives"], run.output
    assert states(workplace) == {"snapshot": "STOPPED", "join": "FAILED", "install-keep": "RUNNING"}
    refused = [entry for entry in workplace.journal("auth") if entry["outcome"] == "refused"]
    assert len(refused) == 2, "a wrong password is tried twice, whatever the time-out: more would lock the account"
    assert "create-image-builder-streaming-url" in run.output, "how to look at the builder that was kept"
    reported = run.output[run.output.index("PLAY [Report]") :]
    # ansible-core itself shows the text of a fail task; what must not pass it on is the report and what AWX gets.
    assert "hunter2" not in reported + str(workplace.manifest())
    failure = reported[reported.index("Fail once for all images") :]
    assert all(name in failure for name, image in images.items() if image["failed"])

    run = workplace.build(None, "--limit", "snapshot,join,localhost")

    assert run.exit_code == 0, run.output
    assert workplace.images()["snapshot-1"]["State"] == "AVAILABLE"
    assert set(states(workplace)) == {"install-keep"}, "what was in the way is gone"


def test_the_only_connection_is_lost_for_good(workplace: Workplace) -> None:
    workplace.write_role(
        "baseline", [{"name": "Step", "ansible.windows.win_ping": {}}, {"name": "Step", "ansible.windows.win_ping": {}}]
    )
    workplace.control(
        "faults/windows", [{"host": "design", "kind": "refuse", "match": "win_ping", "after": 1, "times": 100000}]
    )
    workplace.write_inventory(ansible_winrm_read_timeout_sec=6, ansible_winrm_operation_timeout_sec=5)
    run = workplace.build([workplace.light("design", roles=["baseline"], on_error="stop")])
    assert run.exit_code == 2, run.output
    assert {builder["State"] for builder in workplace.builders().values()} == {"STOPPED"}
    assert workplace.manifest()["images"][0]["failed"] is True


def test_connection_lost_under_a_limit_without_localhost(workplace: Workplace) -> None:
    workplace.write_role("baseline", [{"name": "Step", "ansible.windows.win_ping": {}} for _step in range(2)])
    workplace.control("faults/windows", [{"host": "design", "kind": "refuse", "match": "win_ping", "after": 1}])
    variables = workplace.host(roles=["baseline"])
    images = {"hosts": {"design": {}, "office": {}, "left-out": {}}, "vars": variables}
    groups = {"children": {"appstream_image_builders": {}, "appstream_images": images}}
    workplace.write_inventory(groups, ansible_winrm_read_timeout_sec=6, ansible_winrm_operation_timeout_sec=5)
    run = workplace.build(None, "--limit", "design,office")
    assert run.exit_code == 2, run.output
    assert {image["name"]: image["failed"] for image in workplace.manifest()["images"]} == {
        "design": True,
        "office": False,
    }
    assert states(workplace) == {}


def test_throttled_at_every_aws_call(workplace: Workplace) -> None:
    workplace.control(
        "faults/aws",
        [
            {
                "match": ".*",
                "per_operation": 3,
                "times": 100000,
                "code": "ThrottlingException",
                "message": "Rate exceeded",
            }
        ],
    )
    run = workplace.build([workplace.light("design")])
    assert run.exit_code == 0, run.output
    assert len(workplace.images()) == 1 and workplace.builders() == {}


def test_somebody_elses_builder_is_left_alone(workplace: Workplace) -> None:
    appstream = workplace.client("appstream")
    base = appstream.describe_images(Type="PUBLIC")["Images"]
    usable = next(image for image in base if image["State"] == "AVAILABLE" and image["ImageBuilderSupported"])
    appstream.create_image_builder(Name="design", InstanceType="stream.standard.medium", ImageName=usable["Name"])
    run = workplace.build([workplace.recipe("design")])
    assert run.exit_code == 2, run.output
    assert "design" in workplace.builders()
    assert workplace.images() == {}


@pytest.mark.parametrize("phase", ["provision", "install", "capture"])
def test_killed_and_run_again(workplace: Workplace, phase: str) -> None:
    recipe = workplace.recipe("design") if phase == "install" else workplace.light("design")
    moments = {
        "provision": lambda: any(builder["State"] == "PENDING" for builder in workplace.builders().values()),
        "install": lambda: any(
            "win_get_url" in str(entry) or "win_package" in str(entry) for entry in workplace.journal()
        ),
        "capture": lambda: bool(workplace.images()),
    }
    workplace.build_and_kill([recipe], moments[phase])

    run = workplace.build([recipe])

    assert run.exit_code == 0, run.output
    assert [image["State"] for image in workplace.images().values()] == ["AVAILABLE"]
    assert workplace.builders() == {}
    assert len([call for call in workplace.calls("CreateImageBuilder") if call["status"] == 200]) == 1, (
        "no second builder"
    )
