@NullMarked
package io.quafka.storage.replication;

import org.jspecify.annotations.NullMarked;
