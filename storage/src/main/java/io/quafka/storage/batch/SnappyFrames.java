package io.quafka.storage.batch;

import java.nio.ByteBuffer;

/// Checks the lengths that a Snappy stream declares, for the decompressor allocates what they say
/// before it looks further.
///
/// ```
/// stream := block                                               as librdkafka sends it
///         | (magic version int32, compatible int32, chunk*)+    as snappy-java sends it
/// magic  := 82 "SNAPPY" 00
/// chunk  := length int32, block
/// block  := decompressedLength unsigned varint, elements
/// ```
final class SnappyFrames {
    /// No element makes more of its bytes than a copy of 64 bytes that is written in 3.
    private static final int MAX_RATIO = 22;

    private static final int MAX_RATIO_SLACK_BYTES = 64;
    private static final long MAGIC = 0x82534e4150505900L;
    private static final int MAGIC_FIRST_HALF = (int) (MAGIC >>> Integer.SIZE);
    private static final int HEADER_BYTES = 16;

    private SnappyFrames() {}

    /// @param in the compressed records, from its position to its limit; left as it was
    static void check(ByteBuffer in) throws MalformedBatchException {
        int position = in.position();
        int limit = in.limit();
        if (limit - position < HEADER_BYTES || in.getLong(position) != MAGIC) {
            checkBlock(in, position, limit);
            return;
        }
        position += HEADER_BYTES;
        boolean afterHeader = true;
        while (limit - position >= Integer.BYTES) {
            int length = in.getInt(position);
            if (length == MAGIC_FIRST_HALF && !afterHeader) {
                position += HEADER_BYTES;
                afterHeader = true;
                continue;
            }
            position += Integer.BYTES;
            if (length < 0 || length > limit - position) {
                throw new MalformedBatchException("a Snappy chunk declares a length of " + length);
            }
            checkBlock(in, position, position + length);
            position += length;
            afterHeader = false;
        }
    }

    private static void checkBlock(ByteBuffer in, int from, int to) throws MalformedBatchException {
        long declared = 0;
        int position = from;
        for (int shift = 0; shift < 35; shift += 7) {
            if (position == to) {
                throw new MalformedBatchException("a Snappy block ends inside its length");
            }
            byte next = in.get(position++);
            declared |= (next & 0x7fL) << shift;
            if (next >= 0) {
                break;
            }
        }
        if (declared > (long) MAX_RATIO * (to - from) + MAX_RATIO_SLACK_BYTES) {
            throw new MalformedBatchException(
                    "a Snappy block of "
                            + (to - from)
                            + " bytes declares a decompressed length of "
                            + declared);
        }
    }
}
