package countersign.adapter.aliyunsdkoss;

import com.aliyun.oss.OSS;

import countersign.adapter.Adapter;
import countersign.adapter.Answer;
import countersign.adapter.Exchange;
import countersign.adapter.Hello;
import countersign.adapter.Question;
import countersign.adapter.Unsupported;

import java.io.IOException;
import java.util.Date;
import java.util.List;
import java.util.TreeSet;
import java.util.logging.LogManager;

/**
 * Lets countersign drive aliyun-sdk-oss, the first Java SDK of Alibaba Cloud OSS: by operations,
 * which {@link OSS#generatePresignedUrl} signs in the URL and {@link OSS#calculatePostSignature} in
 * a form, and by these two and {@link OSS#generateRtmpUri} for given requests.
 */
public final class Main extends Adapter {
    public static void main(String[] args) throws IOException {
        LogManager.getLogManager().reset(); // the SDK logs every answer that is an error
        new Main(List.of(args).contains("-clock")).run();
    }

    private final boolean clock;

    /**
     * @param clock whether to sign for the time given in every case, or not at all
     */
    private Main(boolean clock) {
        this.clock = clock;
    }

    @Override
    protected Hello hello() {
        var operations = new TreeSet<>(Operation.ALL.keySet());
        operations.add("PostObject");
        return new Hello(
                "aliyun-sdk-oss",
                version("com.aliyun.oss", "aliyun-sdk-oss"),
                "https://github.com/aliyun/aliyun-oss-java-sdk",
                List.of(
                        "oss-v1/header",
                        "oss-v1/query",
                        "oss-v1/form",
                        "oss-v2/header",
                        "oss-v2/query",
                        "oss-v4/header",
                        "oss-v4/query",
                        "oss-v4/form",
                        "oss-rtmp/query"),
                operations,
                clock ? List.of("bytes", "clock", "sign") : List.of("bytes", "sign"));
    }

    @Override
    protected Answer sign(Question q) throws Exception {
        return Signatures.sign(q, clock);
    }

    @Override
    protected Answer send(Question q) throws Exception {
        try (var exchange = new Exchange(q.connect)) {
            return exchange.answer(() -> call(q, exchange));
        }
    }

    private static Answer call(Question q, Exchange exchange) throws Exception {
        OSS oss = Clients.client(q.scheme, q.endpoint, q.addressing, q.region, q.credentials);
        try {
            var expiration = expiration(q.scheme, q.operation.expires);
            if (q.carrier.equals("form")) {
                return Answer.form(Form.of(oss, q, expiration));
            }
            var operation = Operation.ALL.get(q.operation.name);
            if (operation == null) {
                throw new Unsupported(
                        "the SDK sends no " + q.operation.name + " in the " + q.carrier);
            }
            var call = new Call(oss, q.operation);
            if (q.carrier.equals("query")) {
                return Answer.url(operation.presign(call, expiration), call.presignedHeaders());
            }
            Clients.connect(oss, exchange);
            operation.send(call);
            return null;
        } finally {
            oss.shutdown();
        }
    }

    /**
     * Returns when a URL or a form shall end. The V4 signer counts whole seconds from its own,
     * later look at the clock, so that by chance a millisecond costs a second: half a one more
     * keeps it out.
     */
    static Date expiration(String scheme, long seconds) {
        long more = scheme.equals("oss-v4") ? 500 : 0;
        long life = seconds == 0 ? 3600 : seconds;
        return new Date(System.currentTimeMillis() + 1000 * life + more);
    }
}
