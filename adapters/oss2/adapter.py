"""Lets countersign drive oss2, the first Python SDK of Alibaba Cloud OSS.

The SDK signs requests only as it sends them. What it signs for a caller are
URLs: Bucket.sign_url and Bucket.sign_rtmp_url answer the sign questions too.
"""

import ast
import contextlib
import datetime
import logging
import pathlib
import re
import sys
import types
import urllib.parse
from unittest import mock

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "internal" / "python"))

import oss2
from countersign import Exchange, Unsupported, mapping, refusals, serve, text
from operations import OPERATIONS, Call

VERSIONS = {
    "oss-v1": oss2.AUTH_VERSION_1,
    "oss-v2": oss2.AUTH_VERSION_2,
    "oss-v4": oss2.AUTH_VERSION_4,
}
PROFILES = [f"{scheme}/{carrier}" for scheme in VERSIONS for carrier in ("header", "query")]


def make_auth(scheme, credentials):
    version = VERSIONS.get(scheme, oss2.AUTH_VERSION_1)
    key = credentials["accessKeyId"], credentials["accessKeySecret"]
    if credentials.get("securityToken"):
        return oss2.StsAuth(*key, credentials["securityToken"], auth_version=version)
    return oss2.make_auth(*key, auth_version=version)


def make_bucket(question, endpoint, name, addressing, **options):
    return oss2.Bucket(
        make_auth(question["scheme"], question["credentials"]),
        endpoint,
        name,
        is_cname=addressing == "cname",
        is_path_style=addressing == "path",
        region=question.get("region"),
        **options,
    )


def send(question):
    operation = OPERATIONS.get(question["operation"]["name"])
    if operation is None:
        raise Unsupported("the SDK has no such operation")
    call = Call(question["operation"])
    if question["carrier"] == "query":
        if operation.level != "object":
            raise Unsupported("Bucket.sign_url signs requests about objects only")
        params, headers = operation.for_url(call)
        with refusals():
            bucket = make_bucket(question, question["endpoint"], call.bucket, question["addressing"])
            url = bucket.sign_url(operation.verb, call.key, call.expires, headers, params)
        return {"url": url, "headers": list(headers.items())}
    if question["carrier"] != "header":
        raise Unsupported(f"the SDK builds no {question['carrier']}")

    def run():
        if operation.level == "service":
            auth = make_auth(question["scheme"], question["credentials"])
            style = question["addressing"] == "path"
            subject = oss2.Service(auth, question["endpoint"], region=question.get("region"), is_path_style=style)
        else:
            subject = make_bucket(question, question["endpoint"], call.bucket, question["addressing"])
        operation.run(subject, call)

    with Exchange(question["connect"]) as exchange:
        return exchange.answer(run)


def sign(question):
    data = question["input"]
    if question["carrier"] != "query":
        raise Unsupported("the SDK signs headers only as it sends them: its signers are private methods")
    if not data["bucket"] or not data["key"]:
        raise Unsupported("Bucket.sign_url signs requests about objects only")
    key = text(data["key"], "keys")
    target = urllib.parse.urlsplit(data["request"]["target"])
    try:
        pairs = urllib.parse.parse_qsl(target.query, keep_blank_values=True, errors="strict")
    except UnicodeDecodeError:
        raise Unsupported("the SDK takes parameters as text") from None
    params = mapping(pairs, "parameters")
    headers = mapping(data["request"]["headers"], "headers", bytes_too=True)
    host = target.netloc or next((v for k, v in headers.items() if k.lower() == "host"), "")
    virtual = data["bucket"] + "."
    if data["addressing"] == "virtual-host" and host.startswith(virtual):
        host = host[len(virtual) :]
    product = data.get("product") or "oss"
    if product not in ("oss", "oss-cloudbox"):
        raise Unsupported(f"the SDK has no product {product}")
    now = datetime.datetime.strptime(data["time"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=datetime.timezone.utc)
    expires = data.get("expires", 3600)
    if question["scheme"] != "oss-v4":
        expires -= int(now.timestamp())

    settings = {"scheme": question["scheme"], "credentials": data["credentials"], "region": data.get("region")}
    cloudbox = data.get("region") if product == "oss-cloudbox" else None
    with refusals(), clock(now), recorded_strings() as strings:
        endpoint = f"{data['request']['transport']}://{host}"
        bucket = make_bucket(settings, endpoint, data["bucket"], data["addressing"], cloudbox_id=cloudbox)
        if question["scheme"] == "oss-rtmp":
            playlist = params.pop("playlistName", None)
            if params:
                raise Unsupported("Bucket.sign_rtmp_url takes no parameters but playlistName")
            url = bucket.sign_rtmp_url(key, playlist, expires)
        else:
            url = bucket.sign_url(
                data["request"]["method"],
                key,
                expires,
                headers,
                params,
                slash_safe=not re.search("%2f", target.path, re.IGNORECASE),
                additional_headers=data.get("additionalHeaders"),
            )
    query = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(url).query))
    signature = query.get("Signature") or query.get("x-oss-signature")
    return {"stages": {**strings, "signature": signature}, "url": url}


@contextlib.contextmanager
def clock(now):
    """The SDK takes no time from its caller: it asks these two, here for the time of the question."""

    class Frozen(datetime.datetime):
        @classmethod
        def utcnow(cls):
            return now.replace(tzinfo=None)

    time = types.SimpleNamespace(time=now.timestamp)
    with mock.patch.object(oss2.auth, "datetime", Frozen), mock.patch.object(oss2.auth, "time", time):
        yield


@contextlib.contextmanager
def recorded_strings():
    """What the SDK logs of its signing, as stages."""
    logger, stages = logging.getLogger("oss2.auth"), {}

    def note(record):
        what, _, value = record.getMessage().partition(" = ")
        stage = {
            "Make signature: string to be signed": "stringToSign",
            "Make signature: canonical_request": "canonicalRequest",
            "Sign Rtmp url: string to be signed": "stringToSign",
        }.get(what)
        if stage:
            stages[stage] = ast.literal_eval(value) if re.match("b['\"]", value) else value
        return False

    logger.addFilter(note)
    logger.setLevel(logging.DEBUG)
    try:
        yield stages
    finally:
        logger.removeFilter(note)
        logger.setLevel(logging.NOTSET)


serve(
    name="oss2",
    version=oss2.__version__,
    url="https://github.com/aliyun/aliyun-oss-python-sdk",
    schemes=[*PROFILES, "oss-rtmp/query"],
    operations=OPERATIONS,
    features=["clock", "bytes"],
    sign=sign,
    send=send,
)
