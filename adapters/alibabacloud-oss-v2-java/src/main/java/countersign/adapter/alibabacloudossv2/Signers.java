package countersign.adapter.alibabacloudossv2;

import com.aliyun.sdk.service.oss2.signer.Signer;
import com.aliyun.sdk.service.oss2.signer.SignerV1;
import com.aliyun.sdk.service.oss2.signer.SignerV4;
import com.aliyun.sdk.service.oss2.signer.SigningContext;
import com.aliyun.sdk.service.oss2.transport.BinaryData;
import com.aliyun.sdk.service.oss2.transport.RequestMessage;
import com.aliyun.sdk.service.oss2.utils.HttpUtils;

import countersign.adapter.Answer;
import countersign.adapter.Question;
import countersign.adapter.Rejected;
import countersign.adapter.Unsupported;

import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The SDK's public signers, for given requests. */
final class Signers {
    private static final Map<String, Signer> SIGNERS =
            Map.of("oss-v1", new SignerV1(), "oss-v4", new SignerV4());

    /**
     * Query parameters that the V1 signer signs only when its caller names them. The SDK's own
     * operations name these.
     */
    private static final List<String> SUB_RESOURCES = List.of("cors", "overwriteConfig", "stat");

    private Signers() {}

    static Answer sign(Question q) throws Rejected {
        Signer signer = SIGNERS.get(q.scheme);
        if (signer == null || q.carrier.equals("form")) {
            throw new Unsupported("the SDK has no signer of " + q.scheme + " in the " + q.carrier);
        }
        var headers = new TreeMap<String, String>(String.CASE_INSENSITIVE_ORDER);
        Call.put(headers, q.input.request.headers);
        try {
            SigningContext signed = context(q, headers);
            signer.sign(signed);
            return answer(q, signed);
        } catch (Unsupported e) {
            throw e;
        } catch (RuntimeException e) {
            throw new Rejected(e);
        }
    }

    private static SigningContext context(Question q, Map<String, String> headers) {
        Question.Input in = q.input;
        var context = new SigningContext();
        context.setRequest(
                RequestMessage.newBuilder()
                        .method(in.request.method)
                        .uri(in.request.transport + "://" + headers.get("Host") + in.request.target)
                        .headers(headers)
                        .body(BinaryData.fromBytes(in.request.body))
                        .build());
        context.setBucket(in.bucket);
        context.setKey(in.key);
        context.setRegion(in.region);
        context.setProduct(in.product == null ? "oss" : in.product);
        context.setCredentials(Main.credentials(in.credentials).getCredentials());
        context.setAdditionalHeaders(in.additionalHeaders);
        context.setSubResource(SUB_RESOURCES);
        Instant time = Instant.parse(in.time);
        context.setSignTime(time);
        if (q.carrier.equals("query")) {
            context.setAuthMethodQuery(true);
            context.setExpiration(
                    q.scheme.equals("oss-v4") ? time.plusSeconds(in.expires) : instant(in.expires));
        }
        return context;
    }

    private static Instant instant(long seconds) {
        try {
            return Instant.ofEpochSecond(seconds);
        } catch (DateTimeException e) {
            throw new Unsupported(
                    "the SDK takes the expiry as an Instant, which ends before " + seconds);
        }
    }

    /** Gives back the signature, and the request or the URL that the signer made. */
    private static Answer answer(Question q, SigningContext signed) {
        RequestMessage request = signed.getRequest();
        var stages = new LinkedHashMap<String, String>();
        boolean v4 = q.scheme.equals("oss-v4");
        if (q.carrier.equals("query")) {
            if (!v4) { // what V4 tells of a URL is computed once more, with x-oss-signature in it
                stages.put("stringToSign", signed.getStringToSign());
            }
            stages.put(
                    "signature",
                    HttpUtils.uriParams(request.uri()).get(v4 ? "x-oss-signature" : "Signature"));
            return Answer.signed(stages, request.uri().toString());
        }
        String authorization = request.headers().get("Authorization");
        String before = v4 ? "Signature=" : ":";
        stages.put("stringToSign", signed.getStringToSign());
        stages.put(
                "signature",
                authorization.substring(authorization.lastIndexOf(before) + before.length()));
        stages.put("authorization", authorization);
        var out = new Question.Request();
        out.transport = q.input.request.transport;
        out.method = q.input.request.method;
        out.target = q.input.request.target;
        out.headers = new ArrayList<>();
        request.headers().forEach((name, value) -> out.headers.add(List.of(name, value)));
        out.body = q.input.request.body;
        return Answer.signed(stages, out);
    }
}
