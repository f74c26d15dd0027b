# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Downloads, asked for from a server that answers each path in its own way."""

from __future__ import annotations

import base64
import http.server
import ssl
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.euc.appstream.plugins.plugin_utils._recipe import source_checks
from ansible_collections.euc.appstream.plugins.plugin_utils._recipe.source_checks import (
    Answer,
    Download,
    ask,
    downloads,
    shares_without_credential,
    summary,
)

CREDENTIALS = {
    "logon": {"username": "reader", "password": "correct horse"},
    "token": {"headers": {"X-JFrog-Art-Api": "correct horse"}},
}
LOGON = "Basic " + base64.b64encode(b"reader:correct horse").decode()

# What HEAD and GET are answered with: status, headers.
PATHS: dict[str, dict[str, tuple[int, dict[str, str]]]] = {
    "/there.exe": {"HEAD": (200, {"Content-Length": "1234", "Content-Type": "application/octet-stream"})},
    "/gone.exe": {"HEAD": (404, {}), "GET": (404, {})},
    "/for-good.exe": {"HEAD": (410, {}), "GET": (410, {})},
    "/empty.exe": {"HEAD": (200, {"Content-Length": "0"})},
    "/page.exe": {"HEAD": (200, {"Content-Type": "text/html; charset=utf-8", "Content-Length": "9"})},
    "/page.html": {"HEAD": (200, {"Content-Type": "text/html", "Content-Length": "9"})},
    "/signed-for-get.exe": {"HEAD": (403, {}), "GET": (206, {"Content-Length": "1"})},
    "/no-head.exe": {"HEAD": (405, {}), "GET": (200, {"Content-Length": "0"})},
    "/forbidden.exe": {"HEAD": (403, {}), "GET": (403, {})},
    "/busy.exe": {"HEAD": (503, {}), "GET": (503, {})},
    "/basic.exe": {"HEAD": (401, {}), "GET": (401, {"WWW-Authenticate": 'Basic realm="x"'})},
    "/windows.exe": {"HEAD": (401, {}), "GET": (401, {"WWW-Authenticate": "Negotiate"})},
    "/moved.exe": {"HEAD": (302, {"Location": "/there.exe"})},
    "/moved-away.exe": {"HEAD": (302, {"Location": "/gone.exe"}), "GET": (302, {"Location": "/gone.exe"})},
}


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.seen: list[tuple[str, str, dict[str, str]]] = []


class Handler(http.server.BaseHTTPRequestHandler):
    server: Server

    def do_HEAD(self) -> None:
        path = self.path.partition("?")[0]
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.server.seen.append((self.command, path, headers))
        if path == "/dropped.exe":
            self.close_connection = True
            return
        status, answered = PATHS[path][self.command]
        self.send_response(status)
        for name, value in {"Content-Length": "0" if status >= 300 else "5", **answered}.items():
            self.send_header(name, value)
        self.end_headers()

    do_GET = do_HEAD

    def log_message(self, *arguments: Any) -> None:
        """Stay silent."""


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as started:
        threading.Thread(target=started.serve_forever, daemon=True).start()
        yield started
        started.shutdown()


def url(server: Server, path: str) -> str:
    return f"http://127.0.0.1:{server.server_address[1]}{path}"


@pytest.mark.parametrize(
    ("path", "kind", "said"),
    [
        ("/there.exe", "fine", ""),
        ("/moved.exe", "fine", ""),
        ("/page.html", "fine", ""),
        ("/signed-for-get.exe", "fine", ""),
        ("/gone.exe", "problem", "is not there (HTTP 404)"),
        ("/for-good.exe", "problem", "is not there (HTTP 410)"),
        ("/moved-away.exe", "problem", "is not there (HTTP 404)"),
        ("/empty.exe", "problem", "is empty"),
        ("/no-head.exe", "problem", "is empty"),
        ("/basic.exe", "problem", "wants a logon: name a credential (HTTP 401)"),
        ("/windows.exe", "doubt", "HTTP 401"),
        ("/page.exe", "doubt", "is a web page (text/html)"),
        ("/forbidden.exe", "doubt", "HTTP 403"),
        ("/busy.exe", "doubt", "HTTP 503"),
        ("/dropped.exe", "unreached", ""),
    ],
)
def test_what_a_server_answers(server: Server, path: str, kind: str, said: str) -> None:
    answer = ask(Download(url(server, f"{path}?token=hunter2")), {})
    found = {name for name in ("problem", "doubt", "unreached") if getattr(answer, name)}
    assert found == ({kind} - {"fine"}), answer
    assert said in f"{answer.problem}{answer.doubt}" and "hunter2" not in str(answer)


@pytest.mark.parametrize(
    ("credential", "header", "value"),
    [("logon", "Authorization", LOGON), ("token", "X-JFrog-Art-Api", "correct horse"), ("", "Authorization", None)],
)
def test_what_the_builder_will_send(server: Server, credential: str, header: str, value: str | None) -> None:
    assert ask(Download(url(server, "/there.exe"), credential), CREDENTIALS) == Answer()
    ((method, _path, headers),) = server.seen
    assert (method, headers.get(header.lower())) == ("HEAD", value)


def test_the_user_of_a_url(server: Server) -> None:
    address = url(server, "/there.exe").replace("//", "//reader:correct%20horse@")
    assert ask(Download(address), {}) == Answer()
    assert server.seen[0][2]["authorization"] == LOGON


def test_a_credential_that_is_refused(server: Server) -> None:
    answer = ask(Download(url(server, "/windows.exe"), "logon"), CREDENTIALS)
    assert "refuses credential logon" in answer.problem and "horse" not in str(answer)


def test_a_secret_is_not_carried_on_to_another_server(server: Server) -> None:
    assert ask(Download(url(server, "/moved.exe"), "token"), CREDENTIALS) == Answer()
    assert [path for _method, path, _headers in server.seen] == ["/moved.exe"]


def test_a_certificate_that_is_not_trusted(server: Server, tmp_path: Path) -> None:
    make = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1"]
    subprocess.run(
        [*make, "-keyout", str(tmp_path / "key"), "-out", str(tmp_path / "certificate")],
        check=True,
        capture_output=True,
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "certificate", tmp_path / "key")
    server.socket = context.wrap_socket(server.socket, server_side=True)
    answer = ask(Download(url(server, "/there.exe").replace("http:", "https:"), "token"), CREDENTIALS)
    assert "refuses the certificate of 127.0.0.1" in answer.problem
    assert server.seen == [], "nothing is sent to a server that is not trusted"


@pytest.mark.parametrize("address", ["http://127.0.0.1:1/x.exe", "https://no-such-host.invalid/x.exe", "http://[::1/x"])
def test_what_is_not_reached_is_no_problem(address: str) -> None:
    answer = ask(Download(address), {})
    assert answer.unreached and not answer.problem and not answer.doubt


def test_a_server_that_never_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source_checks, "TIME_LIMIT", 0.2)
    with http.server.HTTPServer(("127.0.0.1", 0), http.server.BaseHTTPRequestHandler) as silent:
        assert "timed out" in ask(Download(f"http://127.0.0.1:{silent.server_address[1]}/x.exe"), {}).unreached


def test_a_recipes_answers_in_few_words() -> None:
    answers = {
        Download("https://a.example.com/1.msi"): Answer(unreached="timed out"),
        Download("https://a.example.com/2.msi"): Answer(unreached="timed out"),
        Download("https://b.example.com/3.msi"): Answer("3.msi is not there"),
        Download("https://c.example.com/4.msi"): Answer(doubt="4.msi is a web page"),
        Download("https://c.example.com/5.msi"): Answer(),
    }
    problems, warnings = summary(answers)
    assert problems == ["3.msi is not there"]
    assert warnings[0] == "4.msi is a web page"
    assert warnings[1].startswith("2 of 5 downloads could not be asked for from this controller (a.example.com: timed")


def test_each_download_and_share_once() -> None:
    share, key = "\\\\files\\software\\a.msi", "\\\\files\\software\\key.txt"
    applications = [
        {"name": "a", "install": {"source": "https://x/a.msi", "sources": [{"source": share, "credential": "c"}]}},
        {"name": "b", "install": {"source": "https://x/a.msi", "credential": "c", "sources": [{"source": key}]}},
        {"name": "c", "install": {"source": "https://x/a.msi"}},
        {"name": "d", "install": {"source": "s3://bucket/d.msi", "sources": [{"content": "x", "dest": "y"}]}},
        {"name": "e", "install": {"source": "ftp://x/e.msi"}},
        {"name": "f", "install": None},
    ]
    assert downloads(applications) == [Download("https://x/a.msi"), Download("https://x/a.msi", "c")]
    assert shares_without_credential(applications) == [key]
