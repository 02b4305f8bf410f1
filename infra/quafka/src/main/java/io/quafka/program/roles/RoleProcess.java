package io.quafka.program.roles;

import io.quafka.program.config.Configuration;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What a process plays: opens what it stands on one after the other, and closes it backwards.
abstract class RoleProcess implements RunningRole {
    final Configuration configuration;
    final ClosingStack opened = new ClosingStack();
    private final Logger log = LoggerFactory.getLogger(getClass());
    private String readyLine = "";

    RoleProcess(Configuration configuration) {
        this.configuration = configuration;
    }

    /// Opens all of it, and puts each on [#opened].
    ///
    /// @return the [#readyLine]
    abstract String open() throws IOException, InterruptedException;

    /// Returns when a role serves.
    ///
    /// @throws StartException if it cannot, with everything closed again
    static <R extends RoleProcess> R started(R role) throws InterruptedException {
        RoleProcess process = role;
        try {
            process.readyLine = process.open();
            return role;
        } catch (IOException | RuntimeException | InterruptedException e) {
            process.opened.closeAfter(e);
            throw StartException.of(e);
        }
    }

    @Override
    public final String readyLine() {
        return readyLine;
    }

    @Override
    public final void close() {
        log.atInfo().log("stopping");
        opened.close();
        log.atInfo().log("stopped");
    }
}
