package io.quafka.testkit.faults;

import io.quafka.testkit.Ports;
import io.quafka.testkit.Site;

/// All on 127.0.0.1, where links cannot be cut.
final class Loopback implements Network {
    @Override
    public Site place(String name) {
        return Site.LOCAL;
    }

    @Override
    public int port(int usual) {
        return Ports.free();
    }

    @Override
    public boolean cuts() {
        return false;
    }

    @Override
    public void cut(Site from, Site to) {
        throw new UnsupportedOperationException("links on loopback cannot be cut");
    }

    @Override
    public void heal(Site from, Site to) {
        throw new UnsupportedOperationException("links on loopback cannot be cut");
    }

    @Override
    public void close() {}
}
