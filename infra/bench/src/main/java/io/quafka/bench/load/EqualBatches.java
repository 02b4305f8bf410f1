package io.quafka.bench.load;

import io.quafka.bench.client.KafkaSocket;
import io.quafka.bench.client.ProduceRequests;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.stream.IntStream;
import org.HdrHistogram.Histogram;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.record.internal.MemoryRecords;

/// Sends batches of one size whatever the number of partitions, which Kafka's producer cannot: its
/// batches shrink as partitions multiply. Every request carries the same number of batches; the
/// partitions take turns. Requests are pipelined over several connections.
final class EqualBatches {
    private static final int IN_FLIGHT_PER_CONNECTION = 5;

    private final int port;
    private final String topic;
    private final int partitions;
    private final int batchesPerRequest;
    private final MemoryRecords batch;
    private final long endNanos;

    private EqualBatches(Arguments arguments, long startNanos) {
        port = arguments.integer("port");
        topic = arguments.text("topic");
        partitions = arguments.integer("partitions");
        batchesPerRequest = Math.min(partitions, arguments.integer("batches-per-request"));
        batch =
                ProduceRequests.batch(
                        arguments.integer("batch-bytes"), arguments.integer("record-bytes"));
        endNanos = startNanos + arguments.time("time").toNanos();
    }

    /// Arguments: `port`, `topic`, `partitions`, `batch-bytes`, `record-bytes`,
    /// `batches-per-request`, `connections`, `time` in milliseconds. The bytes of the result are
    /// those of whole batches.
    static LoadResult run(Arguments arguments) throws ExecutionException, InterruptedException {
        long start = System.nanoTime();
        EqualBatches load = new EqualBatches(arguments, start);
        int connections = arguments.integer("connections");
        List<Future<Histogram>> latencies = new ArrayList<>();
        Histogram all = PacedProducer.newHistogram();
        try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < connections; i++) {
                int firstPartition = i * (load.partitions / connections);
                latencies.add(executor.submit(() -> load.connection(executor, firstPartition)));
            }
            for (Future<Histogram> latency : latencies) {
                all.add(latency.get());
            }
        }
        long nanos = System.nanoTime() - start;
        long batches = all.getTotalCount() * load.batchesPerRequest;
        long records = batches * load.batch.batches().iterator().next().countOrNull();
        return LoadResult.of(records, batches * load.batch.sizeInBytes(), nanos, all);
    }

    /// Sends on one connection until the time is over; returns the latencies of its requests.
    private Histogram connection(ExecutorService executor, int firstPartition)
            throws IOException, InterruptedException, ExecutionException {
        try (KafkaSocket socket = new KafkaSocket(port)) {
            Window window = new Window();
            Future<Histogram> receiver = executor.submit(new Receiver(socket, window));
            int partition = firstPartition;
            try {
                while (System.nanoTime() < endNanos) {
                    List<Integer> chosen = chosen(partition);
                    partition = (partition + batchesPerRequest) % partitions;
                    window.enter();
                    socket.send(
                            ApiKeys.PRODUCE,
                            ProduceRequests.VERSION,
                            ProduceRequests.request(topic, chosen, batch));
                }
            } catch (ClosedChannelException exception) {
                // The receiver closed the socket because of what it read; its error tells more.
                receiver.get();
                throw exception;
            }
            window.end();
            return receiver.get();
        }
    }

    private List<Integer> chosen(int first) {
        return IntStream.range(first, first + batchesPerRequest)
                .map(index -> index % partitions)
                .boxed()
                .toList();
    }

    /// Requests in flight on one connection, with the time that each was sent.
    private static final class Window {
        private final Semaphore free = new Semaphore(IN_FLIGHT_PER_CONNECTION);
        private final Semaphore sent = new Semaphore(0);
        private final long[] sentNanos = new long[IN_FLIGHT_PER_CONNECTION];
        private int entered;
        private int left;
        private volatile int total = Integer.MAX_VALUE;

        void enter() throws InterruptedException {
            free.acquire();
            sentNanos[entered++ % IN_FLIGHT_PER_CONNECTION] = System.nanoTime();
            sent.release();
        }

        /// Called by the sender after its last request.
        void end() {
            total = entered;
            sent.release();
        }

        /// Waits until a request is in flight; false when there will be none.
        boolean awaitSent() throws InterruptedException {
            sent.acquire();
            return left < total;
        }

        /// Called by a receiver that gives up: lets a waiting sender go on, so that it sees the
        /// end.
        void abandon() {
            free.release();
        }

        /// Called by the receiver; returns how long the oldest request took.
        long leave() {
            long nanos = System.nanoTime() - sentNanos[left++ % IN_FLIGHT_PER_CONNECTION];
            free.release();
            return nanos;
        }
    }

    private final class Receiver implements Callable<Histogram> {
        private final KafkaSocket socket;
        private final Window window;

        Receiver(KafkaSocket socket, Window window) {
            this.socket = socket;
            this.window = window;
        }

        @Override
        public Histogram call() throws IOException, InterruptedException {
            try {
                return receiveAll();
            } finally {
                socket.close();
                window.abandon();
            }
        }

        private Histogram receiveAll() throws IOException, InterruptedException {
            Histogram latency = PacedProducer.newHistogram();
            while (window.awaitSent()) {
                ProduceResponseData response =
                        (ProduceResponseData)
                                socket.receive(ApiKeys.PRODUCE, ProduceRequests.VERSION);
                if (ProduceRequests.acknowledged(response).size() != batchesPerRequest) {
                    throw new IOException("a batch was refused: " + response);
                }
                PacedProducer.record(latency, window.leave());
            }
            return latency;
        }
    }
}
