"""How builders are reached: what the plan finds out of it, and what the controller's environment must not change."""

from __future__ import annotations

import http.server
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
    told = " " + " ".join(run.output.partition("nothing was created:")[2].split())
    for name, (_variables, said) in WRONG.items():
        assert said in told.partition(f" {name}: ")[2], f"{name}: {run.output}"
    assert " fine: " not in told
    assert PASSWORD not in run.output


def test_downloads_that_are_not_there_are_in_the_way_of_their_image_only(workplace: Workplace) -> None:
    class Shelf(http.server.BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            self.send_response(200 if self.path == "/there.msi" else 404)
            self.send_header("Content-Length", "7")
            self.end_headers()

        do_GET = do_HEAD

        def log_message(self, *arguments: Any) -> None:
            """Stay silent."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Shelf) as shelf:
        threading.Thread(target=shelf.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{shelf.server_address[1]}"
        sources = {
            "there": f"{url}/there.msi",
            "gone": f"{url}/gone.msi?token=hunter2",
            "elsewhere": "https://downloads.example.invalid/a.msi",
        }
        recipes = [
            workplace.light(
                name, applications=[{"name": "a", "install": {"source": source, "checksum": f"sha256:{'0' * 64}"}}]
            )
            for name, source in sources.items()
        ]
        run = workplace.build(recipes, "--check")
        shelf.shutdown()
    lines = {line.partition(": image ")[0]: line for line in run.output.splitlines() if ": image " in line}
    assert f"PROBLEMS: {url}/gone.msi is not there (HTTP 404)" in lines["gone"], run.output
    assert (
        "1 of 1 downloads could not be asked for from this controller (downloads.example.invalid" in lines["elsewhere"]
    )
    assert "PROBLEMS" not in lines["elsewhere"] + lines["there"] and "downloads" not in lines["there"]
    assert "hunter2" not in run.output
    assert not {call["operation"] for call in workplace.calls()} & {"CreateImageBuilder", "CreateImage"}


def test_modules_that_stay_on_the_builder_are_refused(workplace: Workplace) -> None:
    run = workplace.build([workplace.light("design")], environment={"ANSIBLE_KEEP_REMOTE_FILES": "1"})
    assert run.exit_code == 2 and "ANSIBLE_KEEP_REMOTE_FILES" in run.output, run.output
    assert workplace.calls() == []


def test_an_account_of_the_command_line_is_the_account_in_use(workplace: Workplace) -> None:
    """As a machine credential of AWX gives it: -u, and the password from a file that nobody else reads."""
    connection = workplace.folder / "inventory" / "group_vars" / "appstream_image_builders.yml"
    settings = yaml.safe_load(connection.read_text())
    kept = {name: value for name, value in settings.items() if name not in ("ansible_user", "ansible_password")}
    connection.write_text(yaml.safe_dump(kept))
    password = workplace.folder / "env" / "password"
    password.parent.mkdir()
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
