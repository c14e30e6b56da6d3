"""Lets countersign drive alibabacloud-oss-v2, the second Python SDK of Alibaba
Cloud OSS: its client by operations, its public signers by given requests."""

import contextlib
import datetime
import pathlib
import sys
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "internal" / "python"))

import alibabacloud_oss_v2 as oss
from alibabacloud_oss_v2._version import VERSION
from countersign import Exchange, Unsupported, mapping, refusals, serve, text
from operations import OPERATIONS

SIGNERS = {"oss-v1": oss.signer.SignerV1(), "oss-v4": oss.signer.SignerV4()}

# The query parameters that the V1 signer signs only when its caller names them,
# as the SDK's own operations do.
SUB_RESOURCES = (
    "accessPoint accessPointPolicy bucketArchiveDirectRead cleanRestoredObject cloudboxes cname comp cors dataPipeline "
    "encryption httpsConfig inventory inventoryId legalHold lifecycle logging metaQuery metadataConfiguration "
    "metadataInventoryTable metadataJournalTable objectWorm overwriteConfig policy policyStatus publicAccessBlock quota "
    "redundancyTransition referer replication replicationLocation replicationProgress requestPayment resourceGroup "
    "retention rtc seal style styleName tagging transferAcceleration userDefinedLogFieldsConfig website worm wormExtend "
    "wormId x-oss-access-point-name x-oss-redundancy-transition-taskid x-oss-target-redundancy-type"
).split()


def credentials_of(question):
    given = question["credentials"]
    return given["accessKeyId"], given["accessKeySecret"], given.get("securityToken")


def make_client(question):
    provider = oss.credentials.StaticCredentialsProvider(*credentials_of(question))
    return oss.Client(
        oss.Config(
            region=question.get("region"),
            endpoint=question["endpoint"],
            credentials_provider=provider,
            signature_version=question["scheme"].removeprefix("oss-"),
            use_cname=question["addressing"] == "cname",
            use_path_style=question["addressing"] == "path",
            retry_max_attempts=1,
        )
    )


def send(question):
    operation = OPERATIONS.get(question["operation"]["name"])
    if operation is None:
        raise Unsupported("the SDK has no such operation")
    if question["carrier"] == "query":
        with refusals():
            return presign(operation, question)
    if question["carrier"] != "header":
        raise Unsupported(f"the SDK builds no {question['carrier']}")
    with Exchange(question["connect"]) as exchange:
        return exchange.answer(lambda: operation.send(make_client(question), question["operation"]))


def presign(operation, question):
    """Signs a URL with Client.presign, or, for the requests it does not take,
    with invoke_operation and the query as its authentication method."""
    client = make_client(question)
    life = datetime.timedelta(seconds=question["operation"].get("expires", 3600))
    if operation.presign:
        result = client.presign(operation.request(question["operation"]), expires=life)
        return {"url": result.url, "headers": list(result.signed_headers.items())}
    request = operation.untyped(question["operation"])
    request.op_metadata["expiration_time"] = datetime.datetime.now(datetime.timezone.utc) + life
    unsent = Unsent()
    try:
        client.invoke_operation(request, auth_method="query", http_client=unsent)
    except oss.exceptions.OperationError:
        if unsent.request is None:
            raise
    signer = SIGNERS[question["scheme"]]
    headers = [pair for pair in unsent.request.headers.items() if signer.is_signed_header(pair[0])]
    return {"url": unsent.request.url, "headers": headers}


class Unsent(oss.HttpClient):
    """Keeps a signed request instead of sending it."""

    request = None

    def send(self, request, **_):
        self.request = request
        raise ConnectionAbortedError("not to be sent")

    def open(self):
        pass

    def close(self):
        pass


def sign(question):
    data = question["input"]
    given = data["request"]
    headers = mapping(given["headers"], "headers")
    names = {name.lower(): value for name, value in headers.items()}
    target = given["target"]
    if target.startswith("/"):
        target = f"{given['transport']}://{names.get('host', '')}{target}"
    context = oss.SigningContext(
        product=data.get("product", "oss"),
        region=data.get("region"),
        bucket=data["bucket"] or None,
        key=text(data["key"], "keys") or None,
        request=oss.HttpRequest(given["method"], target, headers, given["body"]),
        credentials=oss.Credentials(*credentials_of(data)),
        additional_headers=data.get("additionalHeaders"),
    )
    context.sub_resource = SUB_RESOURCES
    if question["carrier"] == "query":
        context.auth_method_query = True
        context.signing_time = moment(data["time"])
        context.expiration_time = expiration(question["scheme"], context.signing_time, data["expires"])
    else:
        # The signers write these headers themselves, from the signing time: where
        # the request has one, that is its time.
        own = names.get("date") if question["scheme"] == "oss-v1" else names.get("x-oss-date") or names.get("date")
        context.signing_time = moment(own or data["time"])
    with refusals():
        SIGNERS[question["scheme"]].sign(context)
    signed = context.request
    stages = {"stringToSign": context.string_to_sign}
    if question["carrier"] == "query":
        query = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(signed.url).query))
        stages["signature"] = query.get("Signature") or query.get("x-oss-signature")
        return {"stages": stages, "url": signed.url}
    stages["authorization"] = authorization = signed.headers["Authorization"]
    mark = "Signature=" if question["scheme"] == "oss-v4" else ":"
    stages["signature"] = authorization.rpartition(mark)[2]
    return {"stages": stages, "request": {**given, "headers": list(signed.headers.items())}}


def moment(text):
    """A time in any of the forms that questions and headers have."""
    for layout in ("%Y-%m-%dT%H:%M:%SZ", "%Y%m%dT%H%M%SZ", "%a, %d %b %Y %H:%M:%S GMT"):
        with contextlib.suppress(ValueError):
            return datetime.datetime.strptime(text, layout).replace(tzinfo=datetime.timezone.utc)
    raise Unsupported(f"the SDK takes the signing time as a datetime, which {text} is not")


def expiration(scheme, now, expires):
    """The end of a URL's life, which V1 counts in unix seconds and V4 from now."""
    begin = now if scheme == "oss-v4" else datetime.datetime.fromtimestamp(0, datetime.timezone.utc)
    try:
        return begin + datetime.timedelta(seconds=expires)
    except OverflowError:
        raise Unsupported("the SDK takes the expiration as a datetime, which ends with the year 9999") from None


serve(
    name="alibabacloud-oss-v2",
    version=VERSION,
    url="https://github.com/aliyun/alibabacloud-oss-python-sdk-v2",
    schemes=[f"{scheme}/{carrier}" for scheme in SIGNERS for carrier in ("header", "query")],
    operations=OPERATIONS,
    features=["clock", "bytes"],
    sign=sign,
    send=send,
)
