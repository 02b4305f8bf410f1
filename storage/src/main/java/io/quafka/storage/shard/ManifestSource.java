package io.quafka.storage.shard;

import java.io.IOException;
import java.util.function.Consumer;

/// A copy of a shard's manifest that outlives its index.
@FunctionalInterface
public interface ManifestSource {
    /// Tells all that the copy holds, in the order of [ManifestEntry].
    ///
    /// @return false if there is no copy: nothing was told
    /// @throws IOException if it cannot be read, or is damaged; some may have been told
    boolean read(Consumer<ManifestEntry> to) throws IOException;
}
