package io.quafka.controller.codec;

import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.quota.ClientQuotaAlteration;
import org.apache.kafka.common.quota.ClientQuotaEntity;
import org.jspecify.annotations.Nullable;

/// Quotas as bytes.
///
/// ```
/// quota entity = list of (string type, nullable string name), sorted by type; no name is the default
/// ```
final class QuotaFields {
    private QuotaFields() {}

    static void entity(BinaryWriter out, ClientQuotaEntity entity) {
        Map<String, @Nullable String> parts = new TreeMap<>(entity.entries());
        out.list(
                parts.entrySet(),
                (w, part) ->
                        w.string(part.getKey()).nullable(part.getValue(), BinaryWriter::string));
    }

    static ClientQuotaEntity entity(BinaryReader in) {
        Map<String, @Nullable String> parts = new HashMap<>();
        for (int left = in.count(2); left > 0; left--) {
            parts.put(in.string(), in.nullable(BinaryReader::string));
        }
        return new ClientQuotaEntity(parts);
    }

    static void op(BinaryWriter out, ClientQuotaAlteration.Op op) {
        out.string(op.key()).nullable(op.value(), BinaryWriter::f64);
    }

    static ClientQuotaAlteration.Op op(BinaryReader in) {
        return new ClientQuotaAlteration.Op(in.string(), in.nullable(BinaryReader::f64));
    }

    static void quotas(BinaryWriter out, Map<String, Double> quotas) {
        out.list(
                new TreeMap<>(quotas).entrySet(),
                (w, quota) -> w.string(quota.getKey()).f64(quota.getValue()));
    }

    static Map<String, Double> quotas(BinaryReader in) {
        Map<String, Double> quotas = new HashMap<>();
        for (int left = in.count(9); left > 0; left--) {
            quotas.put(in.string(), in.f64());
        }
        return quotas;
    }
}
