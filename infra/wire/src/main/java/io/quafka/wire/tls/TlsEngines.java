package io.quafka.wire.tls;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLEngine;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.security.ssl.DefaultSslEngineFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Makes the TLS engine of each new connection, from files that may change meanwhile: what is made
/// after a change was noticed uses the new ones, connections that are open go on.
///
/// Files that cannot be used are told once for each change, and what was there before goes on.
/// Thread-safe. One platform thread looks at the files.
public final class TlsEngines implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(TlsEngines.class);

    private final TlsConfig config;
    private final ScheduledExecutorService watcher;
    private volatile DefaultSslEngineFactory factory;

    /// The watcher's own.
    private List<Version> seen;

    private record Version(Path file, Object modified, long bytes, Object key) {}

    private TlsEngines(TlsConfig config, DefaultSslEngineFactory factory, List<Version> seen) {
        this.config = config;
        this.factory = factory;
        this.seen = seen;
        this.watcher =
                Executors.newSingleThreadScheduledExecutor(
                        Thread.ofPlatform().daemon().name("quafka-tls-files").factory());
    }

    /// @param interval how often the files are looked at
    /// @throws IOException when a file cannot be read or used; the message says which and why
    public static TlsEngines open(TlsConfig config, Duration interval) throws IOException {
        List<Version> seen = versions(config);
        TlsEngines engines = new TlsEngines(config, load(config), seen);
        engines.watcher.scheduleWithFixedDelay(
                engines::look, interval.toNanos(), interval.toNanos(), TimeUnit.NANOSECONDS);
        return engines;
    }

    /// For a connection that was accepted.
    public SSLEngine server() {
        return factory.createServerSslEngine("", -1);
    }

    /// For a connection to a peer whose certificate must be believed and name that host.
    public SSLEngine client(String host, int port) {
        return factory.createClientSslEngine(host, port, "https");
    }

    @Override
    public void close() {
        watcher.shutdownNow();
    }

    private void look() {
        try {
            List<Version> now = versions(config);
            if (now.equals(seen)) {
                return;
            }
            seen = now;
            factory = load(config);
            LOG.atInfo().addKeyValue("certificate", config.certificate()).log("TLS files reloaded");
        } catch (IOException | RuntimeException e) {
            LOG.atError()
                    .addKeyValue("problem", e.getMessage())
                    .log("changed TLS files cannot be used; what was loaded before goes on");
        }
    }

    private static DefaultSslEngineFactory load(TlsConfig config) throws IOException {
        try {
            return TlsFiles.load(config);
        } catch (KafkaException | IllegalArgumentException e) {
            throw new IOException("TLS: " + deepest(e) + " (" + config.files() + ")", e);
        }
    }

    private static String deepest(Throwable failure) {
        Throwable cause = failure;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause.getMessage() == null ? cause.toString() : cause.getMessage();
    }

    private static List<Version> versions(TlsConfig config) throws IOException {
        return config.files().stream()
                .map(file -> {
                    try {
                        BasicFileAttributes told =
                                Files.readAttributes(file, BasicFileAttributes.class);
                        return new Version(
                                file,
                                told.lastModifiedTime(),
                                told.size(),
                                String.valueOf(told.fileKey()));
                    } catch (IOException e) {
                        // Missing for a moment, or for good: loading tells.
                        return new Version(file, "unreadable", 0, e.toString());
                    }
                })
                .toList();
    }
}
