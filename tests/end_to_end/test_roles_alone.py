"""Each role in a play of the user's own, as its README shows it."""

from __future__ import annotations

from typing import Any

from workplace import Workplace


def role(role_name: str, **options: Any) -> dict[str, Any]:
    return {
        "role": f"euc.appstream.{role_name}",
        "vars": {f"{role_name}_{option}": value for option, value in options.items()},
    }


def test_roles_in_a_play_of_ones_own(workplace: Workplace) -> None:
    workplace.write_inventory({"children": {"appstream_image_builders": {"hosts": {"windows-box": {}}}}})
    seven_zip = workplace.seven_zip()
    catalog = {"name": "7zip", "display_name": "7-Zip", **seven_zip["launch"]}
    base_image = {"platform": "WINDOWS_SERVER_2022"}
    place = {"instance_type": "stream.standard.medium", "subnet_id": workplace.subnet_id}
    provision = role("provision_image_builder", name="box", base_image=base_image, **place, wait_delay=1)
    capture = {"name": "box-1", "image_builder_name": "box", "applications": [catalog], "wait_delay": 1}
    windows = {"hosts": "windows-box", "gather_facts": False}

    run = workplace.run_playbook(
        [
            {**windows, "roles": [provision]},
            {
                **windows,
                "roles": [role("connect_image_builder", name="box"), role("install_applications", list=[seven_zip])],
            },
        ]
    )
    assert run.exit_code == 0, run.output
    again = workplace.run_playbook(
        [
            {
                **windows,
                "roles": [provision, role("connect_image_builder"), role("install_applications", list=[seven_zip])],
            }
        ]
    )
    assert again.exit_code == 0, again.output
    assert "changed=0" in again.output, "nothing is created or installed twice"

    early = role("remove_image_builder", name="box", image_name="box-1", require_image=True, wait_delay=1)
    run = workplace.run_playbook([{"hosts": "localhost", "gather_facts": False, "roles": [early]}])
    assert run.exit_code == 2 and "is ABSENT, not AVAILABLE" in " ".join(run.output.split()), run.output
    assert "box" in workplace.builders(), "a builder without its image is left alone"

    run = workplace.run_playbook(
        [
            {**windows, "roles": [role("connect_image_builder", name="box"), role("capture_image", **capture)]},
            {"hosts": "localhost", "gather_facts": False, "roles": [early]},
        ]
    )
    assert run.exit_code == 0, run.output
    assert workplace.images()["box-1"]["State"] == "AVAILABLE"
    assert workplace.builders() == {}
