package io.quafka.testkit.faults;

import io.quafka.testkit.history.Op.Commit;
import io.quafka.testkit.history.Op.End;
import io.quafka.testkit.history.Op.Isolation;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/// A member of a group, which commits what it read after each poll, and leaves now and then.
final class Member extends Actor {
    private static final int LEAVE_ONE_IN = 300;

    private final String group;
    private final List<String> topics;
    private final Map<String, String> settings;

    /// @param protocol `classic` or `consumer`
    Member(
            String name,
            Surroundings surroundings,
            long seed,
            String group,
            List<String> topics,
            String protocol) {
        super(name, surroundings, seed);
        this.group = group;
        this.topics = topics;
        this.settings = Reading.protocol(protocol);
    }

    @Override
    void work(String by) {
        try (Reading reading =
                new Reading(surroundings(), by, Isolation.COMMITTED, group, settings)) {
            reading.subscribe(topics);
            while (!isFinishing() && random().nextInt(LEAVE_ONE_IN) != 0) {
                Map<TopicPartition, Long> next = reading.poll(null).next();
                if (!next.isEmpty()) {
                    commit(reading, by, next);
                    succeeded();
                }
            }
        }
    }

    private void commit(Reading reading, String by, Map<TopicPartition, Long> next) {
        Map<TopicPartition, OffsetAndMetadata> told = new HashMap<>();
        next.forEach((partition, offset) -> told.put(partition, new OffsetAndMetadata(offset)));
        var recorder = surroundings().recorder();
        long begun = recorder.now();
        End end = End.UNKNOWN;
        try {
            reading.consumer().commitSync(told);
            end = End.DONE;
        } catch (org.apache.kafka.clients.consumer.CommitFailedException
                | org.apache.kafka.common.errors.RebalanceInProgressException e) {
            // Somebody else reads that again; this member goes on with what it is given.
            surroundings().errors().add(name(), e);
        } catch (KafkaException e) {
            throw e;
        } finally {
            recorder.add(new Commit(by, recorder.since(begun), group, next, null, end));
        }
    }
}
