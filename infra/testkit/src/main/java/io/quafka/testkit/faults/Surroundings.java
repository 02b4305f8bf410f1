package io.quafka.testkit.faults;

import io.quafka.testkit.history.Recorder;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/// What all clients of a run share. Safe on any thread.
///
/// @param bootstrap where a new client begins
record Surroundings(Supplier<String> bootstrap, Recorder recorder, ErrorCounts errors) {
    private static final String REQUEST_MS = "4000";

    private Map<String, Object> base(Map<String, String> settings) {
        Map<String, Object> all = new HashMap<>();
        all.put("bootstrap.servers", bootstrap.get());
        all.put("reconnect.backoff.max.ms", "300");
        all.put("retry.backoff.max.ms", "300");
        all.put("socket.connection.setup.timeout.ms", "2000");
        all.put("socket.connection.setup.timeout.max.ms", "4000");
        all.put("metadata.max.age.ms", "5000");
        all.put("request.timeout.ms", REQUEST_MS);
        all.putAll(settings);
        return all;
    }

    KafkaProducer<String, String> producer(Map<String, String> settings) {
        Map<String, Object> all = base(settings);
        all.putIfAbsent("max.block.ms", "15000");
        all.putIfAbsent("delivery.timeout.ms", "15000");
        return new KafkaProducer<>(all, new StringSerializer(), new StringSerializer());
    }

    KafkaConsumer<String, String> consumer(Map<String, String> settings) {
        Map<String, Object> all = base(settings);
        all.put("enable.auto.commit", "false");
        all.putIfAbsent("auto.offset.reset", "none");
        all.putIfAbsent("default.api.timeout.ms", "15000");
        return new KafkaConsumer<>(all, new StringDeserializer(), new StringDeserializer());
    }
}
