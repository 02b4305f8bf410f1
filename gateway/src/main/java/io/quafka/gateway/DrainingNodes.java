package io.quafka.gateway;

import io.quafka.controller.Metadata;
import io.quafka.controller.config.DescribedConfig;
import io.quafka.controller.logic.ControllerLogic;
import io.quafka.controller.logic.Decision;
import io.quafka.controller.logic.IdSource;
import io.quafka.controller.model.ClusterImage;
import io.quafka.controller.model.Command.ConfigChange;
import io.quafka.controller.model.Command.DrainNode;
import io.quafka.controller.model.Node;
import io.quafka.controller.model.Reply;
import io.quafka.controller.model.Reply.Outcome;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.DescribeConfigsResponse.ConfigSource;
import org.apache.kafka.common.requests.DescribeConfigsResponse.ConfigType;

/// The storage nodes that are to go, as a setting of the whole cluster: Kafka has no API to say so,
/// and its clients send a setting of one broker to that broker, while storage nodes are none to
/// them. As a list, nodes are appended to it and subtracted from it, each by whom it concerns, with
/// Kafka's own tools too, and by who may change the cluster's settings.
///
/// Nothing is kept: the list is what the image says of its nodes, and a change of it is one command
/// for each node. So it cannot be changed together with other settings, which stand or fall as one.
final class DrainingNodes {
    static final String NAME = "storage.draining.nodes";

    private static final String WHAT =
            "Storage nodes that are to go: what they carry moves to others, and they are given nothing new.";

    private final Metadata metadata;
    private final Commands commands;

    DrainingNodes(Metadata metadata, Commands commands) {
        this.metadata = metadata;
        this.commands = commands;
    }

    static boolean isAmong(List<ConfigChange> changes) {
        return changes.stream().anyMatch(change -> change.name().equals(NAME));
    }

    /// As DescribeConfigs tells it.
    static DescribedConfig described(ClusterImage image) {
        Set<Integer> draining = in(image);
        String value = draining.stream().map(String::valueOf).collect(Collectors.joining(","));
        ConfigSource source =
                draining.isEmpty()
                        ? ConfigSource.DEFAULT_CONFIG
                        : ConfigSource.DYNAMIC_DEFAULT_BROKER_CONFIG;
        return new DescribedConfig(
                NAME,
                value,
                source,
                ConfigType.LIST,
                false,
                false,
                WHAT,
                List.of(new DescribedConfig.Synonym(NAME, value, source)));
    }

    /// Drains, or keeps, the nodes that a change names, one after the other up to the first that is
    /// refused. One that drains already drains what it still has.
    ///
    /// @param replaceAll whether this is a legacy change of all settings
    CompletableFuture<Outcome> change(
            List<ConfigChange> changes, boolean replaceAll, boolean validateOnly) {
        if (replaceAll || changes.size() > 1) {
            return CompletableFuture.completedFuture(
                    new Outcome(
                            Errors.INVALID_REQUEST,
                            NAME + " is changed by itself, with IncrementalAlterConfigs"));
        }
        ClusterImage image = metadata.image();
        List<DrainNode> wanted;
        try {
            wanted = wanted(in(image), changes.getFirst());
        } catch (NumberFormatException _) {
            return CompletableFuture.completedFuture(
                    new Outcome(
                            Errors.INVALID_CONFIG,
                            NAME
                                    + " lists nodes by their numbers, separated by commas, not '"
                                    + changes.getFirst().value()
                                    + "'"));
        }
        return validateOnly
                ? CompletableFuture.completedFuture(decide(image, wanted))
                : submit(wanted);
    }

    private static Set<Integer> in(ClusterImage image) {
        return image.nodes().values().stream()
                .filter(Node::draining)
                .map(Node::id)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /// Who stays first: there is room on it then.
    private static List<DrainNode> wanted(Set<Integer> draining, ConfigChange change) {
        Set<Integer> named = numbers(change);
        Set<Integer> stay = new LinkedHashSet<>();
        Set<Integer> go = new LinkedHashSet<>();
        switch (change.op()) {
            case SET -> {
                go.addAll(named);
                stay.addAll(draining);
                stay.removeAll(named);
            }
            case DELETE -> stay.addAll(draining);
            case APPEND -> go.addAll(named);
            case SUBTRACT -> stay.addAll(named);
        }
        List<DrainNode> wanted = new ArrayList<>();
        stay.forEach(id -> wanted.add(new DrainNode(id, false)));
        go.forEach(id -> wanted.add(new DrainNode(id, true)));
        return wanted;
    }

    private static Set<Integer> numbers(ConfigChange change) {
        Set<Integer> numbers = new LinkedHashSet<>();
        String value = change.value();
        if (value != null && !value.isBlank()) {
            for (String number : value.split(",", -1)) {
                numbers.add(Integer.parseInt(number.strip()));
            }
        }
        return numbers;
    }

    /// What the controller would say.
    private static Outcome decide(ClusterImage image, List<DrainNode> wanted) {
        ClusterImage after = image;
        for (DrainNode each : wanted) {
            Decision decision = ControllerLogic.decide(after, each, IdSource.from(Uuid.ZERO_UUID));
            Outcome outcome = ((Reply.Outcomes) decision.reply()).outcomes().getFirst();
            if (outcome.error() != Errors.NONE) {
                return outcome;
            }
            after = decision.applyTo(after);
        }
        return Outcome.OK;
    }

    private CompletableFuture<Outcome> submit(List<DrainNode> wanted) {
        CompletableFuture<Outcome> last = CompletableFuture.completedFuture(Outcome.OK);
        for (DrainNode each : wanted) {
            last =
                    last.thenCompose(outcome ->
                            outcome.error() == Errors.NONE
                                    ? submit(each)
                                    : CompletableFuture.completedFuture(outcome));
        }
        return last;
    }

    private CompletableFuture<Outcome> submit(DrainNode command) {
        return commands.submit(command)
                .handle((effect, failure) ->
                        failure == null
                                ? effect.reply().outcomes().getFirst()
                                : ReassignmentApis.lost(Failures.ofController(failure)));
    }
}
