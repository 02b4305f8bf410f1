package io.quafka.bench.load;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.reflect.InvocationTargetException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/// Main class of the process that makes load. It reads one command a line and runs it, so that
/// warm-up and window share one JVM. A command ends with the line [#DONE], after at most one line
/// that starts with [#RESULT].
public final class LoadAgent {
    static final String DONE = "@done";
    static final String RESULT = "@result ";
    static final String PERF_PRODUCER = "perf-producer";
    static final String CONSUME = "consume";
    static final String PACED = "paced";
    static final String SYNCHRONOUS = "synchronous";
    static final String EQUAL_BATCHES = "equal-batches";
    static final String TRANSACTIONS = "transactions";
    static final String OFFSET_COMMITS = "offset-commits";
    static final String REBALANCES = "rebalances";

    private LoadAgent() {}

    /// Runs commands until standard input ends. A command that fails ends the process with its
    /// stack trace.
    public static void main(String[] none) throws Exception {
        var commands = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = commands.readLine(); line != null; line = commands.readLine()) {
            List<String> words = List.of(line.split(" "));
            run(words.getFirst(), words.subList(1, words.size()));
            System.out.println(DONE);
        }
    }

    private static void run(String command, List<String> arguments) throws Exception {
        switch (command) {
            case PERF_PRODUCER -> perfProducer(arguments);
            case CONSUME -> print(AssignedConsumer.run(Arguments.parse(arguments)));
            case PACED -> print(PacedProducer.run(Arguments.parse(arguments)));
            case SYNCHRONOUS -> print(SynchronousProducer.run(Arguments.parse(arguments)));
            case EQUAL_BATCHES -> print(EqualBatches.run(Arguments.parse(arguments)));
            case TRANSACTIONS -> print(TransactionalProducer.run(Arguments.parse(arguments)));
            case OFFSET_COMMITS -> print(OffsetCommits.run(Arguments.parse(arguments)));
            case REBALANCES -> print(GroupRebalances.run(Arguments.parse(arguments)));
            default -> throw new IllegalArgumentException("unknown command " + command);
        }
    }

    private static void print(LoadResult result) {
        System.out.println(RESULT + result.toLine());
    }

    /// Kafka's own tool, which is on this process's class path only.
    private static void perfProducer(List<String> arguments) throws Exception {
        Class<?> tool = Class.forName("org.apache.kafka.tools.ProducerPerformance");
        try {
            tool.getMethod("main", String[].class)
                    .invoke(null, (Object) arguments.toArray(String[]::new));
        } catch (InvocationTargetException exception) {
            throw new IOException(
                    "ProducerPerformance failed: " + Arrays.toString(arguments.toArray()),
                    exception.getCause());
        }
    }
}
