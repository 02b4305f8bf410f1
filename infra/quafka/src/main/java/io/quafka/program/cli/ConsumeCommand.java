package io.quafka.program.cli;

import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `quafka consume`.
@Command(
        name = "consume",
        header = "Write a topic's records to standard output.",
        description = {
            "",
            "Each value is written with a line feed after it, unless --raw, --json or --format says otherwise. Records of one"
                    + " partition come in order, those of several as they arrive. Goes on for ever unless told when to end.",
            "",
            "In --format, %%v is the value, %%k the key, %%o the offset, %%p the partition, %%t the topic, %%T the timestamp in"
                    + " milliseconds, %%D as a date, %%s the value's length, %%h the headers, \\n a line feed, \\t a tab.",
            ""
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  quafka consume words --until-end",
            "  quafka consume words --from end --format '%%p/%%o %%k=%%v\\n'",
            "  quafka consume words --partition 0 --from 2026-01-31T12:00:00Z --max 10 --json",
            "  quafka consume files --raw --until-end > movie.mp4"
        })
final class ConsumeCommand implements Callable<Integer> {
    private static final Duration POLL_MAX = Duration.ofMillis(500);
    private static final int OUTPUT_BUFFER_BYTES = 256 << 10;

    @Mixin private ClientOptions client = new ClientOptions();

    @Parameters(paramLabel = "TOPIC", description = "What to read.")
    private String topic = "";

    @Option(
            names = "--from",
            paramLabel = "WHERE",
            defaultValue = "beginning",
            description =
                    "beginning, end, an offset (negative: from the end), or a time such as 2026-01-31T12:00:00Z (default:"
                            + " ${DEFAULT-VALUE}).")
    private String from = "beginning";

    @Option(names = "--until-end", description = "Stop at what was the end when the command began.")
    private boolean untilEnd;

    @Option(names = "--max", paramLabel = "N", description = "Stop after N records.")
    private long max = Long.MAX_VALUE;

    @Option(
            names = "--partition",
            paramLabel = "N",
            description = "Only this partition (default: all).")
    private @Nullable Integer partition;

    @Option(
            names = "--raw",
            description =
                    "Values only, with nothing between them: gives back what produce --chunk-bytes sent. For one partition.")
    private boolean raw;

    @Option(names = "--json", description = "A JSON object for each record.")
    private boolean json;

    @Option(
            names = "--format",
            paramLabel = "TEXT",
            description = "How to write a record (default: the value and a line feed).")
    private @Nullable String format;

    @Option(
            names = {"-v", "--verbose"},
            description = "Say on standard error how much was read.")
    private boolean verbose;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        RecordFormat recordFormat;
        StartPosition start;
        try {
            recordFormat = recordFormat();
            start = StartPosition.parse(from);
        } catch (IllegalArgumentException e) {
            throw new CommandLine.ParameterException(spec.commandLine(), e.getMessage(), e);
        }
        // Never closed: standard output is the process's, not the command's.
        OutputStream out =
                new BufferedOutputStream(
                        new FileOutputStream(FileDescriptor.out), OUTPUT_BUFFER_BYTES);
        try (Consumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(client.clientProperties(consumerDefaults()))) {
            List<TopicPartition> partitions = partitions(consumer);
            consumer.assign(partitions);
            // The end first: what arrives while the command starts is past it.
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions, client.timeout());
            seek(consumer, partitions, ends, start);
            Progress progress = new Progress(System.err, false, Progress.UNKNOWN, System::nanoTime);
            copy(consumer, untilEnd ? ends : Map.of(), recordFormat, out, progress);
            out.flush();
            if (verbose) {
                progress.finish("read", "from " + topic);
            }
        }
        return ExitCode.OK;
    }

    private Map<String, Object> consumerDefaults() {
        return Map.of(
                ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG,
                ByteArrayDeserializer.class,
                ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG,
                ByteArrayDeserializer.class,
                ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG,
                false,
                ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
                false,
                // An offset that is gone is told, not skipped in silence.
                ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
                "none",
                ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG,
                4 << 20,
                ConsumerConfig.MAX_POLL_RECORDS_CONFIG,
                10_000);
    }

    private RecordFormat recordFormat() {
        if ((raw ? 1 : 0) + (json ? 1 : 0) + (format != null ? 1 : 0) > 1) {
            throw new IllegalArgumentException("--raw, --json and --format exclude each other");
        }
        if (raw) {
            return RecordFormat.raw();
        }
        return json
                ? RecordFormat.json()
                : RecordFormat.template(format == null ? "%v\\n" : format);
    }

    private List<TopicPartition> partitions(Consumer<byte[], byte[]> consumer) {
        List<PartitionInfo> known = consumer.partitionsFor(topic, client.timeout());
        if (known == null || known.isEmpty()) {
            throw new CommandFailedException("no topic " + topic);
        }
        if (partition != null) {
            if (partition < 0 || partition >= known.size()) {
                throw new CommandFailedException(
                        topic
                                + " has partitions 0 to "
                                + (known.size() - 1)
                                + ", not "
                                + partition);
            }
            return List.of(new TopicPartition(topic, partition));
        }
        if (raw && known.size() > 1) {
            // Across partitions there is no order, so the bytes would come back shuffled.
            throw new CommandFailedException(
                    topic
                            + " has "
                            + known.size()
                            + " partitions: say with --partition which one --raw shall give back");
        }
        return known.stream().map(info -> new TopicPartition(topic, info.partition())).toList();
    }

    private void seek(
            Consumer<byte[], byte[]> consumer,
            List<TopicPartition> partitions,
            Map<TopicPartition, Long> ends,
            StartPosition start) {
        switch (start) {
            case StartPosition.Beginning() ->
                    consumer.beginningOffsets(partitions, client.timeout()).forEach(consumer::seek);
            case StartPosition.End() -> ends.forEach(consumer::seek);
            case StartPosition.Offset(long offset) -> {
                var beginnings = consumer.beginningOffsets(partitions, client.timeout());
                for (TopicPartition each : partitions) {
                    long wanted = offset < 0 ? Answers.of(ends, each) + offset : offset;
                    consumer.seek(each, Math.max(wanted, Answers.of(beginnings, each)));
                }
            }
            case StartPosition.Time(var at) -> {
                Map<TopicPartition, Long> times =
                        partitions.stream()
                                .collect(
                                        Collectors.toMap(
                                                Function.identity(), _ -> at.toEpochMilli()));
                Map<TopicPartition, @Nullable OffsetAndTimestamp> found =
                        consumer.offsetsForTimes(times, client.timeout());
                for (TopicPartition each : partitions) {
                    OffsetAndTimestamp first = found.get(each);
                    consumer.seek(each, first == null ? Answers.of(ends, each) : first.offset());
                }
            }
        }
    }

    /// @param ends where to stop; empty: never
    private void copy(
            Consumer<byte[], byte[]> consumer,
            Map<TopicPartition, Long> ends,
            RecordFormat recordFormat,
            OutputStream out,
            Progress progress)
            throws IOException {
        long written = 0;
        long lastNanos = System.nanoTime();
        while (written < max && !(untilEnd && isAtEnd(consumer, ends))) {
            ConsumerRecords<byte[], byte[]> records = consumer.poll(POLL_MAX);
            for (ConsumerRecord<byte[], byte[]> record : records) {
                Long end = ends.get(new TopicPartition(record.topic(), record.partition()));
                if (written == max || (end != null && record.offset() >= end)) {
                    continue;
                }
                recordFormat.write(record, out);
                written++;
                progress.add(1, Math.max(0, record.serializedValueSize()));
            }
            out.flush();
            if (!records.isEmpty()) {
                lastNanos = System.nanoTime();
            } else if (untilEnd && System.nanoTime() - lastNanos > client.timeout().toNanos()) {
                throw new CommandFailedException(
                        "nothing came for "
                                + client.timeout().toSeconds()
                                + " s, and the end is not reached");
            }
        }
    }

    private static boolean isAtEnd(
            Consumer<byte[], byte[]> consumer, Map<TopicPartition, Long> ends) {
        return ends.entrySet().stream()
                .allMatch(end -> consumer.position(end.getKey()) >= end.getValue());
    }
}
