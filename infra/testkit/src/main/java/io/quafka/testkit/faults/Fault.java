package io.quafka.testkit.faults;

import io.quafka.testkit.Site;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// Something that goes wrong for a while.
interface Fault {
    void strike() throws IOException, InterruptedException;

    /// Undoes it; returns when the processes that it took away are back.
    ///
    /// @throws AssertionError if one does not come back
    void heal() throws IOException, InterruptedException;

    /// Whether a process is right to log an alarm because of this fault. Data that is lost or
    /// damaged is none of those.
    ///
    /// @param alarm one entry of its log
    default boolean explains(Part part, String alarm) {
        return false;
    }

    /// SIGKILL, and a start later.
    record Kill(Part part) implements Fault {
        /// What gRPC, below Ratis, tells of a client that went while it was being answered.
        private static final String CLIENT_GONE = "Stream closed before write could take place";

        @Override
        public void strike() throws InterruptedException {
            part.kill();
        }

        @Override
        public void heal() throws InterruptedException {
            part.start();
        }

        @Override
        public boolean explains(Part other, String alarm) {
            List<String> exceptions =
                    alarm.lines()
                            .filter(line -> line.contains("Exception") && !line.startsWith("\tat "))
                            .toList();
            return other.role().equals("controller")
                    && !exceptions.isEmpty()
                    && exceptions.stream().allMatch(line -> line.contains(CLIENT_GONE));
        }
    }

    /// SIGKILL of several at once.
    record KillAll(List<Part> parts) implements Fault {
        @Override
        public void strike() throws InterruptedException {
            for (Part part : parts) {
                part.kill();
            }
        }

        @Override
        public void heal() throws InterruptedException {
            parts.forEach(Part::launch);
            for (Part part : parts) {
                part.awaitReady();
            }
        }
    }

    /// SIGSTOP: the process holds its connections and does not answer.
    record Pause(Part part) implements Fault {
        @Override
        public void strike() throws InterruptedException {
            part.pause();
        }

        @Override
        public void heal() throws InterruptedException {
            part.resume();
        }
    }

    /// SIGTERM and a start, one part after the other.
    record RollingRestart(List<Part> parts) implements Fault {
        @Override
        public void strike() throws InterruptedException {
            for (Part part : parts) {
                part.terminate();
                part.start();
            }
        }

        @Override
        public void heal() {}
    }

    /// A gateway goes for good, another comes.
    record ReplaceGateway(Cluster cluster, Part old, int number) implements Fault {
        @Override
        public void strike() throws IOException, InterruptedException {
            cluster.replaceGateway(old, number);
        }

        @Override
        public void heal() {}

        @Override
        public String toString() {
            return "ReplaceGateway[" + old + "]";
        }
    }

    /// A member of the controller is lost with its disk; another one takes its place.
    record ReplaceController(Cluster cluster, Part lost) implements Fault {
        @Override
        public void strike() throws InterruptedException {
            lost.kill();
        }

        @Override
        public void heal() throws IOException, InterruptedException {
            cluster.replaceController(lost);
        }

        @Override
        public String toString() {
            return "ReplaceController[" + lost + "]";
        }
    }

    /// All shards move, and a storage node is killed meanwhile.
    record MoveShards(Cluster cluster, Part killed) implements Fault {
        @Override
        public void strike() throws InterruptedException {
            int moving = cluster.shardChange().begin();
            if (moving == 0) {
                throw new AssertionError("there is no shard to move");
            }
            killed.kill();
        }

        @Override
        public void heal() throws InterruptedException {
            killed.start();
            cluster.shardChange().awaitDone();
        }

        /// Who came to lead may lead no more before its coordinators have loaded what they need.
        @Override
        public boolean explains(Part part, String alarm) {
            return alarm.contains("Failed to load metadata from")
                    && alarm.contains("is not led here");
        }

        @Override
        public String toString() {
            return "MoveShards[and kill " + killed + "]";
        }
    }

    /// The wall clock of a process is wrong for a while.
    record ClockJump(Part part, Duration by) implements Fault {
        @Override
        public void strike() throws IOException {
            jump(by);
        }

        @Override
        public void heal() throws IOException {
            jump(Duration.ZERO);
        }

        private void jump(Duration wrong) throws IOException {
            Clock clock = part.clock();
            if (clock == null) {
                throw new IllegalStateException(part + " has no clock of its own");
            }
            clock.jump(wrong);
        }
    }

    /// A link that loses all that goes one way.
    record Link(Site from, Site to) {
        @Override
        public String toString() {
            return from.name().replaceFirst(".*-", "") + "→" + to.name().replaceFirst(".*-", "");
        }
    }

    /// Both ways of one place and some others.
    static List<Link> between(Site one, List<Site> others) {
        List<Link> links = new ArrayList<>();
        for (Site other : others) {
            if (!other.equals(one)) {
                links.add(new Link(one, other));
                links.add(new Link(other, one));
            }
        }
        return links;
    }

    /// What is sent gets lost.
    record Cut(Network network, List<Link> links) implements Fault {
        @Override
        public void strike() throws IOException, InterruptedException {
            for (Link link : links) {
                network.cut(link.from(), link.to());
            }
        }

        @Override
        public void heal() throws IOException, InterruptedException {
            for (Link link : links) {
                network.heal(link.from(), link.to());
            }
        }

        @Override
        public String toString() {
            return "Cut" + links;
        }
    }

    /// Links that lose what is sent most of the time, so that what goes over them is sent again and
    /// comes late.
    final class Slow implements Fault {
        private static final long LOST_MS = 300;
        private static final long PASSED_MS = 60;

        private final Cut cut;
        private final Thread thread = Thread.ofPlatform().daemon().unstarted(this::flap);
        private volatile boolean healed;
        private volatile boolean failed;

        Slow(Network network, List<Link> links) {
            cut = new Cut(network, links);
        }

        @Override
        public void strike() {
            thread.start();
        }

        private void flap() {
            try {
                while (!healed) {
                    cut.strike();
                    Actor.pause(Duration.ofMillis(LOST_MS));
                    cut.heal();
                    Actor.pause(Duration.ofMillis(PASSED_MS));
                }
            } catch (IOException e) {
                failed = true;
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
        }

        @Override
        public void heal() throws IOException, InterruptedException {
            healed = true;
            thread.join();
            if (failed) {
                throw new IOException("links could not be cut: " + this);
            }
        }

        @Override
        public String toString() {
            return "Slow" + cut.links();
        }
    }

    /// The object store does not answer.
    record StoreOutage(Store store) implements Fault {
        @Override
        public void strike() throws InterruptedException {
            store.pause();
        }

        @Override
        public void heal() throws InterruptedException {
            store.resume();
        }

        @Override
        public String toString() {
            return "StoreOutage";
        }
    }

    /// A storage node's disk runs full.
    record FullDisk(Part part, Volume volume) implements Fault {
        private static final List<String> TOLD =
                List.of("No space left on device", "no room on its disk");

        @Override
        public void strike() throws IOException {
            volume.fill();
        }

        @Override
        public void heal() throws IOException {
            volume.free();
        }

        @Override
        public boolean explains(Part other, String alarm) {
            return other == part && TOLD.stream().anyMatch(alarm::contains);
        }

        @Override
        public String toString() {
            return "FullDisk[" + part + "]";
        }
    }
}
