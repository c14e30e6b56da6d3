package countersign.adapter;

import com.google.gson.TypeAdapter;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import com.google.gson.stream.JsonWriter;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** The protocol's byte strings: JSON text that stands for its UTF-8 form, or {"hex":"…"}. */
final class ByteStrings {
    private ByteStrings() {}

    /** Byte strings that an SDK takes as text. */
    static final class Text extends TypeAdapter<String> {
        @Override
        public String read(JsonReader in) throws IOException {
            switch (in.peek()) {
                case NULL:
                    in.nextNull();
                    return null;
                case BEGIN_OBJECT:
                    throw new Unsupported(
                            "the SDK takes a Java string: no bytes that are not UTF-8");
                default:
                    return in.nextString();
            }
        }

        @Override
        public void write(JsonWriter out, String value) throws IOException {
            out.value(value);
        }
    }

    /** Byte strings that an SDK takes as bytes. */
    static final class Raw extends TypeAdapter<byte[]> {
        @Override
        public byte[] read(JsonReader in) throws IOException {
            if (in.peek() != JsonToken.BEGIN_OBJECT) {
                return in.nextString().getBytes(StandardCharsets.UTF_8);
            }
            in.beginObject();
            in.nextName();
            String hex = in.nextString();
            in.endObject();
            var bytes = new byte[hex.length() / 2];
            for (int i = 0; i < bytes.length; i++) {
                bytes[i] = (byte) Integer.parseInt(hex.substring(2 * i, 2 * i + 2), 16);
            }
            return bytes;
        }

        @Override
        public void write(JsonWriter out, byte[] value) throws IOException {
            if (value == null) {
                out.nullValue();
                return;
            }
            try {
                var text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(value));
                out.value(text.toString());
            } catch (CharacterCodingException e) {
                var hex = new StringBuilder();
                for (byte b : value) {
                    hex.append(String.format("%02x", b));
                }
                out.beginObject().name("hex").value(hex.toString()).endObject();
            }
        }
    }
}
