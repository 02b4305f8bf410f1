package io.quafka.testkit.faults;

import io.quafka.testkit.history.Op.End;
import io.quafka.testkit.history.Op.Message;
import io.quafka.testkit.history.Op.Promise;
import io.quafka.testkit.history.Op.Send;
import io.quafka.testkit.history.Span;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/// Sends records one by one, without transactions.
record Writer(List<TopicPartition> partitions, Promise promise) implements Work {
    private static final int UNANSWERED_MAX = 100;
    private static final Duration BETWEEN = Duration.ofMillis(10);
    private static final Duration CLOSE_MAX = Duration.ofSeconds(20);

    @Override
    public void work(Actor me, String by) {
        KafkaProducer<String, String> producer =
                me.surroundings()
                        .producer(
                                Map.of(
                                        "enable.idempotence",
                                        Boolean.toString(promise == Promise.IN_ORDER_ONCE)));
        try {
            Semaphore unanswered = new Semaphore(UNANSWERED_MAX);
            for (int number = 0; !me.isFinishing(); number++) {
                if (unanswered.tryAcquire(1, TimeUnit.SECONDS)) {
                    send(producer, me, by, by + "/" + number, unanswered);
                    Actor.pause(BETWEEN);
                }
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } finally {
            producer.close(CLOSE_MAX);
        }
    }

    private void send(
            KafkaProducer<String, String> producer,
            Actor me,
            String by,
            String value,
            Semaphore unanswered) {
        TopicPartition to = partitions.get(me.random().nextInt(partitions.size()));
        Message message = new Message(to, value, null);
        var recorder = me.surroundings().recorder();
        long begun = recorder.now();
        try {
            var _ =
                    producer.send(
                            new ProducerRecord<>(to.topic(), to.partition(), null, value),
                            (metadata, error) -> {
                                unanswered.release();
                                End end = error == null ? End.DONE : End.UNKNOWN;
                                long offset = error == null ? metadata.offset() : Send.UNTOLD;
                                Span span = recorder.since(begun);
                                recorder.add(
                                        new Send(by, span, message, promise, null, end, offset));
                                if (error == null) {
                                    me.succeeded();
                                } else {
                                    me.surroundings().errors().add(me.name(), error);
                                }
                            });
        } catch (KafkaException e) {
            recorder.add(
                    new Send(
                            by,
                            recorder.since(begun),
                            message,
                            promise,
                            null,
                            End.UNKNOWN,
                            Send.UNTOLD));
            throw e;
        }
    }
}
