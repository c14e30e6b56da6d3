package countersign.adapter.aliyunsdkoss;

import com.aliyun.oss.ClientException;
import com.aliyun.oss.HttpMethod;
import com.aliyun.oss.OSS;
import com.aliyun.oss.common.auth.InvalidCredentialsException;
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
import java.security.KeyStoreException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.MissingResourceException;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Pattern;

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
            throw new Unsupported("the SDK writes a slash in front of a key as %2F");
        }
        if (q.carrier.equals("header")) {
            return header(q);
        }
        if (clock && q.scheme.equals("oss-v4") && q.carrier.equals("query")) {
            throw new Unsupported("generatePresignedUrl of V4 takes no time to sign for");
        }
        if (q.carrier.equals("form")) {
            return form(q);
        }
        return q.scheme.equals("oss-rtmp") ? rtmp(in) : url(q);
    }

    /** Asks a client of the SDK, whose refusal is an answer like another. */
    private static <T> T ask(Question.Input in, String scheme, Function<OSS, T> question)
            throws Rejected, KeyStoreException {
        OSS oss = null;
        try {
            oss = Clients.clientFor(in, scheme, endpoint(in));
            return question.apply(oss);
        } catch (ClientException | IllegalArgumentException | InvalidCredentialsException e) {
            throw new Rejected(e);
        } catch (MissingResourceException e) {
            throw new Rejected(e); // the SDK has lost its text for a channel that it refuses
        } finally {
            if (oss != null) {
                oss.shutdown();
            }
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

        OSSSignerParams params;
        try {
            String bucket = in.bucket.isEmpty() ? "" : in.bucket + "/";
            var credentials = Clients.credentials(in.credentials);
            params = new OSSSignerParams("/" + bucket + in.key, credentials);
        } catch (InvalidCredentialsException e) {
            throw new Rejected(e);
        }
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

    /** Returns the authority of a target that is a whole URL, or an empty string. */
    private static String authority(String target) {
        int start = target.indexOf("://") + 3;
        return target.startsWith("/") || start < 3 ? "" : target.substring(start).split("[/?]", 2)[0];
    }

    /** Returns the path of a target, which may be a whole URL. */
    private static String path(String target) {
        String authority = authority(target);
        int start = authority.isEmpty() ? 0 : target.indexOf(authority) + authority.length();
        return target.substring(start).split("\\?", 2)[0];
    }

    /** Returns what stands in front of the slash before the key. */
    private static String pathStyle(Question.Input in) {
        return in.addressing.equals("path") && !in.bucket.isEmpty() ? "/" + in.bucket : "";
    }

    /** Returns the endpoint that the SDK would be configured with for the request. */
    private static String endpoint(Question.Input in) {
        String host =
                in.request.headers.stream()
                        .filter(h -> h.get(0).equalsIgnoreCase("Host"))
                        .map(h -> h.get(1))
                        .findFirst()
                        .orElse("");
        String authority = authority(in.request.target);
        if (host.isEmpty() || in.request.target.startsWith("rtmp:")) {
            host = authority;
        }
        String bucket = in.bucket + ".";
        if (in.addressing.equals("virtual-host")
                && host.regionMatches(true, 0, bucket, 0, bucket.length())) {
            host = host.substring(bucket.length());
        }
        return in.request.transport + "://" + host;
    }

    private static Answer rtmp(Question.Input in) throws Rejected, KeyStoreException {
        var parameters = parameters(in.request.target);
        if (in.key.isEmpty()) {
            throw new Unsupported("generateRtmpUri makes URLs of channels");
        }
        String playlist = parameters.getOrDefault("playlistName", "");
        parameters.remove("playlistName");
        if (!parameters.isEmpty()) {
            throw new Unsupported("generateRtmpUri takes a playlist and no other parameter");
        }
        var request = new GenerateRtmpUriRequest(in.bucket, in.key, playlist, in.expires);
        String uri = ask(in, "oss-v1", oss -> oss.generateRtmpUri(request));
        return Answer.signed(Map.of("signature", parameter(uri, "Signature")), uri);
    }

    private static Answer url(Question q) throws Rejected, KeyStoreException {
        Question.Input in = q.input;
        if (in.key.isEmpty()) {
            throw new Unsupported("generatePresignedUrl signs requests about objects only");
        }
        if (path(in.request.target).startsWith(pathStyle(in) + "//")) {
            throw new Unsupported("the SDK writes a slash in front of a key as %2F");
        }
        var headers = new TreeMap<String, String>(String.CASE_INSENSITIVE_ORDER);
        Call.put(headers, in.request.headers);
        if (in.additionalHeaders.stream().noneMatch("Host"::equalsIgnoreCase)) {
            headers.remove("Host");
        } else if (in.addressing.equals("virtual-host")
                && !headers.getOrDefault("Host", in.bucket).startsWith(in.bucket)) {
            throw new Unsupported("the SDK writes the bucket in a host in small letters");
        }
        var request = new GeneratePresignedUrlRequest(in.bucket, in.key, method(in.request.method));
        if (!q.scheme.equals("oss-v4")) {
            request.setExpiration(date(in.expires));
        }
        Call.addHeaders(request, headers);
        in.additionalHeaders.forEach(request::addAdditionalHeaderName);
        parameters(in.request.target).forEach(request::addQueryParameter);
        String url =
                ask(
                        in,
                        q.scheme,
                        oss -> {
                            if (q.scheme.equals("oss-v4")) {
                                request.setExpiration(Main.expiration(q.scheme, in.expires));
                            }
                            return oss.generatePresignedUrl(request).toString();
                        });
        String name = q.scheme.equals("oss-v1") ? "Signature" : "x-oss-signature";
        return Answer.signed(Map.of("signature", parameter(url, name)), url);
    }

    private static Answer form(Question q) throws Rejected, KeyStoreException {
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
            signature = ask(in, q.scheme, oss -> oss.calculatePostSignature(in.policy, time));
            String product = in.product == null ? "oss" : in.product;
            Form.addV4(fields, in.credentials.accessKeyId, in.region, product, time);
            fields.add(List.of("x-oss-signature", signature));
        } else {
            signature = ask(in, q.scheme, oss -> oss.calculatePostSignature(in.policy));
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

    /** Returns a parameter of a URL that the SDK made, whatever else is in it. */
    private static String parameter(String url, String name) {
        var found = Pattern.compile("[?&]" + name + "=([^&]*)").matcher(url);
        if (!found.find()) {
            throw new IllegalStateException("the SDK made a URL without " + name + ": " + url);
        }
        return URLDecoder.decode(found.group(1), StandardCharsets.UTF_8);
    }

    private static String decode(String text) {
        try {
            // On the way a letter stands for each byte.
            byte[] raw = text.getBytes(StandardCharsets.UTF_8);
            String letters = new String(raw, StandardCharsets.ISO_8859_1);
            String decoded = URLDecoder.decode(letters, StandardCharsets.ISO_8859_1);
            var bytes = ByteBuffer.wrap(decoded.getBytes(StandardCharsets.ISO_8859_1));
            return StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
        } catch (IllegalArgumentException | CharacterCodingException e) {
            throw new Unsupported("the SDK takes decoded text, and this is none: " + text);
        }
    }
}
