package io.quafka.storage.tier;

import io.quafka.tiering.store.ObjectStore;
import java.util.Set;
import java.util.function.BooleanSupplier;

/// What a shard's cleaning in the store stands on.
///
/// @param underWay nonces of objects that are being made; those that the tiering thread must not
///   take for given up
/// @param space of the node's volume, for objects
/// @param keysBytes memory for the keys of one pass
/// @param stopped asked between blocks
record StoreCleaning(
        ObjectStore store,
        ObjectNames names,
        Set<Long> underWay,
        ObjectSpace space,
        long keysBytes,
        BooleanSupplier stopped) {}
