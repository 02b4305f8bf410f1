package io.quafka.gateway;

import java.time.Duration;
import java.util.Map;

/// What a gateway is set up with.
///
/// @param autoCreateTopics whether a Metadata request may create the topics it names; the
///   cluster-wide `auto.create.topics.enable` must allow it too
/// @param internalTopics what `__consumer_offsets` and `__transaction_state` are made with
/// @param adminWait how long an administrative answer waits, at most, until this gateway's own
///   metadata shows its effect
/// @param fetchSessionPartitionsMax partitions that all fetch sessions together may remember (a
///   session itself counts as [FetchSessions#SESSION_WEIGHT] of them): the bound on the memory of
///   sessions
/// @param fetchSessionIdle a session that nobody used for so long is forgotten
/// @param producerIdBlock producer ids taken from the controller at once, from 1 up
/// @param oneAddress whether all gateways stand behind one address, which is all that clients are
///   told (see [GatewayDirectory])
/// @param nodeConfigs this node's settings as DescribeConfigs shows them, by Kafka's broker config
///   names; read-only to clients
public record GatewayConfig(
        boolean autoCreateTopics,
        InternalTopics internalTopics,
        Duration adminWait,
        long fetchSessionPartitionsMax,
        Duration fetchSessionIdle,
        int producerIdBlock,
        boolean oneAddress,
        Map<String, String> nodeConfigs) {
    /// Kafka's defaults where it has them.
    public static final GatewayConfig DEFAULTS =
            new GatewayConfig(
                    true,
                    InternalTopics.DEFAULTS,
                    Duration.ofSeconds(5),
                    500_000,
                    Duration.ofMinutes(2),
                    1_000,
                    false,
                    Map.of());

    public GatewayConfig {
        if (producerIdBlock < 1 || fetchSessionPartitionsMax < 0) {
            throw new IllegalArgumentException("a gateway limit is out of its range");
        }
        nodeConfigs = Map.copyOf(nodeConfigs);
    }

    /// What topics that Quafka keeps for its own use are made with.
    ///
    /// @param partitions from 1 up
    /// @param segmentBytes the newest so many bytes of a partition are not compacted while they are
    ///   young: what a coordinator reads at its start, beside what is live
    public record InternalTopics(int partitions, int segmentBytes) {
        /// Kafka's partitions, in segments that are much smaller than Kafka's: here they are no
        /// files.
        public static final InternalTopics DEFAULTS = new InternalTopics(50, 4 << 20);

        public InternalTopics {
            if (partitions < 1 || segmentBytes < 1) {
                throw new IllegalArgumentException("an internal topic needs room");
            }
        }
    }
}
