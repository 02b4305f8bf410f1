package io.quafka.program.cli;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Cuts a stream of bytes into the values of records.
interface RecordReader {
    /// Most bytes of one record, so that a file without line feeds cannot take all memory.
    int RECORD_BYTES_MAX = 128 << 20;

    /// The next value, or null at the end.
    ///
    /// @throws CommandFailedException if it has more than [#RECORD_BYTES_MAX] bytes
    byte @Nullable [] next() throws IOException;

    /// Lines without their line feeds. Nothing else is touched: carriage returns and any bytes are
    /// kept. A last line that does not end in a line feed is a record like the others.
    static RecordReader lines(InputStream in) {
        return new Lines(in);
    }

    /// Pieces of `size` bytes, the last one shorter; together they are the stream, byte by byte.
    static RecordReader chunks(InputStream in, int size) {
        return () -> {
            byte[] chunk = in.readNBytes(size);
            return chunk.length == 0 ? null : chunk;
        };
    }

    /// The whole stream as one record, also where it is empty.
    static RecordReader whole(InputStream in) {
        boolean[] read = {false};
        return () -> {
            if (read[0]) {
                return null;
            }
            read[0] = true;
            byte[] all = in.readNBytes(RECORD_BYTES_MAX + 1);
            requireFits(all.length);
            return all;
        };
    }

    private static void requireFits(long length) {
        if (length > RECORD_BYTES_MAX) {
            throw new CommandFailedException(
                    "a record of more than "
                            + RECORD_BYTES_MAX
                            + " bytes: cut the input with --chunk-bytes");
        }
    }

    /// Looks for line feeds in blocks of its own.
    final class Lines implements RecordReader {
        private final InputStream in;
        private final byte[] block = new byte[64 << 10];
        private final ByteArrayOutputStream partial = new ByteArrayOutputStream();
        private int from;
        private int to;

        private Lines(InputStream in) {
            this.in = in;
        }

        @Override
        public byte @Nullable [] next() throws IOException {
            while (true) {
                for (int i = from; i < to; i++) {
                    if (block[i] == '\n') {
                        byte[] line = line(i);
                        from = i + 1;
                        return line;
                    }
                }
                requireFits((long) partial.size() + to - from);
                partial.write(block, from, to - from);
                from = 0;
                to = Math.max(0, in.read(block));
                if (to == 0) {
                    return partial.size() == 0 ? null : takePartial();
                }
            }
        }

        private byte[] line(int end) {
            if (partial.size() == 0) {
                return Arrays.copyOfRange(block, from, end);
            }
            partial.write(block, from, end - from);
            return takePartial();
        }

        private byte[] takePartial() {
            byte[] line = partial.toByteArray();
            partial.reset();
            return line;
        }
    }
}
