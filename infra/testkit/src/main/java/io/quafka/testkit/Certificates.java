package io.quafka.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// An authority and the certificates it signs, made by the JDK's keytool below one directory.
public final class Certificates {
    public static final String PASSWORD = "test-password";

    private static final int KEYTOOL_MAX_S = 60;

    private final Path directory;
    private final Path store;
    private final String authority;

    private Certificates(Path directory, String authority) {
        this.directory = directory;
        this.store = directory.resolve(authority + "-all.p12");
        this.authority = authority;
    }

    /// An authority of that name.
    public static Certificates authority(Path directory, String name) {
        Certificates made = new Certificates(directory, name);
        made.keytool("-genkeypair", "-alias", name, "-dname", "CN=" + name, "-ext", "bc:c=ca:true");
        made.writePem(name, false);
        return made;
    }

    /// Signs a certificate for 127.0.0.1 and localhost, valid for a month.
    public Certificates sign(String alias, String distinguishedName) {
        return sign(alias, distinguishedName, "-0d", 30);
    }

    /// @param from as keytool has it: `-10d` is ten days ago
    public Certificates sign(String alias, String distinguishedName, String from, int days) {
        return sign(alias, distinguishedName, from, days, "san=dns:localhost,ip:127.0.0.1");
    }

    /// Signs a certificate, valid for a month, for a host that there is not.
    public Certificates signForNoHost(String alias, String distinguishedName) {
        return sign(alias, distinguishedName, "-0d", 30, "san=dns:nowhere.test");
    }

    private Certificates sign(
            String alias, String distinguishedName, String from, int days, String extension) {
        keytool(
                "-genkeypair",
                "-alias",
                alias,
                "-dname",
                distinguishedName,
                "-startdate",
                from,
                "-validity",
                String.valueOf(days),
                "-signer",
                authority,
                "-ext",
                extension);
        writePem(alias, true);
        writeStore(alias);
        return this;
    }

    /// PEM: the authority's certificate.
    public Path trust() {
        return directory.resolve(authority + ".pem");
    }

    /// PEM: a signed certificate and its authority's.
    public Path chain(String alias) {
        return directory.resolve(alias + ".pem");
    }

    /// PEM: a private key in PKCS#8.
    public Path key(String alias) {
        return directory.resolve(alias + ".key");
    }

    /// PKCS#12: a certificate with its key, under [#PASSWORD].
    public Path store(String alias) {
        return directory.resolve(alias + ".p12");
    }

    /// What a Java client needs to believe in this authority's servers.
    public Map<String, String> believing() {
        return Map.of(
                "security.protocol",
                "SSL",
                "ssl.truststore.type",
                "PEM",
                "ssl.truststore.location",
                trust().toString());
    }

    /// What a Java client needs to show a certificate.
    public Map<String, String> showing(String alias) {
        return Map.of(
                "ssl.keystore.type",
                "PKCS12",
                "ssl.keystore.location",
                store(alias).toString(),
                "ssl.keystore.password",
                PASSWORD,
                "ssl.key.password",
                PASSWORD);
    }

    private void writePem(String alias, boolean withKey) {
        try {
            KeyStore all = load();
            StringBuilder chain = new StringBuilder();
            for (Certificate certificate : all.getCertificateChain(alias)) {
                chain.append(pem("CERTIFICATE", certificate.getEncoded()));
            }
            Files.writeString(directory.resolve(alias + ".pem"), chain);
            if (withKey) {
                Files.writeString(
                        key(alias),
                        pem("PRIVATE KEY", all.getKey(alias, PASSWORD.toCharArray()).getEncoded()));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private void writeStore(String alias) {
        try {
            KeyStore all = load();
            KeyStore one = KeyStore.getInstance("PKCS12");
            one.load(null, null);
            char[] password = PASSWORD.toCharArray();
            one.setKeyEntry(
                    alias, all.getKey(alias, password), password, all.getCertificateChain(alias));
            try (var out = Files.newOutputStream(store(alias))) {
                one.store(out, password);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private KeyStore load() throws IOException, GeneralSecurityException {
        KeyStore all = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(store)) {
            all.load(in, PASSWORD.toCharArray());
        }
        return all;
    }

    private static String pem(String kind, byte[] bytes) {
        return "-----BEGIN %s-----%n%s%n-----END %s-----%n"
                .formatted(
                        kind,
                        Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII))
                                .encodeToString(bytes),
                        kind);
    }

    private void keytool(String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
        command.addAll(List.of(arguments));
        command.addAll(List.of("-keyalg", "EC", "-groupname", "secp256r1"));
        command.addAll(List.of("-storetype", "PKCS12", "-keystore", store.toString()));
        command.addAll(List.of("-storepass", PASSWORD));
        command.addAll(List.of("-J-XX:TieredStopAtLevel=1", "-J-XX:+UseSerialGC"));
        try {
            Path output = directory.resolve("keytool.out");
            Process process =
                    new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(output.toFile())
                            .start();
            if (!process.waitFor(KEYTOOL_MAX_S, TimeUnit.SECONDS) || process.exitValue() != 0) {
                process.destroyForcibly();
                throw new AssertionError(command + ": " + Files.readString(output));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
