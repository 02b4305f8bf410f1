package io.quafka.program.roles;

/// What one process plays, from the moment it serves until it is closed.
public interface RunningRole extends AutoCloseable {
    /// The one line that says it serves, and where: what scripts wait for on standard output.
    String readyLine();

    /// Stops accepting, lets requests in flight finish within the configured time, makes everything
    /// durable and lets go of it. A second call does nothing.
    @Override
    void close();
}
