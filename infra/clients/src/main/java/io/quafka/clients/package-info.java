/// Applications on Kafka's libraries, which tests start against a broker.
@NullMarked
package io.quafka.clients;

import org.jspecify.annotations.NullMarked;
