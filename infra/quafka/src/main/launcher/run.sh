# How the program is run by Java. Sourced, never run: by ./quafka, and by bin/quafka of the distribution.
#
# Environment: QUAFKA_HEAP (512m), QUAFKA_DIRECT_MEMORY (1g), QUAFKA_JAVA_OPTS (more options for java).

java_options="-XX:+UseSerialGC -Xmx${QUAFKA_HEAP:-512m} -XX:MaxDirectMemorySize=${QUAFKA_DIRECT_MEMORY:-1g}"
java_options="$java_options --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow -XX:+ExitOnOutOfMemoryError"

# rehearse JAVA JAR CACHE: goes through a start, and keeps what was loaded in CACHE. What it prints is of interest if there is none.
rehearse() {
    "$1" $java_options -XX:+IgnoreUnrecognizedVMOptions -XX:+UnlockDiagnosticVMOptions -XX:-AOTRecordTraining "-XX:AOTCacheOutput=$3" -Xlog:disable -Xlog:all=error:stderr -jar "$2" rehearse
}

# become JAVA JAR CACHE ARGUMENT...: the program takes the shell's place. CACHE may be empty.
become() {
    java=$1 jar=$2 cache=$3
    shift 3
    case ${1:-} in
        broker | gateway | storage | controller) ;;
        *) java_options="$java_options -XX:TieredStopAtLevel=1" ;; # short-lived: the optimizing compiler would not pay
    esac
    if [ -n "$cache" ]; then
        # A cache that does not fit after all is passed over without a word.
        set -- "-XX:AOTCache=$cache" -Xlog:disable -Xlog:all=error:stderr -Xlog:aot*=off:stderr -Xlog:cds*=off:stderr -jar "$jar" "$@"
    else
        set -- -jar "$jar" "$@"
    fi
    [ ! -t 2 ] || java_options="$java_options -Dquafka.stderr.terminal=true"
    exec "$java" $java_options ${QUAFKA_JAVA_OPTS:-} "$@"
}
