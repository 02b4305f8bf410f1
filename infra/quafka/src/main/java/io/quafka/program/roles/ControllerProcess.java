package io.quafka.program.roles;

import io.quafka.controller.Controller;
import io.quafka.controller.raft.ControllerConfig;
import io.quafka.controller.raft.EmbeddedController;
import io.quafka.program.config.ConfigKeys;
import io.quafka.program.config.Configuration;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A member of the controller in a process of its own.
public final class ControllerProcess implements RunningRole {
    private static final Logger LOG = LoggerFactory.getLogger(ControllerProcess.class);

    private final ClosingStack opened = new ClosingStack();
    private String readyLine = "";

    private ControllerProcess() {}

    /// Returns when a lone member leads, and when one of several listens.
    ///
    /// @throws StartException if it cannot, with everything closed again
    public static ControllerProcess start(Configuration configuration) throws InterruptedException {
        ControllerProcess process = new ControllerProcess();
        try {
            process.open(configuration);
            return process;
        } catch (IOException | RuntimeException e) {
            process.opened.closeAfter(e);
            throw StartException.of(e);
        }
    }

    private void open(Configuration configuration) throws IOException {
        DataDirectory data =
                opened.add(DataDirectory.open(configuration.get(ConfigKeys.NODE_DATA_DIR)));
        ControllerConfig config = Settings.controller(configuration, data.resolve("controller"));
        Controller controller = opened.add(EmbeddedController.start(config));
        String clusterId = controller.metadata().image().clusterId();
        if (!clusterId.isEmpty()) {
            data.requireCluster(clusterId);
            ClusterDefaults.apply(controller, configuration).join();
        }
        String address =
                config.members().stream()
                        .filter(member -> member.id() == config.memberId())
                        .map(member -> String.valueOf(member.endpoint()))
                        .findFirst()
                        .orElseThrow();
        readyLine =
                "Quafka is ready: controller member "
                        + config.memberId()
                        + " on "
                        + address
                        + ", data in "
                        + data.path();
    }

    @Override
    public String readyLine() {
        return readyLine;
    }

    @Override
    public void close() {
        LOG.atInfo().log("stopping");
        opened.close();
        LOG.atInfo().log("stopped");
    }
}
