/// TLS: what a process shows and whom it believes, and the bytes of one connection.
@NullMarked
package io.quafka.wire.tls;

import org.jspecify.annotations.NullMarked;
