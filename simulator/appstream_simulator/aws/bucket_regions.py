# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""S3's refusal of a signature for another Region than the bucket's, which moto does not look at.

A pre-signed URL gets 400 AuthorizationQueryParametersError with the right Region in the text (error reports of the real
service); a request that is signed in a header 301 PermanentRedirect with the endpoint and x-amz-bucket-region (S3's
"Error responses"), after which SDKs sign anew. Only signatures of version 4 name a Region, buckets are found by the
path. Assumed [bucket_questions_in_any_region]: making a bucket and asking where one is are not refused.
"""

from __future__ import annotations

from urllib.parse import unquote
from xml.sax.saxutils import escape

from moto.s3.models import s3_backends
from werkzeug.wrappers import Request, Response

_REQUEST_ID = "<RequestId>simulator</RequestId><HostId>simulator</HostId>"


def refusal(request: Request, signed_for: str) -> Response | None:
    """The answer to a request for a bucket of another Region; None for any other request.

    Args:
        signed_for: the Region in the signature; empty when there is none.
    """
    bucket, _slash, key = unquote(request.path).lstrip("/").partition("/")
    expected = _region_of(bucket)
    makes_or_asks = not key and (request.method == "PUT" or "location" in request.args)
    if not signed_for or expected in ("", signed_for) or makes_or_asks:
        return None
    headers = {"x-amz-bucket-region": expected}
    if "X-Amz-Credential" in request.args:
        message = (
            f"Error parsing the X-Amz-Credential parameter; the region '{signed_for}' is wrong; expecting '{expected}'"
        )
        code = _element("Code", "AuthorizationQueryParametersError") + _element("Message", message)
        return _answer(f"{code}{_element('Region', expected)}", 400, headers)
    message = "The bucket you are attempting to access must be addressed using the specified endpoint."
    endpoint = f"{bucket}.s3.{expected}.amazonaws.com"
    code = _element("Code", "PermanentRedirect") + _element("Message", message)
    return _answer(f"{code}{_element('Endpoint', endpoint)}{_element('Bucket', bucket)}", 301, headers)


def _region_of(bucket: str) -> str:
    """Where a bucket is; empty when there is none."""
    place = s3_backends.bucket_accounts.get(bucket)
    if place is None:
        return ""
    partition, account = place
    found = s3_backends[account][partition].buckets.get(bucket)
    return str(found.region_name) if found else ""


def _element(name: str, text: str) -> str:
    return f"<{name}>{escape(text)}</{name}>"


def _answer(content: str, status: int, headers: dict[str, str]) -> Response:
    body = f'<?xml version="1.0" encoding="UTF-8"?><Error>{content}{_REQUEST_ID}</Error>'
    return Response(body, status=status, content_type="application/xml", headers=headers)
