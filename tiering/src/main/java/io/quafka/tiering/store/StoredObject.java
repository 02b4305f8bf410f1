package io.quafka.tiering.store;

/// An object as it was stored.
///
/// @param size bytes
/// @param crc32c CRC-32C of all its bytes, as an unsigned number
public record StoredObject(String key, long size, long crc32c) {}
