/// What a storage node does as topics reach their budgets: decided without I/O, clocks or threads.
@NullMarked
package io.quafka.storage.pressure;

import org.jspecify.annotations.NullMarked;
