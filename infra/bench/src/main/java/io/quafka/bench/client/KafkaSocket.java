package io.quafka.bench.client;

import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.List;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.network.Send;
import org.apache.kafka.common.network.TransferableChannel;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.SendBuilder;
import org.apache.kafka.common.requests.RequestHeader;
import org.apache.kafka.common.requests.ResponseHeader;

/// One blocking connection that sends Kafka requests and reads their responses, with as little of
/// its own as can be. One thread may send while another receives.
public final class KafkaSocket implements AutoCloseable {
    private static final Duration READ_TIMEOUT = Duration.ofMinutes(2);
    private static final short METADATA_VERSION = 9;
    private static final String CLIENT = "quafka-bench";

    private final SocketChannel channel;
    private final DataInputStream input;
    private int nextCorrelationId;

    public KafkaSocket(int port) throws IOException {
        this(port, READ_TIMEOUT);
    }

    private KafkaSocket(int port, Duration readTimeout) throws IOException {
        channel = SocketChannel.open();
        try {
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            channel.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            channel.socket().setSoTimeout((int) readTimeout.toMillis());
            input = new DataInputStream(channel.socket().getInputStream());
        } catch (IOException exception) {
            channel.close();
            throw exception;
        }
    }

    /// Whether a broker on this port answers a Metadata request and names itself in the answer.
    public static boolean answersMetadata(int port) {
        try (KafkaSocket socket = new KafkaSocket(port, Duration.ofSeconds(5))) {
            MetadataRequestData request = new MetadataRequestData().setTopics(List.of());
            MetadataResponseData response =
                    (MetadataResponseData) socket.call(ApiKeys.METADATA, METADATA_VERSION, request);
            return !response.brokers().isEmpty();
        } catch (IOException _) {
            // Not there yet: refused, reset or silent.
            return false;
        }
    }

    /// Sends a request and waits for its response.
    public ApiMessage call(ApiKeys api, short version, ApiMessage request) throws IOException {
        send(api, version, request);
        return receive(api, version);
    }

    /// Sends a request; records in it are written without copying.
    public void send(ApiKeys api, short version, ApiMessage request) throws IOException {
        RequestHeader header = new RequestHeader(api, version, CLIENT, nextCorrelationId++);
        Send send = SendBuilder.buildRequestSend(header, request);
        TransferableChannel sink = new SocketSink(channel);
        while (!send.completed()) {
            send.writeTo(sink);
        }
    }

    /// Reads the next response, which must be to a request of this kind.
    public ApiMessage receive(ApiKeys api, short version) throws IOException {
        byte[] frame = new byte[input.readInt()];
        input.readFully(frame);
        ByteBuffer buffer = ByteBuffer.wrap(frame);
        ResponseHeader.parse(buffer, api.responseHeaderVersion(version));
        ApiMessage response = api.messageType.newResponse();
        response.read(new ByteBufferAccessor(buffer), version);
        return response;
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    /// A blocking socket as Kafka's [Send] wants it.
    private record SocketSink(SocketChannel channel) implements TransferableChannel {
        @Override
        public boolean hasPendingWrites() {
            return false;
        }

        @Override
        public long transferFrom(FileChannel file, long position, long count) throws IOException {
            return file.transferTo(position, count, channel);
        }

        @Override
        public int write(ByteBuffer source) throws IOException {
            return channel.write(source);
        }

        @Override
        public long write(ByteBuffer[] sources) throws IOException {
            return channel.write(sources);
        }

        @Override
        public long write(ByteBuffer[] sources, int offset, int length) throws IOException {
            return channel.write(sources, offset, length);
        }

        @Override
        public boolean isOpen() {
            return channel.isOpen();
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }
}
