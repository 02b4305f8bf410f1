package io.quafka.tiering.read;

/// Which offsets of a partition an object holds, as a manifest says.
///
/// @param key of the object
/// @param size of the object, bytes
public record ObjectRange(String key, long size, long baseOffset, long lastOffset) {}
