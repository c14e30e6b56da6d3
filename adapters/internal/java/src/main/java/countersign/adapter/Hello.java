package countersign.adapter;

import java.util.Collection;
import java.util.List;
import java.util.Map;

/** The answer to hello. */
@SuppressWarnings("unused") // its fields are written out by Gson
public final class Hello {
    private final String type = "hello";
    private final int protocol = 1;
    private final Map<String, String> adapter;
    final List<String> schemes;
    private final List<String> operations;
    private final List<String> features;

    public Hello(
            String name,
            String version,
            String url,
            Collection<String> schemes,
            Collection<String> operations,
            Collection<String> features) {
        this.adapter = Map.of("name", name, "version", version, "language", "java", "url", url);
        this.schemes = List.copyOf(schemes);
        this.operations = List.copyOf(operations);
        this.features = List.copyOf(features);
    }
}
