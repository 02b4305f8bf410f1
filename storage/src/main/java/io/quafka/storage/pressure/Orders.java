package io.quafka.storage.pressure;

import java.util.Map;
import org.apache.kafka.common.Uuid;

/// What the ladder comes to at one moment.
///
/// @param step the highest rung that any topic, or the node, has reached
/// @param topics by id
/// @param sealEarly whether active segments that are mostly dead are to be sealed
/// @param hollowBelow a sealed segment is made hollow when less than this part of it lives
/// @param patient whether there is time to see which segments die by themselves
public record Orders(
        Step step,
        Map<Uuid, TopicOrder> topics,
        boolean sealEarly,
        double hollowBelow,
        boolean patient) {
    public Orders {
        topics = Map.copyOf(topics);
    }

    /// The rungs, lowest first. Tiering has its own between [#SEAL_EARLY] and [#EXPIRE]: to move
    /// sealed segments to the object store, then to drop local copies of what is there.
    public enum Step {
        NONE,
        LEND_BACK,
        SEAL_EARLY,
        EXPIRE,
        THROTTLE,
        REFUSE
    }

    /// @param budget bytes of records that the topic may hold now
    /// @param trimTo its oldest records go until it holds so much; [#KEEP] where none go
    /// @param throttleFrom producers are told to wait, longer the more it holds beyond this
    /// @param refuseFrom its produces are refused
    public record TopicOrder(
            Step step, long budget, long trimTo, long throttleFrom, long refuseFrom) {
        public static final long KEEP = -1;

        /// Longest that a producer is told to wait.
        public static final int THROTTLE_MS_MAX = 1000;

        /// How long a producer is told to wait when the topic holds so much.
        public int throttleMs(long held) {
            if (held <= throttleFrom || refuseFrom <= throttleFrom) {
                return 0;
            }
            double part = (double) (held - throttleFrom) / (refuseFrom - throttleFrom);
            return (int) Math.clamp(Math.round(part * THROTTLE_MS_MAX), 1, THROTTLE_MS_MAX);
        }
    }
}
