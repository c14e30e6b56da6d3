"""Lets countersign drive alibabacloud-oss-v2, the second Python SDK of Alibaba
Cloud OSS: its client by operations, its public signers by given requests."""

import datetime
import pathlib
import sys
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "internal" / "python"))

import alibabacloud_oss_v2 as oss
from alibabacloud_oss_v2._version import VERSION
from countersign import Exchange, Unsupported, mapping, refusals, serve
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
    target = given["target"]
    headers = mapping(given["headers"], "headers")
    if target.startswith("/"):
        host = next((value for name, value in headers.items() if name.lower() == "host"), "")
        target = f"{given['transport']}://{host}{target}"
    now = datetime.datetime.fromisoformat(data["time"].replace("Z", "+00:00"))
    context = oss.SigningContext(
        product=data.get("product", "oss"),
        region=data.get("region"),
        bucket=data["bucket"] or None,
        key=data["key"] or None,
        request=oss.HttpRequest(given["method"], target, headers, given["body"]),
        credentials=oss.Credentials(*credentials_of(data)),
        signing_time=now,
        additional_headers=data.get("additionalHeaders"),
    )
    context.sub_resource = SUB_RESOURCES
    if question["carrier"] == "query":
        context.auth_method_query = True
        context.expiration_time = datetime.datetime.fromtimestamp(
            data["expires"] + (now.timestamp() if question["scheme"] == "oss-v4" else 0), datetime.timezone.utc
        )
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


serve(
    name="alibabacloud-oss-v2",
    version=VERSION,
    url="https://github.com/aliyun/alibabacloud-oss-python-sdk-v2",
    schemes=[f"{scheme}/{carrier}" for scheme in SIGNERS for carrier in ("header", "query")],
    operations=OPERATIONS,
    features=["clock"],
    sign=sign,
    send=send,
)
