package io.quafka.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.List;
import java.util.Random;
import org.apache.kafka.common.network.Send;
import org.apache.kafka.common.network.TransferableChannel;
import org.apache.kafka.common.record.internal.BaseRecords;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.junit.jupiter.api.Test;

class RecordPiecesTest {
    private static final Random RANDOM = new Random(7);

    /// Takes some bytes of each buffer, as a socket may.
    private static final class Taker implements TransferableChannel {
        private final ByteArrayOutputStream taken = new ByteArrayOutputStream();
        private final int most;

        Taker(int most) {
            this.most = most;
        }

        @Override
        public int write(ByteBuffer source) {
            byte[] bytes = new byte[Math.min(most, source.remaining())];
            source.get(bytes);
            taken.writeBytes(bytes);
            return bytes.length;
        }

        @Override
        public long write(ByteBuffer[] sources, int offset, int length) {
            throw new UnsupportedOperationException();
        }

        @Override
        public long write(ByteBuffer[] sources) {
            throw new UnsupportedOperationException();
        }

        @Override
        public boolean hasPendingWrites() {
            return false;
        }

        @Override
        public long transferFrom(FileChannel file, long position, long count) {
            throw new UnsupportedOperationException();
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() {}
    }

    private static ByteBuffer piece(int length) {
        byte[] bytes = new byte[length + 5];
        RANDOM.nextBytes(bytes);
        return ByteBuffer.wrap(bytes).slice(2, length + 1).position(1);
    }

    private static byte[] bytesOf(List<ByteBuffer> pieces) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (ByteBuffer each : pieces) {
            byte[] bytes = new byte[each.remaining()];
            each.duplicate().get(bytes);
            all.writeBytes(bytes);
        }
        return all.toByteArray();
    }

    @Test
    void areWrittenInOrderHoweverLittleIsTaken() throws Exception {
        List<ByteBuffer> pieces = List.of(piece(100), piece(1), piece(0), piece(57), piece(300));
        byte[] expected = bytesOf(pieces);
        for (int most : new int[] {1, 7, 57, 100, 1_000}) {
            BaseRecords records = RecordPieces.of(pieces);
            assertThat(records.sizeInBytes()).isEqualTo(458);
            Send send = records.toSend();
            Taker taker = new Taker(most);
            while (!send.completed()) {
                assertThat(send.writeTo(taker)).isPositive();
            }
            assertThat(taker.taken.toByteArray()).isEqualTo(expected);
            assertThat(bytesOf(RecordPieces.in(records))).isEqualTo(expected);
        }
    }

    @Test
    void areOrdinaryRecordsIfThereIsOneOrNone() {
        assertThat(RecordPieces.of(List.of())).isSameAs(MemoryRecords.EMPTY);
        ByteBuffer one = piece(10);
        assertThat(RecordPieces.of(List.of(one))).isInstanceOf(MemoryRecords.class);
        assertThat(bytesOf(RecordPieces.in(RecordPieces.of(List.of(one)))))
                .isEqualTo(bytesOf(List.of(one)));
    }
}
