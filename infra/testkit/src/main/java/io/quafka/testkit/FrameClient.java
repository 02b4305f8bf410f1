package io.quafka.testkit;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.MessageUtil;
import org.apache.kafka.common.requests.RequestHeader;
import org.apache.kafka.common.requests.ResponseHeader;

/// A plain socket that speaks Kafka frames as well or as badly as a test wants. Not safe for use by
/// several threads.
public final class FrameClient implements AutoCloseable {
    private static final int RESPONSE_BYTES_MAX = 128 << 20;

    private final Socket socket;
    private final OutputStream out;
    private final DataInputStream in;

    /// @param readMax how long reading waits for bytes before it throws [SocketTimeoutException]
    public FrameClient(int port, Duration readMax) throws IOException {
        socket = new Socket("127.0.0.1", port);
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(Math.toIntExact(readMax.toMillis()));
        out = socket.getOutputStream();
        in = new DataInputStream(socket.getInputStream());
    }

    /// A whole request with its length.
    public static byte[] frame(ApiKeys api, short version, int correlationId, ApiMessage body) {
        RequestHeader header = new RequestHeader(api, version, "testkit", correlationId);
        ByteBuffer head =
                MessageUtil.toByteBufferAccessor(header.data(), header.headerVersion()).buffer();
        ByteBuffer tail = MessageUtil.toByteBufferAccessor(body, version).buffer();
        int size = head.remaining() + tail.remaining();
        return ByteBuffer.allocate(4 + size).putInt(size).put(head).put(tail).array();
    }

    public void send(byte[] bytes) throws IOException {
        out.write(bytes);
    }

    public void send(ApiKeys api, short version, int correlationId, ApiMessage body)
            throws IOException {
        send(frame(api, version, correlationId, body));
    }

    /// Says that nothing more will be sent.
    public void finish() throws IOException {
        socket.shutdownOutput();
    }

    /// The next response's bytes, without the length.
    public ByteBuffer read() throws IOException {
        int size = in.readInt();
        if (size < 4 || size > RESPONSE_BYTES_MAX) {
            throw new AssertionError("a response of " + size + " bytes");
        }
        byte[] frame = new byte[size];
        in.readFully(frame);
        return ByteBuffer.wrap(frame);
    }

    /// The next response, which must answer the request with this correlation id and have no byte
    /// too many.
    public <T extends ApiMessage> T read(ApiKeys api, short version, int correlationId, T into)
            throws IOException {
        ByteBuffer frame = read();
        ResponseHeader header = ResponseHeader.parse(frame, api.responseHeaderVersion(version));
        if (header.correlationId() != correlationId) {
            throw new AssertionError(
                    "answer to " + header.correlationId() + " where " + correlationId + " is due");
        }
        into.read(new ByteBufferAccessor(frame), version);
        if (frame.hasRemaining()) {
            throw new AssertionError(
                    frame.remaining() + " bytes after the answer of " + api + " v" + version);
        }
        return into;
    }

    /// Waits for the server to close without sending another byte.
    ///
    /// @return false if it sent one, or did nothing for as long as reading waits
    public boolean isClosedByServer() {
        try {
            return in.read() < 0;
        } catch (SocketTimeoutException _) {
            return false;
        } catch (IOException _) {
            return true;
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
