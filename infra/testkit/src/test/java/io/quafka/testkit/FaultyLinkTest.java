package io.quafka.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.quafka.s3server.FaultyLink;
import io.quafka.s3server.FaultyLink.Mode;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// The proxy that makes networks bad, in front of a server that sends back what it gets.
class FaultyLinkTest {
    private static final int SILENT_MS = 200;

    private final AtomicLong received = new AtomicLong();
    private ServerSocket server;
    private FaultyLink link;
    private Socket client;

    @BeforeEach
    void start() throws Exception {
        server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(this::echo);
        link = FaultyLink.to(server.getLocalPort());
        client = new Socket(InetAddress.getLoopbackAddress(), link.port());
        client.setSoTimeout(10_000);
    }

    @AfterEach
    void stop() throws Exception {
        client.close();
        link.close();
        server.close();
    }

    private void echo() {
        byte[] chunk = new byte[8192];
        while (!server.isClosed()) {
            try (Socket connection = server.accept()) {
                int read;
                while ((read = connection.getInputStream().read(chunk)) >= 0) {
                    received.addAndGet(read);
                    connection.getOutputStream().write(chunk, 0, read);
                }
            } catch (IOException _) {
                // Cut, as the test wanted it.
            }
        }
    }

    private void send(int bytes) throws IOException {
        client.getOutputStream().write(new byte[bytes]);
    }

    private void receive(int bytes) throws IOException {
        new DataInputStream(client.getInputStream()).readFully(new byte[bytes]);
    }

    @Test
    void bytesPassLaterWhereTheyAreDelayed() throws Exception {
        send(10);
        receive(10);
        link.delay(Duration.ofMillis(150));
        long began = System.nanoTime();
        send(10);
        receive(10);
        assertThat(Duration.ofNanos(System.nanoTime() - began))
                .isGreaterThan(Duration.ofMillis(300));
    }

    @Test
    void answersAreLostWhileRequestsArrive() throws Exception {
        link.set(Mode.ANSWERS_LOST);
        send(1_000);
        client.setSoTimeout(SILENT_MS);
        assertThatExceptionOfType(SocketTimeoutException.class).isThrownBy(() -> receive(1));
        assertThat(received).hasValue(1_000);
    }

    @Test
    void aConnectionIsCutAfterSoManyBytes() throws Exception {
        link.cutAfter(700);
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> {
                    send(500);
                    receive(500);
                });
        client.close();
        client = new Socket(InetAddress.getLoopbackAddress(), link.port());
        client.setSoTimeout(10_000);
        send(5_000);
        receive(5_000);
    }

    @Test
    void whatHungGoesOnWhereItStopped() throws Exception {
        link.set(Mode.HANG);
        send(100);
        client.setSoTimeout(SILENT_MS);
        assertThatExceptionOfType(SocketTimeoutException.class).isThrownBy(() -> receive(1));
        assertThat(received).hasValue(0);
        link.set(Mode.PASS);
        client.setSoTimeout(10_000);
        receive(100);
    }

    @Test
    void aResetEndsWhatIsOpen() throws Exception {
        link.set(Mode.RESET);
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> {
                    send(100);
                    receive(1);
                });
    }
}
