"""Every way to reach a builder, all at once: one box, a host of the inventory for each way, one play."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from windows_box import start_windows_box
from workplace import PASSWORD, Run, Workplace, open_workplace

SHARE = r"\\files.corp.example.com\licences"
HTTPS = {"ansible_port": 5986}
WINRM: dict[str, dict[str, Any]] = {
    "winrm-ntlm": {"ansible_winrm_transport": "ntlm"},
    "winrm-ntlm-https": {"ansible_winrm_transport": "ntlm", **HTTPS},
    "winrm-credssp": {"ansible_winrm_transport": "credssp"},
    "winrm-basic-https": {"ansible_winrm_transport": "basic", **HTTPS},
    "winrm-certificate": {"ansible_winrm_transport": "certificate", **HTTPS},
}
PSRP: dict[str, dict[str, Any]] = {
    "psrp-ntlm": {"ansible_psrp_auth": "ntlm"},
    "psrp-negotiate-https": {"ansible_psrp_auth": "negotiate", **HTTPS},
    "psrp-credssp": {"ansible_psrp_auth": "credssp"},
    "psrp-basic-https": {"ansible_psrp_auth": "basic", **HTTPS},
    "psrp-certificate": {"ansible_psrp_auth": "certificate", **HTTPS},
}
# Whose logons may not be let in, and what Ansible says of it.
REFUSED = {
    "winrm-stranger": "credentials were rejected",
    "psrp-stranger": "Failed to authenticate",
}
# What would send the password in the clear; the second is what Ansible does by default for such an account.
IN_THE_CLEAR: dict[str, dict[str, Any]] = {
    "winrm-basic-http": {"ansible_winrm_transport": "basic"},
    "winrm-default-http": {"ansible_winrm_transport": []},
}
CARRIES_ON = {"winrm-credssp", "psrp-credssp"}


def client_certificate(folder: Path, name: str) -> dict[str, str]:
    """A certificate for a client and its key, as the guide has them made."""
    folder.mkdir(exist_ok=True)
    paths = {"certificate": folder / f"{name}.pem", "key": folder / f"{name}.key"}
    principal = f"subjectAltName=otherName:1.3.6.1.4.1.311.20.2.3;UTF8:{name}@localhost"
    make = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-sha256", "-days", "365", "-nodes"]
    made_of = ["-subj", f"/CN={name}", "-addext", "extendedKeyUsage=clientAuth", "-addext", principal]
    into = ["-keyout", str(paths["key"]), "-out", str(paths["certificate"])]
    subprocess.run([*make, *made_of, *into], check=True, capture_output=True)
    return {name: str(path) for name, path in paths.items()}


def certificate_variables(files: dict[str, str]) -> dict[str, str]:
    return {
        "ansible_winrm_cert_pem": files["certificate"],
        "ansible_winrm_cert_key_pem": files["key"],
        "ansible_psrp_certificate_pem": files["certificate"],
        "ansible_psrp_certificate_key_pem": files["key"],
    }


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Workplace, Run]]:
    """The play over all hosts, and the workplace it ran in."""
    folder = tmp_path_factory.mktemp("connections")
    mine, strangers = (client_certificate(folder / "pki", name) for name in ("installer", "stranger"))
    shelf = {
        "installers": [],
        "shares": [
            {"path": SHARE, "accounts": {"installer": PASSWORD}, "files": [{"path": "key.txt", "text": "0815"}]}
        ],
    }
    (folder / "shelf.yml").write_text(yaml.safe_dump(shelf))
    settings = {
        "client_certificates": [
            {"issuer": mine["certificate"], "subject": "installer@localhost", "account": "installer"}
        ],
        "shelf_files": [str(folder / "shelf.yml")],
    }
    with open_workplace(folder / "project", **settings) as workplace:
        address = start_windows_box(workplace)
        common = {
            "ansible_host": address,
            "ansible_winrm_ca_trust_path": workplace.ca_file,
            "ansible_psrp_ca_cert": workplace.ca_file,
            **certificate_variables(mine),
        }
        hosts = {name: {**common, **variables} for name, variables in {**WINRM, **IN_THE_CLEAR}.items()}
        hosts |= {name: {**common, "ansible_connection": "psrp", **variables} for name, variables in PSRP.items()}
        for plugin in ("winrm", "psrp"):
            hosts[f"{plugin}-stranger"] = {**hosts[f"{plugin}-certificate"], **certificate_variables(strangers)}
        for name in REFUSED:
            hosts[name]["connect_image_builder_wait_timeout"] = 2
        workplace.write_inventory({"children": {"appstream_image_builders": {"hosts": hosts}}})
        yield workplace, workplace.run_playbook([PLAY])


PLAY: dict[str, Any] = {
    "hosts": "appstream_image_builders",
    "gather_facts": False,
    "tasks": [
        {"name": "Connect", "ansible.builtin.import_role": {"name": "euc.appstream.connect_image_builder"}},
        {
            "name": "Read a share",
            "ansible.builtin.slurp": {"src": f"{SHARE}\\key.txt"},
            "register": "share",
            "failed_when": False,
        },
        {
            "name": "Read it as somebody whose password is known",
            "ansible.builtin.slurp": {"src": f"{SHARE}\\key.txt"},
            "register": "became",
            "become": True,
            "become_method": "ansible.builtin.runas",
            "become_user": "installer",
            "when": "inventory_hostname in ['winrm-ntlm', 'psrp-ntlm']",
            "vars": {"ansible_become_password": "{{ ansible_password }}"},
        },
        {
            "name": "Tell",
            "ansible.builtin.debug": {
                "msg": "{{ inventory_hostname }} is {{ ansible_facts.hostname }}, reads "
                "{{ share.content | default('') | b64decode }}{{ share.msg | default('') }}, "
                "became {{ became.content | default('') | b64decode }}."
            },
        },
    ],
}


def told(output: str) -> dict[str, str]:
    """What each host could read of the share, or why not."""
    line = r"msg: '?([\w-]+) is EC2AMAZ-\w+, reads (.*?), became (?:0815)?\."
    return dict(re.findall(line, " ".join(output.split())))


def test_every_transport_of_both_plugins(run: tuple[Workplace, Run]) -> None:
    workplace, finished = run
    reached = told(finished.output)

    assert set(reached) == {*WINRM, *PSRP}, finished.output
    accepted = {entry["scheme"] for entry in workplace.journal("auth") if entry["outcome"] == "accepted"}
    assert {scheme.lower() for scheme in accepted} == {"negotiate", "credssp", "basic", "certificate"}
    assert {entry["user"].rpartition("\\")[2] for entry in workplace.journal("auth") if entry["user"]} == {"installer"}
    assert not workplace.journal("unhandled") and not workplace.journal("error")


def test_only_credssp_carries_the_user_on_to_a_share(run: tuple[Workplace, Run]) -> None:
    """Unless the task becomes somebody whose password is known."""
    reached = told(run[1].output)

    for name in ("winrm-ntlm", "psrp-ntlm"):
        assert re.search(f"{name} is .*? became 0815", " ".join(run[1].output.split()))
    assert {name for name, read in reached.items() if read == "0815"} == CARRIES_ON
    assert all("Access is denied" in read for name, read in reached.items() if name not in CARRIES_ON), reached


def test_strangers_are_kept_out_and_told_why(run: tuple[Workplace, Run]) -> None:
    workplace, finished = run
    for name, reason in REFUSED.items():
        failure = finished.output[finished.output.index(f"fatal: [{name}]") :][:1000]
        assert reason in " ".join(failure.split()), failure
    reasons = [entry["reason"] for entry in workplace.journal("auth") if entry["scheme"] == "Certificate"]
    assert "no mapping for the certificate's issuer" in reasons


def test_basic_over_http_is_refused(run: tuple[Workplace, Run]) -> None:
    for name in IN_THE_CLEAR:
        failure = run[1].output[run[1].output.index(f"fatal: [{name}]") :][:1000]
        assert "unencrypted over HTTP" in " ".join(failure.split()), failure


def test_no_secret_is_told(run: tuple[Workplace, Run]) -> None:
    workplace, finished = run
    assert PASSWORD not in finished.output
    assert PASSWORD not in str(workplace.journal())
