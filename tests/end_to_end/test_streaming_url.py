# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""A streaming URL lets anyone in who has it: it is in nothing that a run prints, at the highest verbosity."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from workplace import REGION, Workplace, open_workplace

# The form of the service's own URLs, up to the part that is secret.
_BEGINNING = "authenticate?parameters="


@pytest.fixture(scope="module")
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workplace]:
    """A simulated account with a running image builder, `design`, that sits in no subnet and has no machine."""
    with open_workplace(tmp_path_factory.mktemp("streaming") / "project") as opened:
        opened.write_inventory()
        opened.client("appstream").create_image_builder(
            Name="design", InstanceType="stream.standard.medium", ImageName="AppStream-WinServer2022-09-09-2026"
        )
        opened.control("clock", {"advance": 900})
        yield opened


def task(register: str, more: dict[str, Any], **options: Any) -> dict[str, Any]:
    module = {"euc.appstream.image_builder_streaming_url": {"name": "design", "region": REGION, **options}}
    return {"name": f"Make the URL that is {register}", **module, "register": register, **more}


def test_the_url_is_in_nothing_that_is_printed(account: Workplace) -> None:
    kept, handed_on = account.folder / "kept.url", account.folder / "handed-on.url"
    refusal = {"failed_when": "refused is not failed or 'no_log: true' not in refused.remedy"}
    plays: list[dict[str, Any]] = [
        {
            "name": "Streaming URLs",
            "hosts": "localhost",
            "gather_facts": False,
            "tasks": [
                task("kept", {}, path=str(kept), validity=900),
                task("again", {}, path=str(kept)),
                task("returned", {"no_log": True}),
                {
                    "name": "Hand it on",
                    "ansible.builtin.copy": {
                        "content": "{{ returned.streaming_url }}\n",
                        "dest": str(handed_on),
                        "mode": "0600",
                    },
                    "no_log": True,
                },
                task("refused", refusal),
                task("missing", {"failed_when": "missing is not failed"}, path="/nowhere/at/all"),
                {
                    "name": "They are what they should be",
                    "ansible.builtin.assert": {
                        "that": [
                            "kept is changed and again is changed and returned is changed",
                            "kept.expires is defined and kept.streaming_url is not defined",
                            "refused.streaming_url is not defined",
                            "returned.expires is defined",
                        ]
                    },
                },
            ],
        }
    ]
    (account.folder / "streaming.yml").write_text(yaml.safe_dump(plays, sort_keys=False))
    command = ["ansible-playbook", "-i", str(account.folder / "inventory"), "streaming.yml", "-vvvv", "--diff"]
    log = account.folder / "ansible.log"
    run = account.run(command, {"ANSIBLE_INJECT_INVOCATION": "true", "ANSIBLE_LOG_PATH": str(log)})
    assert run.exit_code == 0, run.output
    urls = [file.read_text().strip() for file in (kept, handed_on)]
    assert all(_BEGINNING in url for url in urls)
    assert urls[0] != urls[1]
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    # At -vvvv everything else is there, such as the arguments of the modules.
    assert "validity: 900" in run.output
    assert "validity: 900" in log.read_text()
    assert not any(text in run.output for text in (*urls, _BEGINNING))
    assert [path.name for path in left_behind(account.folder, urls)] == ["handed-on.url", "kept.url"]
    calls = [call["operation"] for call in account.control("calls")]
    assert calls.count("CreateImageBuilderStreamingURL") == 3


def left_behind(folder: Path, secrets: list[str]) -> list[Path]:
    """The files below a folder, logs and temporary ones too, that hold any of these texts."""
    found = []
    for path in sorted(file for file in folder.rglob("*") if file.is_file() and not file.is_symlink()):
        content = path.read_bytes()
        if any(secret.encode() in content for secret in (*secrets, _BEGINNING)):
            found.append(path)
    return found
