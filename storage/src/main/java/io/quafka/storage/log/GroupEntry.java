package io.quafka.storage.log;

import org.apache.kafka.common.Uuid;

/// One line of a group's directory.
///
/// @param offset run: first offset; cleaned: first offset of the stretch; log start: the new start;
///   object: its number; otherwise 0
/// @param lastOffset run: last offset; cleaned: last offset of the stretch; otherwise `offset`
/// @param position run, cleaned, object: where its first byte lies in the commit log; otherwise 0
/// @param length run, cleaned, object: bytes; otherwise 0
/// @param batches run, cleaned: how many; otherwise 0
/// @param headsCrc run, cleaned, object: see [GroupFormat]; otherwise 0
public record GroupEntry(
        EntryKind kind,
        Uuid topicId,
        int partition,
        long offset,
        long lastOffset,
        long position,
        int length,
        int batches,
        int headsCrc) {}
