/// What end-to-end tests stand on: a real broker in a process of its own, a client that sends what
/// no Kafka client would, and a seeded source of requests, good and spoiled.
@NullMarked
package io.quafka.testkit;

import org.jspecify.annotations.NullMarked;
