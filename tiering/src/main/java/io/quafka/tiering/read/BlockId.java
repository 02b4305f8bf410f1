package io.quafka.tiering.read;

/// A block of any object.
///
/// @param key of the object
/// @param position of the block in it
record BlockId(String key, long position) {}
