package io.quafka.storage.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.quafka.storage.node.FaultyStore.Faults;
import io.quafka.storage.node.FaultyStore.Step;
import io.quafka.tiering.store.ObjectStore;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;

/// A node's death at a call to its store.
final class StoreCrash {
    private StoreCrash() {}

    /// @param done whether the call has had its effect
    record Moment(Step step, boolean done) {}

    /// Before and after each of these.
    static Stream<Moment> moments(Step... steps) {
        return Stream.of(steps)
                .flatMap(step -> Stream.of(new Moment(step, false), new Moment(step, true)));
    }

    /// Opens the node that is to die.
    interface Opening {
        NodeUnderTest open(ObjectStore store) throws Exception;
    }

    /// A node dies at a moment, as does its way to the store.
    ///
    /// @param directory of the node
    /// @param copy gets its disk as it was then
    static void at(Moment moment, ObjectStore store, Path directory, Path copy, Opening opening)
            throws Exception {
        CountDownLatch crashed = new CountDownLatch(1);
        AtomicReference<Throwable> failure = new AtomicReference<>();
        FaultyStore dying = new FaultyStore(store, Faults.NONE);
        dying.becomes((step, done) -> {
            synchronized (crashed) {
                if (crashed.getCount() == 0) {
                    throw FaultyStore.busy(step, done);
                }
                if (step == moment.step() && done == moment.done()) {
                    try {
                        CrashTest.copyTree(directory, copy);
                    } catch (Exception | AssertionError e) {
                        failure.set(e);
                    }
                    crashed.countDown();
                    throw FaultyStore.busy(step, done);
                }
            }
        });
        try (NodeUnderTest _ = opening.open(dying)) {
            assertThat(crashed.await(60, TimeUnit.SECONDS)).isTrue();
            assertThat(failure.get()).isNull();
        }
    }
}
