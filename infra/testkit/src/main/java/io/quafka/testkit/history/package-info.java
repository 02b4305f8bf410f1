/// What clients did and saw, and whether it may have been so: pure, without any broker.
///
/// [Recorder] gathers [Op]s into a [History]; [Checker] judges it, in the manner of Jepsen's
/// workload for Kafka: by what each client was told, not by looking into brokers.
@NullMarked
package io.quafka.testkit.history;

import org.jspecify.annotations.NullMarked;
