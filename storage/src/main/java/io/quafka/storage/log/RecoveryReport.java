package io.quafka.storage.log;

import java.util.List;

/// What opening a commit log found and did.
///
/// @param replayedFrom position from which groups were read again
/// @param end position after the last whole group: where the log goes on
/// @param groups how many were read
/// @param tornTail true if an unfinished write was cut at `end`
/// @param damages what could not be read although it had been on disk
public record RecoveryReport(
        long replayedFrom, long end, long groups, boolean tornTail, List<Damage> damages) {
    /// @param segment file name
    /// @param from first position that does not check
    /// @param to position where readable groups go on
    public record Damage(String segment, long from, long to, String what) {}
}
