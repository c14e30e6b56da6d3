package countersign.adapter.alibabacloudossv2;

import com.aliyun.sdk.service.oss2.OSSClient;
import com.aliyun.sdk.service.oss2.credentials.StaticCredentialsProvider;
import com.aliyun.sdk.service.oss2.retry.NopRetryer;
import com.aliyun.sdk.service.oss2.transport.HttpClient;
import com.aliyun.sdk.service.oss2.transport.HttpClientOptions;
import com.aliyun.sdk.service.oss2.transport.apache5client.Apache5HttpClientBuilder;
import com.aliyun.sdk.service.oss2.utils.VersionInfoUtils;

import countersign.adapter.Adapter;
import countersign.adapter.Answer;
import countersign.adapter.Exchange;
import countersign.adapter.Hello;
import countersign.adapter.Question;
import countersign.adapter.Unsupported;

import org.apache.hc.client5.http.DnsResolver;
import org.apache.hc.client5.http.impl.io.DefaultHttpClientConnectionOperator;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManager;
import org.apache.hc.client5.http.ssl.TlsSocketStrategy;
import org.apache.hc.core5.http.config.RegistryBuilder;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * Lets countersign drive alibabacloud-oss-v2, the second Java SDK of Alibaba Cloud OSS: by
 * operations, and through its public signers.
 */
public final class Main extends Adapter {
    /** The schemes the SDK offers, in its own words. */
    private static final Map<String, String> VERSIONS = Map.of("oss-v1", "v1", "oss-v4", "v4");

    public static void main(String[] args) throws IOException {
        new Main().run();
    }

    @Override
    protected Hello hello() {
        return new Hello(
                "alibabacloud-oss-v2-java",
                VersionInfoUtils.getVersion(),
                "https://github.com/aliyun/alibabacloud-oss-java-sdk-v2",
                List.of("oss-v1/header", "oss-v1/query", "oss-v4/header", "oss-v4/query"),
                Operation.ALL.keySet(),
                List.of("bytes", "clock", "sign"));
    }

    @Override
    protected Answer sign(Question q) throws Exception {
        return Signers.sign(q);
    }

    @Override
    protected Answer send(Question q) throws Exception {
        try (var exchange = new Exchange(q.connect)) {
            return exchange.answer(() -> call(q, exchange));
        }
    }

    private static Answer call(Question q, Exchange exchange) throws Exception {
        var operation = Operation.ALL.get(q.operation.name);
        if (operation == null) {
            throw new Unsupported("the SDK has no operation " + q.operation.name);
        }
        switch (q.carrier) {
            case "header":
                try (var oss = client(q, httpClient(exchange))) {
                    operation.send.accept(new Call(oss, q.operation));
                    return null;
                }
            case "query":
                var unsent = new UnsentClient();
                try (var oss = client(q, unsent)) {
                    return unsent.presign(operation, new Call(oss, q.operation), q.operation.name);
                }
            default:
                throw new Unsupported("the SDK builds no " + q.carrier);
        }
    }

    private static OSSClient client(Question q, HttpClient httpClient) {
        String version = VERSIONS.get(q.scheme);
        if (version == null) {
            throw new Unsupported("the SDK has no scheme " + q.scheme);
        }
        var builder =
                OSSClient.newBuilder()
                        .endpoint(q.endpoint)
                        .signatureVersion(version)
                        .credentialsProvider(credentials(q.credentials))
                        .useCName("cname".equals(q.addressing))
                        .usePathStyle("path".equals(q.addressing))
                        .retryer(new NopRetryer())
                        .httpClient(httpClient);
        if (q.region != null) {
            builder.region(q.region);
        }
        return builder.build();
    }

    static StaticCredentialsProvider credentials(Question.Credentials c) {
        return c.securityToken == null
                ? new StaticCredentialsProvider(c.accessKeyId, c.accessKeySecret)
                : new StaticCredentialsProvider(c.accessKeyId, c.accessKeySecret, c.securityToken);
    }

    /** Returns the SDK's own HTTP client, with sockets that reach the exchange. */
    private static HttpClient httpClient(Exchange exchange) {
        var connections =
                new PoolingHttpClientConnectionManager(
                        new DefaultHttpClientConnectionOperator(
                                proxy -> exchange.socket(),
                                null,
                                names(exchange),
                                RegistryBuilder.<TlsSocketStrategy>create().build()),
                        null,
                        null,
                        null,
                        null);
        return Apache5HttpClientBuilder.create()
                .options(
                        HttpClientOptions.custom().readWriteTimeout(Duration.ofSeconds(10)).build())
                .connectionManager(connections)
                .useReaper(false)
                .build();
    }

    private static DnsResolver names(Exchange exchange) {
        return new DnsResolver() {
            @Override
            public InetAddress[] resolve(String host) throws UnknownHostException {
                return exchange.resolve(host);
            }

            @Override
            public String resolveCanonicalHostname(String host) {
                return host;
            }
        };
    }
}
