/// Load on a broker, made in a process of its own so that its CPU time is nobody else's.
@NullMarked
package io.quafka.bench.load;

import org.jspecify.annotations.NullMarked;
