package io.quafka.gateway.access;

import java.util.LinkedHashMap;
import org.apache.kafka.common.MetricName;
import org.apache.kafka.common.metrics.MetricValueProvider;
import org.apache.kafka.common.metrics.Metrics;
import org.apache.kafka.common.metrics.PluginMetrics;
import org.apache.kafka.common.metrics.Sensor;
import org.apache.kafka.common.metrics.Sensor.RecordingLevel;

/// Metrics that Kafka's authorizer insists on, and that nobody reads: its sensors record nothing,
/// so that questions do not wait for each other's counting.
final class Unmetered implements PluginMetrics {
    /// At its own level, which is above that of the sensors.
    private final Metrics metrics = new Metrics();

    @Override
    public MetricName metricName(
            String name, String description, LinkedHashMap<String, String> tags) {
        return metrics.metricName(name, "authorizer", description, tags);
    }

    @Override
    public void addMetric(MetricName name, MetricValueProvider<?> value) {}

    @Override
    public void removeMetric(MetricName name) {}

    @Override
    public Sensor addSensor(String name) {
        return metrics.sensor(name, RecordingLevel.DEBUG);
    }

    @Override
    public void removeSensor(String name) {
        metrics.removeSensor(name);
    }
}
