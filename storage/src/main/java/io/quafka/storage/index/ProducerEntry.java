package io.quafka.storage.index;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// What a partition remembers about one producer.
///
/// @param producerId 0 or more
/// @param state the shard's own encoding; not copied, so the holder does not change it
@SuppressWarnings("ArrayRecordComponent") // compared by content below
public record ProducerEntry(long producerId, byte[] state) {
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof ProducerEntry(long id, byte[] bytes)
                && id == producerId
                && Arrays.equals(bytes, state);
    }

    @Override
    public int hashCode() {
        return 31 * Long.hashCode(producerId) + Arrays.hashCode(state);
    }

    @Override
    public String toString() {
        return "ProducerEntry[producerId=" + producerId + ", state=" + state.length + " bytes]";
    }
}
