package countersign.adapter.esdkobsjava;

import com.google.gson.JsonParser;
import com.obs.services.ObsClient;
import com.obs.services.ObsConfiguration;
import com.obs.services.model.AuthTypeEnum;
import com.obs.services.model.HttpMethodEnum;
import com.obs.services.model.PostSignatureRequest;
import com.obs.services.model.SpecialParamEnum;
import com.obs.services.model.TemporarySignatureRequest;
import com.obs.services.model.TemporarySignatureResponse;
import com.obs.services.model.V4PostSignatureResponse;
import countersign.adapter.Adapter;
import countersign.adapter.Answer;
import countersign.adapter.Exchange;
import countersign.adapter.Hello;
import countersign.adapter.Question;
import countersign.adapter.Unsupported;
import java.io.IOException;
import java.net.Proxy;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Lets countersign drive esdk-obs-java, the Java SDK of Huawei Cloud OBS: by its operations, by
 * createTemporarySignature and by createPostSignature.
 */
public final class Main extends Adapter {
    /** The schemes the SDK offers, in its own words. */
    private static final Map<String, AuthTypeEnum> SCHEMES =
            new TreeMap<>(
                    Map.of(
                            "obs-v2",
                            AuthTypeEnum.OBS,
                            "obs-aws-v2",
                            AuthTypeEnum.V2,
                            "obs-v4",
                            AuthTypeEnum.V4));

    public static void main(String[] args) throws IOException {
        new Main().run();
    }

    @Override
    protected Hello hello() {
        var profiles = new ArrayList<String>();
        for (var scheme : SCHEMES.keySet()) {
            for (var carrier : List.of("header", "query", "form")) {
                profiles.add(scheme + "/" + carrier);
            }
        }
        return new Hello(
                "esdk-obs-java",
                version("com.huaweicloud", "esdk-obs-java"),
                "https://github.com/huaweicloud/huaweicloud-sdk-java-obs",
                profiles,
                Operation.ALL.keySet(),
                List.of("bytes", "clock", "sign"));
    }

    @Override
    protected Answer send(Question q) throws Exception {
        var auth = SCHEMES.get(q.scheme);
        var operation = Operation.ALL.get(q.operation.name);
        if (auth == null || operation == null) {
            throw new Unsupported("the SDK has no " + (auth == null ? q.scheme : q.operation.name));
        }
        var call = new Call(q.operation, auth == AuthTypeEnum.OBS ? "x-obs-" : "x-amz-");
        try (var exchange = new Exchange(q.connect)) {
            return exchange.answer(
                    () -> {
                        try (var client = client(q, auth, exchange)) {
                            switch (q.carrier) {
                                case "form":
                                    return form(client, call, q.credentials, auth);
                                case "query":
                                    return url(client, call, operation);
                                default:
                                    operation.send.send(client, call);
                                    return null;
                            }
                        }
                    });
        }
    }

    @Override
    protected Answer sign(Question q) throws Exception {
        return Signer.sign(q);
    }

    private static ObsClient client(Question q, AuthTypeEnum auth, Exchange exchange) {
        var config = configuration(q.endpoint, q.addressing, auth);
        config.setCustomizedDnsImpl(host -> List.of(exchange.resolve(host)));
        return new ObsClient(
                q.credentials.accessKeyId,
                q.credentials.accessKeySecret,
                q.credentials.securityToken,
                config) {
            {
                httpClient =
                        httpClient
                                .newBuilder()
                                .socketFactory(exchange.socketFactory())
                                .proxy(Proxy.NO_PROXY)
                                .build();
            }
        };
    }

    /** There is no option for the region: V4 signs for one called "region". */
    static ObsConfiguration configuration(String endpoint, String addressing, AuthTypeEnum auth) {
        var config = new ObsConfiguration();
        config.setEndPoint(endpoint);
        config.setAuthType(auth);
        config.setAuthTypeNegotiation(false);
        config.setPathStyle(addressing.equals("path"));
        config.setCname(addressing.equals("cname"));
        config.setMaxErrorRetry(0);
        return config;
    }

    private static Answer url(ObsClient client, Call call, Operation operation) {
        if (operation.method == null) {
            throw new Unsupported("createTemporarySignature signs no forms");
        }
        var signed = sign(client, call, operation.method, operation.param, null);
        return Answer.url(signed.getSignedUrl(), pairs(signed.getActualSignedRequestHeaders()));
    }

    /** Signs a URL with createTemporarySignature, which takes any request. */
    static TemporarySignatureResponse sign(
            ObsClient client, Call call, HttpMethodEnum method, SpecialParamEnum param, Date time) {
        var key = param == SpecialParamEnum.DELETE ? null : call.key; // it stands in the body
        var in = new TemporarySignatureRequest(method, call.bucket, key, param, call.expires, time);
        in.getHeaders().putAll(call.headers);
        call.metadata.forEach(
                (name, value) -> in.getHeaders().put(call.prefix + "meta-" + name, value));
        if (call.sourceBucket != null) {
            var source = "/" + call.sourceBucket + "/" + escapePath(call.sourceKey);
            in.getHeaders().put(call.prefix + "copy-source", source);
        }
        in.getQueryParams().putAll(call.query);
        if (call.uploadId != null) {
            in.getQueryParams().put("uploadId", call.uploadId);
            if (method == HttpMethodEnum.PUT) {
                in.getQueryParams().put("partNumber", call.partNumber);
            }
        }
        return client.createTemporarySignature(in);
    }

    /** Builds the fields of a browser upload around what createPostSignature returns. */
    private static Answer form(
            ObsClient client, Call call, Question.Credentials credentials, AuthTypeEnum auth) {
        var fields = new TreeMap<>(call.headers);
        call.metadata.forEach((name, value) -> fields.put(call.prefix + "meta-" + name, value));
        var in = new PostSignatureRequest(call.expires, call.bucket, call.key);
        in.getFormParams().putAll(fields);
        var out = client.createPostSignature(in);
        if (!call.query.isEmpty()) {
            // Ranges are conditions of the caller's own, and those replace all that the SDK makes.
            JsonParser.parseString(out.getOriginPolicy())
                    .getAsJsonObject()
                    .getAsJsonArray("conditions")
                    .forEach(condition -> in.getConditions().add(condition.toString()));
            call.query.forEach(
                    (name, range) -> in.getConditions().add("[\"" + name + "\"," + range + "]"));
            out = client.createPostSignature(in);
        }
        fields.put("key", call.key);
        fields.put("policy", out.getPolicy());
        if (credentials.securityToken != null) {
            fields.put(call.prefix + "security-token", credentials.securityToken);
        }
        if (out instanceof V4PostSignatureResponse) {
            var v4 = (V4PostSignatureResponse) out;
            fields.put("x-amz-algorithm", v4.getAlgorithm());
            fields.put("x-amz-credential", v4.getCredential());
            fields.put("x-amz-date", v4.getDate());
            fields.put("x-amz-signature", v4.getSignature());
        } else {
            var id = auth == AuthTypeEnum.OBS ? "AccessKeyId" : "AWSAccessKeyId";
            fields.put(id, credentials.accessKeyId);
            fields.put("signature", out.getSignature());
        }
        return Answer.form(pairs(fields));
    }

    private static String escapePath(String key) {
        return URLEncoder.encode(key, StandardCharsets.UTF_8)
                .replace("+", "%20")
                .replace("%2F", "/");
    }

    private static List<List<String>> pairs(Map<String, String> map) {
        var pairs = new ArrayList<List<String>>();
        map.forEach((name, value) -> pairs.add(List.of(name, value)));
        return pairs;
    }
}
