package io.quafka.program.cli;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `quafka produce`.
@Command(
        name = "produce",
        header = "Send a file, or standard input, to a topic.",
        description = {
            "",
            "By default every line is a record, without its line feed. With --chunk-bytes or --whole-file the bytes are taken as"
                    + " they are and go to one partition, in order: 'quafka consume --raw' gives back the same file.",
            ""
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  quafka produce words /usr/share/dict/words",
            "  echo 'alice:42' | quafka produce scores --key-separator :",
            "  quafka produce files --chunk-bytes 256000 movie.mp4",
            "  quafka consume files --raw --until-end | cmp - movie.mp4"
        })
final class ProduceCommand implements Callable<Integer> {
    private static final String STANDARD_INPUT = "-";

    /// Room for a record's own fields and the batch around it.
    private static final int RECORD_OVERHEAD_BYTES = 1 << 10;

    /// How the input is cut where it is not cut into lines.
    static final class Cut {
        @Option(
                names = "--chunk-bytes",
                paramLabel = "N",
                description =
                        "Make a record of every N bytes; the topic's max.message.bytes is the most.")
        @Nullable Integer chunkBytes;

        @Option(names = "--whole-file", description = "Make one record of the whole input.")
        boolean wholeFile;
    }

    @Mixin private ClientOptions client = new ClientOptions();

    @Parameters(index = "0", paramLabel = "TOPIC", description = "Where to send it.")
    private String topic = "";

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "FILE",
            defaultValue = STANDARD_INPUT,
            description = "What to send (default: -, standard input).")
    private String file = STANDARD_INPUT;

    @ArgGroup private @Nullable Cut cut;

    @Option(
            names = "--key-separator",
            paramLabel = "TEXT",
            description = "Take what stands before the first TEXT in a line for the record's key.")
    private @Nullable String keySeparator;

    @Option(
            names = "--partition",
            paramLabel = "N",
            description =
                    "Send to this partition (default: by key, or whatever suits; 0 for --chunk-bytes and --whole-file).")
    private @Nullable Integer partition;

    @Option(
            names = "--acks",
            paramLabel = "0|1|all",
            defaultValue = "all",
            description = "What to wait for (default: ${DEFAULT-VALUE}).")
    private String acks = "all";

    @Option(
            names = "--compression",
            paramLabel = "NAME",
            defaultValue = "none",
            description = "none, gzip, snappy, lz4 or zstd (default: ${DEFAULT-VALUE}).")
    private String compression = "none";

    @Option(
            names = {"-q", "--quiet"},
            description = "Say nothing but errors.")
    private boolean quiet;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    private final AtomicReference<@Nullable Exception> failure = new AtomicReference<>();

    @Override
    public Integer call() throws Exception {
        boolean standardInput = file.equals(STANDARD_INPUT);
        try (InputStream in =
                        standardInput
                                ? new BufferedInputStream(System.in)
                                : Files.newInputStream(Path.of(file));
                KafkaProducer<byte[], byte[]> producer =
                        new KafkaProducer<>(client.clientProperties(producerDefaults()))) {
            long total = standardInput ? Progress.UNKNOWN : Files.size(Path.of(file));
            Progress progress =
                    new Progress(
                            System.err, Progress.onTerminal() && !quiet, total, System::nanoTime);
            sendAll(reader(in), producer, progress);
            producer.flush();
            Exception failed = failure.get();
            if (failed != null) {
                throw failed;
            }
            if (!quiet) {
                progress.finish("sent", "to " + topic);
            }
        }
        return ExitCode.OK;
    }

    private Map<String, Object> producerDefaults() {
        Map<String, Object> defaults = new LinkedHashMap<>();
        defaults.put(ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
        defaults.put(ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
        defaults.put(ProducerConfig.ACKS_CONFIG, acks);
        defaults.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, acks.equals("all"));
        defaults.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, compression);
        defaults.put(ProducerConfig.BATCH_SIZE_CONFIG, 256 << 10);
        defaults.put(
                ProducerConfig.MAX_REQUEST_SIZE_CONFIG,
                RecordReader.RECORD_BYTES_MAX + RECORD_OVERHEAD_BYTES);
        defaults.put(ProducerConfig.BUFFER_MEMORY_CONFIG, bufferBytes());
        return defaults;
    }

    /// What waits to be sent; the producer refuses a record that is larger.
    private long bufferBytes() {
        return cut != null && cut.wholeFile ? 2L * RecordReader.RECORD_BYTES_MAX : 64L << 20;
    }

    private RecordReader reader(InputStream in) {
        if (cut == null) {
            return RecordReader.lines(in);
        }
        if (keySeparator != null) {
            throw new CommandLine.ParameterException(
                    spec.commandLine(), "--key-separator is for lines");
        }
        if (cut.chunkBytes == null) {
            return RecordReader.whole(in);
        }
        if (cut.chunkBytes < 1 || cut.chunkBytes > RecordReader.RECORD_BYTES_MAX) {
            throw new CommandLine.ParameterException(
                    spec.commandLine(),
                    "--chunk-bytes wants 1 to " + RecordReader.RECORD_BYTES_MAX);
        }
        return RecordReader.chunks(in, cut.chunkBytes);
    }

    private void sendAll(
            RecordReader reader, KafkaProducer<byte[], byte[]> producer, Progress progress)
            throws IOException {
        byte @Nullable [] separator =
                keySeparator == null ? null : keySeparator.getBytes(StandardCharsets.UTF_8);
        Integer target = partition == null && cut != null ? Integer.valueOf(0) : partition;
        byte[] value;
        // The first failure ends it: records after it would be there without the one before them.
        while (failure.get() == null && (value = reader.next()) != null) {
            int split = separator == null ? -1 : indexOf(value, separator);
            byte @Nullable [] key = split < 0 ? null : Arrays.copyOf(value, split);
            byte[] rest =
                    split < 0 || separator == null
                            ? value
                            : Arrays.copyOfRange(value, split + separator.length, value.length);
            producer.send(
                    new ProducerRecord<>(topic, target, key, rest),
                    (_, e) -> {
                        if (e != null) {
                            failure.compareAndSet(null, e);
                        }
                    });
            progress.add(1, value.length + (cut == null ? 1L : 0L));
        }
    }

    private static int indexOf(byte[] text, byte[] part) {
        for (int i = 0; i <= text.length - part.length; i++) {
            if (Arrays.equals(text, i, i + part.length, part, 0, part.length)) {
                return i;
            }
        }
        return -1;
    }
}
