package io.quafka.program.console;

import io.quafka.storage.batch.RecordPreviews.HeaderPreview;
import io.quafka.storage.batch.RecordPreviews.Part;
import io.quafka.storage.batch.RecordPreviews.RecordPreview;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A record as JSON tells it. Its bytes are whatever a producer sent: plain text is told as text,
/// all else in hexadecimal.
final class RecordFields {
    private RecordFields() {}

    static Map<String, @Nullable Object> of(RecordPreview record, boolean transactional) {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        fields.put("offset", record.offset());
        fields.put("timestamp", record.timestampMs());
        fields.put("transactional", transactional);
        fields.put("key", part(record.key()));
        fields.put("value", part(record.value()));
        List<Object> headers = new ArrayList<>();
        for (HeaderPreview header : record.headers()) {
            Map<String, @Nullable Object> pair = new LinkedHashMap<>();
            pair.put("name", part(header.name()));
            pair.put("value", part(header.value()));
            headers.add(pair);
        }
        fields.put("headers", headers);
        fields.put("headerCount", record.headerCount());
        return fields;
    }

    static @Nullable Map<String, Object> part(@Nullable Part part) {
        if (part == null) {
            return null;
        }
        Map<String, Object> fields = new LinkedHashMap<>();
        String text = text(part.bytes(), part.bytes().length < part.length());
        if (text == null) {
            fields.put("hex", HexFormat.of().formatHex(part.bytes()));
        } else {
            fields.put("text", text);
        }
        fields.put("length", part.length());
        return fields;
    }

    /// Null where the bytes are not UTF-8, or hold what does not show: control characters but for
    /// tabs and line ends, and those that turn the direction of what stands around them.
    private static @Nullable String text(byte[] bytes, boolean cut) {
        CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
        CharBuffer out = CharBuffer.allocate(bytes.length);
        // Where it was cut, the last character may be half there.
        CoderResult result = decoder.decode(ByteBuffer.wrap(bytes), out, !cut);
        if (result.isError()) {
            return null;
        }
        String text = out.flip().toString();
        return text.codePoints().allMatch(RecordFields::shows) ? text : null;
    }

    private static boolean shows(int c) {
        if (c == '\n' || c == '\r' || c == '\t') {
            return true;
        }
        return !Character.isISOControl(c)
                && !(c >= 0x202A && c <= 0x202E)
                && !(c >= 0x2066 && c <= 0x2069);
    }
}
