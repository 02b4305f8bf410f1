package io.quafka.testkit.faults;

import io.quafka.testkit.BrokerOptions;
import io.quafka.testkit.BrokerProcess;
import io.quafka.testkit.Site;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One process of a cluster, from start to start. Used by one thread.
final class Part implements AutoCloseable {
    private final String name;
    private final @Nullable Volume volume;
    private @Nullable Clock clock;
    private BrokerOptions options;
    private @Nullable BrokerProcess process;
    private final List<String> alarms = new ArrayList<>();

    /// @param volume under its data, or null
    Part(String name, BrokerOptions options, @Nullable Volume volume) {
        this.name = name;
        this.options = options;
        this.volume = volume;
    }

    String name() {
        return name;
    }

    String role() {
        return options.role();
    }

    Site site() {
        return options.site();
    }

    /// Where it listens: host:port.
    String address() {
        return options.site().host() + ":" + options.port();
    }

    @Nullable Volume volume() {
        return volume;
    }

    /// Has its next starts go by a clock that can be wrong.
    void goBy(Clock next) {
        clock = next;
        options = options.at(next.at(options.site()));
    }

    @Nullable Clock clock() {
        return clock;
    }

    void launch() {
        process = BrokerProcess.launch(options);
    }

    /// Of its next start.
    void set(String key, String value) {
        options = options.with(key, value);
    }

    /// @throws AssertionError if it does not come up in time
    void awaitReady() throws InterruptedException {
        running().awaitReady();
    }

    void start() throws InterruptedException {
        launch();
        awaitReady();
    }

    void kill() throws InterruptedException {
        gather();
        running().kill9();
    }

    void pause() throws InterruptedException {
        running().pause();
    }

    void resume() throws InterruptedException {
        running().resume();
    }

    void terminate() throws InterruptedException {
        running().terminate();
        gather();
    }

    boolean isAlive() {
        return process != null && process.isAlive();
    }

    private void gather() {
        alarms.addAll(running().alarms());
    }

    /// What it logged that a healthy process would not, over all its starts, entry by entry.
    List<String> alarms() {
        List<String> all = new ArrayList<>(alarms);
        all.addAll(running().alarms());
        return all;
    }

    private BrokerProcess running() {
        BrokerProcess running = process;
        if (running == null) {
            throw new IllegalStateException(name + " was never started");
        }
        return running;
    }

    @Override
    public void close() throws InterruptedException {
        if (process != null) {
            process.close();
        }
        if (volume != null) {
            volume.close();
        }
    }

    @Override
    public String toString() {
        return name;
    }
}
