/// The metadata quorum as the other roles see it: submit a command, follow the image.
@NullMarked
package io.quafka.controller;

import org.jspecify.annotations.NullMarked;
