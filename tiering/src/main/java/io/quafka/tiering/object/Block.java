package io.quafka.tiering.object;

/// A piece of an object that is read, checked and cached whole: batches of one partition and one
/// leader epoch.
///
/// @param baseOffset first offset of its first batch
/// @param lastOffset last offset of its last batch; those between may have gaps
/// @param position of its first byte in the object
/// @param length bytes
/// @param leaderEpoch of all its batches
/// @param batches how many
/// @param maxTimestamp greatest of its records, milliseconds; -1 if none has one
/// @param crc CRC-32C of its bytes
public record Block(
        long baseOffset,
        long lastOffset,
        long position,
        int length,
        int leaderEpoch,
        int batches,
        long maxTimestamp,
        int crc) {}
