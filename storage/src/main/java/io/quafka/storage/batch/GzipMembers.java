package io.quafka.storage.batch;

import java.nio.ByteBuffer;

/// Refuses gzip streams of very many members: the JDK's reader recurses once for each empty one,
/// and overflows the stack of whoever reads the batch.
final class GzipMembers {
    /// Producers send one. By chance, what starts a member occurs once in 16 MiB of compressed
    /// bytes.
    static final int MAX_MEMBERS = 256;

    private static final int FIRST_BYTE = 0x1f;
    private static final int SECOND_AND_THIRD_BYTE = 0x8b08;

    private GzipMembers() {}

    /// @param in the compressed records, from its position to its limit; left as it was
    static void check(ByteBuffer in) throws MalformedBatchException {
        int members = 0;
        int last = in.limit() - 3;
        for (int position = in.position(); position <= last; position++) {
            if (in.get(position) == FIRST_BYTE
                    && (in.getShort(position + 1) & 0xffff) == SECOND_AND_THIRD_BYTE
                    && ++members > MAX_MEMBERS) {
                throw new MalformedBatchException(
                        "a gzip stream has more than " + MAX_MEMBERS + " members");
            }
        }
    }
}
