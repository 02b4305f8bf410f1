package io.quafka.testkit;

import java.util.List;

/// Where a process stands.
///
/// @param name of the network namespace; empty for the one of this JVM
/// @param host its address
public record Site(String name, String host) {
    /// The network of this JVM, on loopback.
    public static final Site LOCAL = new Site("", "127.0.0.1");

    /// What a command begins with to run there, in a process of the same id.
    public List<String> prefix() {
        return name.isEmpty() ? List.of() : List.of("nsenter", "--net=/run/netns/" + name, "--");
    }
}
