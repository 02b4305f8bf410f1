package io.quafka.wire.tls;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;
import javax.net.ssl.X509TrustManager;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.security.ssl.DefaultSslEngineFactory;
import org.jspecify.annotations.Nullable;
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
    private volatile Loaded loaded;

    /// The watcher's own.
    private List<Version> seen;

    private record Version(Path file, Object modified, long bytes, Object key) {}

    /// @param trust null where it is Java's own
    private record Loaded(
            DefaultSslEngineFactory factory,
            X509ExtendedKeyManager keys,
            @Nullable X509TrustManager trust) {}

    private TlsEngines(TlsConfig config, Loaded loaded, List<Version> seen) {
        this.config = config;
        this.loaded = loaded;
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
        return loaded.factory.createServerSslEngine("", -1);
    }

    /// For a connection to a peer whose certificate must be believed, whatever host it names.
    public SSLEngine peer(String host, int port) {
        return loaded.factory.createClientSslEngine(host, port, "");
    }

    /// For others that make their own engines: what this side shows, always what was loaded last.
    public X509ExtendedKeyManager keys() {
        return new CurrentKeys(() -> loaded.keys);
    }

    /// For others that make their own engines: whom this side believes, always by what was loaded
    /// last, whatever host a certificate names.
    ///
    /// @throws IllegalStateException where no file says it
    public X509ExtendedTrustManager trust() {
        if (config.trust() == null) {
            throw new IllegalStateException("nothing says whose certificates are believed");
        }
        return new CurrentTrust(() -> Objects.requireNonNull(loaded.trust));
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
            loaded = load(config);
            LOG.atInfo().addKeyValue("certificate", config.certificate()).log("TLS files reloaded");
        } catch (IOException | RuntimeException e) {
            LOG.atError()
                    .addKeyValue("problem", e.getMessage())
                    .log("changed TLS files cannot be used; what was loaded before goes on");
        }
    }

    private static Loaded load(TlsConfig config) throws IOException {
        try {
            DefaultSslEngineFactory factory = TlsFiles.load(config);
            return new Loaded(
                    factory,
                    TlsFiles.keys(factory, config),
                    config.trust() == null ? null : TlsFiles.trust(factory));
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
