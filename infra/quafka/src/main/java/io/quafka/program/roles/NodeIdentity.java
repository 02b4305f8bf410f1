package io.quafka.program.roles;

import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Properties;
import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;

/// Who the process is that keeps its data in a directory: the file `node.properties` there.
///
/// ```
/// format=1             of this file and the directory around it
/// incarnation=UUID     drawn when the directory was first used
/// cluster.id=UUID      of the cluster it joined; absent before
/// ```
///
/// @param clusterId null before the first registration
record NodeIdentity(Uuid incarnation, @Nullable String clusterId) {
    static final String FILE_NAME = "node.properties";
    private static final String TEMPORARY_NAME = FILE_NAME + ".new";
    private static final String FORMAT = "1";

    /// What the directory's file says, or a new identity, written, where it has none.
    ///
    /// @throws StartException if the file cannot be understood
    static NodeIdentity readOrDraw(Path directory) throws IOException {
        String text;
        try {
            text = Files.readString(directory.resolve(FILE_NAME));
        } catch (NoSuchFileException _) {
            NodeIdentity drawn = new NodeIdentity(Uuid.randomUuid(), null);
            drawn.write(directory);
            return drawn;
        }
        return parse(text, directory.resolve(FILE_NAME));
    }

    private static NodeIdentity parse(String text, Path file) throws IOException {
        Properties properties = new Properties();
        properties.load(new StringReader(text));
        String format = properties.getProperty("format");
        String incarnation = properties.getProperty("incarnation");
        if (!FORMAT.equals(format)) {
            throw new StartException(
                    file
                            + " has format "
                            + format
                            + ", and this version of quafka knows "
                            + FORMAT);
        }
        try {
            if (incarnation != null) {
                return new NodeIdentity(
                        Uuid.fromString(incarnation), properties.getProperty("cluster.id"));
            }
        } catch (IllegalArgumentException _) {
            // Told below, like an absent one.
        }
        throw new StartException(file + " is damaged: it names no incarnation");
    }

    NodeIdentity inCluster(String id) {
        return new NodeIdentity(incarnation, id);
    }

    /// Atomic and durable: after a crash the file is the old one or this one, whole.
    void write(Path directory) throws IOException {
        Properties properties = new Properties();
        properties.setProperty("format", FORMAT);
        properties.setProperty("incarnation", incarnation.toString());
        if (clusterId != null) {
            properties.setProperty("cluster.id", clusterId);
        }
        StringWriter text = new StringWriter();
        properties.store(text, "Who keeps data in this directory. Written by quafka.");

        Path temporary = directory.resolve(TEMPORARY_NAME);
        try (FileChannel channel =
                FileChannel.open(
                        temporary,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.TRUNCATE_EXISTING,
                        StandardOpenOption.WRITE)) {
            ByteBuffer bytes = ByteBuffer.wrap(text.toString().getBytes(StandardCharsets.UTF_8));
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
        }
        Files.move(
                temporary,
                directory.resolve(FILE_NAME),
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}
