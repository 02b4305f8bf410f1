package io.quafka.controller.logic;

import io.quafka.controller.config.TopicConfigs;
import io.quafka.controller.model.ClusterImage;
import io.quafka.controller.model.RetentionShares;
import io.quafka.controller.model.Topic;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToIntFunction;
import java.util.stream.Collectors;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

/// Who holds which share of the capacity, as one command changes it item by item: refuses what
/// makes more than the whole. Since it is asked when a command is decided, two clients that each
/// take the last free share cannot both have it.
final class ShareLedger {
    /// Holders that a refusal lists by name.
    private static final int LISTED_MAX = 20;

    private final ClusterImage image;
    private Map<String, String> defaults;
    private @Nullable Map<String, RetentionShares> holders;

    ShareLedger(ClusterImage image) {
        this.image = image;
        defaults = image.defaults();
    }

    /// A topic has these configs from now on, if it may.
    void take(String topic, boolean internal, Map<String, String> configs) throws Refusal {
        if (internal) {
            refuseInternal(topic, configs);
            return;
        }
        RetentionShares asked = TopicConfigs.shares(configs, defaults);
        Map<String, RetentionShares> held = holders;
        if (held == null) {
            if (asked.isNone()) {
                return;
            }
            held = holdersUnder(defaults);
            holders = held;
        }
        RetentionShares before = held.getOrDefault(topic, RetentionShares.NONE);
        require(
                held,
                topic,
                before,
                asked,
                TopicConfigs.LOCAL_RETENTION_PERCENT,
                RetentionShares::local);
        require(held, topic, before, asked, TopicConfigs.RETENTION_PERCENT, RetentionShares::whole);
        put(held, topic, asked);
    }

    private static void refuseInternal(String topic, Map<String, String> configs) throws Refusal {
        for (String name :
                List.of(TopicConfigs.LOCAL_RETENTION_PERCENT, TopicConfigs.RETENTION_PERCENT)) {
            if (configs.containsKey(name)) {
                throw new Refusal(
                        Errors.INVALID_CONFIG,
                        name + " is not for internal topics: " + topic + " keeps what it needs.");
            }
        }
    }

    /// The cluster has these settings from now on, if all topics' shares fit then.
    void changeDefaults(Map<String, String> next) throws Refusal {
        if (percentages(next).equals(percentages(defaults))) {
            return;
        }
        Map<String, RetentionShares> held = holdersUnder(next);
        requireSum(held, TopicConfigs.LOCAL_RETENTION_PERCENT, RetentionShares::local);
        requireSum(held, TopicConfigs.RETENTION_PERCENT, RetentionShares::whole);
        defaults = next;
        holders = held;
    }

    private static RetentionShares percentages(Map<String, String> settings) {
        return TopicConfigs.shares(Map.of(), settings);
    }

    private Map<String, RetentionShares> holdersUnder(Map<String, String> settings) {
        Map<String, RetentionShares> held = new TreeMap<>();
        for (Topic topic : image.topicsByName().values()) {
            if (!topic.internal()) {
                put(held, topic.name(), TopicConfigs.shares(topic.configs(), settings));
            }
        }
        return held;
    }

    private static void put(
            Map<String, RetentionShares> held, String topic, RetentionShares shares) {
        if (shares.isNone()) {
            held.remove(topic);
        } else {
            held.put(topic, shares);
        }
    }

    /// A topic that asks for no more than it had is let be, whatever the others hold.
    private static void require(
            Map<String, RetentionShares> held,
            String topic,
            RetentionShares before,
            RetentionShares asked,
            String config,
            ToIntFunction<RetentionShares> kind)
            throws Refusal {
        int wanted = kind.applyAsInt(asked);
        if (wanted <= kind.applyAsInt(before)) {
            return;
        }
        long others = sum(held, kind) - kind.applyAsInt(before);
        if (others + wanted > RetentionShares.WHOLE) {
            throw new Refusal(
                    Errors.INVALID_CONFIG,
                    "%s of %s for topic %s makes %s together; %s is left. Held: %s"
                            .formatted(
                                    config,
                                    RetentionShares.text(wanted),
                                    topic,
                                    RetentionShares.text(others + wanted),
                                    RetentionShares.text(
                                            Math.max(0, RetentionShares.WHOLE - others)),
                                    listed(held, topic, kind)));
        }
    }

    private static void requireSum(
            Map<String, RetentionShares> held, String config, ToIntFunction<RetentionShares> kind)
            throws Refusal {
        long sum = sum(held, kind);
        if (sum > RetentionShares.WHOLE) {
            throw new Refusal(
                    Errors.INVALID_CONFIG,
                    "With this default, %s makes %s together. Topics would hold: %s"
                            .formatted(config, RetentionShares.text(sum), listed(held, "", kind)));
        }
    }

    private static long sum(
            Map<String, RetentionShares> held, ToIntFunction<RetentionShares> kind) {
        return held.values().stream().mapToLong(kind::applyAsInt).sum();
    }

    private static String listed(
            Map<String, RetentionShares> held, String except, ToIntFunction<RetentionShares> kind) {
        List<Map.Entry<String, RetentionShares>> others = new ArrayList<>(held.entrySet());
        others.removeIf(e -> e.getKey().equals(except) || kind.applyAsInt(e.getValue()) == 0);
        others.sort(
                Comparator.comparingInt((Map.Entry<String, RetentionShares> e) ->
                                -kind.applyAsInt(e.getValue()))
                        .thenComparing(Map.Entry::getKey));
        String text =
                others.stream()
                        .limit(LISTED_MAX)
                        .map(e ->
                                e.getKey()
                                        + " "
                                        + RetentionShares.text(kind.applyAsInt(e.getValue())))
                        .collect(Collectors.joining(", "));
        int more = others.size() - LISTED_MAX;
        return more > 0 ? text + ", and " + more + " more topics" : text;
    }
}
