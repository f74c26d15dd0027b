# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Downloads that ask who is there, and S3: by pre-signed URL, and with the builder's own role."""

from __future__ import annotations

import base64
import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from appstream_simulator.aws import builder_s3
from appstream_simulator.server import Server
from appstream_simulator.settings import Settings
from appstream_simulator.windows.machine.requests import S3Error
from appstream_simulator.windows.machine.shelf import Shelf
from botocore.config import Config
from simulated_machine import World, make_world

SHELF = """
installers:
  - {name: token, kind: file, text: with a token, urls: ["https://apps.example.net/token.zip"],
     require_headers: {X-Token: secret-token}}
  - {name: login, kind: file, text: with a login, urls: ["https://apps.example.net/login.zip"],
     basic_auth: {username: reader, password: "pass:word"}}
"""
TOKEN = "https://apps.example.net/token.zip"
LOGIN = "https://apps.example.net/login.zip"
HEADER = "Basic " + base64.b64encode(b"reader:pass:word").decode()


@pytest.fixture
def web(world: World, tmp_path: Path) -> World:
    """A machine in a world with web servers that ask who is there."""
    file = tmp_path / "web.yml"
    file.write_text(SHELF)
    world.machine.shelf = Shelf([file])
    return world


@pytest.mark.parametrize(
    ("url", "options", "status"),
    [
        (TOKEN, {"headers": {"x-token": "secret-token"}}, 200),
        (TOKEN, {}, 403),
        (TOKEN, {"headers": {"X-Token": "wrong"}}, 403),
        (LOGIN, {"url_username": "reader", "url_password": "pass:word"}, 200),
        (LOGIN, {"url_username": "reader", "url_password": "pass:word", "force_basic_auth": True}, 200),
        (LOGIN, {"headers": {"Authorization": HEADER}}, 200),
        (LOGIN, {"url_username": "reader", "url_password": "wrong"}, 401),
        (LOGIN, {}, 401),
    ],
)
def test_web_servers_that_ask_who_is_there(web: World, url: str, options: dict[str, Any], status: int) -> None:
    result = web.module("win_get_url", {"url": url, "dest": "C:\\a.zip", **options})
    assert result["status_code"] == status
    assert bool(result.get("failed")) == (status != 200)
    reason = {401: "(401) Unauthorized.", 403: "(403) Forbidden."}.get(status, "")
    assert reason in result["msg"]
    assert web.machine.disk.exists("C:\\a.zip") == (status == 200)


KEYS = {"aws_access_key_id": "AKIAIOSFODNN7EXAMPLE", "aws_secret_access_key": "not-a-secret-but-long-enough"}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A simulator with a bucket and a role that may read a part of it."""
    server = Server(Settings(state_directory=tmp_path_factory.mktemp("state"))).start()
    s3, iam = (client(server, service) for service in ("s3", "iam"))
    s3.create_bucket(Bucket="software")
    for key in ("apps/viewer.zip", "secret.zip"):
        s3.put_object(Bucket="software", Key=key, Body=key.encode())
    trust = {"Version": "2012-10-17", "Statement": []}
    iam.create_role(RoleName="builder", AssumeRolePolicyDocument=json.dumps(trust))
    statements = [
        {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::software/apps/*"},
        {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::software"},
    ]
    policy = json.dumps({"Version": "2012-10-17", "Statement": statements})
    iam.put_role_policy(RoleName="builder", PolicyName="read", PolicyDocument=policy)
    yield server
    server.stop()


def client(server: Server, service: str) -> Any:
    return boto3.client(service, region_name="us-east-1", endpoint_url=server.endpoint, **KEYS)


def presigned(server: Server, key: str, seconds: int = 60) -> str:
    parameters = {"Bucket": "software", "Key": key}
    url: str = client(server, "s3").generate_presigned_url("get_object", Params=parameters, ExpiresIn=seconds)
    return url


def test_a_pre_signed_url(world: World, server: Server) -> None:
    world.machine.options.aws_endpoint = server.endpoint
    for key, seconds, status in (
        ("apps/viewer.zip", 60, 200),
        ("apps/gone.zip", 60, 404),
        ("apps/viewer.zip", -1, 403),
    ):
        options = {"url": presigned(server, key, seconds), "dest": "C:\\viewer.zip"}
        assert world.module("win_get_url", options)["status_code"] == status
    assert world.machine.disk.read("C:\\viewer.zip") == b"apps/viewer.zip"
    assert server.site.options.aws_endpoint == server.endpoint


def of_region(server: Server, region: str) -> Any:
    config = Config(signature_version="s3v4", s3={"addressing_style": "path"})
    return boto3.client("s3", region_name=region, endpoint_url=server.endpoint, config=config, **KEYS)


@pytest.fixture
def irish_bucket(server: Server) -> str:
    s3 = of_region(server, "eu-west-1")
    if "irish" not in [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]]:
        s3.create_bucket(Bucket="irish", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
        s3.put_object(Bucket="irish", Key="a.zip", Body=b"irish")
    return "irish"


@pytest.mark.parametrize(("region", "status"), [("eu-west-1", 200), ("eu-central-1", 400), ("us-east-1", 400)])
def test_a_pre_signed_url_names_the_region_of_the_bucket(
    world: World, server: Server, irish_bucket: str, region: str, status: int
) -> None:
    world.machine.options.aws_endpoint = server.endpoint
    parameters = {"Bucket": irish_bucket, "Key": "a.zip"}
    url = of_region(server, region).generate_presigned_url("get_object", Params=parameters)
    result = world.module("win_get_url", {"url": url, "dest": "C:\\a.zip"})
    assert (result["status_code"], world.machine.disk.exists("C:\\a.zip")) == (status, status == 200)
    if status == 400:
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(url)
        body = refused.value.read().decode()
        assert "<Code>AuthorizationQueryParametersError</Code>" in body
        assert f"the region '{region}' is wrong; expecting 'eu-west-1'" in body
        assert "<Region>eu-west-1</Region>" in body
        assert refused.value.headers["x-amz-bucket-region"] == "eu-west-1"


def test_an_sdk_is_sent_to_the_region_of_the_bucket(server: Server, irish_bucket: str) -> None:
    s3 = of_region(server, "us-east-1")
    assert s3.get_bucket_location(Bucket=irish_bucket)["LocationConstraint"] == "eu-west-1"
    assert s3.get_object(Bucket=irish_bucket, Key="a.zip")["Body"].read() == b"irish"


@pytest.mark.parametrize(
    "option",
    [
        {"proxy_url": "http://proxy.example.net:3128"},
        {"client_cert": "C:\\cert.pfx"},
        {"client_cert_password": "text"},
        {"use_default_credential": True},
        {"url_method": "POST"},
    ],
)
def test_what_a_download_is_not_simulated_with_is_refused(web: World, option: dict[str, Any]) -> None:
    for module, target in (("win_get_url", {"dest": "C:\\a.zip"}), ("win_package", {"product_id": "a"})):
        source = {"path": LOGIN} if module == "win_package" else {"url": LOGIN}
        result = web.module(module, {**source, **target, **option})
        assert f"{module} is simulated without the options {next(iter(option))}" in result["msg"]


def test_the_endpoint_is_nobody_s_without_a_simulator(world: World, server: Server) -> None:
    options = {"url": presigned(server, "apps/viewer.zip"), "dest": "C:\\viewer.zip"}
    assert "could not be resolved" in world.module("win_get_url", options)["msg"]


ROLE = "arn:aws:iam::123456789012:role/builder"
AWS = '"C:\\Program Files\\Amazon\\AWSCLIV2\\aws.exe"'


def role_world(tmp_path: Path, role: str | None) -> World:
    def read(bucket: str, key: str) -> bytes:
        return builder_s3.read("123456789012", role or "", bucket, key)

    return make_world(tmp_path, iam_role_arn=role, read_s3=read if role else None)


@pytest.mark.parametrize(
    ("source", "exit_code", "text"),
    [
        ("s3://software/apps/viewer.zip", 0, "download: s3://software/apps/viewer.zip to C:\\Temp\\"),
        ("s3://software/apps/gone.zip", 1, '(404) when calling the HeadObject operation: Key "apps/gone.zip" does not'),
        (
            "s3://software/secret.zip",
            1,
            "fatal error: An error occurred (403) when calling the HeadObject operation: F",
        ),
        ("s3://elsewhere/apps/viewer.zip", 1, "(403)"),
    ],
)
def test_the_builder_s_role(tmp_path: Path, server: Server, source: str, exit_code: int, text: str) -> None:
    world = role_world(tmp_path, ROLE)
    world.machine.disk.make_directories("C:\\Temp")
    line = f"{AWS} s3 cp {source} C:\\Temp\\ --profile appstream_machine_role --region us-east-1 --no-progress"
    world.machine.power_on("127.0.77.3")
    assert world.winrm.running.wait(10)
    result = world.process(line)
    assert (result.exit_code, text in (result.stdout + result.stderr).decode()) == (exit_code, True)
    assert world.machine.disk.exists("C:\\Temp\\viewer.zip") == (exit_code == 0)
    world.machine.power_off()


@pytest.mark.parametrize(
    ("platform", "folder", "version"),
    [
        ("WINDOWS_SERVER_2016", "AWSCLI\\bin", "1"),
        ("WINDOWS_SERVER_2019", "AWSCLI\\bin", "1"),
        ("WINDOWS_SERVER_2022", "AWSCLIV2", "2"),
        ("WINDOWS_SERVER_2025", "AWSCLIV2", "2"),
    ],
)
def test_where_the_aws_cli_is(tmp_path: Path, platform: str, folder: str, version: str) -> None:
    world = make_world(tmp_path, platform=platform)
    world.machine.power_on("127.0.77.3")
    assert world.winrm.running.wait(10)
    programs = world.machine.disk.list("C:\\Program Files\\Amazon")
    assert [name for name in programs if name.startswith("AWSCLI")] == [folder.partition("\\")[0]]
    for program in ("aws.exe", f'"C:\\Program Files\\Amazon\\{folder}\\aws.exe"'):
        assert world.process(f"{program} --version").stdout.startswith(f"aws-cli/{version}.".encode())
    world.machine.power_off()


def test_a_role_that_is_not_there_may_nothing(server: Server) -> None:
    with pytest.raises(S3Error) as refused:
        builder_s3.read("123456789012", "arn:aws:iam::123456789012:role/gone", "software", "apps/viewer.zip")
    assert refused.value.status == 403


@pytest.mark.parametrize(
    ("arguments", "exit_code", "text"),
    [
        (
            "s3 cp s3://a/b C:\\b --profile appstream_machine_role",
            255,
            "profile (appstream_machine_role) could not be f",
        ),
        ("s3 cp s3://a/b C:\\b --profile other", 255, "The config profile (other) could not be found"),
        ("s3 cp s3://a/b C:\\b", 1, "Unable to locate credentials"),
        ("--version", 0, "aws-cli/2."),
        ("s3 ls", 252, "not simulated"),
        ("s3 sync s3://a C:\\b", 252, "not simulated"),
    ],
)
def test_the_aws_cli_without_a_role(world: World, arguments: str, exit_code: int, text: str) -> None:
    result = world.process(f"{AWS} {arguments}")
    assert result.exit_code == exit_code
    assert text in (result.stdout + result.stderr).decode()
    assert len(world.journal.entries("unhandled")) == (exit_code == 252)
