package countersign.adapter;

import java.util.List;

/**
 * A question of the suite. What it leaves out is null, an empty list or 0. Bodies are bytes;
 * anything else that is not UTF-8 makes the question {@link Unsupported}, as Java's strings cannot
 * hold it.
 */
public final class Question {
    public String id;
    public String scheme;
    public String carrier;

    // send
    public String connect;
    public String endpoint;
    public Operation operation;
    public Credentials credentials;
    public String addressing;
    public String region;

    // sign
    public Input input;

    /** What a caller asks an SDK to do. Everything is decoded. */
    public static final class Operation {
        public String name;
        public String bucket;
        public String key;
        public List<List<String>> headers = List.of();
        public List<List<String>> metadata = List.of();
        public List<List<String>> query = List.of();
        public byte[] body;
        public String copySource;
        public String uploadId;
        public int partNumber;
        public long expires;
    }

    public static final class Credentials {
        public String accessKeyId;
        public String accessKeySecret;
        public String securityToken;
    }

    /** What a signer is given. */
    public static final class Input {
        public Request request;
        public String bucket;
        public String key;
        public String addressing;
        public Credentials credentials;
        public String region;
        public String product;
        public String time;
        public long expires;
        public List<String> additionalHeaders = List.of();
        public String policy;
    }

    /** A request as on the wire. */
    public static final class Request {
        public String transport;
        public String method;
        public String target;
        public List<List<String>> headers = List.of();
        public byte[] body;
    }
}
