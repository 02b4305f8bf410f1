package io.quafka.testkit.faults;

import io.quafka.testkit.history.Op.Commit;
import io.quafka.testkit.history.Op.End;
import io.quafka.testkit.history.Op.Message;
import io.quafka.testkit.history.Op.Promise;
import io.quafka.testkit.history.Op.Send;
import io.quafka.testkit.history.Op.Transaction;
import io.quafka.testkit.history.Place;
import io.quafka.testkit.history.Recorder;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/// A transaction of a producer, recorded. After an exception, which leaves it recorded as well, it
/// is over for its client.
final class OngoingTransaction {
    private final Surroundings surroundings;
    private final KafkaProducer<String, String> producer;
    private final String by;
    private final String name;
    private final long begunNanos;

    private OngoingTransaction(
            Surroundings surroundings,
            KafkaProducer<String, String> producer,
            String by,
            String name) {
        this.surroundings = surroundings;
        this.producer = producer;
        this.by = by;
        this.name = name;
        this.begunNanos = recorder().now();
    }

    static OngoingTransaction begin(
            Surroundings surroundings,
            KafkaProducer<String, String> producer,
            String by,
            String name) {
        OngoingTransaction begun = new OngoingTransaction(surroundings, producer, by, name);
        producer.beginTransaction();
        return begun;
    }

    String name() {
        return name;
    }

    private Recorder recorder() {
        return surroundings.recorder();
    }

    /// @param source of what it is made, or null
    void send(TopicPartition to, String value, @Nullable Place source) {
        long begun = recorder().now();
        Message message = new Message(to, value, source);
        try {
            var _ =
                    producer.send(
                            new ProducerRecord<>(to.topic(), to.partition(), null, value),
                            (metadata, error) ->
                                    sent(
                                            begun,
                                            message,
                                            error == null ? metadata.offset() : Send.UNTOLD,
                                            error));
        } catch (KafkaException e) {
            sent(begun, message, Send.UNTOLD, null);
            leave();
            throw e;
        }
    }

    private void sent(long begun, Message message, long offset, @Nullable Exception error) {
        End end = offset == Send.UNTOLD ? End.UNKNOWN : End.DONE;
        recorder()
                .add(
                        new Send(
                                by,
                                recorder().since(begun),
                                message,
                                Promise.IN_ORDER_ONCE,
                                name,
                                end,
                                offset));
        if (error != null) {
            surroundings.errors().add(by.replaceAll("\\.\\d+$", ""), error);
        }
    }

    void commitOffsets(Map<TopicPartition, Long> offsets, ConsumerGroupMetadata group) {
        Map<TopicPartition, OffsetAndMetadata> told = new HashMap<>();
        offsets.forEach((partition, offset) -> told.put(partition, new OffsetAndMetadata(offset)));
        long begun = recorder().now();
        End end = End.UNKNOWN;
        try {
            producer.sendOffsetsToTransaction(told, group);
            end = End.DONE;
        } catch (KafkaException e) {
            leave();
            throw e;
        } finally {
            recorder()
                    .add(
                            new Commit(
                                    by,
                                    recorder().since(begun),
                                    group.groupId(),
                                    offsets,
                                    name,
                                    end));
        }
    }

    void commit() {
        long ending = recorder().now();
        End end = End.UNKNOWN;
        try {
            producer.commitTransaction();
            end = End.DONE;
        } finally {
            over(ending, end);
        }
    }

    void abort() {
        try {
            producer.abortTransaction();
        } finally {
            leave();
        }
    }

    /// Its commit is never asked for.
    void leave() {
        over(Transaction.NEVER, End.FAILED);
    }

    private void over(long ending, End end) {
        recorder().add(new Transaction(by, recorder().since(begunNanos), name, ending, end));
    }
}
