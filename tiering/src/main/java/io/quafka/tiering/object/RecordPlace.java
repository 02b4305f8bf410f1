package io.quafka.tiering.object;

/// A record that was looked for by its time.
///
/// @param timestamp milliseconds
public record RecordPlace(long offset, long timestamp, int leaderEpoch) {}
