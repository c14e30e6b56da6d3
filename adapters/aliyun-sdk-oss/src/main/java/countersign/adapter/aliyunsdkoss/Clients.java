package countersign.adapter.aliyunsdkoss;

import com.aliyun.oss.ClientBuilderConfiguration;
import com.aliyun.oss.OSS;
import com.aliyun.oss.OSSClient;
import com.aliyun.oss.OSSClientBuilder;
import com.aliyun.oss.common.auth.Credentials;
import com.aliyun.oss.common.auth.DefaultCredentialProvider;
import com.aliyun.oss.common.auth.DefaultCredentials;
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

    /** Returns a client that signs for the region and the product that it is told. */
    static OSSClient clientFor(Question.Input in, String scheme, String endpoint)
            throws KeyStoreException {
        var config = config(scheme, in.addressing);
        config.setExtractSettingFromEndpoint(false); // such as a cloud box
        var oss = (OSSClient) client(config, endpoint, in.region, in.credentials);
        if (in.product != null) {
            oss.setProduct(in.product);
        }
        return oss;
    }

    static OSS client(
            String scheme,
            String endpoint,
            String addressing,
            String region,
            Question.Credentials credentials)
            throws KeyStoreException {
        return client(config(scheme, addressing), endpoint, region, credentials);
    }

    private static ClientBuilderConfiguration config(String scheme, String addressing)
            throws KeyStoreException {
        var config = new ClientBuilderConfiguration();
        config.setSignatureVersion(version(scheme));
        config.setSupportCname("cname".equals(addressing));
        config.setSLDEnabled("path".equals(addressing));
        config.setMaxErrorRetry(0);
        config.setRedirectEnable(false);
        config.setSocketTimeout(10_000);
        config.setUseReaper(false);
        config.setKeyStore(KeyStore.getInstance("PKCS12")); // reading the JDK's takes its time
        return config;
    }

    private static OSS client(
            ClientBuilderConfiguration config,
            String endpoint,
            String region,
            Question.Credentials credentials) {
        return OSSClientBuilder.create()
                .endpoint(endpoint)
                .region(region)
                .credentialsProvider(new DefaultCredentialProvider(credentials(credentials)))
                .clientConfiguration(config)
                .build();
    }

    static Credentials credentials(Question.Credentials c) {
        return new DefaultCredentials(c.accessKeyId, c.accessKeySecret, c.securityToken);
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
