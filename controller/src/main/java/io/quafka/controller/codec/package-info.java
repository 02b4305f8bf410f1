/// The bytes of records, commands and replies: versioned, compact, bounded by what is there to
/// read.
@NullMarked
package io.quafka.controller.codec;

import org.jspecify.annotations.NullMarked;
