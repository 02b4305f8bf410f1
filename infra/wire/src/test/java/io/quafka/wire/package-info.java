@NullMarked
package io.quafka.wire;

import org.jspecify.annotations.NullMarked;
