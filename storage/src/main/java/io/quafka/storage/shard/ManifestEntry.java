package io.quafka.storage.shard;

import io.quafka.storage.index.AbortedTransaction;
import io.quafka.storage.index.PartitionKey;
import io.quafka.storage.index.TieredObject;
import io.quafka.storage.index.TieredRange;
import java.util.List;

/// A fact of a shard's manifest as a copy of it outside of the shard has it. Each says what *is*,
/// so that one may come twice, and later ones stand over earlier ones.
public sealed interface ManifestEntry {
    /// Offsets of a partition lie in an object.
    record Range(PartitionKey partition, TieredRange range) implements ManifestEntry {}

    /// A partition's log starts here.
    record LogStart(PartitionKey partition, long offset) implements ManifestEntry {}

    /// A partition and all that it had is gone for good.
    record Dropped(PartitionKey partition) implements ManifestEntry {}

    /// Readers of committed records must leave this out.
    record Aborted(PartitionKey partition, AbortedTransaction transaction)
            implements ManifestEntry {}

    /// All transactions that have records in a partition's objects, and no end yet.
    record Ongoing(PartitionKey partition, List<OngoingTransaction> transactions)
            implements ManifestEntry {
        public Ongoing {
            transactions = List.copyOf(transactions);
        }
    }

    /// An object is in the store; of its ranges others tell.
    record Stored(TieredObject object) implements ManifestEntry {}
}
