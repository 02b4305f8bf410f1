package io.quafka.storage.log;

import org.apache.kafka.common.Uuid;

/// One line of a group's directory.
///
/// @param offset run: first offset; log start: the new start; otherwise 0
/// @param position run: where its first byte lies in the commit log; otherwise 0
/// @param length run: bytes; otherwise 0
/// @param batches run: how many; otherwise 0
/// @param headsCrc run: see [GroupFormat]; otherwise 0
public record GroupEntry(
        EntryKind kind,
        Uuid topicId,
        int partition,
        long offset,
        long position,
        int length,
        int batches,
        int headsCrc) {}
