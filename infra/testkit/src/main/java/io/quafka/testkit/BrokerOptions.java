package io.quafka.testkit;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/// How a broker is started.
///
/// @param data the data directory; the broker makes it
/// @param logs an existing directory for what the broker prints
/// @param port where it listens on 127.0.0.1; 0 takes a free port at each start
/// @param heapMib its `-Xmx`
/// @param settings configuration on top, as `--set key=value`
public record BrokerOptions(
        Path data, Path logs, int port, int heapMib, Map<String, String> settings) {
    private static final int HEAP_MIB_DEFAULT = 256;

    public BrokerOptions {
        settings = Map.copyOf(settings);
    }

    /// A broker with Quafka's defaults, which keeps everything below one directory.
    public static BrokerOptions in(Path directory) {
        return new BrokerOptions(
                directory.resolve("data"), directory, 0, HEAP_MIB_DEFAULT, Map.of());
    }

    public BrokerOptions withData(Path directory) {
        return new BrokerOptions(directory, logs, port, heapMib, settings);
    }

    /// With the same port at every start, so that clients find the broker again.
    public BrokerOptions withPort(int fixed) {
        return new BrokerOptions(data, logs, fixed, heapMib, settings);
    }

    public BrokerOptions withHeapMib(int mib) {
        return new BrokerOptions(data, logs, port, mib, settings);
    }

    /// With one more setting; the last value of a key counts.
    public BrokerOptions with(String key, String value) {
        Map<String, String> more = new LinkedHashMap<>(settings);
        more.put(key, value);
        return new BrokerOptions(data, logs, port, heapMib, more);
    }

    /// With segments of 1 MiB and little held back, so that small amounts of data show what
    /// segments, retention and a full disk do.
    public BrokerOptions withSmallSegments() {
        return with("storage.segment.bytes", "1MiB").with("storage.reserve.bytes", "16MiB");
    }
}
