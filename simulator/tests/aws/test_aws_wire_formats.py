# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Requests written by hand, byte for byte, and the bytes of their answers."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from dataclasses import dataclass
from email.message import Message

import pytest
from appstream_simulator.aws import protocols
from moto.core.utils import get_service_model
from simulated_aws import Simulator

SCOPE = "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20260101/eu-west-1/{}/aws4_request"
CBOR = {"smithy-protocol": "rpc-v2-cbor", "Content-Type": "application/cbor", "Accept": "application/cbor"}
JSON = {"X-Amz-Target": "PhotonAdminProxyService.StopImageBuilder", "Content-Type": "application/x-amz-json-1.1"}
STOP = "/service/PhotonAdminProxyService/operation/StopImageBuilder"
LIST = "/service/PhotonAdminProxyService/operation/DescribeImages"
NOBODY = b"\xa1\x64Name\x66nobody"
NOT_FOUND = "The image builder nobody does not exist."


@dataclass
class Answer:
    """What came back."""

    status: int
    headers: Message
    body: bytes

    @property
    def code(self) -> str:
        """The code of an error in CBOR, whose name is the first member."""
        assert self.headers["Content-Type"] == "application/cbor"
        assert self.headers["smithy-protocol"] == "rpc-v2-cbor"
        assert self.body.startswith(b"\xa2\x66__type\x78")
        name = self.body[10 : 10 + self.body[9]]
        namespace, _, code = name.decode().partition("#")
        assert namespace == "com.amazonaws.appstream"
        return code


def send(
    simulator: Simulator,
    path: str,
    body: bytes,
    headers: dict[str, str],
    service: str = "appstream",
    method: str = "POST",
) -> Answer:
    """Send these bytes; signed (with a signature that is wrong, and not checked) unless `service` is empty."""
    signed = {"Authorization": f"{SCOPE.format(service)}, SignedHeaders=host, Signature=0"} if service else {}
    url = simulator.server.endpoint + path
    request = urllib.request.Request(url, data=body, method=method, headers={**headers, **signed})
    try:
        with urllib.request.urlopen(request, timeout=30) as response:
            return Answer(response.status, response.headers, response.read())
    except urllib.error.HTTPError as error:
        return Answer(error.code, error.headers, error.read())


def test_the_names_are_those_of_the_model() -> None:
    metadata = get_service_model("appstream").metadata
    assert sorted(metadata["protocols"]) == ["json", "smithy-rpc-v2-cbor"]
    assert (metadata["targetPrefix"], metadata["jsonVersion"]) == ("PhotonAdminProxyService", "1.1")
    # Otherwise errors would have a further header.
    assert "awsQueryCompatible" not in metadata
    assert protocols.JSON.content_type == "application/x-amz-json-1.1"


def test_an_answer_in_cbor(simulator: Simulator) -> None:
    created = simulator.client().create_stack(Name="stack")["Stack"]["CreatedTime"]
    answer = send(simulator, "/service/PhotonAdminProxyService/operation/DescribeStacks", b"\xa0", CBOR)
    assert answer.status == 200
    assert (answer.headers["Content-Type"], answer.headers["smithy-protocol"]) == ("application/cbor", "rpc-v2-cbor")
    assert len(answer.headers["x-amzn-RequestId"]) == 36
    # A map with a list of one map; the time is tag 1 with the number of seconds.
    assert answer.body.startswith(b"\xa1\x66Stacks\x81")
    assert b"\x64Name\x65stack" in answer.body
    seconds = answer.body.partition(b"\x6bCreatedTime\xc1")[2]
    assert seconds[:1] in (b"\x1a", b"\xfb")
    assert protocols.CBOR.read(answer.body)["Stacks"][0]["CreatedTime"] == created


def test_an_error_in_cbor(simulator: Simulator) -> None:
    answer = send(simulator, STOP, NOBODY, CBOR)
    assert (answer.status, answer.code) == (404, "ResourceNotFoundException")
    assert answer.body.endswith(b"\x67Message\x78" + bytes([len(NOT_FOUND)]) + NOT_FOUND.encode())
    assert "x-amzn-ErrorType" not in answer.headers
    # An error that the model does not have says it in lower case, as all of Smithy's do.
    assert b"\x67message\x78" in send(simulator, STOP, b"\xa0", CBOR).body


def test_the_same_in_json(simulator: Simulator) -> None:
    answer = send(simulator, "/", b'{"Name": "nobody"}', JSON)
    assert (answer.status, answer.headers["Content-Type"]) == (404, "application/x-amz-json-1.1")
    assert json.loads(answer.body) == {"__type": "ResourceNotFoundException", "Message": NOT_FOUND}
    target = {**JSON, "X-Amz-Target": "PhotonAdminProxyService.DescribeStacks"}
    answer = send(simulator, "/", b"{}", target)
    assert (answer.status, answer.headers["Content-Type"]) == (200, "application/x-amz-json-1.1")


@pytest.mark.parametrize(
    "body",
    [
        b"\xbf\x64Name\x66nobody\xff",  # of no definite length
        b"\xa1\x7f\x62Na\x62me\xff\x7f\x63nob\x63ody\xff",
        b"\xb8\x01\x78\x04Name\x79\x00\x06nobody",  # longer than need be
        b"\xa3\x64Name\x66nobody\x63New\xf7\x65Other\xf6",  # members that clients have and the model has not
    ],
)
def test_other_ways_to_write_it(simulator: Simulator, body: bytes) -> None:
    assert send(simulator, STOP, body, CBOR).code == "ResourceNotFoundException"


@pytest.mark.parametrize("path", [f"/v1{STOP}", STOP.replace("Photon", "com.amazonaws.appstream.Photon")])
def test_other_ways_to_name_it(simulator: Simulator, path: str) -> None:
    assert send(simulator, path, NOBODY, CBOR).code == "ResourceNotFoundException"


def test_no_body_is_an_empty_structure(simulator: Simulator) -> None:
    assert send(simulator, LIST, b"", CBOR).status == 200


@pytest.mark.parametrize(
    "body",
    [
        b'{"Name": "nobody"}',
        NOBODY + b"\x00",
        NOBODY[:-1],
        b"\x80",
        b"\xa1\x64Name\x46nobody",  # bytes, not text
        b"\xa1\x64Name\x01",
        b"\xa2\x64Name\x61n\x64Name\x61m",
        b"\xa1\x64Name\xc1\x01",
    ],
)
def test_malformed_bodies(simulator: Simulator, body: bytes) -> None:
    answer = send(simulator, STOP, body, CBOR)
    assert (answer.status, answer.code) == (400, "SerializationException")


def test_the_type_of_a_number_counts(simulator: Simulator) -> None:
    answer = send(simulator, LIST, b"\xa1\x6aMaxResults\xfb\x40\x14\x00\x00\x00\x00\x00\x00", CBOR)
    assert answer.code == "SerializationException"
    assert b"float can not be converted to integer at 'maxResults'" in answer.body
    assert send(simulator, LIST, b"\xa1\x6aMaxResults\x05", CBOR).status == 200


@pytest.mark.parametrize(
    ("path", "change", "code"),
    [
        (STOP, {"X-Amz-Target": "PhotonAdminProxyService.StopImageBuilder"}, "SerializationException"),
        (STOP, {"X-Amzn-Target": "x"}, "SerializationException"),
        (STOP, {"Content-Type": "application/x-amz-json-1.1"}, "SimulatorNotImplemented"),
        (STOP.replace("Photon", "com.example.Photon"), {}, "UnknownOperationException"),
        (STOP.replace("Stop", "com.amazonaws.appstream.Stop"), {}, "UnknownOperationException"),
        (STOP.replace("Stop", "Freeze"), {}, "UnknownOperationException"),
        ("/", {}, "UnknownOperationException"),
        (f"{STOP}/more", {}, "UnknownOperationException"),
    ],
)
def test_requests_of_cbor_that_break_its_rules(
    simulator: Simulator, path: str, change: dict[str, str], code: str
) -> None:
    answer = send(simulator, path, NOBODY, {**CBOR, **change})
    assert (answer.status, answer.code) == (400, code)


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        (STOP, {**CBOR, "smithy-protocol": "rpc-v2-json"}),
        (STOP, {**CBOR, "smithy-protocol": ""}),
        (STOP, {"Content-Type": "application/cbor"}),
        ("/", {**JSON, "Content-Type": "application/json"}),
        ("/", {"Content-Type": "application/x-www-form-urlencoded"}),
        ("/", {**JSON, "Content-Type": "text/plain"}),
    ],
)
def test_protocols_the_service_does_not_have(simulator: Simulator, path: str, headers: dict[str, str]) -> None:
    answer = send(simulator, path, b"Action=DescribeImages", headers)
    assert (answer.status, json.loads(answer.body)["__type"]) == (400, "SimulatorNotImplemented")
    assert simulator.control("GET", "health")["errors"] == []


@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_other_methods(simulator: Simulator, method: str) -> None:
    assert send(simulator, LIST, b"\xa0", CBOR, method=method).code == "SimulatorNotImplemented"


@pytest.mark.parametrize(
    ("path", "target"), [("/", "Other.StopImageBuilder"), ("/more", JSON["X-Amz-Target"]), ("/", "StopImageBuilder")]
)
def test_targets_of_json_that_are_none(simulator: Simulator, path: str, target: str) -> None:
    answer = send(simulator, path, b'{"Name": "nobody"}', {**JSON, "X-Amz-Target": target})
    assert (answer.status, json.loads(answer.body)["__type"]) == (400, "UnknownOperationException")


def test_requests_without_a_signature(simulator: Simulator) -> None:
    assert send(simulator, STOP, NOBODY, CBOR, service="").code == "MissingAuthenticationTokenException"
    answer = send(simulator, "/", b"{}", JSON, service="")
    assert (answer.status, json.loads(answer.body)["__type"]) == (400, "MissingAuthenticationTokenException")
    calls = [(call["service"], call["operation"], call["status"]) for call in simulator.control("GET", "calls")]
    assert calls == [("appstream", "StopImageBuilder", 400)] * 2


def test_other_services_are_not_simulated_in_cbor(simulator: Simulator) -> None:
    path = "/service/GraniteServiceVersion20100801/operation/ListMetrics"
    answer = send(simulator, path, b"\xa0", CBOR, service="monitoring")
    assert (answer.status, answer.code) == (400, "SimulatorNotImplemented")
    assert b"monitoring:ListMetrics" in answer.body
