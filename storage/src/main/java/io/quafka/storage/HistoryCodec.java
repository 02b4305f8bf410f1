package io.quafka.storage;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.Uuid;

/// The bytes of a [History]. All integers are big endian.
///
/// ```
/// History := version:1 topicId:16 partition:4 from:8 to:8 bytesMax:4 atLeastOne:1 timestampMs:8
///            pieces:4 Piece{pieces}
/// Piece   := size:8 baseOffset:8 lastOffset:8 keyLength:2 key in UTF-8
/// ```
///
/// The version is 1.
final class HistoryCodec {
    private static final byte VERSION = 1;
    private static final int HEAD_BYTES = 54;
    private static final int PIECE_BYTES = 26;

    private HistoryCodec() {}

    static byte[] write(History history) {
        List<byte[]> keys = new ArrayList<>(history.pieces().size());
        int bytes = HEAD_BYTES;
        for (History.Piece piece : history.pieces()) {
            byte[] key = piece.key().getBytes(StandardCharsets.UTF_8);
            keys.add(key);
            bytes += PIECE_BYTES + key.length;
        }
        ByteBuffer to = ByteBuffer.allocate(bytes);
        to.put(VERSION)
                .putLong(history.topicId().getMostSignificantBits())
                .putLong(history.topicId().getLeastSignificantBits())
                .putInt(history.partition())
                .putLong(history.from())
                .putLong(history.to())
                .putInt(history.bytesMax())
                .put((byte) (history.atLeastOne() ? 1 : 0))
                .putLong(history.timestampMs())
                .putInt(history.pieces().size());
        for (int i = 0; i < keys.size(); i++) {
            History.Piece piece = history.pieces().get(i);
            to.putLong(piece.size())
                    .putLong(piece.baseOffset())
                    .putLong(piece.lastOffset())
                    .putShort((short) keys.get(i).length)
                    .put(keys.get(i));
        }
        return to.array();
    }

    /// @throws IllegalArgumentException if these are not the bytes of one
    static History read(byte[] bytes) {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        try {
            byte version = in.get();
            if (version != VERSION) {
                throw new IllegalArgumentException("history of version " + version);
            }
            Uuid topicId = new Uuid(in.getLong(), in.getLong());
            int partition = in.getInt();
            long from = in.getLong();
            long to = in.getLong();
            int bytesMax = in.getInt();
            boolean atLeastOne = in.get() == 1;
            long timestampMs = in.getLong();
            int count = in.getInt();
            List<History.Piece> pieces = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                long size = in.getLong();
                long baseOffset = in.getLong();
                long lastOffset = in.getLong();
                byte[] key = new byte[Short.toUnsignedInt(in.getShort())];
                in.get(key);
                pieces.add(
                        new History.Piece(
                                new String(key, StandardCharsets.UTF_8),
                                size,
                                baseOffset,
                                lastOffset));
            }
            return new History(
                    topicId, partition, from, to, bytesMax, atLeastOne, timestampMs, pieces);
        } catch (BufferUnderflowException e) {
            throw new IllegalArgumentException("history cut off", e);
        }
    }
}
