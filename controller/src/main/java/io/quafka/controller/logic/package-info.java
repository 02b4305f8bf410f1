/// The controller's rules, without I/O, clocks or threads: commands are decided into records,
/// records are applied to images.
@NullMarked
package io.quafka.controller.logic;

import org.jspecify.annotations.NullMarked;
