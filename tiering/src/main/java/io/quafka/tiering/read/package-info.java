/// Reads history out of the object store: cached, ahead of sequential readers, in bounded memory.
@NullMarked
package io.quafka.tiering.read;

import org.jspecify.annotations.NullMarked;
