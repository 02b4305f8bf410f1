package io.quafka.testkit.faults;

import io.quafka.testkit.history.Op.Commit;
import io.quafka.testkit.history.Op.End;
import io.quafka.testkit.history.Op.Isolation;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/// A member of a group, which commits what it read after each poll, and leaves now and then.
///
/// @param protocol `classic` or `consumer`
record GroupMember(String group, List<String> topics, String protocol) implements Work {
    private static final int LEAVE_ONE_IN = 300;

    @Override
    public void work(Actor me, String by) {
        try (Reading reading =
                new Reading(
                        me.surroundings(),
                        by,
                        Isolation.COMMITTED,
                        group,
                        Reading.protocol(protocol))) {
            reading.subscribe(topics);
            while (!me.isFinishing() && me.random().nextInt(LEAVE_ONE_IN) != 0) {
                Map<TopicPartition, Long> next = reading.poll(null).next();
                if (!next.isEmpty()) {
                    commit(reading, me, by, next);
                    me.succeeded();
                }
            }
        }
    }

    private void commit(Reading reading, Actor me, String by, Map<TopicPartition, Long> next) {
        Map<TopicPartition, OffsetAndMetadata> told = new HashMap<>();
        next.forEach((partition, offset) -> told.put(partition, new OffsetAndMetadata(offset)));
        var recorder = me.surroundings().recorder();
        long begun = recorder.now();
        End end = End.UNKNOWN;
        try {
            reading.consumer().commitSync(told);
            end = End.DONE;
        } catch (org.apache.kafka.clients.consumer.CommitFailedException
                | org.apache.kafka.common.errors.RebalanceInProgressException e) {
            // Somebody else reads that again; this member goes on with what it is given.
            me.surroundings().errors().add(me.name(), e);
        } finally {
            recorder.add(new Commit(by, recorder.since(begun), group, next, null, end));
        }
    }
}
