"""The operations of oss2: the method of each and what it takes, and how the
request looks for Bucket.sign_url, which takes any request about an object."""

import dataclasses
import re
import typing
import urllib.parse

import oss2
from countersign import Unsupported, mapping, text

ANY = None  # any query parameter, by the argument params
PAGE = {"prefix": "prefix", "delimiter": "delimiter", "encoding-type": ""}


@dataclasses.dataclass(frozen=True)
class Operation:
    level: str
    verb: str
    method: str  # of oss2.Service or oss2.Bucket
    arguments: tuple = ()  # attributes of Call
    own: tuple = ()  # the query parameters that make it this operation
    query: typing.Optional[dict] = dataclasses.field(default_factory=dict)  # further ones: their arguments; "" is fixed
    headers: bool = True  # the method takes headers

    def run(self, subject, call):
        """Calls the SDK's method."""
        arguments = [getattr(call, name) for name in self.arguments]
        keywords = {}
        rest = {name: value for name, value in call.query.items() if name not in self.own}
        if self.query is ANY:
            keywords["params"] = rest
        else:
            for name, value in rest.items():
                keywords.update(self._typed(name, value))
        if self.headers:
            keywords["headers"] = call.headers
        elif call.headers:
            raise Unsupported(f"{self.method} takes no headers")
        result = getattr(subject, self.method)(*arguments, **keywords)
        if isinstance(result, oss2.models.GetObjectResult):
            result.read()  # the SDK checks it as it is read

    def _typed(self, name, value):
        keyword = self.query.get(name)
        if keyword is None or keyword == "" and value != "url":
            raise Unsupported(f"{self.method} takes no query parameter {name}={value}")
        if keyword == "":
            return {}
        if keyword.startswith("max_"):
            value = int(value)
        if keyword == "fetch_owner":
            value = value == "true"
        return {keyword: value}

    def for_url(self, call):
        """Parameters and headers for Bucket.sign_url; the copy source is the caller's affair."""
        params = {name: call.query.get(name, call.own.get(name, "")) for name in self.own}
        headers = dict(call.headers)
        if call.source_key:
            headers["x-oss-copy-source"] = f"/{call.source_bucket}/{urllib.parse.quote(call.source_key)}"
        return {**call.query, **params}, headers


class Call:
    """An operation's values, as the SDK's methods want them."""

    def __init__(self, operation):
        self.bucket = operation.get("bucket", "")
        self.key = text(operation.get("key", ""), "keys")
        self.body = operation.get("body", "")
        self.upload_id = operation.get("uploadId", "")
        self.part_number = operation.get("partNumber", 1)
        self.expires = operation.get("expires", 3600)
        self.source_bucket, _, self.source_key = text(operation.get("copySource", ""), "keys").partition("/")
        self.query = mapping(operation.get("query"), "parameters")
        self.headers = mapping(
            [
                *operation.get("headers", ()),
                *(("x-oss-meta-" + name, value) for name, value in operation.get("metadata", ())),
            ],
            "headers",
            bytes_too=True,
        )
        self.own = {"uploadId": self.upload_id, "partNumber": str(self.part_number)}
        self.keys = [self.key]
        self.parts = [oss2.models.PartInfo(self.part_number, "D41D8CD98F00B204E9800998ECF8427E")]

    def _header(self, name):
        """Takes a header that a method of the SDK wants as an argument."""
        for given in self.headers:
            if given.lower() == name:
                return self.headers.pop(given)
        return None

    @property
    def position(self):
        return int(self.query["position"])

    @property
    def acl(self):
        return self._header("x-oss-object-acl")

    @property
    def symlink_target(self):
        return self._header("x-oss-symlink-target")

    @property
    def byte_range(self):
        value = self._header("x-oss-copy-source-range")
        if value is None:
            return None
        match = re.fullmatch(r"bytes=(\d+)-(\d+)", value)
        if not match:
            raise Unsupported(f"the SDK takes a range of two numbers, not {value!r}")
        return tuple(map(int, match.groups()))

    @property
    def tagging(self):
        rule = oss2.models.TaggingRule()
        rule.add("colour", "red")
        return oss2.models.Tagging(rule)


def _get_bucket(what):
    return Operation("bucket", "GET", "get_bucket_" + what, own=(what,), headers=False)


OPERATIONS = {
    "ListBuckets": Operation("service", "GET", "list_buckets", query=ANY),
    "ListObjects": Operation(
        "bucket", "GET", "list_objects", query={**PAGE, "marker": "marker", "max-keys": "max_keys"}
    ),
    "ListObjectsV2": Operation(
        "bucket",
        "GET",
        "list_objects_v2",
        query={
            "prefix": "prefix",
            "delimiter": "delimiter",
            "encoding-type": "encoding_type",
            "continuation-token": "continuation_token",
            "start-after": "start_after",
            "fetch-owner": "fetch_owner",
            "max-keys": "max_keys",
        },
    ),
    "ListObjectVersions": Operation(
        "bucket",
        "GET",
        "list_object_versions",
        own=("versions",),
        query={
            **PAGE,
            "key-marker": "key_marker",
            "version-id-marker": "versionid_marker",
            "max-keys": "max_keys",
        },
    ),
    "ListMultipartUploads": Operation(
        "bucket",
        "GET",
        "list_multipart_uploads",
        own=("uploads",),
        query={
            **PAGE,
            "key-marker": "key_marker",
            "upload-id-marker": "upload_id_marker",
            "max-uploads": "max_uploads",
        },
    ),
    "GetBucketACL": _get_bucket("acl"),
    "GetBucketLocation": _get_bucket("location"),
    "GetBucketLifecycle": _get_bucket("lifecycle"),
    "GetBucketCORS": _get_bucket("cors"),
    "GetBucketLogging": _get_bucket("logging"),
    "GetBucketWebsite": _get_bucket("website"),
    "GetBucketVersioning": _get_bucket("versioning"),
    "GetBucketPolicy": _get_bucket("policy"),
    "DeleteObjects": Operation("bucket", "POST", "batch_delete_objects", ("keys",), ("delete",)),
    "GetObject": Operation("object", "GET", "get_object", ("key",), query=ANY),
    "PutObject": Operation("object", "PUT", "put_object", ("key", "body")),
    "HeadObject": Operation("object", "HEAD", "head_object", ("key",), query=ANY),
    "DeleteObject": Operation("object", "DELETE", "delete_object", ("key",), query=ANY),
    "CopyObject": Operation("object", "PUT", "copy_object", ("source_bucket", "source_key", "key")),
    "AppendObject": Operation("object", "POST", "append_object", ("key", "position", "body"), ("append", "position")),
    "GetObjectACL": Operation("object", "GET", "get_object_acl", ("key",), ("acl",), ANY),
    "PutObjectACL": Operation("object", "PUT", "put_object_acl", ("key", "acl"), ("acl",), ANY),
    "PutObjectTagging": Operation("object", "PUT", "put_object_tagging", ("key", "tagging"), ("tagging",), ANY),
    "GetObjectTagging": Operation("object", "GET", "get_object_tagging", ("key",), ("tagging",), ANY),
    "DeleteObjectTagging": Operation("object", "DELETE", "delete_object_tagging", ("key",), ("tagging",), ANY),
    "RestoreObject": Operation("object", "POST", "restore_object", ("key",), ("restore",), ANY),
    "GetSymlink": Operation("object", "GET", "get_symlink", ("key",), ("symlink",), ANY),
    "PutSymlink": Operation("object", "PUT", "put_symlink", ("symlink_target", "key"), ("symlink",)),
    "InitiateMultipartUpload": Operation("object", "POST", "init_multipart_upload", ("key",), ("uploads",), ANY),
    "UploadPart": Operation(
        "object", "PUT", "upload_part", ("key", "upload_id", "part_number", "body"), ("uploadId", "partNumber")
    ),
    "UploadPartCopy": Operation(
        "object",
        "PUT",
        "upload_part_copy",
        ("source_bucket", "source_key", "byte_range", "key", "upload_id", "part_number"),
        ("uploadId", "partNumber"),
    ),
    "ListParts": Operation(
        "object",
        "GET",
        "list_parts",
        ("key", "upload_id"),
        ("uploadId",),
        {"part-number-marker": "marker", "max-parts": "max_parts"},
    ),
    "CompleteMultipartUpload": Operation(
        "object", "POST", "complete_multipart_upload", ("key", "upload_id", "parts"), ("uploadId",)
    ),
    "AbortMultipartUpload": Operation(
        "object", "DELETE", "abort_multipart_upload", ("key", "upload_id"), ("uploadId",)
    ),
}
