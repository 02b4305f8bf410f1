package io.quafka.program.roles;

import static org.assertj.core.api.Assertions.assertThat;

import io.quafka.controller.Controller;
import io.quafka.controller.Metadata;
import io.quafka.controller.model.ClusterImage;
import io.quafka.controller.model.Command;
import io.quafka.controller.model.Endpoint;
import io.quafka.controller.model.NodeRole;
import io.quafka.controller.model.Reply;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;

class NodeRegistrationTest {
    private static final Command.RegisterNode REGISTRATION =
            new Command.RegisterNode(
                    new Uuid(1, 1),
                    Set.of(NodeRole.STORAGE),
                    null,
                    new Endpoint("host", 1),
                    null,
                    1);

    /// The controller may hand its shards over before it hears that it has.
    @Test
    void whoLeavesHoldsNoLeaseThoughNobodyAnswers() throws Exception {
        NodeRegistration registration = new NodeRegistration(controller(), Duration.ofSeconds(10));
        BooleanSupplier lease = registration.lease(Duration.ofMinutes(1));
        registration.register(REGISTRATION);
        assertThat(lease.getAsBoolean()).isTrue();
        registration.leave();
        assertThat(lease.getAsBoolean()).isFalse();
    }

    /// Answers registrations, and nothing else.
    private static Controller controller() {
        Metadata metadata =
                answering(
                        Metadata.class,
                        (_, method, _) -> {
                            assertThat(method.getName()).isEqualTo("awaitVersion");
                            return CompletableFuture.completedFuture(ClusterImage.EMPTY);
                        });
        return answering(
                Controller.class,
                (_, method, arguments) ->
                        switch (method.getName()) {
                            case "metadata" -> metadata;
                            case "submit" ->
                                    arguments[0] instanceof Command.RegisterNode
                                            ? CompletableFuture.completedFuture(
                                                    new Reply.NodeRegistered(
                                                            1, 7, Errors.NONE, null))
                                            : new CompletableFuture<>();
                            default -> throw new AssertionError(method);
                        });
    }

    private static <T> T answering(Class<T> type, InvocationHandler answers) {
        return type.cast(
                Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, answers));
    }
}
