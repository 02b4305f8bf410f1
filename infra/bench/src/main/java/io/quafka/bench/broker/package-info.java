/// The brokers under comparison as child processes: started, asked, stopped, killed.
@NullMarked
package io.quafka.bench.broker;

import org.jspecify.annotations.NullMarked;
