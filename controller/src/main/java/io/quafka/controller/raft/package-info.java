/// The controller under Apache Ratis: the one package that knows it.
@NullMarked
package io.quafka.controller.raft;

import org.jspecify.annotations.NullMarked;
