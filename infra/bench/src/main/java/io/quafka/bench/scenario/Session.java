package io.quafka.bench.scenario;

import io.quafka.bench.broker.Broker;
import io.quafka.bench.broker.BrokerProcess;
import io.quafka.bench.broker.Ports;
import io.quafka.bench.client.KafkaSocket;
import io.quafka.bench.client.Topics;
import io.quafka.bench.load.LoadProcess;
import io.quafka.bench.load.LoadResult;
import io.quafka.bench.process.Heap;
import io.quafka.bench.process.Sampler;
import io.quafka.bench.process.Window;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// A broker on an empty directory and a process that loads it. Closing ends both and deletes the
/// data.
final class Session implements AutoCloseable {
    /// The first piece of a warm-up, small enough for the slowest broker.
    private static final long FIRST_PIECE_BYTES = 8L << 20;

    /// No window writes more than this, lest it fill the disk.
    private static final long WINDOW_BYTES_MAX = 12L << 30;

    private static final int WARM_UP_PIECES = 4;

    /// The first piece tells little: neither broker nor load are compiled yet.
    private static final int WARM_UP_PIECES_MIN = 3;

    private final Lab lab;
    private final Ports ports;
    private final BrokerProcess broker;
    private final LoadProcess load;

    private Session(Lab lab, Ports ports, BrokerProcess broker, LoadProcess load) {
        this.lab = lab;
        this.ports = ports;
        this.broker = broker;
        this.load = load;
    }

    /// What is measured: a load, from its first record to its last acknowledgement.
    @FunctionalInterface
    interface Load {
        LoadResult run() throws IOException, InterruptedException;
    }

    /// A load and what happened meanwhile.
    record Measured(LoadResult load, Window window) {}

    /// Starts both and creates a topic of which every partition has been written once; not so where
    /// it has several replicas, for its leaders are many: whoever warms it up waits for them.
    static Session start(Lab lab, Contestant contestant, String topic)
            throws IOException, InterruptedException {
        Session session = start(lab, contestant.broker());
        try {
            session.createTopic(
                    topic, contestant.partitions(), contestant.broker().replicas(), Map.of());
            return session;
        } catch (IOException | InterruptedException | RuntimeException exception) {
            session.close();
            throw exception;
        }
    }

    /// Starts both on an empty directory.
    static Session start(Lab lab, Broker contestant) throws IOException, InterruptedException {
        Ports ports = Ports.free();
        prepare(lab, contestant, ports);
        BrokerProcess broker = startBroker(lab, contestant, ports);
        try (KafkaSocket socket = new KafkaSocket(ports.clients())) {
            contestant.settle(socket);
            Path log = lab.workDirectory().resolve("load.log");
            LoadProcess load = LoadProcess.start(lab.installation(), ports.bootstrap(), log);
            return new Session(lab, ports, broker, load);
        } catch (IOException | RuntimeException exception) {
            broker.close();
            throw exception;
        }
    }

    /// Makes the broker's directory anew. What earlier brokers left in the page cache is written
    /// out first, so that no later one pays for it.
    static void prepare(Lab lab, Broker contestant, Ports ports)
            throws IOException, InterruptedException {
        delete(lab.brokerDirectory());
        Files.createDirectories(lab.brokerDirectory());
        new ProcessBuilder("sync").inheritIO().start().waitFor();
        contestant.prepare(lab.installation(), lab.brokerDirectory(), ports);
    }

    static BrokerProcess startBroker(Lab lab, Broker contestant, Ports ports)
            throws IOException, InterruptedException {
        return BrokerProcess.start(contestant, lab.installation(), lab.brokerDirectory(), ports);
    }

    BrokerProcess broker() {
        return broker;
    }

    LoadProcess load() {
        return load;
    }

    Ports ports() {
        return ports;
    }

    /// Another process that makes load beside the first; the caller closes it.
    LoadProcess anotherLoad() throws IOException {
        Path log = lab.workDirectory().resolve("load-2.log");
        return LoadProcess.start(lab.installation(), ports.bootstrap(), log);
    }

    void createTopic(String topic, int partitions) throws IOException, InterruptedException {
        createTopic(topic, partitions, (short) 1, Map.of());
    }

    void createTopic(String topic, int partitions, Map<String, String> settings)
            throws IOException, InterruptedException {
        createTopic(topic, partitions, (short) 1, settings);
    }

    private void createTopic(
            String topic, int partitions, short replicas, Map<String, String> settings)
            throws IOException, InterruptedException {
        try (KafkaSocket socket = new KafkaSocket(ports.clients())) {
            Topics.create(socket, topic, partitions, replicas, settings);
            if (replicas == 1) {
                Topics.writeEverywhere(socket, topic, partitions);
            }
        }
    }

    /// Loads the broker with Kafka's producer for the lab's warm-up time.
    ///
    /// @return how many records a second it took at the end
    double warmUp(String topic, int recordBytes, Map<String, String> settings) throws IOException {
        long end = System.nanoTime() + lab.warmUp().toNanos();
        double pieceSeconds = Math.max(1, lab.warmUp().toMillis() / 1000.0 / WARM_UP_PIECES);
        double rate = piece(topic, FIRST_PIECE_BYTES / recordBytes, recordBytes, settings);
        int pieces = 1;
        while (System.nanoTime() < end || pieces < WARM_UP_PIECES_MIN) {
            rate = piece(topic, (long) (rate * pieceSeconds), recordBytes, settings);
            pieces++;
        }
        return rate;
    }

    private double piece(String topic, long records, int recordBytes, Map<String, String> settings)
            throws IOException {
        return load.perfProducer(topic, Math.max(1, records), recordBytes, settings)
                .recordsPerSecond();
    }

    /// How many records fill the lab's window at this rate.
    long recordsInWindow(double recordsPerSecond, int recordBytes) {
        double seconds = lab.window().toMillis() / 1000.0;
        return Math.clamp((long) (recordsPerSecond * seconds), 1, WINDOW_BYTES_MAX / recordBytes);
    }

    /// Runs a load and watches.
    Measured measure(Load work) throws IOException, InterruptedException {
        return measure(List.of(), work);
    }

    /// The same beside other processes that belong to the measurement.
    Measured measure(List<Long> others, Load work) throws IOException, InterruptedException {
        List<Long> ours = new ArrayList<>(others);
        ours.add(load.pid());
        try (Sampler sampler = Sampler.start(lab.proc(), broker.pids(), ours)) {
            LoadResult result = work.run();
            return new Measured(result, sampler.finish());
        }
    }

    Heap heap() throws IOException, InterruptedException {
        return Heap.of(lab.installation().jdkProgram("jcmd"), broker.pids());
    }

    @Override
    public void close() throws IOException, InterruptedException {
        try (broker) {
            load.close();
        }
        delete(lab.brokerDirectory());
    }

    static void delete(Path directory) throws IOException {
        if (!Files.exists(directory)) {
            return;
        }
        try (Stream<Path> files = Files.walk(directory)) {
            files.sorted(Comparator.reverseOrder()).forEach(Session::deleteFile);
        } catch (UncheckedIOException exception) {
            throw exception.getCause();
        }
    }

    private static void deleteFile(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException exception) {
            throw new UncheckedIOException(exception);
        }
    }
}
