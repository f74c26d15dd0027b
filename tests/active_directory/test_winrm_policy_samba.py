# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What Samba's own tools, parsers and a member of the domain make of a policy of module `ad_winrm_policy`."""

from __future__ import annotations

import json
import os
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest
from conftest import DOMAIN, SERVER, Domain
from winrm_policies import POLICIES, Place

# Samba's Python modules belong to the system's Python only. It parses and packs again every kind of file there is a
# parser for, and says what it found.
_PARSERS = r"""
import json, sys
from samba.dcerpc import preg
from samba.gp_parse.gp_inf import GptTmplInfParser
from samba.gp_parse.gp_ini import GPScriptsIniParser, GPTIniParser
from samba.ndr import ndr_pack, ndr_unpack

folder = sys.argv[1]
read = lambda path: open(folder + path, "rb").read()
registry = ndr_unpack(preg.file, read("/Machine/Registry.pol"))
template, scripts, gpt = GptTmplInfParser(), GPScriptsIniParser(), GPTIniParser()
template.parse(read("/Machine/Microsoft/Windows NT/SecEdit/GptTmpl.inf"))
scripts.parse(read("/Machine/Scripts/psscripts.ini"))
gpt.parse(read("/gpt.ini"))
template.write_xml(sys.argv[2])
json.dump({
    "same": ndr_pack(registry) == read("/Machine/Registry.pol"),
    "registry": [[entry.keyname, entry.valuename, entry.type, str(entry.data)] for entry in registry.entries],
    "template": open(sys.argv[2], encoding="utf-16-le").read(),
    "scripts": {name: dict(scripts.ini_conf.items(name)) for name in scripts.ini_conf.sections()},
    "version": gpt.ini_conf.get("General", "Version"),
}, sys.stdout)
"""


def samba_tool(domain: Domain, *arguments: str) -> str:
    """Output of samba-tool over the network, as the administrator."""
    finished = run_samba_tool(domain, *arguments)
    assert finished.returncode == 0, f"{arguments}: {finished.stdout}{finished.stderr}"
    return finished.stdout


def run_samba_tool(domain: Domain, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = ["samba-tool", "gpo", *arguments, "-H", f"ldap://{SERVER}"]
    command += [f"-UAdministrator%{domain.administrator_password}"]
    return subprocess.run(command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)


def test_samba_tool_sees_the_policy_and_finds_nothing_wrong(domain: Domain, tmp_path: Path) -> None:
    place = Place(domain)
    guid = place.present(https=True)["policy"]["guid"]
    listed = next(block for block in samba_tool(domain, "listall").split("\n\n") if guid in block)
    assert place.name in listed and "GPO_FLAG_USER_DISABLE" in listed and "version      : 1" in listed
    shown = samba_tool(domain, "show", guid)
    assert place.name in shown and f"CN={guid},{POLICIES}" in shown
    assert guid in samba_tool(domain, "getlink", place.unit)
    assert place.unit in samba_tool(domain, "listcontainers", guid)
    samba_tool(domain, "fetch", guid, "--tmpdir", str(tmp_path))
    fetched = tmp_path / "policy" / guid
    assert {
        str(path.relative_to(fetched)): path.read_bytes() for path in fetched.rglob("*") if path.is_file()
    } == place.files(guid)
    assert any(access_lists_are_right(domain, guid) for _attempt in range(10))


def access_lists_are_right(domain: Domain, guid: str) -> bool:
    """Whether Samba finds the access lists of all policies right. It looks at all, and others' may be half made now."""
    finished = run_samba_tool(domain, "aclcheck")
    assert guid not in finished.stdout + finished.stderr, finished.stderr
    time.sleep(1 if finished.returncode else 0)
    return finished.returncode == 0


def test_sambas_parsers_read_what_was_written(domain: Domain, tmp_path: Path) -> None:
    place = Place(domain)
    guid = place.present(https=True, administrators_method="restricted_groups")["policy"]["guid"]
    command = ["/usr/bin/python3", "-c", _PARSERS, str(place.folder(guid)), str(tmp_path / "template.xml")]
    finished = subprocess.run(command, capture_output=True, text=True, check=False)
    assert finished.returncode == 0, finished.stderr
    found: dict[str, Any] = json.loads(finished.stdout)
    assert found["same"]
    values = {name: data for _key, name, _kind, data in found["registry"]}
    assert values["AllowAutoConfig"] == "1" and values["IPv4Filter"] == "*"
    assert {"AppStream-ImageBuilder-WinRM-HTTP-In", "AppStream-ImageBuilder-WinRM-HTTPS-In"} < set(values)
    assert place.sid in found["template"] and "*S-1-5-32-544" in found["template"] and "WinRM" in found["template"]
    scripts = {key.lower(): value for key, value in found["scripts"]["Startup"].items()}
    assert scripts["0cmdline"] == "appstream-winrm-https.ps1"
    assert found["version"] == "1"


@pytest.fixture
def member(domain: Domain, tmp_path: Path) -> Path:
    """The smb.conf of a computer that is not a member yet, with all its folders apart from the controller's."""
    configuration = tmp_path / "smb.conf"
    folders = ("private dir", "state directory", "cache directory", "lock directory", "pid directory")
    lines = ["[global]", "workgroup = CORP", f"realm = {DOMAIN}", "security = ads", "netbios name = BUILDER1"]
    lines += ["kerberos method = secrets only", "interfaces = lo", "bind interfaces only = yes"]
    lines += [f"{name} = {tmp_path / name.split()[0]}" for name in folders]
    for name in folders:
        (tmp_path / name.split()[0]).mkdir()
    configuration.write_text("\n".join(lines) + "\n", encoding="ascii")
    return configuration


def test_a_member_in_the_organizational_unit_applies_it(domain: Domain, member: Path) -> None:
    place = Place(domain)
    guid = place.present(https=True)["policy"]["guid"]
    unit = place.unit.partition(",")[0].partition("=")[2]
    run(member, "net", "ads", "join", f"createcomputer={unit}", "--no-dns-updates", domain=domain)
    update = ("samba-gpupdate", f"--configfile={member}", "--target=Computer")
    rsop = run(member, *update, "--rsop")
    assert place.name in rsop
    run(member, *update, "--force")
    cached = next(path for path in (member.parent / "cache").rglob("*") if path.name.upper() == guid)
    assert {path.name.lower() for path in cached.rglob("*") if path.is_file()} == {
        path.rpartition("/")[2].lower() for path in place.files(guid)
    }
    assert f"CN={guid},{POLICIES}".lower() in str(place.link()).lower()


def run(configuration: Path, *command: str, domain: Domain | None = None) -> str:
    """Output of one of a member's commands; with a domain as its administrator."""
    arguments = list(command)
    if domain:
        arguments += [f"--configfile={configuration}", f"-UAdministrator%{domain.administrator_password}"]
    environment = {**os.environ, "SMB_CONF_PATH": str(configuration)}
    finished = subprocess.run(
        arguments, capture_output=True, text=True, check=False, env=environment, stdin=subprocess.DEVNULL
    )
    assert finished.returncode == 0, f"{command}: {finished.stdout}{finished.stderr}"
    return finished.stdout
