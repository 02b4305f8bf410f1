package io.quafka.controller.model;

import java.util.List;
import java.util.Map;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

/// What the controller answers to a [Command]. Every reply tells the image version that includes
/// its effect, so that a caller can wait until its own copy has caught up.
public sealed interface Reply {
    long version();

    record Done(long version) implements Reply {}

    /// @param error NONE, or why the node may not join (another cluster's disk, for one)
    record NodeRegistered(long version, int nodeId, Errors error, @Nullable String message)
            implements Reply {}

    /// One outcome for each topic asked for, in the order asked.
    record Topics(long version, List<TopicOutcome> outcomes) implements Reply {}

    /// @param topic the topic as it is, or would be, after the command; null where `error` is not
    ///   NONE, and for deletions
    record TopicOutcome(
            String name, Uuid id, Errors error, @Nullable String message, @Nullable Topic topic) {}

    record Configs(long version, Map<ConfigResource, Outcome> outcomes) implements Reply {}

    record Outcome(Errors error, @Nullable String message) {
        public static final Outcome OK = new Outcome(Errors.NONE, null);
    }

    /// One outcome for each thing asked for, in the order asked.
    record Outcomes(long version, List<Outcome> outcomes) implements Reply {
        public Outcomes {
            outcomes = List.copyOf(outcomes);
        }
    }

    /// What each filter deleted, in the order asked.
    record AclsDeleted(long version, List<List<AclBinding>> deleted) implements Reply {
        public AclsDeleted {
            deleted = deleted.stream().map(List::copyOf).toList();
        }
    }

    /// Ids `first` to `first + count - 1`.
    record ProducerIds(long version, long first, int count) implements Reply {}
}
