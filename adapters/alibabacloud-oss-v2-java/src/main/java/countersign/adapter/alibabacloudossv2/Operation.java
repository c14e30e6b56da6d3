package countersign.adapter.alibabacloudossv2;

import com.aliyun.sdk.service.oss2.models.*;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * An operation of the SDK: its own method, its presign method if it has one, and how its request
 * looks for the method that takes any request.
 */
final class Operation {
    static final Map<String, Operation> ALL = new TreeMap<>();

    final String method;
    final String parameter;
    final Consumer<Call> send;
    final Function<Call, PresignResult> presign;

    private Operation(
            String method,
            String parameter,
            Consumer<Call> send,
            Function<Call, PresignResult> presign) {
        this.method = method;
        this.parameter = parameter;
        this.send = send;
        this.presign = presign;
    }

    /** An operation without a presign method; the parameter makes it what it is. */
    private static void add(String name, String method, String parameter, Consumer<Call> send) {
        ALL.put(name, new Operation(method, parameter, send, null));
    }

    private static void add(
            String name, Consumer<Call> send, Function<Call, PresignResult> presign) {
        ALL.put(name, new Operation(null, null, send, presign));
    }

    static {
        add("ListBuckets", "GET", "", Operation::listBuckets);
        add("ListObjects", "GET", "", Operation::listObjects);
        add("ListObjectsV2", "GET", "list-type=2", Operation::listObjectsV2);
        add("ListObjectVersions", "GET", "versions", Operation::listObjectVersions);
        add("ListMultipartUploads", "GET", "uploads", Operation::listMultipartUploads);
        add("GetBucketACL", "GET", "acl", Operation::getBucketAcl);
        add("GetBucketLocation", "GET", "location", Operation::getBucketLocation);
        add("GetBucketLifecycle", "GET", "lifecycle", Operation::getBucketLifecycle);
        add("GetBucketCORS", "GET", "cors", Operation::getBucketCors);
        add("GetBucketLogging", "GET", "logging", Operation::getBucketLogging);
        add("GetBucketWebsite", "GET", "website", Operation::getBucketWebsite);
        add("GetBucketVersioning", "GET", "versioning", Operation::getBucketVersioning);
        add("GetBucketPolicy", "GET", "policy", Operation::getBucketPolicy);
        add("DeleteObjects", "POST", "delete", Operation::deleteObjects);
        add(
                "GetObject",
                Operation::getObject,
                c -> c.oss.presign(getObjectRequest(c), c.presignOptions()));
        add(
                "PutObject",
                c -> c.oss.putObject(putObjectRequest(c)),
                c -> c.oss.presign(putObjectRequest(c), c.presignOptions()));
        add(
                "HeadObject",
                c -> c.oss.headObject(headObjectRequest(c)),
                c -> c.oss.presign(headObjectRequest(c), c.presignOptions()));
        add("DeleteObject", "DELETE", "", Operation::deleteObject);
        add("CopyObject", "PUT", "", Operation::copyObject);
        add("AppendObject", "POST", "append", Operation::appendObject);
        add("GetObjectACL", "GET", "acl", Operation::getObjectAcl);
        add("PutObjectACL", "PUT", "acl", Operation::putObjectAcl);
        add("PutObjectTagging", "PUT", "tagging", Operation::putObjectTagging);
        add("GetObjectTagging", "GET", "tagging", Operation::getObjectTagging);
        add("DeleteObjectTagging", "DELETE", "tagging", Operation::deleteObjectTagging);
        add("RestoreObject", "POST", "restore", Operation::restoreObject);
        add("GetSymlink", "GET", "symlink", Operation::getSymlink);
        add("PutSymlink", "PUT", "symlink", Operation::putSymlink);
        add(
                "InitiateMultipartUpload",
                c -> c.oss.initiateMultipartUpload(initiateRequest(c)),
                c -> c.oss.presign(initiateRequest(c), c.presignOptions()));
        add(
                "UploadPart",
                c -> c.oss.uploadPart(uploadPartRequest(c)),
                c -> c.oss.presign(uploadPartRequest(c), c.presignOptions()));
        add("UploadPartCopy", "PUT", "", Operation::uploadPartCopy);
        add("ListParts", "GET", "", Operation::listParts);
        add(
                "CompleteMultipartUpload",
                c -> c.oss.completeMultipartUpload(completeRequest(c)),
                c -> c.oss.presign(completeRequest(c), c.presignOptions()));
        add(
                "AbortMultipartUpload",
                c -> c.oss.abortMultipartUpload(abortRequest(c)),
                c -> c.oss.presign(abortRequest(c), c.presignOptions()));
    }

    private static void listBuckets(Call c) {
        c.oss.listBuckets(
                ListBucketsRequest.newBuilder()
                        .headers(c.allHeaders())
                        .parameters(c.query)
                        .build());
    }

    private static void listObjects(Call c) {
        c.oss.listObjects(
                ListObjectsRequest.newBuilder()
                        .headers(c.allHeaders())
                        .parameters(c.query)
                        .bucket(c.bucket)
                        .build());
    }

    private static void listObjectsV2(Call c) {
        c.oss.listObjectsV2(
                ListObjectsV2Request.newBuilder()
                        .headers(c.allHeaders())
                        .parameters(c.query)
                        .bucket(c.bucket)
                        .build());
    }

    private static void listObjectVersions(Call c) {
        c.oss.listObjectVersions(
                ListObjectVersionsRequest.newBuilder()
                        .headers(c.allHeaders())
                        .parameters(c.query)
                        .bucket(c.bucket)
                        .build());
    }

    private static void listMultipartUploads(Call c) {
        c.oss.listMultipartUploads(
                ListMultipartUploadsRequest.newBuilder()
                        .headers(c.allHeaders())
                        .parameters(c.query)
                        .bucket(c.bucket)
                        .build());
    }

    private static void getBucketAcl(Call c) {
        c.oss.getBucketAcl(
                GetBucketAclRequest.newBuilder()
                        .headers(c.allHeaders())
                        .parameters(c.query)
                        .bucket(c.bucket)
                        .build());
    }

    private static void getBucketLocation(Call c) {
        c.oss.getBucketLocation(
                GetBucketLocationRequest.newBuilder()
                        .headers(c.allHeaders())
                        .parameters(c.query)
                        .bucket(c.bucket)
                        .build());
    }

    private static void getBucketLifecycle(Call c) {
        c.oss.getBucketLifecycle(
                GetBucketLifecycleRequest.newBuilder()
                        .headers(c.allHeaders())
                        .parameters(c.query)
                        .bucket(c.bucket)
                        .build());
    }

    private static void getBucketCors(Call c) {
        c.oss.getBucketCors(
                GetBucketCorsRequest.newBuilder()
                        .headers(c.allHeaders())
                        .parameters(c.query)
                        .bucket(c.bucket)
                        .build());
    }

    private static void getBucketLogging(Call c) {
        c.oss.getBucketLogging(
                GetBucketLoggingRequest.newBuilder()
                        .headers(c.allHeaders())
                        .parameters(c.query)
                        .bucket(c.bucket)
                        .build());
    }

    private static void getBucketWebsite(Call c) {
        c.oss.getBucketWebsite(
                GetBucketWebsiteRequest.newBuilder()
                        .headers(c.allHeaders())
                        .parameters(c.query)
                        .bucket(c.bucket)
                        .build());
    }

    private static void getBucketVersioning(Call c) {
        c.oss.getBucketVersioning(
                GetBucketVersioningRequest.newBuilder()
                        .headers(c.allHeaders())
                        .parameters(c.query)
                        .bucket(c.bucket)
                        .build());
    }

    private static void getBucketPolicy(Call c) {
        c.oss.getBucketPolicy(
                GetBucketPolicyRequest.newBuilder()
                        .headers(c.allHeaders())
                        .parameters(c.query)
                        .bucket(c.bucket)
                        .build());
    }

    private static void deleteObjects(Call c) {
        c.oss.deleteMultipleObjects(
                DeleteMultipleObjectsRequest.newBuilder()
                        .headers(c.allHeaders())
                        .parameters(c.query)
                        .bucket(c.bucket)
                        .deleteObjects(List.of(DeleteObject.newBuilder().key(c.key).build()))
                        .build());
    }

    private static void getObject(Call c) {
        try (var result = c.oss.getObject(getObjectRequest(c))) {
            result.body().readAllBytes(); // the SDK checks it as it is read
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static GetObjectRequest getObjectRequest(Call c) {
        return GetObjectRequest.newBuilder()
                .headers(c.allHeaders())
                .parameters(c.query)
                .bucket(c.bucket)
                .key(c.key)
                .build();
    }

    private static PutObjectRequest putObjectRequest(Call c) {
        return PutObjectRequest.newBuilder()
                .headers(c.headers)
                .parameters(c.query)
                .bucket(c.bucket)
                .key(c.key)
                .metadata(c.metadata)
                .body(c.body())
                .build();
    }

    private static HeadObjectRequest headObjectRequest(Call c) {
        return HeadObjectRequest.newBuilder()
                .headers(c.allHeaders())
                .parameters(c.query)
                .bucket(c.bucket)
                .key(c.key)
                .build();
    }

    private static void deleteObject(Call c) {
        c.oss.deleteObject(
                DeleteObjectRequest.newBuilder()
                        .headers(c.allHeaders())
                        .parameters(c.query)
                        .bucket(c.bucket)
                        .key(c.key)
                        .build());
    }

    private static void copyObject(Call c) {
        c.oss.copyObject(
                CopyObjectRequest.newBuilder()
                        .headers(c.headers)
                        .parameters(c.query)
                        .bucket(c.bucket)
                        .key(c.key)
                        .sourceBucket(c.sourceBucket)
                        .sourceKey(c.sourceKey)
                        .metadata(c.metadata)
                        .build());
    }

    private static void appendObject(Call c) {
        c.oss.appendObject(
                AppendObjectRequest.newBuilder()
                        .headers(c.headers)
                        .parameters(c.query)
                        .bucket(c.bucket)
                        .key(c.key)
                        .metadata(c.metadata)
                        .body(c.body())
                        .build());
    }

    private static void getObjectAcl(Call c) {
        c.oss.getObjectAcl(
                GetObjectAclRequest.newBuilder()
                        .headers(c.allHeaders())
                        .parameters(c.query)
                        .bucket(c.bucket)
                        .key(c.key)
                        .build());
    }

    private static void putObjectAcl(Call c) {
        c.oss.putObjectAcl(
                PutObjectAclRequest.newBuilder()
                        .headers(c.allHeaders())
                        .parameters(c.query)
                        .bucket(c.bucket)
                        .key(c.key)
                        .build());
    }

    private static void putObjectTagging(Call c) {
        var tag = Tag.newBuilder().key("colour").value("red").build();
        var tagging =
                Tagging.newBuilder().tagSet(TagSet.newBuilder().tags(List.of(tag)).build()).build();
        c.oss.putObjectTagging(
                PutObjectTaggingRequest.newBuilder()
                        .headers(c.allHeaders())
                        .parameters(c.query)
                        .bucket(c.bucket)
                        .key(c.key)
                        .tagging(tagging)
                        .build());
    }

    private static void getObjectTagging(Call c) {
        c.oss.getObjectTagging(
                GetObjectTaggingRequest.newBuilder()
                        .headers(c.allHeaders())
                        .parameters(c.query)
                        .bucket(c.bucket)
                        .key(c.key)
                        .build());
    }

    private static void deleteObjectTagging(Call c) {
        c.oss.deleteObjectTagging(
                DeleteObjectTaggingRequest.newBuilder()
                        .headers(c.allHeaders())
                        .parameters(c.query)
                        .bucket(c.bucket)
                        .key(c.key)
                        .build());
    }

    private static void restoreObject(Call c) {
        c.oss.restoreObject(
                RestoreObjectRequest.newBuilder()
                        .headers(c.allHeaders())
                        .parameters(c.query)
                        .bucket(c.bucket)
                        .key(c.key)
                        .restoreRequest(RestoreRequest.newBuilder().days(1L).build())
                        .build());
    }

    private static void getSymlink(Call c) {
        c.oss.getSymlink(
                GetSymlinkRequest.newBuilder()
                        .headers(c.allHeaders())
                        .parameters(c.query)
                        .bucket(c.bucket)
                        .key(c.key)
                        .build());
    }

    private static void putSymlink(Call c) {
        c.oss.putSymlink(
                PutSymlinkRequest.newBuilder()
                        .headers(c.allHeaders())
                        .parameters(c.query)
                        .bucket(c.bucket)
                        .key(c.key)
                        .build());
    }

    private static InitiateMultipartUploadRequest initiateRequest(Call c) {
        return InitiateMultipartUploadRequest.newBuilder()
                .headers(c.headers)
                .parameters(c.query)
                .bucket(c.bucket)
                .key(c.key)
                .metadata(c.metadata)
                .build();
    }

    private static UploadPartRequest uploadPartRequest(Call c) {
        return UploadPartRequest.newBuilder()
                .headers(c.allHeaders())
                .parameters(c.query)
                .bucket(c.bucket)
                .key(c.key)
                .uploadId(c.uploadId)
                .partNumber(c.partNumber)
                .body(c.body())
                .build();
    }

    private static void uploadPartCopy(Call c) {
        c.oss.uploadPartCopy(
                UploadPartCopyRequest.newBuilder()
                        .headers(c.allHeaders())
                        .parameters(c.query)
                        .bucket(c.bucket)
                        .key(c.key)
                        .uploadId(c.uploadId)
                        .partNumber(c.partNumber)
                        .sourceBucket(c.sourceBucket)
                        .sourceKey(c.sourceKey)
                        .build());
    }

    private static void listParts(Call c) {
        c.oss.listParts(
                ListPartsRequest.newBuilder()
                        .headers(c.allHeaders())
                        .parameters(c.query)
                        .bucket(c.bucket)
                        .key(c.key)
                        .uploadId(c.uploadId)
                        .build());
    }

    private static CompleteMultipartUploadRequest completeRequest(Call c) {
        var part =
                Part.newBuilder().partNumber(c.partNumber).eTag("D41D8CD98F00B204E9800998ECF8427E");
        var parts = CompleteMultipartUpload.newBuilder().parts(List.of(part.build())).build();
        return CompleteMultipartUploadRequest.newBuilder()
                .headers(c.allHeaders())
                .parameters(c.query)
                .bucket(c.bucket)
                .key(c.key)
                .uploadId(c.uploadId)
                .completeMultipartUpload(parts)
                .build();
    }

    private static AbortMultipartUploadRequest abortRequest(Call c) {
        return AbortMultipartUploadRequest.newBuilder()
                .headers(c.allHeaders())
                .parameters(c.query)
                .bucket(c.bucket)
                .key(c.key)
                .uploadId(c.uploadId)
                .build();
    }
}
