"""Lets countersign drive esdk-obs-python, the Python SDK of Huawei Cloud OBS: by
the methods of its client, by createSignedUrl and by createPostSignature.

createSignedUrl, which takes any request, answers the sign questions too. What
signs headers is internal to the SDK.
"""

import contextlib
import datetime
import sys
import types
from importlib.metadata import version
from pathlib import Path
from unittest import mock
from urllib.parse import parse_qs, unquote_plus, urlsplit

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "internal" / "python"))

import obs
from countersign import Exchange, Unsupported, mapping, refusals, serve, text
from operations import OPERATIONS, Call

SDK = "esdk-obs-python"
SIGNATURES = {"obs-v2": "obs", "obs-aws-v2": "v2", "obs-v4": "v4"}  # in the SDK's words
PREFIXES = {"obs-v2": "x-obs-", "obs-aws-v2": "x-amz-", "obs-v4": "x-amz-"}


def make_client(question, endpoint):
    credentials = question["credentials"]
    return obs.ObsClient(
        credentials["accessKeyId"],
        credentials["accessKeySecret"],
        security_token=credentials.get("securityToken"),
        server=endpoint,
        signature=SIGNATURES[question["scheme"]],
        region=question.get("region", "region"),
        path_style=question["addressing"] == "path",
        is_cname=question["addressing"] == "cname",
        is_signature_negotiation=False,  # it asks without a signature, and may change the scheme
        max_retry_count=0,
        max_redirect_count=0,
    )


def send(question):
    operation = OPERATIONS.get(question["operation"]["name"])
    if operation is None:
        raise Unsupported("the SDK has no such operation")
    return CARRIERS[question["carrier"]](question, *operation)


def by_method(question, verb, subresource, run):
    if run is None:
        raise Unsupported("the client has no method for an upload by form")
    with Exchange(question["connect"]) as exchange:
        return exchange.answer(lambda: run(client_of(question), call_of(question)))


def by_url(question, verb, subresource, run):
    if verb is None:
        raise Unsupported("createSignedUrl signs no forms")
    call = call_of(question)
    headers, params = call.request(verb)
    key = None if subresource == "delete" else call.key  # that key stands in the body
    with refusals():
        signed = client_of(question).createSignedUrl(verb, call.bucket, key, subresource, call.expires, headers, params)
    return {"url": signed.signedUrl, "headers": list(signed.actualSignedRequestHeaders.items())}


def by_form(question, verb, subresource, run):
    """The fields of an upload around what createPostSignature returns."""
    call = call_of(question)
    if verb is not None or call.query:
        raise Unsupported("createPostSignature signs fields of an upload and no other condition")
    given, token = call.headers(), question["credentials"].get("securityToken")
    with refusals():
        signed = client_of(question).createPostSignature(call.bucket, call.key, call.expires, given)
    form = {"key": call.key, **given}
    if token:
        form[call.prefix + "security-token"] = token
    form["policy"] = signed.policy
    if question["scheme"] == "obs-v4":
        form["x-amz-algorithm"] = signed["algorithm"]  # the one without an attribute
        form["x-amz-credential"] = signed.credential
        form["x-amz-date"] = signed.date
        form["x-amz-signature"] = signed.signature
    else:
        name = "AccessKeyId" if question["scheme"] == "obs-v2" else "AWSAccessKeyId"
        form |= {name: signed.accessKeyId, "signature": signed.signature}
    return {"form": list(form.items())}


CARRIERS = {"header": by_method, "query": by_url, "form": by_form}


def client_of(question):
    return make_client(question, question["endpoint"])


def call_of(question):
    return Call(question["operation"], PREFIXES[question["scheme"]])


def sign(question):
    data = question["input"]
    if question["carrier"] != "query":
        raise Unsupported("the SDK signs headers only as it sends them, and no policy of a caller")
    params, headers = parameters(data["request"]), mapping(data["request"]["headers"], "headers")
    host = next((value for name, value in headers.items() if name.lower() == "host"), "")
    if data["addressing"] == "virtual-host":
        host = host.removeprefix(data["bucket"] + ".")
    headers = {name: value for name, value in headers.items() if name.lower() != "host"}

    now = datetime.datetime.strptime(data["time"], "%Y-%m-%dT%H:%M:%SZ")
    expires = data.get("expires", 300)
    if question["scheme"] != "obs-v4":
        expires -= int(now.replace(tzinfo=datetime.timezone.utc).timestamp())
    with refusals(), clock(now), recorded() as stages:
        client = make_client({**data, **question}, f"{data['request']['transport']}://{host}")
        signed = client.createSignedUrl(
            data["request"]["method"],
            data.get("bucket"),
            text(data.get("key"), "a key"),
            expires=expires,
            headers=headers,
            queryParams=params,
        )
    query = parse_qs(urlsplit(signed.signedUrl).query)
    signature = (query.get("Signature") or query.get("X-Amz-Signature"))[0]
    return {"stages": {**stages, "signature": signature}, "url": signed.signedUrl}


def parameters(request):
    """The query, decoded as the SDK's callers have it."""
    query = text(request["target"], "a query").partition("?")[2]
    pairs = [pair.partition("=") for pair in query.split("&") if pair]
    try:
        return mapping(
            [(decoded(name), decoded(value) if equals else None) for name, equals, value in pairs],
            "parameters",
        )
    except UnicodeDecodeError:
        raise Unsupported("the SDK takes parameters as text, which these bytes are not") from None


def decoded(encoded):
    return unquote_plus(encoded, errors="strict")


@contextlib.contextmanager
def clock(now):
    """The SDK takes no time from its caller: it asks these two, here for the
    time of the question."""

    class Frozen(datetime.datetime):
        @classmethod
        def utcnow(cls):
            return now

    seconds = now.replace(tzinfo=datetime.timezone.utc).timestamp
    time = types.SimpleNamespace(time=seconds)
    with mock.patch.object(datetime, "datetime", Frozen), mock.patch.object(obs.client, "time", time):
        yield


@contextlib.contextmanager
def recorded():
    """What the SDK signed on its way, as stages."""
    stages = {}

    def noting(signer, name, stage):
        def get_signature(self, *args, **kwargs):
            result = original(self, *args, **kwargs)
            stages[stage] = result[name]
            return result

        original = signer.getSignature
        return mock.patch.object(signer, "getSignature", get_signature)

    older = noting(obs.auth.Authentication, "CanonicalString", "stringToSign")
    v4 = noting(obs.auth.V4Authentication, "CannonicalRequest", "canonicalRequest")
    with older, v4:
        yield stages


serve(
    name=SDK,
    version=version(SDK),
    url="https://github.com/huaweicloud/huaweicloud-sdk-python-obs",
    schemes=[f"{scheme}/{carrier}" for scheme in SIGNATURES for carrier in CARRIERS],
    operations=OPERATIONS,
    features=["bytes", "clock"],
    sign=sign,
    send=send,
)
