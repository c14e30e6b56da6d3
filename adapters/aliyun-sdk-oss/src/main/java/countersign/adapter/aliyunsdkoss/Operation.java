package countersign.adapter.aliyunsdkoss;

import static com.aliyun.oss.HttpMethod.DELETE;
import static com.aliyun.oss.HttpMethod.GET;
import static com.aliyun.oss.HttpMethod.HEAD;
import static com.aliyun.oss.HttpMethod.POST;
import static com.aliyun.oss.HttpMethod.PUT;

import com.aliyun.oss.HttpMethod;
import com.aliyun.oss.OSS;
import com.aliyun.oss.model.AbortMultipartUploadRequest;
import com.aliyun.oss.model.AppendObjectRequest;
import com.aliyun.oss.model.CannedAccessControlList;
import com.aliyun.oss.model.CompleteMultipartUploadRequest;
import com.aliyun.oss.model.CopyObjectRequest;
import com.aliyun.oss.model.CreateSymlinkRequest;
import com.aliyun.oss.model.DeleteObjectsRequest;
import com.aliyun.oss.model.GenericRequest;
import com.aliyun.oss.model.GetObjectRequest;
import com.aliyun.oss.model.HeadObjectRequest;
import com.aliyun.oss.model.InitiateMultipartUploadRequest;
import com.aliyun.oss.model.ListBucketsRequest;
import com.aliyun.oss.model.ListMultipartUploadsRequest;
import com.aliyun.oss.model.ListObjectsRequest;
import com.aliyun.oss.model.ListObjectsV2Request;
import com.aliyun.oss.model.ListPartsRequest;
import com.aliyun.oss.model.ListVersionsRequest;
import com.aliyun.oss.model.PartETag;
import com.aliyun.oss.model.PutObjectRequest;
import com.aliyun.oss.model.RestoreConfiguration;
import com.aliyun.oss.model.RestoreObjectRequest;
import com.aliyun.oss.model.SetObjectAclRequest;
import com.aliyun.oss.model.SetObjectTaggingRequest;
import com.aliyun.oss.model.UploadPartCopyRequest;
import com.aliyun.oss.model.UploadPartRequest;

import countersign.adapter.Unsupported;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;

/** An operation of the SDK: its own method, and how it looks to the signer of URLs. */
final class Operation {
    static final Map<String, Operation> ALL = new TreeMap<>();

    static {
        ofBucket("ListBuckets", GET, "", c -> c.oss.listBuckets(c.with(new ListBucketsRequest())));
        ofBucket("ListObjects", GET, "", Operation::listObjects);
        ofBucket("ListObjectsV2", GET, "", Operation::listObjectsV2);
        ofBucket("ListObjectVersions", GET, "versions", Operation::listVersions);
        ofBucket("ListMultipartUploads", GET, "uploads", Operation::listUploads);
        ofBucket("GetBucketACL", GET, "acl", generic(OSS::getBucketAcl));
        ofBucket("GetBucketLocation", GET, "location", generic(OSS::getBucketLocation));
        ofBucket("GetBucketLifecycle", GET, "lifecycle", generic(OSS::getBucketLifecycle));
        ofBucket("GetBucketCORS", GET, "cors", generic(OSS::getBucketCORS));
        ofBucket("GetBucketLogging", GET, "logging", generic(OSS::getBucketLogging));
        ofBucket("GetBucketWebsite", GET, "website", generic(OSS::getBucketWebsite));
        ofBucket("GetBucketVersioning", GET, "versioning", generic(OSS::getBucketVersioning));
        ofBucket("GetBucketPolicy", GET, "policy", generic(OSS::getBucketPolicy));
        ofBucket("DeleteObjects", POST, "delete", Operation::deleteObjects);

        ofObject("GetObject", GET, "", Operation::getObject);
        ofObject("PutObject", PUT, "", Operation::putObject);
        ofObject("HeadObject", HEAD, "", Operation::headObject);
        ofObject("DeleteObject", DELETE, "", generic(OSS::deleteObject));
        ofObject("CopyObject", PUT, "", Operation::copyObject);
        ofObject("AppendObject", POST, "append", Operation::appendObject);
        ofObject("GetObjectACL", GET, "acl", generic(OSS::getObjectAcl));
        ofObject("PutObjectACL", PUT, "acl", Operation::putObjectAcl);
        ofObject("PutObjectTagging", PUT, "tagging", Operation::putObjectTagging);
        ofObject("GetObjectTagging", GET, "tagging", generic(OSS::getObjectTagging));
        ofObject("DeleteObjectTagging", DELETE, "tagging", generic(OSS::deleteObjectTagging));
        ofObject("RestoreObject", POST, "restore", Operation::restoreObject);
        ofObject("GetSymlink", GET, "symlink", generic(OSS::getSymlink));
        ofObject("PutSymlink", PUT, "symlink", Operation::putSymlink);
        ofObject("InitiateMultipartUpload", POST, "uploads", Operation::initiateUpload);
        ofObject("UploadPart", PUT, "", Operation::uploadPart);
        ofObject("UploadPartCopy", PUT, "", Operation::uploadPartCopy);
        ofObject("ListParts", GET, "", Operation::listParts);
        ofObject("CompleteMultipartUpload", POST, "", Operation::completeUpload);
        ofObject("AbortMultipartUpload", DELETE, "", Operation::abortUpload);
    }

    private final boolean object;
    private final HttpMethod method;
    private final String subresource;
    private final Method call;

    private Operation(boolean object, HttpMethod method, String subresource, Method call) {
        this.object = object;
        this.method = method;
        this.subresource = subresource;
        this.call = call;
    }

    interface Method {
        void call(Call c) throws IOException;
    }

    private static void ofBucket(String name, HttpMethod method, String subresource, Method call) {
        ALL.put(name, new Operation(false, method, subresource, call));
    }

    private static void ofObject(String name, HttpMethod method, String subresource, Method call) {
        ALL.put(name, new Operation(true, method, subresource, call));
    }

    private static Method generic(BiConsumer<OSS, GenericRequest> method) {
        return c -> method.accept(c.oss, c.generic());
    }

    void send(Call c) throws IOException {
        call.call(c);
    }

    String presign(Call c, Date expiration) {
        if (!object) {
            throw new Unsupported("generatePresignedUrl signs requests about objects only");
        }
        var parameters = new HashMap<String, String>();
        if (!subresource.isEmpty()) {
            parameters.put(subresource, null); // as in the SDK's own requests
        }
        if (c.uploadId != null) {
            parameters.put("uploadId", c.uploadId);
        }
        if (c.partNumber != 0) {
            parameters.put("partNumber", Integer.toString(c.partNumber));
        }
        return c.presign(method, parameters, expiration).toString();
    }

    private static void listObjects(Call c) {
        c.oss.listObjects(c.with(new ListObjectsRequest(c.bucket)));
    }

    private static void listObjectsV2(Call c) {
        c.oss.listObjectsV2(c.with(new ListObjectsV2Request(c.bucket)));
    }

    private static void listVersions(Call c) {
        var request = new ListVersionsRequest();
        request.setBucketName(c.bucket);
        c.oss.listVersions(c.with(request));
    }

    private static void listUploads(Call c) {
        c.oss.listMultipartUploads(c.with(new ListMultipartUploadsRequest(c.bucket)));
    }

    private static void deleteObjects(Call c) {
        c.oss.deleteObjects(c.with(new DeleteObjectsRequest(c.bucket).withKeys(List.of(c.key))));
    }

    private static void getObject(Call c) throws IOException {
        try (var object = c.oss.getObject(c.with(new GetObjectRequest(c.bucket, c.key)))) {
            object.getObjectContent().readAllBytes(); // the SDK checks it as it is read
        }
    }

    private static void putObject(Call c) {
        c.oss.putObject(
                c.with(new PutObjectRequest(c.bucket, c.key, c.body(), c.objectMetadata())));
    }

    private static void headObject(Call c) {
        c.oss.headObject(c.with(new HeadObjectRequest(c.bucket, c.key)));
    }

    private static void copyObject(Call c) {
        var request = new CopyObjectRequest(c.sourceBucket, c.sourceKey, c.bucket, c.key);
        c.oss.copyObject(c.with(request));
    }

    private static void appendObject(Call c) {
        var request = new AppendObjectRequest(c.bucket, c.key, c.body(), c.objectMetadata());
        String position = c.takeParameter("position");
        try {
            request.setPosition(Long.valueOf(position));
        } catch (NumberFormatException e) {
            throw new Unsupported("the SDK takes the position as a number, not " + position);
        }
        c.oss.appendObject(c.with(request));
    }

    private static void putObjectAcl(Call c) {
        var acl = CannedAccessControlList.parse(c.takeHeader("x-oss-object-acl"));
        c.oss.setObjectAcl(c.with(new SetObjectAclRequest(c.bucket, c.key, acl)));
    }

    private static void putObjectTagging(Call c) {
        var tags = Map.of("colour", "red");
        c.oss.setObjectTagging(c.with(new SetObjectTaggingRequest(c.bucket, c.key, tags)));
    }

    private static void restoreObject(Call c) {
        var oneDay = new RestoreConfiguration(1);
        c.oss.restoreObject(c.with(new RestoreObjectRequest(c.bucket, c.key, oneDay)));
    }

    private static void putSymlink(Call c) {
        String target = c.takeHeader("x-oss-symlink-target");
        var request = new CreateSymlinkRequest(c.bucket, c.key, target);
        request.setMetadata(c.objectMetadata());
        c.oss.createSymlink(c.with(request));
    }

    private static void initiateUpload(Call c) {
        var request = new InitiateMultipartUploadRequest(c.bucket, c.key, c.objectMetadata());
        c.oss.initiateMultipartUpload(c.with(request));
    }

    private static void uploadPart(Call c) {
        c.oss.uploadPart(
                c.with(
                        new UploadPartRequest(
                                c.bucket,
                                c.key,
                                c.uploadId,
                                c.partNumber,
                                c.body(),
                                c.bodyLength())));
    }

    private static void uploadPartCopy(Call c) {
        var request = new UploadPartCopyRequest(c.sourceBucket, c.sourceKey, c.bucket, c.key);
        request.setUploadId(c.uploadId);
        request.setPartNumber(c.partNumber);
        c.oss.uploadPartCopy(c.with(request));
    }

    private static void listParts(Call c) {
        c.oss.listParts(c.with(new ListPartsRequest(c.bucket, c.key, c.uploadId)));
    }

    private static void completeUpload(Call c) {
        var parts = new ArrayList<PartETag>();
        parts.add(new PartETag(c.partNumber, "D41D8CD98F00B204E9800998ECF8427E"));
        c.oss.completeMultipartUpload(
                c.with(new CompleteMultipartUploadRequest(c.bucket, c.key, c.uploadId, parts)));
    }

    private static void abortUpload(Call c) {
        c.oss.abortMultipartUpload(
                c.with(new AbortMultipartUploadRequest(c.bucket, c.key, c.uploadId)));
    }
}
