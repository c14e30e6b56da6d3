package countersign.adapter.alibabacloudossv2;

import com.aliyun.sdk.service.oss2.AttributeKey;
import com.aliyun.sdk.service.oss2.AttributeMap;
import com.aliyun.sdk.service.oss2.OperationInput;
import com.aliyun.sdk.service.oss2.OperationOptions;
import com.aliyun.sdk.service.oss2.transport.BinaryData;
import com.aliyun.sdk.service.oss2.transport.HttpClient;
import com.aliyun.sdk.service.oss2.transport.RequestContext;
import com.aliyun.sdk.service.oss2.transport.RequestMessage;
import com.aliyun.sdk.service.oss2.transport.ResponseMessage;
import com.aliyun.sdk.service.oss2.types.AuthMethodType;
import com.aliyun.sdk.service.oss2.utils.HttpUtils;
import com.aliyun.sdk.service.oss2.utils.MapUtils;

import countersign.adapter.Answer;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Signed URLs, by the presign methods, or, for requests that have none, by invokeOperation with the
 * query as its way to authenticate and this HTTP client, which keeps a request instead of sending
 * it.
 */
final class UnsentClient implements HttpClient {
    private RequestMessage request;

    @Override
    public ResponseMessage send(RequestMessage request, RequestContext context) {
        this.request = request;
        return ResponseMessage.newBuilder()
                .request(request)
                .statusCode(200)
                .headers(MapUtils.caseInsensitiveMap())
                .body(BinaryData.fromBytes(new byte[0]))
                .build();
    }

    Answer presign(Operation operation, Call c, String name) {
        if (operation.presign != null) {
            var result = operation.presign.apply(c);
            return Answer.url(result.url(), pairs(result.signedHeaders().orElse(Map.of())));
        }
        var options = OperationOptions.newBuilder().authMethod(AuthMethodType.Query).build();
        c.oss.invokeOperation(input(operation, c, name), options);
        return Answer.url(request.uri().toString(), pairs(request.headers()));
    }

    private static OperationInput input(Operation operation, Call c, String name) {
        var metadata = AttributeMap.empty();
        metadata.put(AttributeKey.EXPIRATION_TIME, Instant.now().plus(c.expires));
        String[] parameter = operation.parameter.split("=");
        if (parameter.length == 2) {
            c.query.putIfAbsent(parameter[0], parameter[1]);
        } else if (!operation.parameter.isEmpty()) {
            c.query.putIfAbsent(operation.parameter, "");
            metadata.put(AttributeKey.SUBRESOURCE, List.of(operation.parameter));
        }
        if (c.uploadId != null) {
            c.query.put("uploadId", c.uploadId);
        }
        if (c.partNumber != null) {
            c.query.put("partNumber", c.partNumber.toString());
        }
        Map<String, String> headers = c.allHeaders();
        if (c.sourceBucket != null) {
            String source = "/" + c.sourceBucket + "/" + HttpUtils.urlEncode(c.sourceKey);
            headers.put("x-oss-copy-source", source);
        }
        var input =
                OperationInput.newBuilder()
                        .opName(name)
                        .method(operation.method)
                        .headers(headers)
                        .parameters(c.query)
                        .opMetadata(metadata);
        if (c.bucket != null) {
            input.bucket(c.bucket);
        }
        if (c.key != null && !name.equals("DeleteObjects")) { // there it stands in the body
            input.key(c.key);
        }
        return input.build();
    }

    /** Returns the headers that a signature may cover. */
    private static List<List<String>> pairs(Map<String, String> headers) {
        var pairs = new ArrayList<List<String>>();
        headers.forEach(
                (name, value) -> {
                    if (!name.equalsIgnoreCase("User-Agent")) {
                        pairs.add(List.of(name, value));
                    }
                });
        return pairs;
    }
}
