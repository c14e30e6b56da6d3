"""The operations of alibabacloud-oss-v2: the method and the request class of
each, and how its request looks for invoke_operation, the SDK's call for any
request."""

import dataclasses
import typing
import urllib.parse

import alibabacloud_oss_v2 as oss
from countersign import mapping, text

META = "x-oss-meta-"


@dataclasses.dataclass(frozen=True)
class Operation:
    verb: str
    method: str  # of oss.Client
    param: str = ""  # the query parameter that makes it this operation
    more: typing.Callable = lambda operation: {}  # further fields of its request
    presign: bool = False  # Client.presign takes the request

    def request(self, operation):
        """The typed request. What has no field of its own goes by headers and parameters."""
        cls = getattr(oss.models, "".join(map(str.capitalize, self.method.split("_"))) + "Request")
        fields = {"headers": {}, "parameters": {}, **self.more(operation)}
        values = {
            "bucket": operation.get("bucket"),
            "key": text(operation.get("key"), "keys"),
            "upload_id": operation.get("uploadId"),
            "part_number": operation.get("partNumber"),
            "body": operation.get("body"),
            "metadata": mapping(operation.get("metadata"), "metadata"),
        }
        fields.update((name, value) for name, value in values.items() if name in cls._attribute_map)
        if "metadata" not in fields:
            fields["headers"] = {META + name: value for name, value in values["metadata"].items()}
        if "copySource" in operation:
            fields["source_bucket"], _, fields["source_key"] = text(operation["copySource"], "keys").partition("/")
        for given, position, others in (("query", "query", "parameters"), ("headers", "header", "headers")):
            typed = {
                description.get("rename"): (field, description.get("type"))
                for field, description in cls._attribute_map.items()
                if description.get("position") == position
            }
            for name, value in mapping(operation.get(given), others).items():
                field, kind = typed.get(name, (None, None))
                if field is None:
                    fields[others][name] = value
                else:
                    fields[field] = {"int": int, "bool": lambda word: word == "true"}.get(kind, str)(value)
        return cls(**fields)

    def send(self, client, operation):
        result = getattr(client, self.method)(self.request(operation))
        if isinstance(result, oss.models.GetObjectResult):
            result.body.read()  # the SDK checks it as it is read

    def untyped(self, operation):
        """The request for invoke_operation."""
        parameters = mapping(operation.get("query"), "parameters")
        name, _, value = self.param.partition("=")
        metadata = {}
        if name:
            parameters.setdefault(name, value)
            metadata["sub-resource"] = [name]
        for field in ("uploadId", "partNumber"):
            if field in operation:
                parameters[field] = str(operation[field])
        headers = mapping(operation.get("headers"), "headers")
        headers.update(mapping(operation.get("metadata"), "metadata", META))
        if "copySource" in operation:
            headers["x-oss-copy-source"] = "/" + urllib.parse.quote(text(operation["copySource"], "keys"))
        return oss.OperationInput(
            self.method,
            self.verb,
            headers=headers,
            parameters=parameters,
            bucket=operation.get("bucket"),
            key=None if self.method == "delete_multiple_objects" else text(operation.get("key"), "keys"),
            op_metadata=metadata,
        )


def _objects(operation):
    return {"objects": [oss.DeleteObject(key=operation["key"])]}


def _tagging(_):
    return {"tagging": oss.Tagging(tag_set=oss.TagSet(tags=[oss.Tag(key="colour", value="red")]))}


def _parts(operation):
    part = oss.UploadPart(part_number=operation["partNumber"], etag='"D41D8CD98F00B204E9800998ECF8427E"')
    return {"complete_multipart_upload": oss.CompleteMultipartUpload(parts=[part])}


OPERATIONS = {
    "ListBuckets": Operation("GET", "list_buckets"),
    "ListObjects": Operation("GET", "list_objects"),
    "ListObjectsV2": Operation("GET", "list_objects_v2", "list-type=2"),
    "ListObjectVersions": Operation("GET", "list_object_versions", "versions"),
    "ListMultipartUploads": Operation("GET", "list_multipart_uploads", "uploads"),
    "GetBucketACL": Operation("GET", "get_bucket_acl", "acl"),
    "GetBucketLocation": Operation("GET", "get_bucket_location", "location"),
    "GetBucketLifecycle": Operation("GET", "get_bucket_lifecycle", "lifecycle"),
    "GetBucketCORS": Operation("GET", "get_bucket_cors", "cors"),
    "GetBucketLogging": Operation("GET", "get_bucket_logging", "logging"),
    "GetBucketWebsite": Operation("GET", "get_bucket_website", "website"),
    "GetBucketVersioning": Operation("GET", "get_bucket_versioning", "versioning"),
    "GetBucketPolicy": Operation("GET", "get_bucket_policy", "policy"),
    "DeleteObjects": Operation("POST", "delete_multiple_objects", "delete", _objects),
    "GetObject": Operation("GET", "get_object", presign=True),
    "PutObject": Operation("PUT", "put_object", presign=True),
    "HeadObject": Operation("HEAD", "head_object", presign=True),
    "DeleteObject": Operation("DELETE", "delete_object"),
    "CopyObject": Operation("PUT", "copy_object"),
    "AppendObject": Operation("POST", "append_object", "append"),
    "GetObjectACL": Operation("GET", "get_object_acl", "acl"),
    "PutObjectACL": Operation("PUT", "put_object_acl", "acl"),
    "PutObjectTagging": Operation("PUT", "put_object_tagging", "tagging", _tagging),
    "GetObjectTagging": Operation("GET", "get_object_tagging", "tagging"),
    "DeleteObjectTagging": Operation("DELETE", "delete_object_tagging", "tagging"),
    "RestoreObject": Operation("POST", "restore_object", "restore"),
    "GetSymlink": Operation("GET", "get_symlink", "symlink"),
    "PutSymlink": Operation("PUT", "put_symlink", "symlink"),
    "InitiateMultipartUpload": Operation("POST", "initiate_multipart_upload", "uploads", presign=True),
    "UploadPart": Operation("PUT", "upload_part", presign=True),
    "UploadPartCopy": Operation("PUT", "upload_part_copy"),
    "ListParts": Operation("GET", "list_parts"),
    "CompleteMultipartUpload": Operation("POST", "complete_multipart_upload", more=_parts, presign=True),
    "AbortMultipartUpload": Operation("DELETE", "abort_multipart_upload", presign=True),
}
