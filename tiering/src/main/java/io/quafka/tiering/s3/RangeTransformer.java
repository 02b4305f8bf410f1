package io.quafka.tiering.s3;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import software.amazon.awssdk.core.exception.RetryableException;
import software.amazon.awssdk.core.sync.ResponseTransformer;
import software.amazon.awssdk.http.AbortableInputStream;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;

/// Fills a buffer with the range that was asked for; again from the start if the answer is cut and
/// the SDK asks again.
final class RangeTransformer implements ResponseTransformer<GetObjectResponse, Integer> {
    private static final int CHUNK_BYTES = 64 << 10;

    private final long offset;
    private final ByteBuffer destination;
    private final int start;

    RangeTransformer(long offset, ByteBuffer destination) {
        this.offset = offset;
        this.destination = destination;
        this.start = destination.position();
    }

    @Override
    public Integer transform(GetObjectResponse response, AbortableInputStream stream) {
        destination.position(start);
        boolean whole = response.contentRange() == null;
        if (whole && offset > 0) {
            throw new IllegalStateException("the store does not answer ranges");
        }
        long expected = Math.min(response.contentLength(), destination.remaining());
        try {
            fill(stream, (int) expected);
        } catch (IOException e) {
            throw RetryableException.builder()
                    .message("the answer was cut after %d of %d bytes".formatted(read(), expected))
                    .cause(e)
                    .build();
        }
        if (expected < response.contentLength()) {
            stream.abort();
        }
        return read();
    }

    private void fill(InputStream stream, int bytes) throws IOException {
        if (destination.hasArray()) {
            int at = destination.arrayOffset() + start;
            int read = stream.readNBytes(destination.array(), at, bytes);
            destination.position(start + read);
        } else {
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
        }
        if (read() < bytes) {
            throw new IOException("end of stream");
        }
    }

    private int read() {
        return destination.position() - start;
    }
}
