package io.quafka.bench.micro;

import io.quafka.bench.client.KafkaSocket;
import io.quafka.bench.client.ProduceRequests;
import io.quafka.wire.BufferPool;
import io.quafka.wire.KafkaRequest;
import io.quafka.wire.KafkaResponse;
import io.quafka.wire.KafkaServer;
import io.quafka.wire.RequestHandler;
import io.quafka.wire.ServerLimits;
import java.io.IOException;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/// A Produce request through the server over loopback: framed, parsed, handed to a handler that
/// answers at once, and its response serialized and sent.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(value = 1, jvmArgsAppend = "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED")
public class FrameBenchmark {
    private static final int PIPELINED = 5;
    private static final int RECORD_BYTES = 1024;
    private static final int MEMORY_BYTES = 256 << 20;

    @Param({"1024", "16384", "262144"})
    private int batchBytes;

    private @Nullable KafkaServer server;
    private @Nullable KafkaSocket socket;
    private ProduceRequestData request = new ProduceRequestData();

    @Setup
    public void open() throws IOException {
        server =
                KafkaServer.builder(new Acknowledging(), new BufferPool(MEMORY_BYTES))
                        .host("127.0.0.1")
                        .limits(ServerLimits.forClients())
                        .build()
                        .start();
        socket = new KafkaSocket(server.port());
        request =
                ProduceRequests.request(
                        "topic", List.of(0), ProduceRequests.batch(batchBytes, RECORD_BYTES));
    }

    @TearDown
    public void close() throws IOException {
        if (socket != null) {
            socket.close();
        }
        if (server != null) {
            server.close();
        }
    }

    /// Time per request, several being in flight.
    @Benchmark
    @OperationsPerInvocation(PIPELINED)
    public void produce() throws IOException {
        for (int i = 0; i < PIPELINED; i++) {
            socket().send(ApiKeys.PRODUCE, ProduceRequests.VERSION, request);
        }
        for (int i = 0; i < PIPELINED; i++) {
            socket().receive(ApiKeys.PRODUCE, ProduceRequests.VERSION);
        }
    }

    /// One request at a time.
    @Benchmark
    public ApiMessage produceAlone() throws IOException {
        return socket().call(ApiKeys.PRODUCE, ProduceRequests.VERSION, request);
    }

    private KafkaSocket socket() {
        if (socket == null) {
            throw new IllegalStateException("not open");
        }
        return socket;
    }

    private static final class Acknowledging implements RequestHandler {
        private static final KafkaResponse RESPONSE = KafkaResponse.of(new ProduceResponseData());

        @Override
        public Set<ApiKeys> apis() {
            return EnumSet.of(ApiKeys.API_VERSIONS, ApiKeys.PRODUCE);
        }

        @Override
        public CompletableFuture<KafkaResponse> handle(KafkaRequest asked) {
            return CompletableFuture.completedFuture(RESPONSE);
        }
    }
}
