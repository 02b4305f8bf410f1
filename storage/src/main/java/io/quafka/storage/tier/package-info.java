/// Brings a storage node's sealed segments to the object store, and keeps the store tidy.
@NullMarked
package io.quafka.storage.tier;

import org.jspecify.annotations.NullMarked;
