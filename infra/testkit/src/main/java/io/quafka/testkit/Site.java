package io.quafka.testkit;

import java.util.ArrayList;
import java.util.List;

/// Where a process stands.
///
/// @param name of the network namespace; empty for the one of this JVM
/// @param host its address
/// @param wrapper what runs its program, in a process of the same id; empty if it runs as it is
public record Site(String name, String host, List<String> wrapper) {
    /// The network of this JVM, on loopback.
    public static final Site LOCAL = new Site("", "127.0.0.1");

    public Site {
        wrapper = List.copyOf(wrapper);
    }

    public Site(String name, String host) {
        this(name, host, List.of());
    }

    /// The same place, for a process that another program runs.
    public Site under(List<String> other) {
        return new Site(name, host, other);
    }

    /// What a command begins with to run there, in a process of the same id.
    public List<String> prefix() {
        List<String> prefix = new ArrayList<>();
        if (!name.isEmpty()) {
            prefix.addAll(List.of("nsenter", "--net=/run/netns/" + name, "--"));
        }
        prefix.addAll(wrapper);
        return prefix;
    }
}
