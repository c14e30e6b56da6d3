package countersign.adapter.awsjava;

import countersign.adapter.Adapter;
import countersign.adapter.Answer;
import countersign.adapter.Hello;
import countersign.adapter.Question;
import countersign.adapter.Rejected;
import countersign.adapter.Unsupported;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.http.ContentStreamProvider;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4FamilyHttpSigner.AuthLocation;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;
import software.amazon.awssdk.http.auth.spi.signer.SignRequest;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;
import software.amazon.awssdk.identity.spi.AwsSessionCredentialsIdentity;
import software.amazon.awssdk.utils.http.SdkHttpUtils;

/**
 * Lets countersign drive the public V4 signer of the AWS SDK for Java 2 against the S3-shaped
 * scheme of OBS. It signs for the time it is given.
 */
public final class Main extends Adapter {
    public static void main(String[] args) throws IOException {
        new Main().run();
    }

    @Override
    protected Hello hello() {
        return new Hello(
                "aws-java",
                version("software.amazon.awssdk", "http-auth-aws"),
                "https://github.com/aws/aws-sdk-java-v2",
                List.of("obs-v4/header", "obs-v4/query"),
                List.of(),
                List.of("bytes", "clock", "sign"));
    }

    @Override
    protected Answer send(Question question) {
        throw new Unsupported("the signer sends nothing");
    }

    @Override
    protected Answer sign(Question q) throws Exception {
        SdkHttpRequest signed;
        try {
            signed = AwsV4HttpSigner.create().sign(r -> ask(r, q)).request();
        } catch (IllegalArgumentException e) {
            throw new Rejected(e);
        }
        return q.carrier.equals("query") ? link(signed) : header(q.input, signed);
    }

    /** Sets up the signer as the SDK's own S3 client does, but for the time of the question. */
    private static void ask(SignRequest.Builder<AwsCredentialsIdentity> r, Question q) {
        var in = q.input;
        var request = request(in);
        r.request(request).identity(identity(in));
        r.putProperty(AwsV4HttpSigner.SIGNING_CLOCK, clock(in));
        r.putProperty(AwsV4HttpSigner.REGION_NAME, in.region);
        r.putProperty(AwsV4HttpSigner.SERVICE_SIGNING_NAME, in.product == null ? "s3" : in.product);
        r.putProperty(AwsV4HttpSigner.DOUBLE_URL_ENCODE, false);
        r.putProperty(AwsV4HttpSigner.NORMALIZE_PATH, false);
        if (q.carrier.equals("query")) {
            r.putProperty(AwsV4HttpSigner.PAYLOAD_SIGNING_ENABLED, false);
            r.putProperty(AwsV4HttpSigner.AUTH_LOCATION, AuthLocation.QUERY_STRING);
            r.putProperty(AwsV4HttpSigner.EXPIRATION_DURATION, Duration.ofSeconds(in.expires));
        } else {
            var payload = request.firstMatchingHeader("x-amz-content-sha256").orElse("");
            r.putProperty(
                    AwsV4HttpSigner.PAYLOAD_SIGNING_ENABLED, !payload.equals("UNSIGNED-PAYLOAD"));
            var body = in.request.body == null ? new byte[0] : in.request.body;
            r.payload(ContentStreamProvider.fromByteArray(body));
        }
    }

    /** The given request with the headers as they are signed. */
    private static Answer header(Question.Input in, SdkHttpRequest signed) {
        var headers = new ArrayList<List<String>>();
        signed.forEachHeader((name, values) -> values.forEach(v -> headers.add(List.of(name, v))));
        in.request.headers = headers;
        var authorization = signed.firstMatchingHeader("Authorization").orElseThrow();
        for (var name : in.additionalHeaders) {
            var covered = authorization.matches("(?i).*SignedHeaders=([^,]*;)?" + name + "[;,].*");
            if (!covered && signed.firstMatchingHeader(name).isPresent()) {
                throw new Unsupported(
                        "the SDK never signs " + name + " and takes no list of headers");
            }
        }
        var value = authorization.substring(authorization.lastIndexOf("Signature=") + 10);
        return Answer.signed(
                Map.of("signature", value, "authorization", authorization), in.request);
    }

    private static Answer link(SdkHttpRequest signed) {
        var value = signed.firstMatchingRawQueryParameter("X-Amz-Signature").orElseThrow();
        var url =
                signed.protocol()
                        + "://"
                        + signed.firstMatchingHeader("Host").orElseThrow()
                        + signed.encodedPath()
                        + "?"
                        + SdkHttpUtils.encodeAndFlattenQueryParameters(signed.rawQueryParameters())
                                .orElseThrow();
        return Answer.signed(Map.of("signature", value), url);
    }

    private static SdkHttpRequest request(Question.Input in) {
        var target = in.request.target.replaceFirst("^https?://[^/]*", "").split("[?]", 2);
        var request =
                SdkHttpRequest.builder()
                        .method(SdkHttpMethod.fromValue(in.request.method))
                        .protocol(in.request.transport)
                        .encodedPath(target[0]);
        for (var header : in.request.headers) {
            request.appendHeader(header.get(0), header.get(1));
            if (header.get(0).equalsIgnoreCase("Host")) {
                request.host(header.get(1));
            }
        }
        for (var pair : target.length < 2 ? new String[0] : target[1].split("&")) {
            var parts = pair.split("=", 2);
            if (!pair.isEmpty()) {
                request.appendRawQueryParameter(
                        decoded(parts[0]), parts.length < 2 ? null : decoded(parts[1]));
            }
        }
        return request.build();
    }

    private static String decoded(String value) {
        var strict = value.replaceAll("%(?![0-9A-Fa-f]{2})", "%25");
        var text = URLDecoder.decode(strict, StandardCharsets.UTF_8);
        if (text.indexOf('\uFFFD') >= 0) {
            throw new Unsupported("the SDK takes parameters as text, not as bytes");
        }
        return text;
    }

    private static Clock clock(Question.Input in) {
        return Clock.fixed(Instant.parse(in.time), ZoneOffset.UTC);
    }

    private static AwsCredentialsIdentity identity(Question.Input in) {
        var c = in.credentials;
        return c.securityToken == null
                ? AwsCredentialsIdentity.create(c.accessKeyId, c.accessKeySecret)
                : AwsSessionCredentialsIdentity.create(
                        c.accessKeyId, c.accessKeySecret, c.securityToken);
    }
}
