package countersign.adapter.aliyunsdkoss;

import com.aliyun.oss.ClientBuilderConfiguration;
import com.aliyun.oss.OSS;
import com.aliyun.oss.OSSClient;
import com.aliyun.oss.OSSClientBuilder;
import com.aliyun.oss.common.auth.DefaultCredentialProvider;
import com.aliyun.oss.common.comm.DefaultServiceClient;
import com.aliyun.oss.common.comm.SignVersion;

import countersign.adapter.Exchange;
import countersign.adapter.Question;
import countersign.adapter.Unsupported;

import org.apache.http.config.RegistryBuilder;
import org.apache.http.conn.HttpClientConnectionManager;
import org.apache.http.conn.socket.ConnectionSocketFactory;
import org.apache.http.conn.socket.PlainConnectionSocketFactory;
import org.apache.http.impl.conn.PoolingHttpClientConnectionManager;
import org.apache.http.protocol.HttpContext;

import java.net.Socket;
import java.security.KeyStore;
import java.security.KeyStoreException;
import java.util.Map;

/** Clients of the SDK. */
final class Clients {
    /** The schemes the SDK offers, in its own words. */
    private static final Map<String, SignVersion> VERSIONS =
            Map.of("oss-v1", SignVersion.V1, "oss-v2", SignVersion.V2, "oss-v4", SignVersion.V4);

    private Clients() {}

    static SignVersion version(String scheme) {
        SignVersion version = VERSIONS.get(scheme);
        if (version == null) {
            throw new Unsupported("the SDK has no scheme " + scheme);
        }
        return version;
    }

    static OSS client(
            String scheme,
            String endpoint,
            String addressing,
            String region,
            Question.Credentials credentials)
            throws ReflectiveOperationException, KeyStoreException {
        var config = new ClientBuilderConfiguration();
        config.setSignatureVersion(version(scheme));
        config.setSupportCname("cname".equals(addressing));
        config.setSLDEnabled("path".equals(addressing));
        config.setMaxErrorRetry(0);
        config.setRedirectEnable(false);
        config.setSocketTimeout(10_000);
        config.setUseReaper(false);
        config.setKeyStore(KeyStore.getInstance("PKCS12")); // reading the JDK's takes its time
        return OSSClientBuilder.create()
                .endpoint(endpoint)
                .region(region)
                .credentialsProvider(provider(credentials))
                .clientConfiguration(config)
                .build();
    }

    private static DefaultCredentialProvider provider(Question.Credentials c) {
        return c.securityToken == null
                ? new DefaultCredentialProvider(c.accessKeyId, c.accessKeySecret)
                : new DefaultCredentialProvider(c.accessKeyId, c.accessKeySecret, c.securityToken);
    }

    /**
     * Makes a client send to the exchange. The SDK offers no socket factory, and through a proxy,
     * which it does offer, its requests would look different: so its HTTP client is made once more,
     * by the SDK's own method, with another connection manager.
     */
    static void connect(OSS oss, Exchange exchange) throws ReflectiveOperationException {
        var serviceClient = OSSClient.class.getDeclaredField("serviceClient");
        serviceClient.setAccessible(true);
        var create =
                DefaultServiceClient.class.getDeclaredMethod(
                        "createHttpClient", HttpClientConnectionManager.class);
        create.setAccessible(true);
        var httpClient = DefaultServiceClient.class.getDeclaredField("httpClient");
        httpClient.setAccessible(true);

        var sockets =
                new PlainConnectionSocketFactory() {
                    @Override
                    public Socket createSocket(HttpContext context) {
                        return exchange.socket();
                    }
                };
        var connections =
                new PoolingHttpClientConnectionManager(
                        RegistryBuilder.<ConnectionSocketFactory>create()
                                .register("http", sockets)
                                .build(),
                        exchange::resolve);
        Object service = serviceClient.get(oss);
        httpClient.set(service, create.invoke(service, connections));
    }
}
