@NullMarked
package io.quafka.storage.tier;

import org.jspecify.annotations.NullMarked;
