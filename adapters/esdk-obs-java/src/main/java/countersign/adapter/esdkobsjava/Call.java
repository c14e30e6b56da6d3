package countersign.adapter.esdkobsjava;

import com.obs.services.model.GenericRequest;
import com.obs.services.model.ObjectMetadata;
import countersign.adapter.Question;
import countersign.adapter.Unsupported;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.text.ParseException;
import java.text.SimpleDateFormat;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.IntConsumer;

/**
 * An operation of a question in the SDK's words. What is taken for a field of a request is gone
 * from the maps.
 */
final class Call {
    final String prefix; // of the vendor's headers: x-obs- or x-amz-
    final String bucket;
    final String key;
    final byte[] body;
    final String sourceBucket;
    final String sourceKey;
    final String uploadId;
    final int partNumber;
    final long expires; // seconds
    final Map<String, String> headers;
    final Map<String, String> metadata;
    final Map<String, String> query;

    Call(Question.Operation operation, String prefix) {
        this.prefix = prefix;
        bucket = operation.bucket;
        key = operation.key;
        body = operation.body == null ? new byte[0] : operation.body;
        var source =
                operation.copySource == null ? new String[2] : operation.copySource.split("/", 2);
        sourceBucket = source[0];
        sourceKey = source[1];
        uploadId = operation.uploadId;
        partNumber = operation.partNumber;
        expires = operation.expires == 0 ? 3600 : operation.expires;
        headers = map(operation.headers);
        metadata = map(operation.metadata);
        query = map(operation.query);
    }

    private static Map<String, String> map(List<List<String>> pairs) {
        var map = new LinkedHashMap<String, String>();
        for (var pair : pairs) {
            if (map.put(pair.get(0), pair.get(1)) != null) {
                throw new Unsupported(
                        "the SDK keeps headers and parameters in maps, "
                                + pair.get(0)
                                + " cannot be repeated");
            }
        }
        return map;
    }

    InputStream stream() {
        return new ByteArrayInputStream(body);
    }

    /**
     * Moves headers and parameters to the fields of the request, named as on the wire. The headers
     * that remain become user headers; a parameter without a field has no way to the wire.
     */
    <R extends GenericRequest> R fill(R request, Map<String, Consumer<String>> fields) {
        fields.forEach(
                (name, set) -> {
                    var value = query.remove(name);
                    set(set, value != null ? value : takeHeader(name));
                });
        if (!query.isEmpty()) {
            throw new Unsupported(
                    "the SDK's request has no field for the parameter " + query.keySet());
        }
        metadata.forEach((name, value) -> headers.put(prefix + "meta-" + name, value));
        if (request == null && !headers.isEmpty()) {
            throw new Unsupported("the SDK's request takes no headers " + headers.keySet());
        }
        headers.forEach((name, value) -> request.addUserHeaders(name, value));
        return request;
    }

    private static void set(Consumer<String> field, String value) {
        if (value != null) {
            field.accept(value);
        }
    }

    private String takeHeader(String name) {
        for (var given : headers.keySet()) {
            if (given.equalsIgnoreCase(name)) {
                return headers.remove(given);
            }
        }
        return null;
    }

    /** The query, for a request that takes any parameter. */
    Map<String, String> takeQuery() {
        var taken = new LinkedHashMap<>(query);
        query.clear();
        return taken;
    }

    /**
     * The user's metadata and the headers which the SDK has fields for, for a request that stores
     * them.
     */
    ObjectMetadata takeMetadata() {
        var m = new ObjectMetadata();
        metadata.forEach(m::addUserMetadata);
        metadata.clear();
        Map.<String, Consumer<String>>of(
                        "Cache-Control",
                        m::setCacheControl,
                        "Content-Disposition",
                        m::setContentDisposition,
                        "Content-Encoding",
                        m::setContentEncoding,
                        "Content-Language",
                        m::setContentLanguage,
                        "Content-MD5",
                        m::setContentMd5,
                        "Content-Type",
                        m::setContentType,
                        "Expires",
                        m::setExpires,
                        prefix + "website-redirect-location",
                        m::setWebSiteRedirectLocation)
                .forEach((name, set) -> set(set, takeHeader(name)));
        return m;
    }

    static Consumer<String> number(IntConsumer field) {
        return value -> field.accept(Integer.parseInt(value));
    }

    static Consumer<String> date(Consumer<Date> field) {
        return value -> {
            try {
                field.accept(
                        new SimpleDateFormat("EEE, dd MMM yyyy HH:mm:ss z", Locale.US)
                                .parse(value));
            } catch (ParseException e) {
                throw new Unsupported("the SDK's field takes a date, not " + value);
            }
        };
    }
}
