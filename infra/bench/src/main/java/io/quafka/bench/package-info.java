/// Compares Quafka with Apache Kafka on this machine: same tools, same disk, in turn.
@NullMarked
package io.quafka.bench;

import org.jspecify.annotations.NullMarked;
