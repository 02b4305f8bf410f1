package io.quafka.program.cli;

import io.quafka.program.json.Json;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/// How a record is written out.
interface RecordFormat {
    void write(ConsumerRecord<byte[], byte[]> record, OutputStream out) throws IOException;

    /// The value's bytes and nothing else.
    static RecordFormat raw() {
        return (record, out) -> {
            if (record.value() != null) {
                out.write(record.value());
            }
        };
    }

    /// A JSON object on a line of its own. Bytes that are not UTF-8 are in `key64`, `value64`
    /// instead, in Base64.
    static RecordFormat json() {
        return (record, out) -> {
            Map<String, @Nullable Object> fields = new LinkedHashMap<>();
            fields.put("topic", record.topic());
            fields.put("partition", record.partition());
            fields.put("offset", record.offset());
            fields.put("timestamp", record.timestamp());
            putBytes(fields, "key", record.key());
            putBytes(fields, "value", record.value());
            List<Object> headers = new ArrayList<>();
            for (Header header : record.headers()) {
                Map<String, @Nullable Object> pair = new LinkedHashMap<>();
                pair.put("name", header.key());
                putBytes(pair, "value", header.value());
                headers.add(pair);
            }
            fields.put("headers", headers);
            out.write((Json.write(fields) + "\n").getBytes(StandardCharsets.UTF_8));
        };
    }

    /// `%v` value, `%k` key, `%o` offset, `%p` partition, `%t` topic, `%T` timestamp in
    /// milliseconds, `%D` timestamp as a date, `%s` length of the value, `%h` headers as
    /// name=value, `%%` a percent sign, `\n`, `\t` and `\\`. Absent keys and values are empty.
    ///
    /// @throws IllegalArgumentException on a letter that means nothing
    static RecordFormat template(String text) {
        List<RecordFormat> parts = new ArrayList<>();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if ((c == '%' || c == '\\') && i + 1 == text.length()) {
                throw new IllegalArgumentException("--format ends in a bare " + c);
            }
            parts.add(
                    switch (c) {
                        case '%' -> field(text.charAt(++i));
                        case '\\' -> literal(escaped(text.charAt(++i)));
                        default -> literal(c);
                    });
        }
        return (record, out) -> {
            for (RecordFormat part : parts) {
                part.write(record, out);
            }
        };
    }

    private static RecordFormat field(char letter) {
        return switch (letter) {
            case 'v' -> raw();
            case 'k' ->
                    (record, out) -> {
                        if (record.key() != null) {
                            out.write(record.key());
                        }
                    };
            case 'o' -> text(record -> Long.toString(record.offset()));
            case 'p' -> text(record -> Integer.toString(record.partition()));
            case 't' -> text(ConsumerRecord::topic);
            case 'T' -> text(record -> Long.toString(record.timestamp()));
            case 'D' -> text(record -> Instant.ofEpochMilli(record.timestamp()).toString());
            case 's' -> text(record -> Integer.toString(Math.max(0, record.serializedValueSize())));
            case 'h' -> text(RecordFormat::headers);
            case '%' -> literal('%');
            default ->
                    throw new IllegalArgumentException("--format: %" + letter + " means nothing");
        };
    }

    private static char escaped(char letter) {
        return switch (letter) {
            case 'n' -> '\n';
            case 't' -> '\t';
            case '\\' -> '\\';
            default ->
                    throw new IllegalArgumentException("--format: \\" + letter + " means nothing");
        };
    }

    private static RecordFormat literal(char c) {
        return text(_ -> String.valueOf(c));
    }

    private static RecordFormat text(
            java.util.function.Function<ConsumerRecord<byte[], byte[]>, String> field) {
        return (record, out) -> out.write(field.apply(record).getBytes(StandardCharsets.UTF_8));
    }

    private static String headers(ConsumerRecord<byte[], byte[]> record) {
        List<String> pairs = new ArrayList<>();
        for (Header header : record.headers()) {
            byte[] value = header.value();
            pairs.add(
                    header.key()
                            + "="
                            + (value == null ? "" : new String(value, StandardCharsets.UTF_8)));
        }
        return String.join(",", pairs);
    }

    private static void putBytes(
            Map<String, @Nullable Object> fields, String name, byte @Nullable [] bytes) {
        if (bytes == null) {
            fields.put(name, null);
            return;
        }
        try {
            fields.put(
                    name,
                    StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString());
        } catch (CharacterCodingException _) {
            fields.put(name + "64", Base64.getEncoder().encodeToString(bytes));
        }
    }
}
