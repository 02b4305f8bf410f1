/// What is measured: each scenario prepares a broker, warms it, and measures one window.
@NullMarked
package io.quafka.bench.scenario;

import org.jspecify.annotations.NullMarked;
