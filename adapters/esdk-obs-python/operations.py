"""The operations of the SDK: how the request of each looks for createSignedUrl,
which takes any, and the client's own method for it."""

from urllib.parse import quote

import obs
from countersign import Unsupported, mapping, text


class Call:
    """An operation in the SDK's words. Its headers, metadata and parameters are
    taken from it where the SDK has an argument or a field for them."""

    def __init__(self, operation, prefix):
        self.prefix = prefix  # of the vendor's headers
        self.bucket = operation.get("bucket")
        self.key = text(operation.get("key"), "a key")
        self.body = operation.get("body", "")
        self.upload_id = operation.get("uploadId")
        self.part_number = operation.get("partNumber")
        self.copy_source = operation.get("copySource", "")
        self.expires = operation.get("expires", 300)
        self.query = mapping(operation.get("query"), "parameters")
        self._headers = mapping(operation.get("headers"), "headers")
        self._metadata = mapping(operation.get("metadata"), "metadata")

    def metadata(self):
        taken, self._metadata = self._metadata, {}
        return taken

    def params(self, **names):
        """The parameters that have a field, by its name."""
        return {field: self.query.pop(p) for field, p in names.items() if p in self.query}

    def fields(self, **names):
        """The headers that have a field, by its name. One of the vendor's goes
        there under its documented name: in other letter case it is any header."""
        taken = {}
        for field, wanted in names.items():
            wanted = wanted.replace("x-", self.prefix)
            for name in list(self._headers):
                if wanted == (name if wanted.startswith("x-") else name.lower()):
                    taken[field] = self._headers.pop(name)
        return taken

    def headers(self):
        """All headers that are left, for the argument that takes any."""
        metadata = {f"{self.prefix}meta-{k}": v for k, v in self.metadata().items()}
        return {**self._headers, **metadata}

    def rest(self):
        """The same for a method of the client, which sends no other parameter."""
        for name in self.query:
            raise Unsupported(f"the method has no argument for the parameter {name}")
        return self.headers()

    def request(self, verb):
        """Headers and parameters of the request for createSignedUrl, which says
        itself what the methods of the client say."""
        headers, query = self.headers(), dict(self.query)
        if self.copy_source:
            headers[f"{self.prefix}copy-source"] = quote(f"/{self.copy_source}")
        if self.upload_id:
            query["uploadId"] = self.upload_id
            if verb == "PUT":
                query["partNumber"] = str(self.part_number)
        return headers, query


def bucket_get(method):
    return lambda s, c: getattr(s, method)(c.bucket, extensionHeaders=c.rest())


def list_buckets(s, c):
    return s.listBuckets(**c.params(maxKeys="max-keys", marker="marker"), extensionHeaders=c.rest())


def list_objects(s, c):
    names = {"max_keys": "max-keys", "encoding_type": "encoding-type"}
    found = c.params(prefix="prefix", marker="marker", delimiter="delimiter", **names)
    return s.listObjects(c.bucket, **found, extensionHeaders=c.rest())


def list_versions(s, c):
    version = obs.Versions(
        **c.params(
            prefix="prefix",
            delimiter="delimiter",
            key_marker="key-marker",
            max_keys="max-keys",
            version_id_marker="version-id-marker",
            encoding_type="encoding-type",
        )
    )
    return s.listVersions(c.bucket, version, extensionHeaders=c.rest())


def list_uploads(s, c):
    request = obs.ListMultipartUploadsRequest(
        **c.params(
            prefix="prefix",
            delimiter="delimiter",
            key_marker="key-marker",
            max_uploads="max-uploads",
            upload_id_marker="upload-id-marker",
        )
    )
    more = c.params(encoding_type="encoding-type")
    return s.listMultipartUploads(c.bucket, request, **more, extensionHeaders=c.rest())


def delete_objects(s, c):
    request = obs.DeleteObjectsRequest(objects=[obs.Object(key=c.key)])
    return s.deleteObjects(c.bucket, request, extensionHeaders=c.rest())


def get_object(s, c):
    request = obs.GetObjectRequest(
        **c.params(
            versionId="versionId",
            imageProcess="x-image-process",
            cache_control="response-cache-control",
            content_disposition="response-content-disposition",
            content_encoding="response-content-encoding",
            content_language="response-content-language",
            content_type="response-content-type",
            expires="response-expires",
        )
    )
    headers = obs.GetObjectHeader(
        **c.fields(
            range="range",
            if_match="if-match",
            if_none_match="if-none-match",
            if_modified_since="if-modified-since",
            if_unmodified_since="if-unmodified-since",
        )
    )
    return s.getObject(c.bucket, c.key, getObjectRequest=request, headers=headers, extensionHeaders=c.rest())


def put_fields(c):
    return c.fields(
        contentType="content-type",
        md5="content-md5",
        acl="x-acl",
        storageClass="x-storage-class",
        location="x-website-redirect-location",
    )


def put_object(s, c):
    headers = obs.PutObjectHeader(**put_fields(c))
    return s.putContent(c.bucket, c.key, c.body, c.metadata(), headers, extensionHeaders=c.rest())


def append_object(s, c):
    headers = obs.AppendObjectHeader(**put_fields(c))
    content = obs.AppendObjectContent(content=c.body, **c.params(position="position"))
    return s.appendObject(c.bucket, c.key, content, c.metadata(), headers, extensionHeaders=c.rest())


def copy_object(s, c):
    headers = obs.CopyObjectHeader(
        **c.fields(
            directive="x-metadata-directive",
            if_match="x-copy-source-if-match",
            contentType="content-type",
            cacheControl="cache-control",
            contentDisposition="content-disposition",
        )
    )
    source = c.copy_source.split("/", 1)
    return s.copyObject(*source, c.bucket, c.key, c.metadata(), headers, extensionHeaders=c.rest())


def of_version(method):
    """A method whose only parameter is the version."""
    return lambda s, c: getattr(s, method)(
        c.bucket, c.key, **c.params(versionId="versionId"), extensionHeaders=c.rest()
    )


def put_object_acl(s, c):
    found = {**c.params(versionId="versionId"), **c.fields(aclControl="x-acl")}
    return s.setObjectAcl(c.bucket, c.key, **found, extensionHeaders=c.rest())


def put_object_tagging(s, c):
    version = c.params(versionId="versionId")
    return s.setObjectTagging(c.bucket, c.key, {"a": "b"}, **version, extensionHeaders=c.rest())


def restore_object(s, c):
    version = c.params(versionId="versionId")
    tier = obs.RestoreTier.EXPEDITED
    return s.restoreObject(c.bucket, c.key, 1, tier, **version, extensionHeaders=c.rest())


def initiate_upload(s, c):
    found = c.fields(contentType="content-type", acl="x-acl", storageClass="x-storage-class")
    found |= c.params(encoding_type="encoding-type")
    return s.initiateMultipartUpload(c.bucket, c.key, metadata=c.metadata(), **found, extensionHeaders=c.rest())


def upload_part(s, c):
    md5 = c.fields(md5="content-md5")
    return s.uploadPart(
        c.bucket,
        c.key,
        c.part_number,
        c.upload_id,
        content=c.body,
        **md5,
        extensionHeaders=c.rest(),
    )


def copy_part(s, c):
    part = c.part_number, c.upload_id, c.copy_source
    found = c.fields(copySourceRange="x-copy-source-range")
    return s.copyPart(c.bucket, c.key, *part, **found, extensionHeaders=c.rest())


def list_parts(s, c):
    found = c.params(
        maxParts="max-parts",
        partNumberMarker="part-number-marker",
        encoding_type="encoding-type",
    )
    return s.listParts(c.bucket, c.key, c.upload_id, **found, extensionHeaders=c.rest())


def complete_upload(s, c):
    part = obs.CompletePart(c.part_number, '"d41d8cd98f00b204e9800998ecf8427e"')
    request = obs.CompleteMultipartUploadRequest([part])
    found = c.params(encoding_type="encoding-type")
    return s.completeMultipartUpload(c.bucket, c.key, c.upload_id, request, **found, extensionHeaders=c.rest())


def abort_upload(s, c):
    return s.abortMultipartUpload(c.bucket, c.key, c.upload_id, extensionHeaders=c.rest())


# name: (method, sub-resource, call of the client)
OPERATIONS = {
    "ListBuckets": ("GET", None, list_buckets),
    "ListObjects": ("GET", None, list_objects),
    "ListObjectVersions": ("GET", "versions", list_versions),
    "ListMultipartUploads": ("GET", "uploads", list_uploads),
    "GetBucketACL": ("GET", "acl", bucket_get("getBucketAcl")),
    "GetBucketLocation": ("GET", "location", bucket_get("getBucketLocation")),
    "GetBucketLifecycle": ("GET", "lifecycle", bucket_get("getBucketLifecycle")),
    "GetBucketCORS": ("GET", "cors", bucket_get("getBucketCors")),
    "GetBucketLogging": ("GET", "logging", bucket_get("getBucketLogging")),
    "GetBucketWebsite": ("GET", "website", bucket_get("getBucketWebsite")),
    "GetBucketVersioning": ("GET", "versioning", bucket_get("getBucketVersioning")),
    "GetBucketPolicy": ("GET", "policy", bucket_get("getBucketPolicy")),
    "DeleteObjects": ("POST", "delete", delete_objects),
    "PostObject": (None, None, None),  # a form
    "GetObject": ("GET", None, get_object),
    "PutObject": ("PUT", None, put_object),
    "HeadObject": ("HEAD", None, of_version("headObject")),
    "DeleteObject": ("DELETE", None, of_version("deleteObject")),
    "CopyObject": ("PUT", None, copy_object),
    "AppendObject": ("POST", "append", append_object),
    "GetObjectACL": ("GET", "acl", of_version("getObjectAcl")),
    "PutObjectACL": ("PUT", "acl", put_object_acl),
    "PutObjectTagging": ("PUT", "tagging", put_object_tagging),
    "GetObjectTagging": ("GET", "tagging", of_version("getObjectTagging")),
    "DeleteObjectTagging": ("DELETE", "tagging", of_version("deleteObjectTagging")),
    "RestoreObject": ("POST", "restore", restore_object),
    "InitiateMultipartUpload": ("POST", "uploads", initiate_upload),
    "UploadPart": ("PUT", None, upload_part),
    "UploadPartCopy": ("PUT", None, copy_part),
    "ListParts": ("GET", None, list_parts),
    "CompleteMultipartUpload": ("POST", None, complete_upload),
    "AbortMultipartUpload": ("DELETE", None, abort_upload),
}
