package io.quafka.tiering.store;

import java.time.Instant;

/// What a store knows of an object.
///
/// @param size bytes
/// @param lastModified when it appeared, by the store's clock
public record ObjectInfo(String key, long size, Instant lastModified) {}
