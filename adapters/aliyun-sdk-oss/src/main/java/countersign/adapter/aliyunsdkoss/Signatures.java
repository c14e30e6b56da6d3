package countersign.adapter.aliyunsdkoss;

import com.aliyun.oss.HttpMethod;
import com.aliyun.oss.OSS;
import com.aliyun.oss.OSSClient;
import com.aliyun.oss.common.utils.BinaryUtil;
import com.aliyun.oss.model.GeneratePresignedUrlRequest;
import com.aliyun.oss.model.GenerateRtmpUriRequest;

import countersign.adapter.Answer;
import countersign.adapter.Question;
import countersign.adapter.Rejected;
import countersign.adapter.Unsupported;

import java.net.URI;
import java.net.URLDecoder;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What the SDK signs for a given time: URLs that carry their end (of V1, V2 and RTMP), and
 * policies. Headers and the URLs of V4 it signs for its own clock.
 */
final class Signatures {
    private Signatures() {}

    static Answer sign(Question q) throws Exception {
        Question.Input in = q.input;
        if (q.carrier.equals("header")) {
            throw new Unsupported("the SDK has no public signer of headers");
        }
        if (q.scheme.equals("oss-v4") && q.carrier.equals("query")) {
            throw new Unsupported("generatePresignedUrl of V4 takes no time to sign for");
        }
        boolean rtmp = q.scheme.equals("oss-rtmp");
        OSS oss =
                Clients.client(
                        rtmp ? "oss-v1" : q.scheme,
                        endpoint(in, rtmp),
                        in.addressing,
                        in.region,
                        in.credentials);
        try {
            if (in.product != null) {
                ((OSSClient) oss).setProduct(in.product);
            }
            if (q.carrier.equals("form")) {
                return form(oss, q);
            }
            return rtmp ? rtmp(oss, in) : url(oss, q);
        } finally {
            oss.shutdown();
        }
    }

    /** Returns the endpoint that the SDK would be configured with for the request. */
    private static String endpoint(Question.Input in, boolean rtmp) {
        String host =
                rtmp
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
        if (!parameters.keySet().equals(Set.of("playlistName"))) {
            throw new Unsupported("generateRtmpUri takes a playlist and no other parameter");
        }
        String playlist = parameters.get("playlistName");
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
        if (in.request.target.startsWith("//")) {
            throw new Unsupported("generatePresignedUrl writes a slash in front of the key as %2F");
        }
        var headers = new LinkedHashMap<String, String>();
        Call.put(headers, in.request.headers);
        headers.keySet().removeIf("Host"::equalsIgnoreCase);
        var request = new GeneratePresignedUrlRequest(in.bucket, in.key, method(in.request.method));
        request.setExpiration(date(in.expires));
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
