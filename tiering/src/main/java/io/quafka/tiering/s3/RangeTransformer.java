package io.quafka.tiering.s3;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.List;
import software.amazon.awssdk.core.exception.RetryableException;
import software.amazon.awssdk.core.sync.ResponseTransformer;
import software.amazon.awssdk.http.AbortableInputStream;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;

/// Fills buffers, one after the other, with the range that was asked for; again from the start if
/// the answer is cut and the SDK asks again.
final class RangeTransformer implements ResponseTransformer<GetObjectResponse, Integer> {
    private static final int CHUNK_BYTES = 64 << 10;

    private final long offset;
    private final List<ByteBuffer> destinations;
    private final int[] starts;
    private final int wanted;

    RangeTransformer(long offset, List<ByteBuffer> destinations) {
        this.offset = offset;
        this.destinations = List.copyOf(destinations);
        this.starts = new int[destinations.size()];
        int bytes = 0;
        for (int i = 0; i < starts.length; i++) {
            starts[i] = destinations.get(i).position();
            bytes = Math.addExact(bytes, destinations.get(i).remaining());
        }
        this.wanted = bytes;
    }

    /// Bytes that there is room for.
    int wanted() {
        return wanted;
    }

    /// Sets the buffers' positions back to where they were at first.
    void rewind() {
        for (int i = 0; i < starts.length; i++) {
            destinations.get(i).position(starts[i]);
        }
    }

    @Override
    public Integer transform(GetObjectResponse response, AbortableInputStream stream) {
        rewind();
        boolean whole = response.contentRange() == null;
        if (whole && offset > 0) {
            throw new IllegalStateException("the store does not answer ranges");
        }
        int expected = (int) Math.min(response.contentLength(), wanted);
        int read = 0;
        try {
            for (ByteBuffer each : destinations) {
                read += fill(each, stream, Math.min(each.remaining(), expected - read));
            }
            if (read < expected) {
                throw new IOException("end of stream");
            }
        } catch (IOException e) {
            throw RetryableException.builder()
                    .message("the answer of %d bytes was cut".formatted(expected))
                    .cause(e)
                    .build();
        }
        if (expected < response.contentLength()) {
            stream.abort();
        }
        return read;
    }

    /// @return bytes read, fewer only where the stream ends
    private static int fill(ByteBuffer destination, InputStream stream, int bytes)
            throws IOException {
        if (destination.hasArray()) {
            int at = destination.arrayOffset() + destination.position();
            int read = stream.readNBytes(destination.array(), at, bytes);
            destination.position(destination.position() + read);
            return read;
        }
        byte[] chunk = new byte[Math.min(CHUNK_BYTES, bytes)];
        int left = bytes;
        while (left > 0) {
            int read = stream.read(chunk, 0, Math.min(chunk.length, left));
            if (read < 0) {
                break;
            }
            destination.put(chunk, 0, read);
            left -= read;
        }
        return bytes - left;
    }
}
