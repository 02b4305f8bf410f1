/// Micro-benchmarks under JMH: the index, the frame codec, the append path. `infra/bench/run jmh`
/// runs them.
@NullMarked
package io.quafka.bench.micro;

import org.jspecify.annotations.NullMarked;
