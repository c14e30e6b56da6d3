package countersign.adapter.aliyunsdkoss;

import com.aliyun.oss.HttpMethod;
import com.aliyun.oss.OSS;
import com.aliyun.oss.OSSClient;
import com.aliyun.oss.common.auth.Credentials;
import com.aliyun.oss.common.auth.DefaultCredentials;
import com.aliyun.oss.common.comm.RequestMessage;
import com.aliyun.oss.common.utils.BinaryUtil;
import com.aliyun.oss.internal.signer.OSSSignerBase;
import com.aliyun.oss.internal.signer.OSSSignerParams;
import com.aliyun.oss.model.GeneratePresignedUrlRequest;
import com.aliyun.oss.model.GenerateRtmpUriRequest;
import com.aliyun.oss.model.GenericRequest;

import countersign.adapter.Answer;
import countersign.adapter.Question;
import countersign.adapter.Rejected;
import countersign.adapter.Unsupported;

import java.net.URI;
import java.net.URLDecoder;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Signatures of given requests. Headers are signed by what {@link OSSSignerBase} creates, which is
 * public though its package is called internal, with an offset that makes its clock show the time
 * that is asked for. Only URLs of V4 are signed for now: their signer knows no offset.
 */
final class Signatures {
    private Signatures() {}

    static Answer sign(Question q, boolean clock) throws Exception {
        Question.Input in = q.input;
        if (in.request.target.startsWith("//")) {
            throw new Unsupported("the SDK writes a slash in front of the key as %2F");
        }
        if (q.carrier.equals("header")) {
            return header(q);
        }
        if (clock && q.scheme.equals("oss-v4") && q.carrier.equals("query")) {
            throw new Unsupported("generatePresignedUrl of V4 takes no time to sign for");
        }
        String scheme = q.scheme.equals("oss-rtmp") ? "oss-v1" : q.scheme;
        OSS oss = Clients.client(scheme, endpoint(in), in.addressing, in.region, in.credentials);
        try {
            if (in.product != null) {
                ((OSSClient) oss).setProduct(in.product);
            }
            if (q.carrier.equals("form")) {
                return form(oss, q);
            }
            return q.scheme.equals("oss-rtmp") ? rtmp(oss, in) : url(oss, q);
        } finally {
            oss.shutdown();
        }
    }

    private static Answer header(Question q) throws Rejected {
        Question.Input in = q.input;
        var original = new GenericRequest(in.bucket, in.key);
        var headers = new TreeMap<String, String>(String.CASE_INSENSITIVE_ORDER);
        Call.put(headers, in.request.headers);
        headers.forEach(original::addHeader);
        original.setAdditionalHeaderNames(new TreeSet<>(in.additionalHeaders));
        var message = new RequestMessage(original, in.bucket, in.key);
        message.setMethod(method(in.request.method));
        message.setEndpoint(URI.create(endpoint(in)));
        headers.forEach(message::addHeader);
        message.setParameters(parameters(in.request.target));

        String bucket = in.bucket.isEmpty() ? "" : in.bucket + "/";
        var params = new OSSSignerParams("/" + bucket + in.key, credentials(in.credentials));
        params.setProduct(in.product == null ? "oss" : in.product);
        params.setRegion(in.region);
        Instant middle = Instant.parse(in.time).plusMillis(500); // of the second it shall be
        params.setTickOffset(Duration.between(Instant.now(), middle).toMillis());
        try {
            OSSSignerBase.createRequestSigner(Clients.version(q.scheme), params).sign(message);
        } catch (RuntimeException e) {
            throw new Rejected(e);
        }

        var signed = new Question.Request();
        signed.transport = in.request.transport;
        signed.method = in.request.method;
        signed.target = in.request.target;
        signed.headers = new ArrayList<>();
        message.getHeaders().forEach((name, value) -> signed.headers.add(List.of(name, value)));
        signed.body = in.request.body;
        String authorization = message.getHeaders().get("Authorization");
        String before = Map.of("oss-v1", ":", "oss-v2", "Signature:").getOrDefault(q.scheme, "=");
        int at = authorization.lastIndexOf(before) + before.length();
        return Answer.signed(
                Map.of("signature", authorization.substring(at), "authorization", authorization),
                signed);
    }

    private static Credentials credentials(Question.Credentials c) {
        return new DefaultCredentials(c.accessKeyId, c.accessKeySecret, c.securityToken);
    }

    /** Returns the endpoint that the SDK would be configured with for the request. */
    private static String endpoint(Question.Input in) {
        String host =
                in.request.target.startsWith("rtmp:")
                        ? URI.create(in.request.target.split("\\?")[0]).getRawAuthority()
                        : in.request.headers.stream()
                                .filter(h -> h.get(0).equalsIgnoreCase("Host"))
                                .map(h -> h.get(1))
                                .findFirst()
                                .orElseThrow();
        if (in.addressing.equals("virtual-host") && host.startsWith(in.bucket + ".")) {
            host = host.substring(in.bucket.length() + 1);
        }
        return in.request.transport + "://" + host;
    }

    private static Answer rtmp(OSS oss, Question.Input in) throws Rejected {
        var parameters = parameters(in.request.target);
        String playlist = parameters.getOrDefault("playlistName", "");
        parameters.remove("playlistName");
        if (!parameters.isEmpty()) {
            throw new Unsupported("generateRtmpUri takes a playlist and no other parameter");
        }
        try {
            String uri =
                    oss.generateRtmpUri(
                            new GenerateRtmpUriRequest(in.bucket, in.key, playlist, in.expires));
            return Answer.signed(Map.of("signature", parameters(uri).get("Signature")), uri);
        } catch (RuntimeException e) {
            throw new Rejected(e);
        }
    }

    private static Answer url(OSS oss, Question q) throws Rejected {
        Question.Input in = q.input;
        if (in.key.isEmpty()) {
            throw new Unsupported("generatePresignedUrl signs requests about objects only");
        }
        var headers = new TreeMap<String, String>(String.CASE_INSENSITIVE_ORDER);
        Call.put(headers, in.request.headers);
        if (in.additionalHeaders.stream().noneMatch("Host"::equalsIgnoreCase)) {
            headers.remove("Host");
        }
        var request = new GeneratePresignedUrlRequest(in.bucket, in.key, method(in.request.method));
        if (q.scheme.equals("oss-v4")) {
            request.setExpiration(Main.expiration(q.scheme, in.expires));
        } else {
            request.setExpiration(date(in.expires));
        }
        Call.addHeaders(request, headers);
        in.additionalHeaders.forEach(request::addAdditionalHeaderName);
        parameters(in.request.target).forEach(request::addQueryParameter);
        try {
            String url = oss.generatePresignedUrl(request).toString();
            String name = q.scheme.equals("oss-v1") ? "Signature" : "x-oss-signature";
            return Answer.signed(Map.of("signature", parameters(url).get(name)), url);
        } catch (RuntimeException e) {
            throw new Rejected(e);
        }
    }

    private static Answer form(OSS oss, Question q) {
        Question.Input in = q.input;
        byte[] policy = in.policy.getBytes(StandardCharsets.UTF_8);
        var fields = new ArrayList<List<String>>();
        fields.add(List.of("policy", BinaryUtil.toBase64String(policy)));
        if (in.credentials.securityToken != null) {
            fields.add(List.of("x-oss-security-token", in.credentials.securityToken));
        }
        String signature;
        if (q.scheme.equals("oss-v4")) {
            var time = Date.from(Instant.parse(in.time));
            signature = oss.calculatePostSignature(in.policy, time);
            String product = in.product == null ? "oss" : in.product;
            Form.addV4(fields, in.credentials.accessKeyId, in.region, product, time);
            fields.add(List.of("x-oss-signature", signature));
        } else {
            signature = oss.calculatePostSignature(in.policy);
            fields.add(List.of("OSSAccessKeyId", in.credentials.accessKeyId));
            fields.add(List.of("Signature", signature));
        }
        return Answer.signedForm(Map.of("signature", signature), fields);
    }

    private static HttpMethod method(String name) {
        try {
            return HttpMethod.valueOf(name);
        } catch (IllegalArgumentException e) {
            throw new Unsupported("the SDK has no method " + name);
        }
    }

    private static Date date(long seconds) {
        try {
            return new Date(Math.multiplyExact(seconds, 1000L));
        } catch (ArithmeticException e) {
            throw new Unsupported(
                    "the SDK takes the expiry as a Date, which ends before " + seconds);
        }
    }

    /** Returns the parameters of a target as the SDK takes them: decoded, null for no value. */
    private static Map<String, String> parameters(String target) {
        var parameters = new LinkedHashMap<String, String>();
        int mark = target.indexOf('?');
        for (String part : mark < 0 ? new String[0] : target.substring(mark + 1).split("&")) {
            if (part.isEmpty()) {
                continue;
            }
            String[] pair = part.split("=", 2);
            String name = decode(pair[0]);
            if (parameters.containsKey(name)) {
                throw new Unsupported("the SDK keeps parameters in a map, not " + name + " twice");
            }
            parameters.put(name, pair.length < 2 ? null : decode(pair[1]));
        }
        return parameters;
    }

    private static String decode(String text) {
        try {
            String latin1 = URLDecoder.decode(text, StandardCharsets.ISO_8859_1);
            var bytes = ByteBuffer.wrap(latin1.getBytes(StandardCharsets.ISO_8859_1));
            return StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
        } catch (IllegalArgumentException | CharacterCodingException e) {
            throw new Unsupported("the SDK takes decoded text, and this is none: " + text);
        }
    }
}
