# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Errors as the protocol of each service wants them."""

from __future__ import annotations

import json
from xml.sax.saxutils import escape

from werkzeug.wrappers import Request, Response

from appstream_simulator.aws import protocols


def error_response(request: Request, service: str, code: str, message: str, status: int | None = None) -> Response:
    """An error answer to this request.

    Args:
        service: signing name.
        status: HTTP status; by default 503 for EC2 (its throttling), 400 for the others.
    """
    if protocols.answered_in(request.headers) is protocols.CBOR:
        body = protocols.CBOR.error(code, message)
        return Response(body, status=status or 400, headers=protocols.CBOR.answer_headers())
    if request.headers.get("X-Amz-Target") or "json" in request.mimetype:
        return _json(code, message, status or 400)
    if service == "ec2":
        errors = f"<Errors><Error>{_code_and_message(code, message)}</Error></Errors>"
        return _xml(f"<Response>{errors}<RequestID>simulator</RequestID></Response>", status or 503)
    if service == "s3":
        return _xml(f"<Error>{_code_and_message(code, message)}<RequestId>simulator</RequestId></Error>", status or 400)
    if request.mimetype == "application/x-www-form-urlencoded":
        error = f"<Error><Type>Sender</Type>{_code_and_message(code, message)}</Error>"
        return _xml(f"<ErrorResponse>{error}<RequestId>simulator</RequestId></ErrorResponse>", status or 400)
    return _json(code, message, status or 400)


def _code_and_message(code: str, message: str) -> str:
    return f"<Code>{escape(code)}</Code><Message>{escape(message)}</Message>"


def _xml(body: str, status: int) -> Response:
    return Response(f'<?xml version="1.0" encoding="UTF-8"?>{body}', status=status, content_type="text/xml")


def _json(code: str, message: str, status: int) -> Response:
    return Response(
        json.dumps({"__type": code, "message": message}),
        status=status,
        content_type="application/x-amz-json-1.1",
        headers={"x-amzn-ErrorType": code},
    )
