package io.quafka.testkit;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/// How a broker, or one role in a process of its own, is started.
///
/// @param role the command: `broker`, `gateway`, `storage` or `controller`
/// @param data the data directory; the broker makes it
/// @param logs an existing directory for what the broker prints
/// @param port where it listens; 0 takes a free port at each start; a controller listens where its
///   settings say
/// @param heapMib its `-Xmx`
/// @param settings configuration on top, as `--set key=value`
/// @param site where it runs; it listens on that host
public record BrokerOptions(
        String role,
        Path data,
        Path logs,
        int port,
        int heapMib,
        Map<String, String> settings,
        Site site) {
    private static final int HEAP_MIB_DEFAULT = 256;

    public BrokerOptions {
        settings = Map.copyOf(settings);
    }

    /// A broker with Quafka's defaults, which keeps everything below one directory.
    public static BrokerOptions in(Path directory) {
        return new BrokerOptions(
                "broker",
                directory.resolve("data"),
                directory,
                0,
                HEAP_MIB_DEFAULT,
                Map.of(),
                Site.LOCAL);
    }

    public BrokerOptions withRole(String other) {
        return new BrokerOptions(other, data, logs, port, heapMib, settings, site);
    }

    public BrokerOptions withData(Path directory) {
        return new BrokerOptions(role, directory, logs, port, heapMib, settings, site);
    }

    /// With the same port at every start, so that clients find the broker again.
    public BrokerOptions withPort(int fixed) {
        return new BrokerOptions(role, data, logs, fixed, heapMib, settings, site);
    }

    public BrokerOptions withHeapMib(int mib) {
        return new BrokerOptions(role, data, logs, port, mib, settings, site);
    }

    public BrokerOptions at(Site other) {
        return new BrokerOptions(role, data, logs, port, heapMib, settings, other);
    }

    /// With one more setting; the last value of a key counts.
    public BrokerOptions with(String key, String value) {
        Map<String, String> more = new LinkedHashMap<>(settings);
        more.put(key, value);
        return new BrokerOptions(role, data, logs, port, heapMib, more, site);
    }

    /// With segments of 1 MiB and little held back, so that small amounts of data show what
    /// segments, retention and a full disk do.
    public BrokerOptions withSmallSegments() {
        return with("storage.segment.bytes", "1MiB").with("storage.reserve.bytes", "16MiB");
    }
}
