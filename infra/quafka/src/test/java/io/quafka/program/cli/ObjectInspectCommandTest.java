package io.quafka.program.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.quafka.tiering.directory.DirectoryStore;
import io.quafka.tiering.object.ObjectOrigin;
import io.quafka.tiering.object.ObjectWriter;
import io.quafka.tiering.object.TieredPartition;
import io.quafka.tiering.store.ObjectStore;
import io.quafka.tiering.store.StoreMeter;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ObjectInspectCommandTest {
    private static final Uuid TOPIC = new Uuid(5, 6);

    @TempDir Path directory;

    private record Ran(int exitCode, String out, String err) {}

    private static Ran run(String... args) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int exitCode =
                CommandLineInterface.commandLine()
                        .setOut(new PrintWriter(out, true))
                        .setErr(new PrintWriter(err, true))
                        .execute(args);
        return new Ran(exitCode, out.toString(), err.toString());
    }

    @BeforeEach
    void writeAnObject() throws Exception {
        try (ObjectStore store = DirectoryStore.open(directory, StoreMeter.NONE);
                ObjectWriter writer =
                        ObjectWriter.begin(
                                store, "3/first", new ObjectOrigin(3, 7, 100, 900), 1 << 20)) {
            writer.append(new TieredPartition(TOPIC, 0), records(40, "one", "two").buffer());
            writer.append(new TieredPartition(TOPIC, 1), records(80, "three").buffer());
            writer.commit();
        }
    }

    private static MemoryRecords records(long baseOffset, String... values) {
        SimpleRecord[] records = new SimpleRecord[values.length];
        for (int i = 0; i < values.length; i++) {
            records[i] = new SimpleRecord(1_000 + i, values[i].getBytes());
        }
        return MemoryRecords.withRecords(baseOffset, Compression.NONE, records);
    }

    @Test
    void showsWhatAFileHolds() {
        Ran ran = run("object", "inspect", directory.resolve("3/first").toString());

        assertThat(ran.err()).isEmpty();
        assertThat(ran.exitCode()).isZero();
        assertThat(ran.out())
                .contains("shard 3", "epoch 7", "end-position 900", "index and footer")
                .contains("TOPIC-ID", TOPIC.toString())
                .containsPattern("0 +40 +41 +\\d+ +1 +1 +1001 +0")
                .containsPattern("1 +80 +80 +\\d+ +1 +1 +1000 +0");
    }

    @Test
    void showsAnObjectOfAStoreForMachines() {
        Ran ran =
                run(
                        "object",
                        "inspect",
                        "3/first",
                        "--store",
                        directory.toString(),
                        "--blocks",
                        "--verify",
                        "--json");

        assertThat(ran.err()).isEmpty();
        assertThat(ran.exitCode()).isZero();
        assertThat(ran.out())
                .startsWith("{\"object\":\"3/first\",")
                .contains("\"checked\":\"every byte\"", "\"blocks\":[{\"topic-id\":\"" + TOPIC)
                .contains("\"offset\":40,\"last\":41,\"position\":0,");
    }

    @Test
    void tellsOfDamage() throws Exception {
        Path file = directory.resolve("3/first");
        byte[] bytes = Files.readAllBytes(file);
        bytes[70] ^= 1;
        Files.write(file, bytes);

        assertThat(run("object", "inspect", file.toString()).exitCode()).isZero();
        Ran ran = run("object", "inspect", file.toString(), "--verify");
        assertThat(ran.exitCode()).isEqualTo(1);
        assertThat(ran.err())
                .isEqualTo(
                        "quafka: object first is damaged at byte 0: the block of offsets 40..41"
                                + " does not match its checksum\n");
        assertThat(run("object", "inspect", "nothing").err())
                .isEqualTo("quafka: no object nothing\n");
    }
}
