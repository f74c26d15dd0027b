# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A build with secrets of every kind leaves none of them anywhere: in no file, line, journal or process."""

from __future__ import annotations

import base64
import json
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from application_shelf import BUCKET, SHARE, SHARE_PASSWORD, TOKEN, WEB_PASSWORD, Content, upload, write_shelf
from secret_search import found_below, found_in, spellings, watched_command_lines
from workplace import PASSWORD, SECRET_KEY, Workplace, open_workplace

SESSION_TOKEN = "Token-of-the-session/with+signs=="
LICENCE = 'Licence "of" the & vendor\\4'
DOMAIN_PASSWORD = "Password-of-the-domain-5"
SECRETS = {
    "password of WinRM": PASSWORD,
    "AWS secret key": SECRET_KEY,
    "AWS session token": SESSION_TOKEN,
    "password of a share": SHARE_PASSWORD,
    "password of a web server": WEB_PASSWORD,
    "token of a web server": TOKEN,
    "licence": LICENCE,
    "password of the domain": DOMAIN_PASSWORD,
    "presigned URL": "X-Amz-Signature",
}
CREDENTIALS = {
    "files": {"username": "reader", "password": SHARE_PASSWORD},
    "web": {"username": "reader", "password": WEB_PASSWORD},
    "token": {"headers": {"Authorization": f"Bearer {TOKEN}"}},
    "automation": {"username": "installer", "password": PASSWORD},
    "licence": {"key": LICENCE},
}


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Workplace]:
    shelf = write_shelf(tmp_path)
    with open_workplace(tmp_path / "project", shelf_files=[str(shelf)]) as workplace:
        upload(workplace.client("s3"), Content(shelf))
        workplace.write_inventory({"vars": {"domain_password": DOMAIN_PASSWORD}})
        # A short path: the name of a socket of Ansible's in there has 107 characters at most.
        temporary = Path(tempfile.mkdtemp(prefix="s"))
        (workplace.folder / "tmp").symlink_to(temporary)
        yield workplace
        shutil.rmtree(temporary)


@pytest.fixture
def environment(project: Workplace) -> dict[str, str]:
    """Everything that keeps something: a log, a cache of facts, files for retries, a folder for temporary files."""
    return {
        "AWS_SESSION_TOKEN": SESSION_TOKEN,
        "ANSIBLE_LOG_PATH": str(project.folder / "ansible.log"),
        "ANSIBLE_CACHE_PLUGIN": "jsonfile",
        "ANSIBLE_CACHE_PLUGIN_CONNECTION": str(project.folder / "facts"),
        "ANSIBLE_GATHERING": "implicit",
        "ANSIBLE_RETRY_FILES_ENABLED": "1",
        "ANSIBLE_RETRY_FILES_SAVE_PATH": str(project.folder / "retry"),
        "TMPDIR": str((project.folder / "tmp").resolve()),
    }


def application(name: str, content: Content, **install: object) -> dict[str, object]:
    return {
        "name": name,
        "install": {
            "source": f"https://apps.example.com/{name}/{name}.exe",
            "checksum": content.checksum(name),
            "arguments": ["/S"],
            "product_id": name,
            **install,
        },
    }


def recipe(project: Workplace, name: str, content: Content, **changes: object) -> dict[str, object]:
    """Secrets of applications of each kind; the licence stands in arguments and in the environment."""
    licence = "%CREDENTIAL:licence.key%"
    key = {"KEY": licence}
    applications = [
        application("protected", content, source=f"{SHARE}\\protected", file="protected.exe", credential="files"),
        application("headers", content, credential="token", run_as="automation"),
        application("basic", content, credential="web", arguments=["/S", f"/KEY={licence}"], environment=key),
        application("signed", content, source=f"s3://{BUCKET}/installers/signed.exe"),
    ]
    return project.light(name, applications=applications, **changes)


def leaked(project: Workplace, output: str, seen: set[bytes]) -> list[str]:
    """Everything that holds a secret. Whether the files are searched at all, their number says."""
    written = list(project.folder.rglob("*"))
    assert len(written) > 10
    told = {"output": output, "journal": json.dumps(project.journal()), "calls": json.dumps(project.calls())}
    lines = [f"{place}: {name}" for place, text in told.items() for name in found_in(text.encode(), SECRETS)]
    lines += [f"process {line!r}: {name}" for line in seen for name in found_in(line, SECRETS)]
    return lines + found_below([project.folder, (project.folder / "tmp").resolve()], SECRETS)


def test_a_build_leaves_no_secret_anywhere(project: Workplace, environment: dict[str, str]) -> None:
    content = Content(project.folder.parent / "shelf.yml")
    with watched_command_lines() as seen:
        run = project.build(
            [recipe(project, "design", content)], "-vvvv", environment=environment, appstream_credentials=CREDENTIALS
        )
    assert run.exit_code == 0, run.output
    assert any(b"ansible-playbook" in line for line in seen)
    assert (project.folder / "ansible.log").stat().st_size > 10_000
    assert leaked(project, run.output, seen) == []


def test_a_build_that_fails_leaves_no_secret_anywhere(project: Workplace, environment: dict[str, str]) -> None:
    content = Content(project.folder.parent / "shelf.yml")
    wrong = {**CREDENTIALS, "web": {"username": "nobody", "password": WEB_PASSWORD}}
    with watched_command_lines() as seen:
        run = project.build(
            [recipe(project, "design", content, on_error="stop")],
            "-vvvv",
            environment=environment,
            appstream_credentials=wrong,
        )
    assert run.exit_code == 2, run.output
    assert "Application basic could not be installed" in run.output
    assert leaked(project, run.output, seen) == []


def test_the_password_of_a_domain_is_left_nowhere(project: Workplace, environment: dict[str, str]) -> None:
    config = {
        "directory_name": "corp.example.com",
        "organizational_units": ["OU=Builders,DC=corp,DC=example,DC=com"],
        "account_name": "CORP\\join",
        "account_password": "{{ domain_password }}",
    }
    # Facts of the controller hold its environment, which is Ansible's own doing.
    play = {"hosts": "localhost", "gather_facts": False, "tasks": [{"euc.appstream.directory_config": config}]}
    (project.folder / "tasks.yml").write_text(json.dumps([play]))
    command = ["ansible-playbook", "-i", str(project.folder / "inventory"), "tasks.yml", "-vvvv"]
    with watched_command_lines() as seen:
        run = project.run(command, environment)
    assert run.exit_code == 0, run.output
    assert leaked(project, run.output, seen) == []


@pytest.mark.parametrize("secret", SECRETS.values(), ids=list(SECRETS))
def test_every_spelling_is_found(secret: str) -> None:
    for text in (secret, quote(secret, safe=""), json.dumps({"a": secret})):
        for data in (text.encode(), text.encode("utf-16-le")):
            for before in range(4):
                assert found_in(b"x" * before + data + b"y", {"it": secret}) == ["it"]
                assert found_in(base64.b64encode(b"x" * before + data + b"yz"), {"it": secret}) == ["it"]
    assert found_in(b"nothing of it", {"it": secret}) == []
    assert all(len(one) >= len(secret) for one in spellings(secret))
