package countersign.adapter.esdkobsjava;

import static com.obs.services.model.HttpMethodEnum.GET;
import static com.obs.services.model.HttpMethodEnum.HEAD;
import static com.obs.services.model.HttpMethodEnum.POST;
import static com.obs.services.model.HttpMethodEnum.PUT;
import static com.obs.services.model.SpecialParamEnum.*;

import com.obs.services.ObsClient;
import com.obs.services.model.*;
import java.util.ArrayList;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;

/**
 * One operation of the SDK: how its request looks for createTemporarySignature, which takes any,
 * and the client's own method.
 */
final class Operation {
    final HttpMethodEnum method;
    final SpecialParamEnum param;
    final Sender send;

    interface Sender {
        void send(ObsClient client, Call call);
    }

    private Operation(HttpMethodEnum method, SpecialParamEnum param, Sender send) {
        this.method = method;
        this.param = param;
        this.send = send;
    }

    static final Map<String, Operation> ALL = new TreeMap<>();

    private static void add(
            String name, HttpMethodEnum method, SpecialParamEnum param, Sender send) {
        ALL.put(name, new Operation(method, param, send));
    }

    private static void bucket(
            String name, SpecialParamEnum param, BiConsumer<ObsClient, BaseBucketRequest> send) {
        add(
                name,
                GET,
                param,
                (client, call) ->
                        send.accept(
                                client, call.fill(new BaseBucketRequest(call.bucket), Map.of())));
    }

    static {
        add("ListBuckets", GET, null, Operation::listBuckets);
        add("ListObjects", GET, null, Operation::listObjects);
        add("ListObjectVersions", GET, VERSIONS, Operation::listVersions);
        add("ListMultipartUploads", GET, UPLOADS, Operation::listUploads);
        bucket("GetBucketACL", ACL, ObsClient::getBucketAcl);
        bucket("GetBucketLocation", LOCATION, ObsClient::getBucketLocation);
        bucket("GetBucketLifecycle", LIFECYCLE, ObsClient::getBucketLifecycle);
        bucket("GetBucketCORS", CORS, ObsClient::getBucketCors);
        bucket("GetBucketLogging", LOGGING, ObsClient::getBucketLogging);
        bucket("GetBucketWebsite", WEBSITE, ObsClient::getBucketWebsite);
        bucket("GetBucketVersioning", VERSIONING, ObsClient::getBucketVersioning);
        bucket("GetBucketPolicy", POLICY, ObsClient::getBucketPolicyV2);
        add("DeleteObjects", POST, DELETE, Operation::deleteObjects);
        add("PostObject", null, null, null); // a form

        add("GetObject", GET, null, Operation::getObject);
        add("PutObject", PUT, null, Operation::putObject);
        add("HeadObject", HEAD, null, Operation::headObject);
        add("DeleteObject", HttpMethodEnum.DELETE, null, Operation::deleteObject);
        add("CopyObject", PUT, null, Operation::copyObject);
        add("AppendObject", POST, APPEND, Operation::appendObject);
        add("GetObjectACL", GET, ACL, Operation::getObjectAcl);
        add("PutObjectACL", PUT, ACL, Operation::putObjectAcl);
        add("RestoreObject", POST, RESTORE, Operation::restoreObject);
        add("GetObjectTagging", GET, TAGGING, (client, c) -> client.getObjectTagging(tagging(c)));
        add("PutObjectTagging", PUT, TAGGING, (client, c) -> client.setObjectTagging(tagging(c)));
        add("DeleteObjectTagging", HttpMethodEnum.DELETE, TAGGING, Operation::deleteTagging);

        add("InitiateMultipartUpload", POST, UPLOADS, Operation::initiateUpload);
        add("UploadPart", PUT, null, Operation::uploadPart);
        add("UploadPartCopy", PUT, null, Operation::copyPart);
        add("ListParts", GET, null, Operation::listParts);
        add("CompleteMultipartUpload", POST, null, Operation::completeUpload);
        add("AbortMultipartUpload", HttpMethodEnum.DELETE, null, Operation::abortUpload);
    }

    private static void listBuckets(ObsClient client, Call c) {
        var in = new ListBucketsRequest();
        c.fill(null, Map.of("marker", in::setMarker, "max-keys", Call.number(in::setMaxKeys)));
        client.listBuckets(in);
    }

    private static void listObjects(ObsClient client, Call c) {
        var in = new ListObjectsRequest(c.bucket);
        c.fill(
                in,
                Map.of(
                        "prefix",
                        in::setPrefix,
                        "delimiter",
                        in::setDelimiter,
                        "marker",
                        in::setMarker,
                        "max-keys",
                        Call.number(in::setMaxKeys),
                        "encoding-type",
                        in::setEncodingType));
        client.listObjects(in);
    }

    private static void listVersions(ObsClient client, Call c) {
        var in = new ListVersionsRequest(c.bucket);
        c.fill(
                in,
                Map.of(
                        "prefix",
                        in::setPrefix,
                        "delimiter",
                        in::setDelimiter,
                        "max-keys",
                        Call.number(in::setMaxKeys),
                        "key-marker",
                        in::setKeyMarker,
                        "version-id-marker",
                        in::setVersionIdMarker,
                        "encoding-type",
                        in::setEncodingType));
        client.listVersions(in);
    }

    private static void listUploads(ObsClient client, Call c) {
        var in = new ListMultipartUploadsRequest(c.bucket);
        c.fill(
                in,
                Map.of(
                        "prefix",
                        in::setPrefix,
                        "delimiter",
                        in::setDelimiter,
                        "max-uploads",
                        Call.number(in::setMaxUploads),
                        "key-marker",
                        in::setKeyMarker,
                        "upload-id-marker",
                        in::setUploadIdMarker,
                        "encoding-type",
                        in::setEncodingType));
        client.listMultipartUploads(in);
    }

    private static void deleteObjects(ObsClient client, Call c) {
        var in = new DeleteObjectsRequest(c.bucket);
        in.addKeyAndVersion(c.key);
        client.deleteObjects(c.fill(in, Map.of()));
    }

    private static void getObject(ObsClient client, Call c) {
        var in = new GetObjectRequest(c.bucket, c.key);
        in.setRequestParameters(c.takeQuery());
        client.getObject(
                c.fill(
                        in,
                        Map.of(
                                "If-Match",
                                in::setIfMatchTag,
                                "If-None-Match",
                                in::setIfNoneMatchTag,
                                "If-Modified-Since",
                                Call.date(in::setIfModifiedSince))));
    }

    private static void putObject(ObsClient client, Call c) {
        var in = new PutObjectRequest(c.bucket, c.key, c.stream());
        in.setMetadata(c.takeMetadata());
        client.putObject(c.fill(in, Map.of()));
    }

    private static void headObject(ObsClient client, Call c) {
        var in = new GetObjectMetadataRequest(c.bucket, c.key);
        client.getObjectMetadata(c.fill(in, Map.of("versionId", in::setVersionId)));
    }

    private static void deleteObject(ObsClient client, Call c) {
        var in = new DeleteObjectRequest(c.bucket, c.key);
        client.deleteObject(c.fill(in, Map.of("versionId", in::setVersionId)));
    }

    private static void copyObject(ObsClient client, Call c) {
        var in = new CopyObjectRequest(c.sourceBucket, c.sourceKey, c.bucket, c.key);
        in.setNewObjectMetadata(c.takeMetadata());
        client.copyObject(
                c.fill(
                        in,
                        Map.of(
                                c.prefix + "metadata-directive",
                                v -> in.setReplaceMetadata(v.equals("REPLACE")),
                                c.prefix + "copy-source-if-match",
                                in::setIfMatchTag)));
    }

    private static void appendObject(ObsClient client, Call c) {
        var in = new AppendObjectRequest(c.bucket);
        in.setObjectKey(c.key);
        in.setInput(c.stream());
        in.setMetadata(c.takeMetadata());
        client.appendObject(c.fill(in, Map.of("position", v -> in.setPosition(Long.parseLong(v)))));
    }

    private static void getObjectAcl(ObsClient client, Call c) {
        var in = new GetObjectAclRequest(c.bucket, c.key, null);
        client.getObjectAcl(c.fill(in, Map.of("versionId", in::setVersionId)));
    }

    private static void putObjectAcl(ObsClient client, Call c) {
        var in = new SetObjectAclRequest(c.bucket, c.key, null);
        client.setObjectAcl(
                c.fill(
                        in,
                        Map.of("versionId", in::setVersionId, c.prefix + "acl", in::setCannedACL)));
    }

    private static void restoreObject(ObsClient client, Call c) {
        var in = new RestoreObjectRequest(c.bucket, c.key, null, 1, RestoreTierEnum.EXPEDITED);
        client.restoreObjectV2(c.fill(in, Map.of("versionId", in::setVersionId)));
    }

    private static ObjectTaggingRequest tagging(Call c) {
        var tags = new BucketTagInfo.TagSet();
        tags.addTag("tag", "value");
        var version = c.takeQuery().get("versionId");
        return c.fill(
                new ObjectTaggingRequest(c.bucket, c.key, version, new ObjectTagResult(tags)),
                Map.of());
    }

    private static void deleteTagging(ObsClient client, Call c) {
        client.deleteObjectTagging(tagging(c));
    }

    private static void initiateUpload(ObsClient client, Call c) {
        var in = new InitiateMultipartUploadRequest(c.bucket, c.key);
        in.setMetadata(c.takeMetadata());
        client.initiateMultipartUpload(c.fill(in, Map.of()));
    }

    private static void uploadPart(ObsClient client, Call c) {
        var in = new UploadPartRequest(c.bucket, c.key, (long) c.body.length, c.stream());
        in.setUploadId(c.uploadId);
        in.setPartNumber(c.partNumber);
        client.uploadPart(c.fill(in, Map.of("Content-MD5", in::setContentMd5)));
    }

    private static void copyPart(ObsClient client, Call c) {
        var in =
                new CopyPartRequest(
                        c.uploadId, c.sourceBucket, c.sourceKey, c.bucket, c.key, c.partNumber);
        client.copyPart(
                c.fill(
                        in,
                        Map.of(
                                c.prefix + "copy-source-range",
                                v -> {
                                    var range = v.substring("bytes=".length()).split("-");
                                    in.setByteRangeStart(Long.valueOf(range[0]));
                                    in.setByteRangeEnd(Long.valueOf(range[1]));
                                })));
    }

    private static void listParts(ObsClient client, Call c) {
        var in = new ListPartsRequest(c.bucket, c.key, c.uploadId);
        client.listParts(
                c.fill(
                        in,
                        Map.of(
                                "max-parts",
                                Call.number(in::setMaxParts),
                                "part-number-marker",
                                Call.number(in::setPartNumberMarker),
                                "encoding-type",
                                in::setEncodingType)));
    }

    private static void completeUpload(ObsClient client, Call c) {
        var parts = new ArrayList<PartEtag>(); // the SDK sorts it in place
        parts.add(new PartEtag("d41d8cd98f00b204e9800998ecf8427e", c.partNumber));
        client.completeMultipartUpload(
                c.fill(
                        new CompleteMultipartUploadRequest(c.bucket, c.key, c.uploadId, parts),
                        Map.of()));
    }

    private static void abortUpload(ObsClient client, Call c) {
        client.abortMultipartUpload(
                c.fill(new AbortMultipartUploadRequest(c.bucket, c.key, c.uploadId), Map.of()));
    }
}
