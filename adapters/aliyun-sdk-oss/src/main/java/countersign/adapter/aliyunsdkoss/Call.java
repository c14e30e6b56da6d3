package countersign.adapter.aliyunsdkoss;

import com.aliyun.oss.HttpMethod;
import com.aliyun.oss.OSS;
import com.aliyun.oss.common.utils.HttpUtil;
import com.aliyun.oss.model.GeneratePresignedUrlRequest;
import com.aliyun.oss.model.GenericRequest;
import com.aliyun.oss.model.ObjectMetadata;
import com.aliyun.oss.model.WebServiceRequest;

import countersign.adapter.Question;
import countersign.adapter.Unsupported;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.net.URL;
import java.util.ArrayList;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** An operation in the SDK's words. */
final class Call {
    final OSS oss;
    final String bucket;
    final String key;
    final String uploadId;
    final int partNumber;
    final String sourceBucket;
    final String sourceKey;
    private final byte[] body;
    private final Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    private final Map<String, String> metadata = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    private final Map<String, String> query = new LinkedHashMap<>();

    Call(OSS oss, Question.Operation operation) {
        this.oss = oss;
        this.bucket = operation.bucket;
        this.key = operation.key;
        this.uploadId = operation.uploadId;
        this.partNumber = operation.partNumber;
        this.body = operation.body == null ? new byte[0] : operation.body;
        String source = operation.copySource;
        int slash = source == null ? -1 : source.indexOf('/');
        this.sourceBucket = slash < 0 ? source : source.substring(0, slash);
        this.sourceKey = slash < 0 ? null : source.substring(slash + 1);
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

    InputStream body() {
        return new ByteArrayInputStream(body);
    }

    int bodyLength() {
        return body.length;
    }

    /** Returns headers and metadata as the option of uploads. */
    ObjectMetadata objectMetadata() {
        var object = new ObjectMetadata();
        headers.forEach(object::setHeader);
        metadata.forEach(object::addUserMetadata);
        headers.clear();
        metadata.clear();
        return object;
    }

    /** Removes and returns a header that the SDK takes as an argument. */
    String takeHeader(String name) {
        return headers.remove(name);
    }

    /** Removes and returns a parameter that the SDK takes as an argument. */
    String takeParameter(String name) {
        return query.remove(name);
    }

    /** Returns a request about the bucket, or about the object. */
    GenericRequest generic() {
        return with(new GenericRequest(bucket, key));
    }

    /** Adds what the request has no option of its own for. */
    <T extends WebServiceRequest> T with(T request) {
        query.forEach(request::addParameter);
        headers.forEach(request::addHeader);
        metadata.forEach((name, value) -> request.addHeader("x-oss-meta-" + name, value));
        return request;
    }

    /** Signs a URL; parameters are those that make the operation what it is. */
    URL presign(HttpMethod method, Map<String, String> parameters, Date expiration) {
        if (sourceBucket != null) {
            String source = "/" + sourceBucket + "/" + HttpUtil.urlEncode(sourceKey, "utf-8");
            headers.put("x-oss-copy-source", source);
        }
        var request = new GeneratePresignedUrlRequest(bucket, key, method);
        request.setExpiration(expiration);
        addHeaders(request, headers);
        metadata.forEach(request::addUserMetadata);
        parameters.forEach(request::addQueryParameter);
        query.forEach(request::addQueryParameter);
        return oss.generatePresignedUrl(request);
    }

    static void addHeaders(GeneratePresignedUrlRequest request, Map<String, String> headers) {
        headers.forEach(
                (name, value) -> {
                    if (value.trim().isEmpty()) { // which the two setters take for none
                        request.addHeader(name, value);
                    } else if (name.equalsIgnoreCase("Content-Type")) {
                        request.setContentType(value);
                    } else if (name.equalsIgnoreCase("Content-MD5")) {
                        request.setContentMD5(value);
                    } else {
                        request.addHeader(name, value);
                    }
                });
    }

    /** Returns the headers that a presigned URL is signed for. */
    List<List<String>> presignedHeaders() {
        var pairs = new ArrayList<List<String>>();
        headers.forEach((name, value) -> pairs.add(List.of(name, value)));
        metadata.forEach((name, value) -> pairs.add(List.of("x-oss-meta-" + name, value)));
        return pairs;
    }
}
