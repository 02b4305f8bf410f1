package io.quafka.controller.model;

import org.jspecify.annotations.Nullable;

/// What a quota bounds, by the name that Kafka's tools know it by. Rates are per second.
public enum QuotaKey {
    /// Bytes of produce requests.
    PRODUCER_BYTE_RATE("producer_byte_rate", true, Long.MAX_VALUE),
    /// Bytes of answers to fetches.
    CONSUMER_BYTE_RATE("consumer_byte_rate", true, Long.MAX_VALUE),
    /// Time of the threads that handle requests, in percent of one.
    REQUEST_PERCENTAGE("request_percentage", false, Double.MAX_VALUE),
    /// Partitions that are made and dropped.
    CONTROLLER_MUTATION_RATE("controller_mutation_rate", false, Double.MAX_VALUE),
    /// Connections that one address opens.
    CONNECTION_CREATION_RATE("connection_creation_rate", true, Integer.MAX_VALUE);

    private final String configName;
    private final boolean whole;
    private final double max;

    QuotaKey(String configName, boolean whole, double max) {
        this.configName = configName;
        this.whole = whole;
        this.max = max;
    }

    public String configName() {
        return configName;
    }

    /// Whether only whole numbers make sense.
    public boolean isWhole() {
        return whole;
    }

    /// The largest bound.
    public double max() {
        return max;
    }

    /// Whether it is about addresses; the others are about users and client ids.
    public boolean isOfAddresses() {
        return this == CONNECTION_CREATION_RATE;
    }

    /// The key of that name, or null.
    public static @Nullable QuotaKey of(String configName) {
        for (QuotaKey key : values()) {
            if (key.configName.equals(configName)) {
                return key;
            }
        }
        return null;
    }
}
