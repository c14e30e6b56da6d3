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


def make_bucket(settings, name, **options):
    return oss2.Bucket(
        make_auth(settings["scheme"], settings["credentials"]),
        settings["endpoint"],
        name,
        is_cname=settings["addressing"] == "cname",
        is_path_style=settings["addressing"] == "path",
        region=settings.get("region"),
        is_verify_object_strict=False,  # sign_url: a key may begin with a question mark
        **options,
    )


def make_service(settings):
    return oss2.Service(
        make_auth(settings["scheme"], settings["credentials"]),
        settings["endpoint"],
        is_path_style=settings["addressing"] == "path",
        region=settings.get("region"),
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
            bucket = make_bucket(question, call.bucket)
            url = bucket.sign_url(operation.verb, call.key, call.expires, headers, params)
        return {"url": url, "headers": list(headers.items())}
    if question["carrier"] != "header":
        raise Unsupported(f"the SDK builds no {question['carrier']}")

    def run():
        client = make_service(question) if operation.level == "service" else make_bucket(question, call.bucket)
        operation.run(client, call)

    with Exchange(question["connect"]) as exchange:
        return exchange.answer(run)


def sign(question):
    given = question["input"]
    if question["carrier"] != "query":
        raise Unsupported("the SDK signs headers only as it sends them: its signers are private methods")
    if not given["bucket"] or not given["key"]:
        raise Unsupported("Bucket.sign_url signs requests about objects only")
    key = text(given["key"], "keys")
    for credential in given["credentials"].values():
        text(credential, "credentials")
    host, path, query = split(text(given["request"]["target"], "keys and parameters"))
    params = parameters(query)
    headers = mapping(given["request"]["headers"], "headers", bytes_too=True)
    additional = given.get("additionalHeaders")
    host = host or next((value for name, value in headers.items() if name.lower() == "host"), "")
    if host != host.lower() and "host" in map(str.lower, additional or ()):
        raise Unsupported("the SDK writes the host of a URL in small letters: one in capitals cannot be signed")
    settings = {**given, "scheme": question["scheme"], "endpoint": endpoint(given, host)}
    now = datetime.datetime.strptime(given["time"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=datetime.timezone.utc)
    expires = given["expires"]  # for V4 seconds from now, as the SDK wants them; else unix seconds
    if question["scheme"] != "oss-v4":
        expires -= int(now.timestamp())

    with refusals(), clock(now), recorded_strings() as stages:
        bucket = make_bucket(settings, given["bucket"], cloudbox_id=cloudbox(given))
        if question["scheme"] == "oss-rtmp":
            playlist = params.pop("playlistName", None)
            if params:
                raise Unsupported("Bucket.sign_rtmp_url takes no parameters but playlistName")
            url = bucket.sign_rtmp_url(key, playlist, expires)
        else:
            method, slash_safe = given["request"]["method"], "%2f" not in path.lower()
            url = bucket.sign_url(method, key, expires, headers, params, slash_safe, additional)
    signature = re.search("[?&](?:Signature|x-oss-signature)=([^&]*)", url)[1]
    return {"stages": {**stages, "signature": urllib.parse.unquote(signature)}, "url": url}


def split(target):
    """Host, path and query of a target; its path may begin with two slashes."""
    address, _, query = target.partition("?")
    if address.startswith("/"):
        return "", address, query
    host, slash, path = address.partition("://")[2].partition("/")
    return host, slash + path, query


def parameters(query):
    try:
        pairs = urllib.parse.parse_qsl(query, keep_blank_values=True, errors="strict")
    except UnicodeDecodeError:
        raise Unsupported("the SDK takes parameters as text") from None
    return mapping(pairs, "parameters")


def endpoint(given, host):
    """The endpoint that gives the request's own host."""
    bucket = given["bucket"] + "."
    if given["addressing"] == "virtual-host" and host.lower().startswith(bucket.lower()):
        host = host[len(bucket) :]
    return f"{given['request']['transport']}://{host}"


def cloudbox(given):
    """The SDK signs for the product oss, and for oss-cloudbox when it has the id of one."""
    product = given.get("product", "oss")
    if product not in ("oss", "oss-cloudbox"):
        raise Unsupported(f"the SDK has no product {product}")
    return given.get("region") if product == "oss-cloudbox" else None


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
