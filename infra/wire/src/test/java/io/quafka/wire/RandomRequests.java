package io.quafka.wire;

import java.nio.ByteBuffer;
import java.util.Random;
import java.util.TreeMap;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.RequestHeaderData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.types.BoundField;
import org.apache.kafka.common.protocol.types.Schema;
import org.apache.kafka.common.protocol.types.Struct;
import org.apache.kafka.common.protocol.types.TaggedFields;
import org.apache.kafka.common.protocol.types.Type;
import org.apache.kafka.common.protocol.types.Type.DocumentedType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.jspecify.annotations.Nullable;

/// Valid requests of any API and version, filled at random by its schema.
final class RandomRequests {
    private static final int LENGTH_MAX = 12;
    private static final int RECORDS_MAX = 4_000;

    private final Random random;

    RandomRequests(Random random) {
        this.random = random;
    }

    /// A whole frame, with its length.
    byte[] frame(ApiKeys api) {
        int oldest = api.oldestVersion();
        short version = (short) (oldest + random.nextInt(api.latestVersion(false) - oldest + 1));
        Schema body = api.messageType.requestSchemas()[version];
        Struct struct = struct(body);
        Schema header = RequestHeaderData.SCHEMAS[api.requestHeaderVersion(version)];
        Struct head = struct(header);
        head.set("request_api_key", api.id);
        head.set("request_api_version", version);
        int size = header.sizeOf(head) + body.sizeOf(struct);
        ByteBuffer frame = ByteBuffer.allocate(4 + size).putInt(size);
        header.write(frame, head);
        body.write(frame, struct);
        return frame.array();
    }

    private Struct struct(Schema schema) {
        Struct struct = new Struct(schema);
        for (BoundField field : schema.fields()) {
            struct.set(field, value(field.def.type));
        }
        return struct;
    }

    private @Nullable Object value(Type type) {
        if (type instanceof TaggedFields) {
            return new TreeMap<Integer, Object>();
        }
        if (type.isNullable() && random.nextInt(4) == 0) {
            return null;
        }
        if (type instanceof Schema schema) {
            return struct(schema);
        }
        if (type.isArray()) {
            Type element = type.arrayElementType().orElseThrow();
            Object[] values = new Object[random.nextInt(4)];
            for (int i = 0; i < values.length; i++) {
                values[i] = value(element);
            }
            return values;
        }
        String name = ((DocumentedType) type).typeName();
        return switch (name) {
            case "BOOLEAN" -> random.nextBoolean();
            case "INT8" -> (byte) random.nextInt();
            case "INT16" -> (short) random.nextInt();
            case "UINT16" -> random.nextInt(1 << 16);
            case "INT32" -> random.nextInt();
            case "UINT32" -> random.nextLong(1L << 32);
            case "INT64" -> random.nextLong();
            case "UUID" -> new Uuid(random.nextLong(), random.nextLong());
            case "FLOAT64" -> random.nextDouble();
            case "STRING", "COMPACT_STRING", "NULLABLE_STRING", "COMPACT_NULLABLE_STRING" ->
                    "x".repeat(random.nextInt(LENGTH_MAX));
            case "RECORDS", "COMPACT_RECORDS", "NULLABLE_RECORDS", "COMPACT_NULLABLE_RECORDS" ->
                    MemoryRecords.readableRecords(bytes(RECORDS_MAX));
            case "BYTES", "COMPACT_BYTES", "NULLABLE_BYTES", "COMPACT_NULLABLE_BYTES" ->
                    bytes(LENGTH_MAX);
            default -> {
                if (type.isNullable()) {
                    yield null;
                }
                throw new IllegalStateException("no value for " + name);
            }
        };
    }

    private ByteBuffer bytes(int max) {
        byte[] bytes = new byte[random.nextInt(max)];
        random.nextBytes(bytes);
        return ByteBuffer.wrap(bytes);
    }
}
