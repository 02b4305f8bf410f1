package io.quafka.testkit;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.RequestHeaderData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.types.BoundField;
import org.apache.kafka.common.protocol.types.Schema;
import org.apache.kafka.common.protocol.types.Struct;
import org.apache.kafka.common.protocol.types.TaggedFields;
import org.apache.kafka.common.protocol.types.Type;
import org.apache.kafka.common.protocol.types.Type.DocumentedType;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.jspecify.annotations.Nullable;

/// Well-formed requests of any API and version, filled by their schemas. Fields whose meaning
/// counts get values that lead on: names and ids of topics that exist, small partitions and
/// offsets, whole record batches; now and then they get anything at all. The same seed gives the
/// same requests.
///
/// Not safe for use by several threads.
public final class RequestGenerator {
    private static final int ARRAY_MAX = 3;
    private static final int BYTES_MAX = 40;
    private static final int WAIT_MS_MAX = 20;

    /// One value in so many is not led by its field's name.
    private static final int WILD_ONE_IN = 12;

    private static final List<String> CONFIGS =
            List.of("retention.ms", "max.message.bytes", "cleanup.policy", "no.such.config");

    private final Random random;
    private final List<String> topics;
    private final List<Uuid> topicIds;

    /// @param topics names to ask for
    /// @param topicIds ids to ask for
    public RequestGenerator(Random random, List<String> topics, List<Uuid> topicIds) {
        this.random = random;
        this.topics = List.copyOf(topics);
        this.topicIds = List.copyOf(topicIds);
    }

    /// A request at a random version, with its length.
    public byte[] frame(ApiKeys api) {
        int versions = api.latestVersion(false) - api.oldestVersion() + 1;
        return frame(
                api, (short) (api.oldestVersion() + random.nextInt(versions)), random.nextInt());
    }

    /// A request with its length.
    public byte[] frame(ApiKeys api, short version, int correlationId) {
        Schema header = RequestHeaderData.SCHEMAS[api.requestHeaderVersion(version)];
        Struct head = struct(header);
        head.set("request_api_key", api.id);
        head.set("request_api_version", version);
        head.set("correlation_id", correlationId);
        Schema body = api.messageType.requestSchemas()[version];
        Struct rest = struct(body);
        int size = header.sizeOf(head) + body.sizeOf(rest);
        ByteBuffer frame = ByteBuffer.allocate(4 + size).putInt(size);
        header.write(frame, head);
        body.write(frame, rest);
        return frame.array();
    }

    private Struct struct(Schema schema) {
        Struct struct = new Struct(schema);
        for (BoundField field : schema.fields()) {
            struct.set(field, value(field.def.name, field.def.type));
        }
        return struct;
    }

    private @Nullable Object value(String field, Type type) {
        if (type instanceof TaggedFields) {
            return new TreeMap<Integer, Object>();
        }
        if (type.isNullable() && random.nextInt(WILD_ONE_IN) == 0) {
            return null;
        }
        if (type instanceof Schema schema) {
            return struct(schema);
        }
        if (type.isArray()) {
            Type element = type.arrayElementType().orElseThrow();
            Object[] values = new Object[random.nextInt(ARRAY_MAX + 1)];
            for (int i = 0; i < values.length; i++) {
                values[i] = value(field, element);
            }
            return values;
        }
        return primitive(field, type);
    }

    private @Nullable Object primitive(String field, Type type) {
        String name = ((DocumentedType) type).typeName();
        return switch (name) {
            case "BOOLEAN" -> random.nextBoolean();
            case "INT8" -> (byte) integer(field);
            case "INT16" -> (short) integer(field);
            case "UINT16" -> random.nextInt(1 << 16);
            case "INT32" -> integer(field);
            case "UINT32" -> random.nextLong(1L << 32);
            case "INT64" -> isWild() ? random.nextLong() : random.nextLong(-2, 60);
            case "UUID" -> topicId();
            case "FLOAT64" -> random.nextDouble();
            case "STRING", "COMPACT_STRING", "NULLABLE_STRING", "COMPACT_NULLABLE_STRING" ->
                    string(field);
            case "RECORDS", "COMPACT_RECORDS", "NULLABLE_RECORDS", "COMPACT_NULLABLE_RECORDS" ->
                    records();
            case "BYTES", "COMPACT_BYTES", "NULLABLE_BYTES", "COMPACT_NULLABLE_BYTES" -> bytes();
            default -> {
                if (type.isNullable()) {
                    yield null;
                }
                throw new IllegalStateException("no value for " + name);
            }
        };
    }

    private boolean isWild() {
        return random.nextInt(WILD_ONE_IN) == 0;
    }

    private int integer(String field) {
        if (field.contains("wait") || field.contains("timeout")) {
            return random.nextInt(WAIT_MS_MAX);
        }
        if (isWild()) {
            return random.nextInt();
        }
        return field.contains("bytes") ? random.nextInt(1 << 20) : random.nextInt(-1, 4);
    }

    private String string(String field) {
        if (isWild()) {
            return "x".repeat(random.nextInt(BYTES_MAX));
        }
        return switch (field) {
            case "configs", "config_names", "configuration_keys", "value" -> pick(CONFIGS);
            case "name" -> random.nextInt(4) == 0 ? pick(CONFIGS) : pick(topics);
            case "transactional_id" -> "transactional-" + random.nextInt(3);
            default -> pick(topics);
        };
    }

    private Uuid topicId() {
        return isWild() || topicIds.isEmpty()
                ? new Uuid(random.nextLong(), random.nextLong())
                : pick(topicIds);
    }

    private <T> T pick(List<T> from) {
        return from.get(random.nextInt(from.size()));
    }

    private MemoryRecords records() {
        if (isWild()) {
            return MemoryRecords.readableRecords(bytes());
        }
        SimpleRecord[] records = new SimpleRecord[1 + random.nextInt(ARRAY_MAX)];
        for (int i = 0; i < records.length; i++) {
            records[i] =
                    new SimpleRecord(random.nextLong(1L << 41), bytes().array(), bytes().array());
        }
        CompressionType type = pick(List.of(CompressionType.values()));
        return MemoryRecords.withRecords(Compression.of(type).build(), records);
    }

    private ByteBuffer bytes() {
        byte[] bytes = new byte[random.nextInt(BYTES_MAX)];
        random.nextBytes(bytes);
        return ByteBuffer.wrap(bytes);
    }
}
