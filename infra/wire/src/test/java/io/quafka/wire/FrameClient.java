package io.quafka.wire;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.ByteBuffer;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.MessageUtil;
import org.apache.kafka.common.requests.RequestHeader;
import org.apache.kafka.common.requests.ResponseHeader;

/// A client of the tests' own: a plain socket, and as many or as few of a frame's bytes as a test
/// wants to send.
final class FrameClient implements AutoCloseable {
    private static final int TIMEOUT_MS = 20_000;

    private final Socket socket;
    private final OutputStream out;
    private final DataInputStream in;

    FrameClient(int port) throws IOException {
        socket = new Socket("127.0.0.1", port);
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(TIMEOUT_MS);
        out = socket.getOutputStream();
        in = new DataInputStream(socket.getInputStream());
    }

    Socket socket() {
        return socket;
    }

    static byte[] frame(ApiKeys api, int version, int correlationId, ApiMessage body) {
        RequestHeader header = new RequestHeader(api, (short) version, "test", correlationId);
        byte[] head =
                bytes(MessageUtil.toByteBufferAccessor(header.data(), header.headerVersion()));
        byte[] tail = bytes(MessageUtil.toByteBufferAccessor(body, (short) version));
        return ByteBuffer.allocate(4 + head.length + tail.length)
                .putInt(head.length + tail.length)
                .put(head)
                .put(tail)
                .array();
    }

    void send(byte[] bytes) throws IOException {
        out.write(bytes);
    }

    void send(byte[] bytes, int offset, int length) throws IOException {
        out.write(bytes, offset, length);
    }

    void send(ApiKeys api, int version, int correlationId, ApiMessage body) throws IOException {
        send(frame(api, version, correlationId, body));
    }

    /// The next response's bytes, without the length.
    ByteBuffer read() throws IOException {
        byte[] frame = new byte[in.readInt()];
        in.readFully(frame);
        return ByteBuffer.wrap(frame);
    }

    /// The next response, which must answer the request with this correlation id.
    <T extends ApiMessage> T read(ApiKeys api, int version, int correlationId, T into)
            throws IOException {
        ByteBuffer frame = read();
        ResponseHeader header =
                ResponseHeader.parse(frame, api.responseHeaderVersion((short) version));
        if (header.correlationId() != correlationId) {
            throw new AssertionError(
                    "answer to " + header.correlationId() + " where " + correlationId + " is due");
        }
        into.read(new ByteBufferAccessor(frame), (short) version);
        return into;
    }

    /// True when the server closes without sending another byte.
    boolean isClosedByServer() {
        try {
            return in.read() < 0;
        } catch (java.net.SocketTimeoutException e) {
            return false;
        } catch (IOException e) {
            return true;
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }

    private static byte[] bytes(ByteBufferAccessor accessor) {
        ByteBuffer buffer = accessor.buffer();
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        return bytes;
    }
}
