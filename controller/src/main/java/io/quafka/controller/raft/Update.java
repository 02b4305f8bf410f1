package io.quafka.controller.raft;

import io.quafka.controller.codec.MetadataFormatException;
import io.quafka.controller.codec.RecordCodec;
import io.quafka.controller.logic.ImageBuilder;
import io.quafka.controller.model.ClusterImage;
import io.quafka.controller.model.MetadataRecord;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.List;

/// News for a follower: nothing, what changed since its version, or a whole image. Also what a
/// snapshot holds.
///
/// ```
/// update = u8 version (1), u8 kind (0 none, 1 changes, 2 whole), i64 version of the image, then but for none: records
/// ```
///
/// @param whole true where `records` make the image from nothing
/// @param version of the image after it
record Update(boolean whole, long version, List<MetadataRecord> records) {
    private static final int FORMAT = 1;
    private static final int HEAD_BYTES = 10;

    static Update none(long version) {
        return new Update(false, version, List.of());
    }

    static Update whole(ClusterImage image) {
        return new Update(true, image.version(), ImageBuilder.records(image));
    }

    ClusterImage applyTo(ClusterImage image) {
        if (!whole && records.isEmpty()) {
            return image;
        }
        ImageBuilder builder = new ImageBuilder(whole ? ClusterImage.EMPTY : image);
        records.forEach(builder::apply);
        return builder.build(version);
    }

    byte[] encode() {
        byte[] tail = whole || !records.isEmpty() ? RecordCodec.encode(records) : new byte[0];
        return ByteBuffer.allocate(HEAD_BYTES + tail.length)
                .put((byte) FORMAT)
                .put((byte) (whole ? 2 : tail.length == 0 ? 0 : 1))
                .putLong(version)
                .put(tail)
                .array();
    }

    /// @throws MetadataFormatException for bytes that are damaged or of another version
    static Update decode(ByteBuffer bytes) {
        try {
            int format = bytes.get();
            if (format != FORMAT) {
                throw new MetadataFormatException(
                        "an update of format version " + format + "; this release reads " + FORMAT);
            }
            int kind = bytes.get();
            long version = bytes.getLong();
            return switch (kind) {
                case 0 -> none(version);
                case 1, 2 -> new Update(kind == 2, version, RecordCodec.decode(bytes));
                default -> throw new MetadataFormatException("an unknown kind of update: " + kind);
            };
        } catch (BufferUnderflowException _) {
            throw new MetadataFormatException("an update cut short");
        }
    }
}
