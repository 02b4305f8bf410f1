/// A bare Kafka client for probes: one socket, one request at a time or pipelined, no retries but
/// those that are measured.
@NullMarked
package io.quafka.bench.client;

import org.jspecify.annotations.NullMarked;
