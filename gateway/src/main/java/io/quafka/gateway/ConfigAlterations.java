package io.quafka.gateway;

import io.quafka.controller.model.Command;
import io.quafka.controller.model.Reply;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

/// Changes of configs, as AlterConfigs and IncrementalAlterConfigs share them: what can be changed
/// are topics, groups and, as resource BROKER with an empty name, the defaults of the whole
/// cluster. What belongs to one node is set where the node is started.
final class ConfigAlterations {
    /// What a request wants of one resource.
    ///
    /// @param problem why the changes cannot even be told to the controller; null if they can
    record Wish(
            byte type, String name, List<Command.ConfigChange> changes, @Nullable String problem) {}

    /// What became of it.
    record Result(byte type, String name, Errors error, @Nullable String message) {}

    private static final Set<ConfigResource.Type> CHANGEABLE =
            Set.of(
                    ConfigResource.Type.TOPIC,
                    ConfigResource.Type.GROUP,
                    ConfigResource.Type.BROKER);

    private final Commands commands;
    private final DrainingNodes draining;

    ConfigAlterations(Commands commands, DrainingNodes draining) {
        this.commands = commands;
        this.draining = draining;
    }

    /// One result for each wish, in order; never fails.
    CompletableFuture<List<Result>> apply(
            List<Wish> wishes, boolean replaceAll, boolean validateOnly) {
        Map<ConfigResource, Integer> mentions = new HashMap<>();
        wishes.forEach(wish -> mentions.merge(resource(wish), 1, Integer::sum));
        Map<ConfigResource, List<Command.ConfigChange>> changes = new LinkedHashMap<>();
        Map<Wish, Result> refused = new HashMap<>();
        CompletableFuture<Map<ConfigResource, Reply.Outcome>> drained =
                CompletableFuture.completedFuture(Map.of());
        for (Wish wish : wishes) {
            ConfigResource resource = resource(wish);
            Result refusal = refusal(wish, mentions.getOrDefault(resource, 0) > 1);
            if (refusal != null) {
                refused.put(wish, refusal);
            } else if (resource.type() == ConfigResource.Type.BROKER
                    && DrainingNodes.isAmong(wish.changes())) {
                drained =
                        draining.change(wish.changes(), replaceAll, validateOnly)
                                .thenApply(outcome -> Map.of(resource, outcome));
            } else {
                changes.put(resource, wish.changes());
            }
        }
        CompletableFuture<Map<ConfigResource, Reply.Outcome>> decided =
                changes.isEmpty()
                        ? CompletableFuture.completedFuture(Map.of())
                        : submit(changes, replaceAll, validateOnly);
        return decided.thenCombine(
                drained,
                (some, more) -> {
                    Map<ConfigResource, Reply.Outcome> outcomes = new HashMap<>(some);
                    outcomes.putAll(more);
                    return results(wishes, refused, outcomes);
                });
    }

    private CompletableFuture<Map<ConfigResource, Reply.Outcome>> submit(
            Map<ConfigResource, List<Command.ConfigChange>> changes,
            boolean replaceAll,
            boolean validateOnly) {
        return commands.submit(new Command.AlterConfigs(changes, replaceAll, validateOnly))
                .handle((effect, failure) -> {
                    if (failure == null) {
                        return effect.reply().outcomes();
                    }
                    Errors error = Failures.ofController(failure);
                    var lost = new Reply.Outcome(error, error.message());
                    Map<ConfigResource, Reply.Outcome> outcomes = new HashMap<>();
                    changes.keySet().forEach(resource -> outcomes.put(resource, lost));
                    return outcomes;
                });
    }

    private static List<Result> results(
            List<Wish> wishes,
            Map<Wish, Result> refused,
            Map<ConfigResource, Reply.Outcome> outcomes) {
        List<Result> results = new ArrayList<>(wishes.size());
        for (Wish wish : wishes) {
            Result refusal = refused.get(wish);
            Reply.Outcome outcome = outcomes.get(resource(wish));
            if (refusal != null) {
                results.add(refusal);
            } else if (outcome != null) {
                results.add(
                        new Result(wish.type(), wish.name(), outcome.error(), outcome.message()));
            } else {
                results.add(result(wish, Errors.UNKNOWN_SERVER_ERROR, "no outcome was told"));
            }
        }
        return results;
    }

    private static @Nullable Result refusal(Wish wish, boolean twice) {
        if (twice) {
            return result(wish, Errors.INVALID_REQUEST, "the request names this resource twice");
        }
        ConfigResource.Type type = ConfigResource.Type.forId(wish.type());
        if (type == ConfigResource.Type.BROKER && !wish.name().isEmpty()) {
            return result(
                    wish,
                    Errors.INVALID_CONFIG,
                    "a single node's configs are set where it is started; for the whole cluster's defaults leave the"
                            + " broker's name empty");
        }
        if (!CHANGEABLE.contains(type)) {
            return result(
                    wish, Errors.INVALID_REQUEST, "configs of a " + type + " cannot be changed");
        }
        String problem = wish.problem();
        return problem == null ? null : result(wish, Errors.INVALID_REQUEST, problem);
    }

    private static Result result(Wish wish, Errors error, String message) {
        return new Result(wish.type(), wish.name(), error, message);
    }

    private static ConfigResource resource(Wish wish) {
        return new ConfigResource(ConfigResource.Type.forId(wish.type()), wish.name());
    }
}
