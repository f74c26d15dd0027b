"""How builders are reached: what the plan finds out of it, and what the controller's environment must not change."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from workplace import PASSWORD, Workplace


class WebProxy(socketserver.ThreadingTCPServer):
    """A web proxy that notes what it is asked for, and lets nothing through."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Asked)
        self.asked: list[str] = []

    @property
    def url(self) -> str:
        return f"http://somebody:secret@127.0.0.1:{self.server_address[1]}"


class Asked(socketserver.StreamRequestHandler):
    server: WebProxy

    def handle(self) -> None:
        self.server.asked.append(self.rfile.readline().decode(errors="replace").strip())
        self.wfile.write(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")


@pytest.fixture
def web_proxy() -> Iterator[WebProxy]:
    with WebProxy() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def proxies(web_proxy: WebProxy) -> dict[str, str]:
    """The environment of a controller behind a proxy; only AWS, which is on this machine, is named as an exception."""
    names = ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy")
    return {**dict.fromkeys(names, web_proxy.url), "NO_PROXY": "localhost,127.0.0.1"}


def test_builders_are_reached_past_the_controllers_web_proxy(workplace: Workplace, web_proxy: WebProxy) -> None:
    workplace.write_role("baseline", [{"name": "Step", "ansible.windows.win_ping": {}}])
    recipe = workplace.host(roles=["baseline"])
    psrp = {"ansible_connection": "psrp", "ansible_psrp_auth": "ntlm"}
    asking: dict[str, Any] = {"ansible_winrm_proxy": web_proxy.url, "build_image_connect_timeout": 1}
    workplace.write_images({"winrm": recipe, "psrp": {**recipe, **psrp}, "asking": {**recipe, **asking}})
    run = workplace.build(None, environment=proxies(web_proxy))
    assert run.exit_code == 2, run.output
    images = {image["name"]: image for image in workplace.manifest()["images"]}
    assert {name: image["failed"] for name, image in images.items()} == {"winrm": False, "psrp": False, "asking": True}
    to_builders = [line for line in web_proxy.asked if workplace.network + "." in line]
    assert len(to_builders) == 1, "only the image whose variable asks for the proxy goes to it"
    assert PASSWORD not in run.output


# Variables of the connection, and what the plan says of them. None takes a variable of the group away.
WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "plugin": ({"ansible_connection": "winrn"}, "there is no connection plugin winrn"),
    "local": ({"ansible_connection": "local"}, "its connection would be local, which does not reach Windows"),
    "account": ({"ansible_user": None}, "no account to log on with"),
    "password": ({"ansible_password": ""}, "no password to log on with (ntlm)"),
    "vault": ({"ansible_password": "{{ vault_password }}"}, "ansible_password has no value: "),
    "transport": ({"ansible_winrm_transport": "ntln"}, "knows no ntln"),
    "clear": ({"ansible_winrm_transport": "basic"}, "unencrypted over HTTP"),
    "authority": (
        {"ansible_port": 5986, "ansible_winrm_ca_trust_path": "/nowhere.pem"},
        "the controller has no file /nowhere.pem",
    ),
    "kerberos": (
        {"ansible_winrm_transport": "kerberos", "ansible_user": "CORP\\install"},
        "write install@CORP.EXAMPLE.COM",
    ),
}


def test_settings_that_reach_nobody_are_refused_all_at_once(workplace: Workplace) -> None:
    hosts = {name: {**workplace.host(), **variables} for name, (variables, _said) in WRONG.items()}
    workplace.write_images({**hosts, "fine": workplace.host()})
    run = workplace.build(None)
    assert run.exit_code == 2, run.output
    assert workplace.calls() == [], "AWS was not asked"
    told = " ".join(run.output.partition("nothing was created:")[2].split())
    for name, (_variables, said) in WRONG.items():
        assert said in told.partition(f" {name}: ")[2], f"{name}: {run.output}"
    assert " fine: " not in told
    assert PASSWORD not in run.output


def test_an_account_of_the_command_line_is_the_account_in_use(workplace: Workplace) -> None:
    """As a machine credential of AWX gives it: -u, and the password from a file that nobody else reads."""
    connection = workplace.folder / "inventory" / "group_vars" / "appstream_image_builders.yml"
    settings = yaml.safe_load(connection.read_text())
    kept = {name: value for name, value in settings.items() if name not in ("ansible_user", "ansible_password")}
    connection.write_text(yaml.safe_dump(kept))
    password = workplace.folder / "password"
    password.write_text(PASSWORD)
    seal = {"accounts": ["installer"], "profiles": ["installer"]}
    recipe = workplace.light("design", seal=seal)
    run = workplace.build([recipe], "-u", "installer", "--connection-password-file", str(password))
    assert run.exit_code == 0, run.output
    (image,) = workplace.manifest()["images"]
    assert [image["State"] for image in workplace.images().values()] == ["AVAILABLE"]
    kept_accounts = [entry for entry in image["seal"]["kept"] if entry["kind"] == "account"]
    assert [entry["name"] for entry in kept_accounts] == ["installer"], image["seal"]
    assert PASSWORD not in run.output
