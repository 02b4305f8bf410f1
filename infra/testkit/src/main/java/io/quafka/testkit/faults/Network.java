package io.quafka.testkit.faults;

import io.quafka.testkit.Site;
import java.io.IOException;

/// Where processes stand, and the links between them. Used by one thread.
interface Network extends AutoCloseable {
    /// Each process in a network namespace of its own, or all on loopback where that is not
    /// allowed.
    static Network open() throws IOException, InterruptedException {
        Namespaces namespaces = Namespaces.open();
        return namespaces == null ? new Loopback() : namespaces;
    }

    /// A place for one process.
    Site place(String name) throws IOException, InterruptedException;

    /// A port on a place, the same at each start.
    ///
    /// @param usual the one that the process would take by itself
    int port(int usual);

    /// Whether links can be cut here.
    boolean cuts();

    /// From now on nothing that one place sends arrives at the other; nobody is told.
    void cut(Site from, Site to) throws IOException, InterruptedException;

    /// Undoes [#cut].
    void heal(Site from, Site to) throws IOException, InterruptedException;

    @Override
    void close() throws IOException, InterruptedException;
}
