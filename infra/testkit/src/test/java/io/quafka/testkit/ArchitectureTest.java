package io.quafka.testkit;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackages;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/// The arrows between modules and packages, held against the compiled program.
@AnalyzeClasses(packages = "io.quafka", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    @ArchTest
    static final ArchRule wireStandsOnNothing = mayUse("io.quafka.wire..", "io.quafka.wire..");

    @ArchTest
    static final ArchRule controllerStandsOnNothing =
            mayUse("io.quafka.controller..", "io.quafka.controller..");

    @ArchTest
    static final ArchRule tieringStandsOnWire =
            mayUse("io.quafka.tiering..", "io.quafka.tiering..", "io.quafka.wire..");

    @ArchTest
    static final ArchRule storageStandsOnTieringControllerAndWire =
            mayUse(
                    "io.quafka.storage..",
                    "io.quafka.storage..",
                    "io.quafka.tiering..",
                    "io.quafka.controller..",
                    "io.quafka.wire..");

    @ArchTest
    static final ArchRule gatewayStandsOnStorageTieringControllerAndWire =
            mayUse(
                    "io.quafka.gateway..",
                    "io.quafka.gateway..",
                    "io.quafka.storage..",
                    "io.quafka.tiering..",
                    "io.quafka.controller..",
                    "io.quafka.wire..");

    @ArchTest
    static final ArchRule nothingStandsOnTheProgram =
            noClasses()
                    .that(
                            resideOutsideOfPackages(
                                    "io.quafka.program..",
                                    "io.quafka.testkit..",
                                    "io.quafka.bench.."))
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(
                            "io.quafka.program..", "io.quafka.testkit..", "io.quafka.bench..");

    @ArchTest
    static final ArchRule gatewayKnowsStorageByItsContractOnly =
            noClasses()
                    .that()
                    .resideInAPackage("io.quafka.gateway..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(
                            "io.quafka.storage.node..",
                            "io.quafka.storage.shard..",
                            "io.quafka.storage.log..",
                            "io.quafka.storage.index..",
                            "io.quafka.storage.remote..",
                            "io.quafka.storage.coordinator..",
                            "io.quafka.storage.tier..",
                            "io.quafka.controller.raft..");

    @ArchTest
    static final ArchRule noCyclesBetweenPackages =
            slices().matching("io.quafka.(**)").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule ratisInOnePackage =
            only("org.apache.ratis..", "io.quafka.controller.raft");

    @ArchTest
    static final ArchRule rocksInOnePackage = only("org.rocksdb..", "io.quafka.storage.index");

    @ArchTest
    static final ArchRule kafkaCoordinatesInOnePackage =
            only("org.apache.kafka.coordinator..", "io.quafka.storage.coordinator");

    @ArchTest
    static final ArchRule kafkaImageWhereItIsKept =
            only(
                    "org.apache.kafka.image..",
                    "io.quafka.storage.coordinator",
                    "io.quafka.gateway.quota");

    @ArchTest
    static final ArchRule kafkaServerTypesInOnePackage =
            only(
                    "org.apache.kafka.server..",
                    "io.quafka.storage.coordinator",
                    "io.quafka.gateway.access");

    @ArchTest
    static final ArchRule kafkaAuthorizesInOnePackage =
            only("org.apache.kafka.metadata.authorizer..", "io.quafka.gateway.access");

    @ArchTest
    static final ArchRule helidonServesInOnePackage =
            noClasses()
                    .that()
                    .resideOutsideOfPackage("io.quafka.wire")
                    .should()
                    .dependOnClassesThat(
                            resideInAPackage("io.helidon..")
                                    .and(resideOutsideOfPackages("io.helidon.config..")));

    @ArchTest
    static final ArchRule helidonConfiguresInOnePackage =
            only("io.helidon.config..", "io.quafka.program.config");

    @ArchTest
    static final ArchRule commandLineInThePrograms =
            only(
                    "picocli..",
                    "io.quafka.program..",
                    "io.quafka.bench..",
                    "io.quafka.testkit.faults");

    @ArchTest
    static final ArchRule caffeineWhereReadersAre =
            only("com.github.benmanes.caffeine..", "io.quafka.gateway..", "io.quafka.tiering.read");

    @ArchTest
    static final ArchRule tokensInOnePackage = only("org.jose4j..", "io.quafka.gateway.auth");

    @ArchTest
    static final ArchRule amazonInOnePackage =
            only("software.amazon.awssdk..", "io.quafka.tiering.s3", "io.quafka.s3server");

    @ArchTest
    static final ArchRule storesAreOpenedByTheProgram =
            noClasses()
                    .that()
                    .resideInAnyPackage(
                            "io.quafka.storage..",
                            "io.quafka.gateway..",
                            "io.quafka.tiering.store..",
                            "io.quafka.tiering.object..",
                            "io.quafka.tiering.read..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage("io.quafka.tiering.s3..", "io.quafka.tiering.directory..");

    @ArchTest
    static final ArchRule noPackageForOddsAndEnds =
            noClasses()
                    .should()
                    .resideInAnyPackage(
                            "..util..", "..utils..", "..common..", "..helper..", "..misc..")
                    .allowEmptyShould(true);

    /// Whoever waits for something waits for it. These do something at intervals.
    @ArchTest
    static final ArchRule nobodyElseSleeps =
            noClasses()
                    .that()
                    .resideOutsideOfPackage("io.quafka.bench..")
                    .and()
                    .doNotHaveFullyQualifiedName("io.quafka.wire.KafkaServer")
                    .and()
                    .doNotHaveFullyQualifiedName("io.quafka.wire.PeerConnection")
                    .and()
                    .doNotHaveFullyQualifiedName("io.quafka.program.roles.NodeRegistration")
                    .and()
                    .doNotHaveFullyQualifiedName("io.quafka.program.cli.RoleCommand")
                    .and()
                    .doNotHaveFullyQualifiedName("io.quafka.program.cli.WaitOptions$Watch")
                    .should()
                    .callMethod(Thread.class, "sleep", long.class)
                    .orShould()
                    .callMethod(Thread.class, "sleep", Duration.class)
                    .orShould()
                    .callMethod(TimeUnit.class, "sleep", long.class);

    private static ArchRule mayUse(String from, String... to) {
        DescribedPredicate<JavaClass> ours = resideInAPackage("io.quafka..");
        return noClasses()
                .that()
                .resideInAPackage(from)
                .should()
                .dependOnClassesThat(ours.and(resideOutsideOfPackages(to)));
    }

    private static ArchRule only(String library, String... packages) {
        return noClasses()
                .that()
                .resideOutsideOfPackages(packages)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(library)
                .allowEmptyShould(true);
    }
}
