package countersign.adapter.alibabacloudossv2;

import com.aliyun.sdk.service.oss2.OSSClient;
import com.aliyun.sdk.service.oss2.PresignOptions;
import com.aliyun.sdk.service.oss2.transport.BinaryData;

import countersign.adapter.Question;
import countersign.adapter.Unsupported;

import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** An operation in the SDK's words. */
final class Call {
    final OSSClient oss;
    final String bucket;
    final String key;
    final String uploadId;
    final Long partNumber;
    final String sourceBucket;
    final String sourceKey;
    final Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    final Map<String, String> metadata = new HashMap<>();
    final Map<String, String> query = new LinkedHashMap<>();
    final Duration expires;
    private final byte[] body;

    Call(OSSClient oss, Question.Operation operation) {
        this.oss = oss;
        this.bucket = operation.bucket;
        this.key = operation.key;
        this.uploadId = operation.uploadId;
        this.partNumber = operation.partNumber == 0 ? null : (long) operation.partNumber;
        this.body = operation.body == null ? new byte[0] : operation.body;
        String source = operation.copySource;
        int slash = source == null ? -1 : source.indexOf('/');
        this.sourceBucket = slash < 0 ? source : source.substring(0, slash);
        this.sourceKey = slash < 0 ? null : source.substring(slash + 1);
        this.expires = Duration.ofSeconds(operation.expires == 0 ? 3600 : operation.expires);
        put(headers, operation.headers);
        put(metadata, operation.metadata);
        put(query, operation.query);
    }

    static void put(Map<String, String> map, List<List<String>> pairs) {
        for (List<String> pair : pairs) {
            if (map.put(pair.get(0), pair.get(1)) != null) {
                throw new Unsupported(
                        "the SDK keeps headers and parameters in maps, "
                                + (pair.get(0) + " cannot be repeated"));
            }
        }
    }

    BinaryData body() {
        return BinaryData.fromBytes(body);
    }

    /** Returns headers and metadata, for the requests that have no option for metadata. */
    Map<String, String> allHeaders() {
        var all = new TreeMap<String, String>(String.CASE_INSENSITIVE_ORDER);
        all.putAll(headers);
        metadata.forEach((name, value) -> all.put("x-oss-meta-" + name, value));
        return all;
    }

    PresignOptions presignOptions() {
        return PresignOptions.newBuilder().expiration(expires).build();
    }
}
