package io.quafka.storage.node;

import io.quafka.controller.model.Topic;
import io.quafka.storage.shard.Partition;
import io.quafka.storage.shard.Shard;
import org.apache.kafka.common.protocol.Errors;

/// A partition that a request named: here, or why not.
sealed interface Resolved {
    /// @param epoch of the shard's leader, as clients see it
    record Here(Topic topic, Shard shard, Partition partition, int epoch, int inSync)
            implements Resolved {
        /// Whether this node still leads as it did when the partition was found. What was read
        /// before it does not may be of a shard that is being taken off its disk.
        boolean isServed() {
            return shard.serves(epoch);
        }

        /// Whether the epoch that a client believes in is the current one.
        ///
        /// @param claimed -1 if the client does not say
        Errors checkEpoch(int claimed) {
            if (claimed < 0 || claimed == epoch) {
                return Errors.NONE;
            }
            return claimed < epoch ? Errors.FENCED_LEADER_EPOCH : Errors.UNKNOWN_LEADER_EPOCH;
        }
    }

    record Missing(Errors error) implements Resolved {}
}
