/// Transactions as their coordinator sees them: what may happen to one, as pure rules. Who keeps
/// them, and who tells the partitions, is elsewhere.
@NullMarked
package io.quafka.storage.transaction;

import org.jspecify.annotations.NullMarked;
